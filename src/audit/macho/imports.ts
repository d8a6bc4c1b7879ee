import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import { Cursor } from './cursor.js';

const MOST_IMPORTS = 1_000_000;
/** Characters of all names together; they may overlap, so the table's size is no bound. */
const MOST_CHARACTERS = 2 ** 26;

/** Where the loader looks a symbol up, when not in one of the needed libraries by its number from 1. */
export const ORDINAL = { SELF: 0, MAIN_EXECUTABLE: -1, DYNAMIC_LOOKUP: -2, WEAK_LOOKUP: -3 } as const;

/** One symbol that the loader binds, as the file names it. */
export interface RawImport {
  readonly name: string;
  readonly ordinal: number;
  readonly weak: boolean;
}

/** Opcodes of the binding tables of LC_DYLD_INFO: the high four bits of a byte. */
const BIND = {
  DONE: 0x00,
  ORDINAL_IMMEDIATE: 0x10,
  ORDINAL: 0x20,
  ORDINAL_SPECIAL: 0x30,
  SYMBOL: 0x40,
  TYPE: 0x50,
  ADDEND: 0x60,
  SEGMENT_AND_OFFSET: 0x70,
  ADD_ADDRESS: 0x80,
  BIND: 0x90,
  BIND_ADD_ADDRESS: 0xa0,
  BIND_ADD_SCALED: 0xb0,
  BIND_TIMES_SKIPPING: 0xc0,
  THREADED: 0xd0,
} as const;

/** Opcodes whose meaning does not matter here, by how many numbers follow them. */
const SKIPPED: Readonly<Record<number, number>> = {
  [BIND.DONE]: 0,
  [BIND.TYPE]: 0,
  [BIND.ADDEND]: 1,
  [BIND.SEGMENT_AND_OFFSET]: 1,
  [BIND.ADD_ADDRESS]: 1,
};

/** Opcodes that bind the current symbol, by how many numbers follow them. */
const BINDING: Readonly<Record<number, number>> = {
  [BIND.BIND]: 0,
  [BIND.BIND_ADD_ADDRESS]: 1,
  [BIND.BIND_ADD_SCALED]: 0,
  [BIND.BIND_TIMES_SKIPPING]: 2,
};

/**
 * The symbols that a table of binding opcodes names. In a `lazy` table an end mark follows each symbol.
 * Throws `BinaryError` for opcodes that the loader does not know.
 */
export function readBindings(table: Bytes, lazy: boolean): RawImport[] {
  const found = new Map<string, RawImport>();
  const cursor = new Cursor(table, 0);
  let ordinal: number = ORDINAL.SELF;
  let symbol: { name: string; weak: boolean } | undefined;
  while (!cursor.atEnd) {
    const byte = cursor.u8();
    const [opcode, immediate] = [byte & 0xf0, byte & 0x0f];
    if (opcode === BIND.DONE && !lazy) break;
    if (opcode === BIND.ORDINAL_IMMEDIATE) ordinal = immediate;
    else if (opcode === BIND.ORDINAL) ordinal = cursor.uleb();
    else if (opcode === BIND.ORDINAL_SPECIAL) ordinal = immediate === 0 ? 0 : immediate - 16;
    else if (opcode === BIND.SYMBOL) symbol = { name: cursor.name(), weak: (immediate & 1) !== 0 };
    else if (opcode === BIND.THREADED) skip(cursor, immediate === 0 ? 1 : 0);
    else if (SKIPPED[opcode] !== undefined) skip(cursor, SKIPPED[opcode]);
    else if (BINDING[opcode] !== undefined) {
      skip(cursor, BINDING[opcode]);
      if (symbol === undefined) throw new BinaryError('malformed', 'The binding table binds a symbol without a name.');
      found.set(`${ordinal} ${symbol.name}`, { ...symbol, ordinal });
    } else throw new BinaryError('malformed', `The binding table has the unknown opcode 0x${opcode.toString(16)}.`);
  }
  return [...found.values()];
}

function skip(cursor: Cursor, numbers: number): void {
  for (let index = 0; index < numbers; index++) cursor.uleb();
}

/** Layouts of the entries of a table of chained imports. */
const CHAINED_FORMAT = { PLAIN: 1, ADDEND: 2, ADDEND_64: 3 } as const;
const CHAINED_BYTES: Readonly<Record<number, number>> = { 1: 4, 2: 8, 3: 16 };

/** The symbols in the import table of LC_DYLD_CHAINED_FIXUPS. Throws `BinaryError` for unknown layouts. */
export function readChainedImports(fixups: Bytes): RawImport[] {
  const [start, names, count, format] = [fixups.u32(8), fixups.u32(12), fixups.u32(16), fixups.u32(20)];
  if (count > MOST_IMPORTS) throw new BinaryError('malformed', `There are ${count} imported symbols.`);
  const size = CHAINED_BYTES[format];
  if (size === undefined || fixups.u32(24) !== 0) {
    throw new BinaryError('malformed', 'The table of imported symbols has an unknown layout.');
  }
  const table = fixups.part(start, count * size);
  const strings = fixups.part(names, fixups.length - names);
  let characters = 0;
  return Array.from({ length: count }, (_, index) => {
    const { nameOffset, ordinal, weak } = chainedEntry(table, index * size, format);
    const name = strings.name(nameOffset);
    characters += name.length;
    if (characters > MOST_CHARACTERS) throw new BinaryError('malformed', "The imported symbols' names are too long.");
    return { name, ordinal, weak };
  });
}

function chainedEntry(table: Bytes, at: number, format: number) {
  const word = table.u32(at);
  if (format === CHAINED_FORMAT.ADDEND_64) {
    const ordinal = word & 0xffff;
    // The last of the numbers, read with a sign, are the special ones.
    return {
      ordinal: ordinal > 0xfff0 ? ordinal - 0x10000 : ordinal,
      weak: (word & 0x10000) !== 0,
      nameOffset: table.u32(at + 4),
    };
  }
  const ordinal = word & 0xff;
  return { ordinal: ordinal > 0xf0 ? ordinal - 0x100 : ordinal, weak: (word & 0x100) !== 0, nameOffset: word >>> 9 };
}
