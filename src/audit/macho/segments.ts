import type { SegmentFacts } from '../../model/binary.js';
import { BinaryError, requireEndWithin } from '../binary-error.js';
import type { Bytes } from '../bytes.js';

const SEGMENT_HEAD_BYTES = 72;
const SECTION_BYTES = 80;
const PAGE_BYTES = 4096;

/** Kinds of sections, the low byte of their flags. */
export const SECTION_TYPE = {
  ZERO_FILL: 0x1,
  INIT_POINTERS: 0x9,
  GIGABYTE_ZERO_FILL: 0xc,
  THREAD_ZERO_FILL: 0x12,
  INIT_OFFSETS: 0x16,
} as const;
const ZERO_FILLED: readonly number[] = [
  SECTION_TYPE.ZERO_FILL,
  SECTION_TYPE.GIGABYTE_ZERO_FILL,
  SECTION_TYPE.THREAD_ZERO_FILL,
];
/** Attributes of sections that hold instructions: nothing else, or among other things. */
const INSTRUCTIONS = 0x80000400;

export interface Section {
  readonly name: string;
  readonly segment: string;
  readonly address: number;
  readonly size: number;
  readonly offset: number;
  /** Bytes. */
  readonly alignment: number;
  readonly type: number;
  readonly executable: boolean;
}

export interface Segment extends SegmentFacts {
  readonly name: string;
  readonly fileOffset: number;
  readonly sections: readonly Section[];
}

/** One LC_SEGMENT_64. Throws `BinaryError` for sections beyond the end of the command. */
export function parseSegment(command: Bytes): Segment {
  const protection = command.u32(60);
  const count = command.u32(64);
  if (SEGMENT_HEAD_BYTES + count * SECTION_BYTES > command.length) {
    throw new BinaryError('malformed', `A segment has ${count} sections, more than its load command can hold.`);
  }
  const sections = Array.from({ length: count }, (_, index) =>
    parseSection(command.part(SEGMENT_HEAD_BYTES + index * SECTION_BYTES, SECTION_BYTES)),
  );
  return {
    name: fixedName(command, 8),
    address: command.u64(24),
    memorySize: command.u64(32),
    fileOffset: command.u64(40),
    fileSize: command.u64(48),
    // Pages are the least; some sections ask for more.
    alignment: Math.max(...sections.map((one) => one.alignment), PAGE_BYTES),
    readable: (protection & 1) !== 0,
    writable: (protection & 2) !== 0,
    executable: (protection & 4) !== 0,
    sections,
  };
}

function parseSection(entry: Bytes): Section {
  const flags = entry.u32(64);
  return {
    name: fixedName(entry, 0),
    segment: fixedName(entry, 16),
    address: entry.u64(32),
    size: entry.u64(40),
    offset: entry.u32(48),
    alignment: 2 ** Math.min(entry.u32(52), 31),
    type: flags & 0xff,
    executable: (flags & INSTRUCTIONS) !== 0,
  };
}

/** Names of segments and sections have 16 bytes, and a zero only when they are shorter. */
function fixedName(bytes: Bytes, offset: number): string {
  const end = bytes.find(Buffer.from([0]), offset);
  return bytes.text(offset, end === -1 ? 16 : Math.min(16, end - offset));
}

/** Whether a section's bytes come from the file. */
export function inFile(section: Section): boolean {
  return section.offset !== 0 && !ZERO_FILLED.includes(section.type);
}

/** Throws `BinaryError` for segments that the loader refuses, and for those that one could read in two ways. */
export function checkSegments(segments: readonly Segment[], size: number): void {
  for (const segment of segments) {
    const end = segment.fileOffset + segment.fileSize;
    requireEndWithin(`segment ${segment.name}`, end, size, segment.fileOffset, 'library');
    if (segment.fileSize > segment.memorySize) {
      throw new BinaryError('malformed', `Segment ${segment.name} has more bytes in the file than in memory.`);
    }
    for (const section of segment.sections) checkSection(section, segment);
  }
  const ordered = segments.filter((one) => one.memorySize > 0).sort((a, b) => a.address - b.address);
  for (const [index, segment] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next !== undefined && segment.address + segment.memorySize > next.address) {
      throw new BinaryError('malformed', `Segments ${segment.name} and ${next.name} overlap in memory.`);
    }
  }
}

function checkSection(section: Section, segment: Segment): void {
  const inMemory =
    section.address >= segment.address && section.address + section.size <= segment.address + segment.memorySize;
  const start = section.offset - segment.fileOffset;
  const stored = !inFile(section) || section.size === 0 || (start >= 0 && start + section.size <= segment.fileSize);
  if (!inMemory || !stored) {
    throw new BinaryError('malformed', `Section ${section.name} lies outside its segment ${segment.name}.`);
  }
}
