import { BinaryError } from './binary-error.js';

/** Longest name that is read from a string table; C++ and Rust names stay well below. */
const LONGEST_NAME = 8192;

/**
 * Bounds-checked view of a piece of a file. Every read outside throws a `BinaryError`;
 * offsets are relative to the piece and may be any number, also one that makes no sense.
 */
export class Bytes {
  constructor(
    private readonly data: Buffer,
    readonly littleEndian: boolean,
    /** Where the piece begins in the file, for messages. */
    private readonly base: number,
    /** What the piece is, for messages: `the symbol table`. */
    private readonly what: string,
  ) {}

  get length(): number {
    return this.data.length;
  }

  u8(offset: number): number {
    return this.data.readUInt8(this.check(offset, 1));
  }

  u16(offset: number): number {
    const at = this.check(offset, 2);
    return this.littleEndian ? this.data.readUInt16LE(at) : this.data.readUInt16BE(at);
  }

  u32(offset: number): number {
    const at = this.check(offset, 4);
    return this.littleEndian ? this.data.readUInt32LE(at) : this.data.readUInt32BE(at);
  }

  /**
   * An unsigned 64-bit number. Above 2^53 it is only near the truth, which is enough: no offset or
   * length that large passes a bounds check, and flags and tags never are.
   */
  u64(offset: number): number {
    const at = this.check(offset, 8);
    const first = this.littleEndian ? this.data.readUInt32LE(at) : this.data.readUInt32BE(at);
    const second = this.littleEndian ? this.data.readUInt32LE(at + 4) : this.data.readUInt32BE(at + 4);
    return this.littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  }

  /** A piece of this piece, sharing its memory. */
  part(offset: number, length: number, what = this.what): Bytes {
    const at = this.check(offset, length);
    return new Bytes(this.data.subarray(at, at + length), this.littleEndian, this.base + at, what);
  }

  /** All of it, to be read only. */
  raw(): Uint8Array {
    return this.data;
  }

  /** Lower-case hex of a range. */
  hex(offset: number, length: number): string {
    const at = this.check(offset, length);
    return this.data.toString('hex', at, at + length);
  }

  /** A range as text, with everything unprintable escaped. */
  text(offset: number, length: number): string {
    const at = this.check(offset, length);
    return withHiddenEscaped(this.data.toString('utf8', at, at + length));
  }

  /** A string that a zero byte ends, with everything unprintable escaped. */
  name(offset: number): string {
    const at = this.check(offset, 1);
    const length = this.data.subarray(at, at + LONGEST_NAME + 1).indexOf(0);
    if (length === -1) {
      throw new BinaryError('malformed', `A name in ${this.what} has no end within reason.`, this.base + at);
    }
    return withHiddenEscaped(this.data.toString('utf8', at, at + length));
  }

  /** Position of a byte sequence at or after `from`, or -1. */
  find(needle: Uint8Array, from = 0): number {
    return this.data.indexOf(needle, from);
  }

  private check(offset: number, length: number): number {
    if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0)) {
      throw new BinaryError('malformed', `An offset into ${this.what} makes no sense.`, this.base);
    }
    if (offset + length > this.data.length) {
      throw new BinaryError('malformed', `A read goes beyond ${this.what}.`, this.base + offset);
    }
    return offset;
  }
}

/** Control characters, zero-width characters and bidirectional marks. */
const HIDDEN = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Escapes what cannot be seen, so that no name in a file can paint on a terminal. */
export function withHiddenEscaped(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
