import type { ExportedSymbol, ImportedSymbol } from '../../model/binary.js';
import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import { type Dynamic, TAG } from './dynamic.js';
import { SECTION, type Section } from './sections.js';
import type { Segments } from './segments.js';
import type { VersionTable } from './versions.js';

const MOST_SYMBOLS = 1_000_000;
/** Characters of all names together; names may overlap, so the string table's size is no bound. */
const MOST_CHARACTERS = 2 ** 26;
const HASH_BYTES = 2 ** 26;

/** Section index of values that are no addresses. */
const ABSOLUTE = 0xfff1;
const BIND = { LOCAL: 0, WEAK: 2 } as const;
const KINDS: Readonly<Record<number, ExportedSymbol['kind']>> = {
  1: 'object',
  2: 'function',
  6: 'tls',
  10: 'indirect-function',
};

/** What a file offers to others, and what it wants from them. */
export interface DynamicSymbols {
  readonly exports: readonly ExportedSymbol[];
  readonly imports: readonly ImportedSymbol[];
}

/** Reads the dynamic symbols: what the file offers and what it wants from others. */
export async function readDynamicSymbols(
  segments: Segments,
  dynamic: Dynamic,
  versions: VersionTable,
  sections: readonly Section[],
  wide: boolean,
): Promise<DynamicSymbols> {
  const address = dynamic.value(TAG.SYMTAB);
  if (address === undefined) return { exports: [], imports: [] };
  const size = wide ? 24 : 16;
  const count = await countSymbols(segments, dynamic, sections, address, size, wide);
  const table = await segments.at(address, count * size, 'the dynamic symbols');
  const versionAddress = dynamic.value(TAG.VERSYM);
  const indexes =
    versionAddress === undefined ? undefined : await segments.at(versionAddress, count * 2, "the symbols' versions");
  const exports: ExportedSymbol[] = [];
  const imports: ImportedSymbol[] = [];
  let characters = 0;
  for (let index = 1; index < count; index++) {
    const symbol = parse(table, index * size, wide);
    if (symbol.bind === BIND.LOCAL) continue;
    const name = dynamic.string(symbol.name);
    characters += name.length;
    if (characters > MOST_CHARACTERS) throw new BinaryError('malformed', "The dynamic symbols' names are too long.");
    const version = indexes === undefined ? undefined : versions.byIndex.get(indexes.u16(index * 2) & 0x7fff);
    const weak = symbol.bind === BIND.WEAK;
    const versioned = version === undefined ? {} : { version: version.name };
    if (symbol.section === 0) {
      const library = version?.library === undefined ? {} : { library: version.library };
      imports.push({ name, weak, ...versioned, ...library });
    } else if (symbol.visible && !(symbol.section === ABSOLUTE && version?.name === name)) {
      // Linkers add a marker for each version that the file defines; it is no symbol to call.
      const kind = KINDS[symbol.type] ?? 'other';
      exports.push({ name, kind, weak, ...versioned, executable: segments.isExecutable(symbol.value) });
    }
  }
  return { exports, imports };
}

/** Which of the wanted names the full symbol table defines, exported or not. */
export function findInSymbolTable(
  table: Bytes,
  strings: Bytes,
  wanted: readonly string[],
  wide: boolean,
): readonly string[] {
  const size = wide ? 24 : 16;
  // Linkers merge the tails of names, so a name may begin inside another: collect every place it ends.
  const places = new Map<number, string>();
  for (const name of wanted) {
    const needle = Buffer.from(`${name}\0`);
    for (let at = strings.find(needle); at !== -1; at = strings.find(needle, at + 1)) places.set(at, name);
  }
  const found = new Set<string>();
  for (let at = size; at + size <= table.length; at += size) {
    const symbol = parse(table, at, wide);
    const name = places.get(symbol.name);
    if (name !== undefined && symbol.section !== 0) found.add(name);
  }
  return [...found];
}

interface RawSymbol {
  readonly name: number;
  readonly bind: number;
  readonly type: number;
  readonly visible: boolean;
  readonly section: number;
  readonly value: number;
}

function parse(table: Bytes, at: number, wide: boolean): RawSymbol {
  const info = table.u8(at + (wide ? 4 : 12));
  const visibility = table.u8(at + (wide ? 5 : 13)) & 3;
  return {
    name: table.u32(at),
    bind: info >> 4,
    type: info & 15,
    // Default and protected symbols can be found by others; hidden and internal ones cannot.
    visible: visibility === 0 || visibility === 3,
    section: table.u16(at + (wide ? 6 : 14)),
    value: wide ? table.u64(at + 8) : table.u32(at + 4),
  };
}

/** The dynamic section does not say how many symbols there are: the hash tables do, and the section header. */
async function countSymbols(
  segments: Segments,
  dynamic: Dynamic,
  sections: readonly Section[],
  address: number,
  size: number,
  wide: boolean,
): Promise<number> {
  const section = sections.find((one) => one.type === SECTION.DYNSYM && one.address === address);
  const counts = [section === undefined ? 0 : Math.floor(section.size / size)];
  const hash = dynamic.value(TAG.HASH);
  const gnuHash = dynamic.value(TAG.GNU_HASH);
  if (hash !== undefined) counts.push((await segments.at(hash, 8, 'the hash table')).u32(4));
  if (gnuHash !== undefined) counts.push(await countByGnuHash(segments, gnuHash, wide));
  // A GNU hash table lists exports only; without sections, linkers put the strings right after the symbols.
  if (section === undefined && hash === undefined) {
    const gap = (dynamic.value(TAG.STRTAB) ?? 0) - address;
    if (gap > 0 && gap % size === 0) counts.push(gap / size);
  }
  const count = Math.max(...counts);
  if (count > MOST_SYMBOLS) throw new BinaryError('malformed', `There are ${count} dynamic symbols.`);
  return count;
}

async function countByGnuHash(segments: Segments, address: number, wide: boolean): Promise<number> {
  const table = await segments.from(address, HASH_BYTES, 'the GNU hash table');
  const bucketCount = table.u32(0);
  const firstHashed = table.u32(4);
  const buckets = 16 + table.u32(8) * (wide ? 8 : 4);
  const bucketTable = table.part(buckets, bucketCount * 4);
  let last = 0;
  for (let index = 0; index < bucketCount; index++) last = Math.max(last, bucketTable.u32(index * 4));
  if (last === 0) return firstHashed;
  if (last < firstHashed) throw new BinaryError('malformed', 'The GNU hash table contradicts itself.');
  const chains = buckets + bucketCount * 4;
  // The lowest bit of a hash ends its chain. A walk without end runs into the end of the segment.
  while ((table.u32(chains + (last - firstHashed) * 4) & 1) === 0) last++;
  return last + 1;
}
