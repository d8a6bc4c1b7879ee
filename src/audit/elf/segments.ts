import { BinaryError, requireEndWithin } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';
import type { ElfHeader } from './header.js';

/** Values of p_type. */
export const SEGMENT = {
  LOAD: 1,
  DYNAMIC: 2,
  INTERP: 3,
  NOTE: 4,
  TLS: 7,
  GNU_STACK: 0x6474e551,
  GNU_RELRO: 0x6474e552,
} as const;

/** One program header. */
export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

export const executable = (segment: Segment): boolean => (segment.flags & 1) !== 0;
export const writable = (segment: Segment): boolean => (segment.flags & 2) !== 0;
export const readable = (segment: Segment): boolean => (segment.flags & 4) !== 0;

/** The segments, and the file seen through them: as the loader sees it, by address. */
export class Segments {
  private constructor(
    private readonly source: FileSource,
    private readonly littleEndian: boolean,
    readonly all: readonly Segment[],
  ) {}

  static async read(source: FileSource, header: ElfHeader): Promise<Segments> {
    const { offset, count, entrySize } = header.segments;
    const table = await source.piece(offset, count * entrySize, header.littleEndian, 'the program headers');
    const all: Segment[] = [];
    let end = 0;
    for (let index = 0; index < count; index++) {
      const segment = parse(table.part(index * entrySize, entrySize), header.bits === 64);
      if (segment.type === SEGMENT.LOAD) {
        checkLoad(segment, source);
        // What a later segment overlays would be read one way here and another way by the loader.
        if (segment.address < end) throw new BinaryError('malformed', 'Segments to load overlap or are out of order.');
        end = segment.address + segment.memorySize;
      }
      all.push(segment);
    }
    return new Segments(source, header.littleEndian, all);
  }

  of(type: number): readonly Segment[] {
    return this.all.filter((segment) => segment.type === type);
  }

  /** The bytes that will lie at an address. They must come from the file and from one segment. */
  async at(address: number, length: number, what: string): Promise<Bytes> {
    const room = this.roomAt(address);
    if (room === undefined || length > room.length) {
      throw new BinaryError('malformed', `No segment holds ${what} (address 0x${address.toString(16)}).`);
    }
    return this.source.piece(room.offset, length, this.littleEndian, what);
  }

  /** As `at`, up to `most` bytes or to the end of the segment. */
  async from(address: number, most: number, what: string): Promise<Bytes> {
    const length = Math.min(most, this.roomAt(address)?.length ?? 0);
    return this.at(address, Math.max(length, 1), what);
  }

  /** File offset of an address, and the bytes that follow it in the same segment. */
  roomAt(address: number): { offset: number; length: number } | undefined {
    for (const segment of this.all) {
      const inside = address - segment.address;
      if (segment.type === SEGMENT.LOAD && inside >= 0 && inside < segment.fileSize) {
        return { offset: segment.offset + inside, length: segment.fileSize - inside };
      }
    }
    return undefined;
  }

  isExecutable(address: number): boolean {
    return this.all.some(
      (one) =>
        one.type === SEGMENT.LOAD &&
        executable(one) &&
        address >= one.address &&
        address < one.address + one.memorySize,
    );
  }
}

function parse(entry: Bytes, wide: boolean): Segment {
  return wide
    ? {
        type: entry.u32(0),
        flags: entry.u32(4),
        offset: entry.u64(8),
        address: entry.u64(16),
        fileSize: entry.u64(32),
        memorySize: entry.u64(40),
        alignment: entry.u64(48),
      }
    : {
        type: entry.u32(0),
        offset: entry.u32(4),
        address: entry.u32(8),
        fileSize: entry.u32(16),
        memorySize: entry.u32(20),
        flags: entry.u32(24),
        alignment: entry.u32(28),
      };
}

function checkLoad(segment: Segment, source: FileSource): void {
  const end = segment.offset + segment.fileSize;
  requireEndWithin('a segment to load', end, source.size, segment.offset);
  if (segment.fileSize > segment.memorySize) {
    throw new BinaryError('malformed', 'A segment has more bytes in the file than in memory.', segment.offset);
  }
}
