import type { Name } from './ir.js';

/** Words that Go writes in capitals inside a name. */
const INITIALISMS = new Set(['id', 'uri', 'url', 'http', 'json', 'llm', 'api', 'yaml']);

/** Name of a struct field: `request_id` gives `RequestID`. */
export function goField(name: Name): string {
  return name.snake
    .split('_')
    .map((word) => (INITIALISMS.has(word) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
}

/** As {@link goField}, but a name that could stand in Go already stays as the wire has it: `TTFT`, `GitHubRepository`. */
export function goMember(name: Name): string {
  return /^[A-Z][A-Za-z0-9]*$/.test(name.wire) ? name.wire : goField(name);
}

/** A string literal. JSON's escapes are a part of Go's. */
export function goText(text: string): string {
  return JSON.stringify(text);
}

/** A comment over what follows, one line per line of text. */
export function goComment(text: string, indent = ''): string {
  return text
    .split('\n')
    .map((line) => `${indent}// ${line}`.trimEnd())
    .join('\n');
}

/** Lines whose first words are padded to one width, as gofmt aligns constants and map entries. */
export function goColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([first]) => first.length));
  return rows.map(([first, rest]) => `\t${first.padEnd(width)} ${rest}`);
}

/** Lines as a part of a file, with a line break at the end. */
export function goBlock(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
