import type { FileHandle } from 'node:fs/promises';
import { type ArchiveLimits, archiveError } from './refuse.js';

/** Where an archive's directory lies, after its end records were found to agree. Bytes from the start. */
export interface ArchiveFrame {
  readonly directoryStart: number;
  readonly directoryEnd: number;
  readonly entries: number;
}

const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const END64_SIZE = 56;
const MAX_COMMENT = 0xffff;
const END_MARK = Buffer.from('PK\x05\x06', 'latin1');

/** The same numbers as a 32-bit and a 64-bit end record state them. */
interface EndRecord {
  readonly disks: readonly number[];
  readonly entriesHere: number;
  readonly entries: number;
  readonly size: number;
  readonly start: number;
}

/**
 * Finds the directory from the end records and checks that nothing is before, between and behind
 * them: readers that look elsewhere must not find another archive in the same file.
 */
export async function readFrame(handle: FileHandle, shown: string, limits: ArchiveLimits): Promise<ArchiveFrame> {
  const { size } = await handle.stat();
  if (size > limits.archive) throw archiveError(shown, `it has more than ${limits.archive} bytes`);
  const tail = await readTail(handle, size);
  const at = tail.lastIndexOf(END_MARK);
  if (at === -1 || tail.length - at < END_SIZE)
    throw archiveError(shown, 'it has no end record: it is no zip file, or cut off');
  if (tail.readUInt16LE(at + 20) !== tail.length - at - END_SIZE) {
    throw archiveError(shown, 'there are bytes behind its end record');
  }
  const end = size - tail.length + at;
  const record = readEnd(tail.subarray(at));
  const wide = await readEnd64(handle, tail, at, end, shown);
  const facts = wide === undefined ? record : agreed(record, wide.record, shown);
  const directoryEnd = wide?.start ?? end;
  if (facts.disks.some((disk) => disk !== 0) || facts.entriesHere !== facts.entries) {
    throw archiveError(shown, 'it is one part of several');
  }
  if (facts.start + facts.size !== directoryEnd) {
    throw archiveError(shown, 'its directory does not end where its end record begins');
  }
  if (facts.entries > limits.entries)
    throw archiveError(shown, `it has ${facts.entries} entries, more than ${limits.entries}`);
  return { directoryStart: facts.start, directoryEnd, entries: facts.entries };
}

async function readTail(handle: FileHandle, size: number): Promise<Buffer> {
  const tail = Buffer.alloc(Math.min(size, END_SIZE + LOCATOR_SIZE + MAX_COMMENT));
  await handle.read(tail, 0, tail.length, size - tail.length);
  return tail;
}

function readEnd(bytes: Buffer): EndRecord {
  return {
    disks: [bytes.readUInt16LE(4), bytes.readUInt16LE(6)],
    entriesHere: bytes.readUInt16LE(8),
    entries: bytes.readUInt16LE(10),
    size: bytes.readUInt32LE(12),
    start: bytes.readUInt32LE(16),
  };
}

async function readEnd64(handle: FileHandle, tail: Buffer, at: number, end: number, shown: string) {
  const locator = at - LOCATOR_SIZE;
  if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) return undefined;
  const start = Number(tail.readBigUInt64LE(locator + 8));
  const bytes = Buffer.alloc(END64_SIZE);
  const fits = start + END64_SIZE === end - LOCATOR_SIZE;
  if (fits) await handle.read(bytes, 0, END64_SIZE, start);
  const sound = fits && bytes.readUInt32LE(0) === 0x06064b50 && bytes.readBigUInt64LE(4) === BigInt(END64_SIZE - 12);
  if (!sound) throw archiveError(shown, 'its 64-bit end record is not where it is said to be');
  const record: EndRecord = {
    disks: [bytes.readUInt32LE(16), bytes.readUInt32LE(20), tail.readUInt32LE(locator + 4)],
    entriesHere: Number(bytes.readBigUInt64LE(24)),
    entries: Number(bytes.readBigUInt64LE(32)),
    size: Number(bytes.readBigUInt64LE(40)),
    start: Number(bytes.readBigUInt64LE(48)),
  };
  return { record, start };
}

/** The 64-bit record counts; the other one says the same, or that it cannot. */
function agreed(narrow: EndRecord, wide: EndRecord, shown: string): EndRecord {
  const pairs = [
    [narrow.entriesHere, wide.entriesHere, 0xffff],
    [narrow.entries, wide.entries, 0xffff],
    [narrow.size, wide.size, 0xffffffff],
    [narrow.start, wide.start, 0xffffffff],
  ] as const;
  if (pairs.every(([one, other, full]) => one === other || one === full)) return wide;
  throw archiveError(shown, 'its two end records contradict one another');
}
