import { requireEndWithin } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';

/** One thin Mach-O file: a whole file, or a part of a universal one. Offsets are relative to its start. */
export class Slice {
  constructor(
    private readonly source: FileSource,
    /** Where it begins in the file. */
    readonly start: number,
    /** Bytes. */
    readonly size: number,
  ) {}

  /**
   * Reads a range that must lie within the slice; otherwise, or when it is huge, a `BinaryError`.
   * Only signatures are big-endian.
   */
  async piece(offset: number, length: number, what: string, littleEndian = true): Promise<Bytes> {
    if (offset >= 0 && length >= 0) {
      requireEndWithin(what, offset + length, this.size, this.start + offset, 'library');
    }
    return this.source.piece(this.start + offset, length, littleEndian, what);
  }

  /** Up to `length` bytes from `offset`; shorter only at the end of the slice. */
  async raw(offset: number, length: number): Promise<Buffer> {
    return this.source.read(this.start + offset, Math.max(0, Math.min(length, this.size - offset)));
  }
}
