import { sha256Hex } from '../../support/digest.js';
import type { WorkflowPart } from './model.js';

/** `# >>> cpex ci NAME DIGEST >>>`, the text, `# <<< cpex ci NAME <<<`. */
const BEGIN = /^\s*# >>> cpex ci ([a-z][a-z-]*)(?: ([0-9a-f]{16}))? >>>\s*$/;
const END = /^\s*# <<< cpex ci ([a-z][a-z-]*) <<<\s*$/;
/** Stands for a region that the author does not want. */
const OFF = /^\s*# cpex ci off: ([a-z][a-z-]*)\s*$/;

/** A region as it stands in a file. */
export interface PresentRegion {
  readonly name: string;
  /** Without the marks, with line ends as LF. */
  readonly text: string;
  /** Somebody changed it since cpex wrote it. */
  readonly edited: boolean;
}

type Piece = { readonly own: string } | PresentRegion;

/** A file cut at its marks. */
export interface MarkedText {
  readonly pieces: readonly Piece[];
  readonly regions: ReadonlyMap<string, PresentRegion>;
  /** Regions that the author switched off. */
  readonly off: ReadonlySet<string>;
  /** What is wrong with the marks, with line numbers; with any, nothing else can be relied on. */
  readonly problems: readonly string[];
  readonly lineEnd: '\n' | '\r\n';
}

/** How a region of a file compares with what cpex would write now. */
export type RegionState = 'current' | 'stale' | 'edited' | 'off' | 'missing' | 'unneeded';

export interface RegionComparison {
  readonly name: string;
  readonly state: RegionState;
  /** Text in the file and text to be, both with line ends as LF. */
  readonly present: string;
  readonly wanted: string;
}

/** The text of a fresh file. */
export function markedText(parts: readonly WorkflowPart[]): string {
  return parts.map((part) => (part.kind === 'own' ? part.text : regionText(part.name, part.text))).join('');
}

/** Cuts a file at its marks; everything outside them is kept byte for byte. */
export function parseMarked(text: string): MarkedText {
  const pieces: Piece[] = [];
  const regions = new Map<string, PresentRegion>();
  const off = new Set<string>();
  const problems: string[] = [];
  let open: { name: string; digest: string | undefined; line: number; text: string } | undefined;
  let own = '';
  for (const [index, line] of (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).entries()) {
    const begin = BEGIN.exec(line);
    const end = END.exec(line);
    if (begin !== null) {
      const name = begin[1] ?? '';
      if (open !== undefined) problems.push(`line ${index + 1}: ${name} begins inside ${open.name}`);
      if (regions.has(name)) problems.push(`line ${index + 1}: ${name} begins a second time`);
      pieces.push({ own });
      own = '';
      open = { name, digest: begin[2], line: index + 1, text: '' };
    } else if (end !== null) {
      if (open?.name !== end[1]) problems.push(`line ${index + 1}: ${end[1]} ends where it did not begin`);
      if (open !== undefined) {
        const region = finished(open);
        regions.set(open.name, region);
        pieces.push(region);
      }
      open = undefined;
    } else if (open !== undefined) open.text += line;
    else {
      const name = OFF.exec(line)?.[1];
      if (name !== undefined) off.add(name);
      own += line;
    }
  }
  if (open !== undefined) problems.push(`line ${open.line}: ${open.name} has no end`);
  pieces.push({ own });
  return { pieces, regions, off, problems, lineEnd: /\r\n/.test(text) ? '\r\n' : '\n' };
}

/** Compares each region with what it is to be; regions that are no longer made are unneeded. */
export function compareRegions(present: MarkedText, parts: readonly WorkflowPart[]): RegionComparison[] {
  const wanted = new Map(parts.flatMap((part) => (part.kind === 'region' ? [[part.name, part.text]] : [])));
  const compared = [...wanted].map(([name, text]): RegionComparison => {
    const found = present.regions.get(name);
    if (found !== undefined) return { name, state: stateOf(found, text), present: found.text, wanted: text };
    return { name, state: present.off.has(name) ? 'off' : 'missing', present: '', wanted: text };
  });
  for (const [name, { text, edited }] of present.regions) {
    if (!wanted.has(name)) compared.push({ name, state: edited ? 'edited' : 'unneeded', present: text, wanted: '' });
  }
  return compared;
}

/** The file with its regions brought up to date and all else as it was. */
export function mergeRegions(present: MarkedText, regions: readonly RegionComparison[]): string {
  const byName = new Map(regions.map((region) => [region.name, region]));
  return present.pieces
    .map((piece) => {
      if ('own' in piece) return piece.own;
      const region = byName.get(piece.name);
      if (region === undefined || region.wanted === '') return '';
      return regionText(region.name, region.wanted).replaceAll('\n', present.lineEnd);
    })
    .join('');
}

function stateOf(found: PresentRegion, wanted: string): RegionState {
  if (found.text === wanted) return found.edited ? 'stale' : 'current';
  return found.edited ? 'edited' : 'stale';
}

/** An empty region without a digest asks to be filled. */
function finished(open: { name: string; digest: string | undefined; text: string }): PresentRegion {
  const text = open.text.replaceAll('\r\n', '\n');
  const edited = open.digest === undefined ? text.trim() !== '' : digestOf(text) !== open.digest;
  return { name: open.name, text, edited };
}

function regionText(name: string, text: string): string {
  const indent = /^ */.exec(text)?.[0] ?? '';
  return `${indent}# >>> cpex ci ${name} ${digestOf(text)} >>>\n${text}${indent}# <<< cpex ci ${name} <<<\n`;
}

function digestOf(text: string): string {
  return sha256Hex(text).slice(0, 16);
}
