import type { GoBuildFacts, ToolchainFacts } from '../../model/binary.js';
import { CARGO_SECTION, readCargoDependencies } from '../cargo-dependencies.js';
import type { FileSource } from '../file-source.js';
import { readGoBuildInfo } from './go-buildinfo.js';
import type { ElfHeader } from './header.js';
import { SECTION, type Section } from './sections.js';
import { SEGMENT, type Segments, writable } from './segments.js';
import { findInSymbolTable } from './symbols.js';

/** Bytes of `.comment` and of Go's build information that are looked at. */
const MOST_BYTES = 2 ** 20;
const MOST_COMMENTS = 64;
/** Symbol tables beyond this are not searched for hidden names: it would only improve a message. */
const MOST_SYMBOL_BYTES = 2 ** 25;

/** Who made the file, by what compilers and linkers left in it. */
export async function readToolchain(
  source: FileSource,
  header: ElfHeader,
  sections: readonly Section[],
  segments: Segments,
): Promise<ToolchainFacts> {
  const comment = sections.find((one) => one.name === '.comment' && one.type === SECTION.PROGBITS);
  let comments: string[] = [];
  if (comment !== undefined) {
    const length = Math.min(comment.size, MOST_BYTES);
    const piece = await source.piece(comment.offset, length, header.littleEndian, 'the comment section');
    comments = [...new Set(piece.text(0, length).split('\\u{0}'))]
      .filter((text) => text !== '')
      .slice(0, MOST_COMMENTS);
  }
  const go = await readGo(source, header, sections, segments);
  const list = sections.find((one) => one.name === CARGO_SECTION && one.type !== SECTION.NOBITS);
  const crates = list === undefined ? undefined : await readCargoDependencies(source, list);
  return { comments, ...(go === undefined ? {} : { go }), ...(crates === undefined ? {} : { crates }) };
}

async function readGo(
  source: FileSource,
  header: ElfHeader,
  sections: readonly Section[],
  segments: Segments,
): Promise<GoBuildFacts | undefined> {
  const section = sections.find((one) => one.name === '.go.buildinfo' && one.type === SECTION.PROGBITS);
  // Without section names Go's own tools look at the start of the first writable segment.
  const place =
    section ??
    segments.of(SEGMENT.LOAD).flatMap((one) => (writable(one) ? [{ offset: one.offset, size: one.fileSize }] : []))[0];
  if (place === undefined) return undefined;
  const length = Math.min(place.size, MOST_BYTES);
  return readGoBuildInfo(await source.piece(place.offset, length, header.littleEndian, "Go's build information"));
}

/** Which of the wanted names the full symbol table has, and whether there is such a table. */
export async function readSymbolTable(
  source: FileSource,
  header: ElfHeader,
  sections: readonly Section[],
  wanted: readonly string[],
): Promise<{ readonly stripped: boolean; readonly names: readonly string[] }> {
  const section = sections.find((one) => one.type === SECTION.SYMTAB);
  if (section === undefined) return { stripped: true, names: [] };
  const linked = sections[section.link];
  if (wanted.length === 0 || linked === undefined || section.size + linked.size > MOST_SYMBOL_BYTES) {
    return { stripped: false, names: [] };
  }
  const table = await source.piece(section.offset, section.size, header.littleEndian, 'the symbol table');
  const strings = await source.piece(linked.offset, linked.size, header.littleEndian, "the symbols' names");
  return { stripped: false, names: findInSymbolTable(table, strings, wanted, header.bits === 64) };
}

/** Bytes of debug information. */
export function debugBytes(sections: readonly Section[]): number {
  return sections
    .filter((one) => /^\.z?debug_/.test(one.name) && one.type !== SECTION.NOBITS)
    .reduce((sum, one) => sum + one.size, 0);
}

/** Bytes behind everything that the headers describe: nothing in a file that a linker wrote. */
export function overlayBytes(
  source: FileSource,
  header: ElfHeader,
  sections: readonly Section[],
  segments: Segments,
): number {
  const ends = [
    header.sections.offset + header.sections.count * header.sections.entrySize,
    header.segments.offset + header.segments.count * header.segments.entrySize,
    ...segments.all.filter((one) => one.type === SEGMENT.LOAD).map((one) => one.offset + one.fileSize),
    ...sections.filter((one) => one.type !== SECTION.NOBITS).map((one) => one.offset + one.size),
  ];
  return Math.max(0, source.size - Math.max(...ends));
}
