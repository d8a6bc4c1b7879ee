import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';

/** More than any linker makes; a hostile count must not cost memory. */
const MOST_SEGMENTS = 256;
const MOST_SECTIONS = 10_000;

/** Values of e_type. */
export const TYPE = { REL: 1, EXEC: 2, DYN: 3, CORE: 4 } as const;

/** The file header, with counts already resolved through section 0 where they do not fit. */
export interface ElfHeader {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly osAbi: number;
  readonly type: number;
  readonly machine: number;
  readonly segments: Table;
  readonly sections: Table;
  /** Index of the section that holds the sections' names; 0 when there is none. */
  readonly sectionNames: number;
}

/** Where a table of equal entries lies in the file. */
export interface Table {
  readonly offset: number;
  readonly count: number;
  readonly entrySize: number;
}

/** Reads and checks the file header. Throws `BinaryError` for what no linker writes. */
export async function readHeader(source: FileSource): Promise<ElfHeader> {
  const ident = await source.piece(0, 16, true, 'the ELF identification');
  const bits = pick(ident.u8(4), { 1: 32, 2: 64 } as const, 'class', 4);
  const littleEndian = pick(ident.u8(5), { 1: true, 2: false } as const, 'byte order', 5);
  if (ident.u8(6) !== 1) throw new BinaryError('malformed', `The ELF version is ${ident.u8(6)}, not 1.`, 6);
  const wide = bits === 64;
  const head = await source.piece(0, wide ? 64 : 52, littleEndian, 'the ELF header');
  const counts = head.part(wide ? 54 : 42, 10);
  const sectionOffset = wide ? head.u64(40) : head.u32(32);
  const sectionSize = counts.u16(4);
  const first = await firstSection(source, sectionOffset, wide, littleEndian);
  const segments: Table = {
    offset: wide ? head.u64(32) : head.u32(28),
    // 0xffff says: the true count is in section 0.
    count: counts.u16(2) === 0xffff ? (first?.u32(wide ? 44 : 28) ?? 0) : counts.u16(2),
    entrySize: counts.u16(0),
  };
  const sections: Table = {
    offset: sectionOffset,
    count: sectionOffset === 0 ? 0 : counts.u16(6) || sizeOfFirst(first, wide),
    entrySize: sectionSize,
  };
  checkTable(segments, wide ? 56 : 32, MOST_SEGMENTS, 'program headers');
  checkTable(sections, wide ? 64 : 40, MOST_SECTIONS, 'section headers');
  const names = counts.u16(8) === 0xffff ? (first?.u32(wide ? 40 : 24) ?? 0) : counts.u16(8);
  return {
    bits,
    littleEndian,
    osAbi: ident.u8(7),
    type: head.u16(16),
    machine: head.u16(18),
    segments,
    sections,
    sectionNames: names,
  };
}

async function firstSection(
  source: FileSource,
  offset: number,
  wide: boolean,
  littleEndian: boolean,
): Promise<Bytes | undefined> {
  if (offset === 0) return undefined;
  return source.piece(offset, wide ? 64 : 40, littleEndian, 'the section headers');
}

function sizeOfFirst(first: Bytes | undefined, wide: boolean): number {
  if (first === undefined) return 0;
  return wide ? first.u64(32) : first.u32(20);
}

function checkTable(table: Table, least: number, most: number, what: string): void {
  if (table.count === 0) return;
  if (table.count > most) throw new BinaryError('malformed', `There are ${table.count} ${what}; ${most} is the limit.`);
  if (table.entrySize < least) {
    throw new BinaryError('malformed', `The ${what} have ${table.entrySize} bytes each instead of ${least}.`);
  }
}

function pick<Value>(key: number, values: Readonly<Record<number, Value>>, what: string, offset: number): Value {
  const value = values[key];
  if (value === undefined)
    throw new BinaryError('malformed', `The ELF ${what} is ${key}, which means nothing.`, offset);
  return value;
}
