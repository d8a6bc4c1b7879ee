import { BinaryError, requireEndWithin } from '../binary-error.js';
import type { FileSource } from '../file-source.js';
import { Slice } from './slice.js';

const FAT_MAGIC = 0xcafebabe;
const FAT_MAGIC_64 = 0xcafebabf;
const HEAD_BYTES = 8;
/** Java classes share the magic number; what follows is far above any count of slices. */
const MOST_SLICES = 19;
/** Largest alignment that macOS accepts, as a power of two. */
const LARGEST_ALIGNMENT = 15;

/** A slice, and what the universal header says of it. */
export interface UniversalEntry {
  readonly slice: Slice;
  readonly cpuType: number;
  readonly cpuSubtype: number;
}

/** How many slices a universal file has, by its first eight bytes; undefined for any other file. */
export function sliceCount(head: Buffer): number | undefined {
  if (head.length < HEAD_BYTES) return undefined;
  const magic = head.readUInt32BE(0);
  const count = head.readUInt32BE(4);
  const universal = (magic === FAT_MAGIC || magic === FAT_MAGIC_64) && count > 0 && count <= MOST_SLICES;
  return universal ? count : undefined;
}

/** The slices of a universal file, in its order. Throws `BinaryError` for those that overlap or lie outside. */
export async function readUniversal(source: FileSource, count: number): Promise<readonly UniversalEntry[]> {
  const wide = (await source.piece(0, 4, false, 'the universal header')).u32(0) === FAT_MAGIC_64;
  const size = wide ? 32 : 20;
  const end = HEAD_BYTES + count * size;
  const table = await source.piece(HEAD_BYTES, count * size, false, 'the universal header');
  const entries = Array.from({ length: count }, (_, index) => {
    const entry = table.part(index * size, size);
    const [offset, length] = wide ? [entry.u64(8), entry.u64(16)] : [entry.u32(8), entry.u32(12)];
    const alignment = entry.u32(wide ? 24 : 16);
    requireEndWithin('a slice', offset + length, source.size, offset);
    if (alignment > LARGEST_ALIGNMENT || offset % 2 ** alignment !== 0) {
      throw new BinaryError('malformed', `A slice begins at byte ${offset}, not at a multiple of 2^${alignment}.`);
    }
    return { slice: new Slice(source, offset, length), cpuType: entry.u32(0), cpuSubtype: entry.u32(4) };
  });
  checkOverlap(entries, end);
  return entries;
}

function checkOverlap(entries: readonly UniversalEntry[], headerEnd: number): void {
  let end = headerEnd;
  for (const { slice } of [...entries].sort((a, b) => a.slice.start - b.slice.start)) {
    if (slice.start < end) throw new BinaryError('malformed', 'Slices overlap one another or the header.', slice.start);
    end = slice.start + slice.size;
  }
  const processors = new Set(entries.map((one) => `${one.cpuType} ${one.cpuSubtype & 0xffffff}`));
  if (processors.size < entries.length) throw new BinaryError('malformed', 'Two slices are for the same processor.');
}
