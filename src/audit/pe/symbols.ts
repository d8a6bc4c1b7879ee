import { requireEndWithin } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';
import type { PeHeader } from './header.js';

const SYMBOL_SIZE = 18;
/** Symbol tables beyond this are not searched for hidden names: it would only improve a message. */
const MOST_BYTES = 2 ** 25;

/** The symbol table that GNU and LLVM linkers leave behind the sections; no part of what is loaded. */
export interface SymbolTable {
  /** Where table and strings end in the file; 0 when there are none. */
  readonly end: number;
  readonly stripped: boolean;
  /** Undefined when there are none. */
  readonly strings: Bytes | undefined;
}

/** Finds the symbol table and its strings. Throws `BinaryError` when they reach beyond the file. */
export async function readSymbolTable(source: FileSource, header: PeHeader): Promise<SymbolTable> {
  const { offset, count } = header.symbols;
  if (offset === 0) return { end: 0, stripped: true, strings: undefined };
  const end = offset + count * SYMBOL_SIZE;
  requireEndWithin('the symbol table', end, source.size, offset);
  // The string table's first four bytes are its size, themselves included; it may be missing.
  const size = end + 4 > source.size ? 0 : (await source.piece(end, 4, true, "the string table's size")).u32(0);
  if (size < 4) return { end, stripped: count === 0, strings: undefined };
  const strings = await source.piece(end, size, true, 'the string table');
  return { end: end + size, stripped: count === 0, strings };
}

/** Which of the wanted names the symbol table defines for other object files. */
export async function findInSymbolTable(
  source: FileSource,
  header: PeHeader,
  { strings }: SymbolTable,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const { offset, count } = header.symbols;
  if (offset === 0 || wanted.length === 0 || count * SYMBOL_SIZE > MOST_BYTES) return [];
  const table = await source.piece(offset, count * SYMBOL_SIZE, true, 'the symbol table');
  const places = placesOf(wanted, strings);
  const found = new Set<string>();
  for (let at = 0; at + SYMBOL_SIZE <= table.length; at += SYMBOL_SIZE * (1 + table.u8(at + 17))) {
    const defined = table.u16(at + 12) !== 0 && table.u16(at + 12) < 0xfffe;
    if (!defined || table.u8(at + 16) !== EXTERNAL) continue;
    const name = table.u32(at) === 0 ? places.get(table.u32(at + 4)) : shortName(table.part(at, 8));
    if (name !== undefined && wanted.includes(name)) found.add(name);
  }
  return [...found];
}

const EXTERNAL = 2;

/** Where the wanted names begin in the string table. */
function placesOf(wanted: readonly string[], strings: Bytes | undefined): Map<number, string> {
  const places = new Map<number, string>();
  for (const name of strings === undefined ? [] : wanted) {
    const needle = Buffer.from(`${name}\0`);
    for (let at = strings?.find(needle) ?? -1; at !== -1; at = strings?.find(needle, at + 1) ?? -1) {
      places.set(at, name);
    }
  }
  return places;
}

function shortName(bytes: Bytes): string {
  const end = bytes.find(Buffer.from([0]));
  return bytes.text(0, end === -1 ? 8 : end);
}
