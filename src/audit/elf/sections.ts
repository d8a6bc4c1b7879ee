import type { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';
import type { ElfHeader } from './header.js';

/** Values of sh_type. */
export const SECTION = { PROGBITS: 1, SYMTAB: 2, NOBITS: 8, DYNSYM: 11 } as const;

/** One section header. The loader ignores them all; they serve the questions about how a file was made. */
export interface Section {
  readonly name: string;
  readonly type: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
}

/** Every section header with its name; none where the file was stripped of them. */
export async function readSections(source: FileSource, header: ElfHeader): Promise<readonly Section[]> {
  const { offset, count, entrySize } = header.sections;
  if (count === 0) return [];
  const table = await source.piece(offset, count * entrySize, header.littleEndian, 'the section headers');
  const wide = header.bits === 64;
  const raw = Array.from({ length: count }, (_, index) => parse(table.part(index * entrySize, entrySize), wide));
  const holder = header.sectionNames === 0 ? undefined : raw[header.sectionNames];
  if (holder === undefined) return raw.map((one) => ({ ...one, name: '' }));
  const names = await source.piece(holder.offset, holder.size, header.littleEndian, "the sections' names");
  return raw.map(({ nameOffset, ...one }) => ({ ...one, name: names.name(nameOffset) }));
}

function parse(entry: Bytes, wide: boolean): Omit<Section, 'name'> & { nameOffset: number } {
  return wide
    ? {
        nameOffset: entry.u32(0),
        type: entry.u32(4),
        address: entry.u64(16),
        offset: entry.u64(24),
        size: entry.u64(32),
        link: entry.u32(40),
        entrySize: entry.u64(56),
      }
    : {
        nameOffset: entry.u32(0),
        type: entry.u32(4),
        address: entry.u32(12),
        offset: entry.u32(16),
        size: entry.u32(20),
        link: entry.u32(24),
        entrySize: entry.u32(36),
      };
}
