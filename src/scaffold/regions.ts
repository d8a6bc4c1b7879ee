import type { Rename } from './spellings.js';

/**
 * What a template's regions are repeated for, by the word before the colon of a capability: one entry per
 * argument that was asked for, or a single one where the capability takes none.
 */
export type Repetitions = Readonly<Record<string, readonly Rename[]>>;

/** `cpex:each hook`, `cpex:if command`, `cpex:if executor|scheduler`, `cpex:end`, in a comment of any language, alone on its line. */
const MARKER =
  /^\s*(?:\/\/|\/\*|#|<!--)?\s*cpex:(?:(each|if)\s+([a-z][a-z0-9_]*(?:\|[a-z][a-z0-9_]*)*)|end)\s*(?:\*\/|-->)?\s*$/;

/**
 * Carries out the regions of a template: `each` repeats its lines once per hook or command, with
 * the names replaced; `if` keeps them when there is at least one. The marker lines go away, and
 * so do the blank lines that a region leaves doubled.
 * @throws RangeError for a region that does not begin or end; templates are ours
 */
export function renderRegions(text: string, repetitions: Repetitions): string {
  const lines = text.split('\n');
  if (!lines.some((line) => MARKER.test(line))) return text;
  const { out, next } = renderBlock(lines, 0, repetitions, false);
  if (next !== lines.length) throw new RangeError(`cpex:end without a beginning in line ${next}`);
  return tidy(out.join('\n'));
}

function renderBlock(lines: readonly string[], start: number, repetitions: Repetitions, inside: boolean) {
  const out: string[] = [];
  let index = start;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    index += 1;
    const marker = MARKER.exec(line);
    if (marker === null) {
      out.push(line);
    } else if (marker[1] === undefined) {
      if (!inside) throw new RangeError(`cpex:end without a beginning in line ${index}`);
      return { out, next: index };
    } else {
      const body = renderBlock(lines, index, repetitions, true);
      index = body.next;
      out.push(...expand(body.out, marker[1], renamesOf(marker[2] ?? '', repetitions)));
    }
  }
  if (inside) throw new RangeError(`a region from line ${start} on has no cpex:end`);
  return { out, next: index };
}

/** The renames of every word in `a|b`. */
function renamesOf(words: string, repetitions: Repetitions): readonly Rename[] {
  return words.split('|').flatMap((word) => repetitions[word] ?? []);
}

function expand(body: readonly string[], word: string, renames: readonly Rename[]): string[] {
  if (word === 'if') return renames.length > 0 ? [...body] : [];
  return renames.flatMap((rename) => body.map(rename));
}

/** Formatters allow one blank line, and none before a closing brace or at the end of a file. */
function tidy(text: string): string {
  return text
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/\n\n([ \t]*[})])/g, '\n$1')
    .replaceAll(/([{(])\n\n/g, '$1\n')
    .replace(/\n+$/, '\n');
}
