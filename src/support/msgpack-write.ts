/** The first bytes of each kind of text, bytes and containers: what a fixed form holds, and the longer forms. */
const TEXT = { fixed: 0xa0, upTo: 31, byte: 0xd9, word: 0xda, long: 0xdb };
const BYTES = { fixed: 0, upTo: -1, byte: 0xc4, word: 0xc5, long: 0xc6 };
const ARRAY = { fixed: 0x90, upTo: 15, byte: 0, word: 0xdc, long: 0xdd };
const MAP = { fixed: 0x80, upTo: 15, byte: 0, word: 0xde, long: 0xdf };
type Heads = typeof TEXT;

const HALF_PAIR = /\p{Cs}/u;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** Texts up to this many characters are written one by one, which is faster than a call out of JavaScript. */
const SHORT_TEXT = 24;

/**
 * Writes MessagePack in its shortest form, floats as float64. Bigints and safe integers become integers,
 * all other numbers floats. Throws a RangeError for what has no form: NaN, infinities, integers beyond
 * 64 bits, half of a surrogate pair.
 */
export class MsgpackWriter {
  private buffer = Buffer.allocUnsafe(1024);
  private length = 0;

  /** What was written; the writer is of no further use. */
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** Any JSON value, with Uint8Arrays as bytes; members that are undefined are left out. */
  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.text(value);
        break;
      case 'number':
        this.number(value);
        break;
      case 'bigint':
        this.integer(value);
        break;
      case 'boolean':
        this.byte(value ? 0xc3 : 0xc2);
        break;
      case 'object':
        this.object(value);
        break;
      default:
        throw new RangeError(`A ${typeof value} has no form in MessagePack.`);
    }
  }

  text(text: string): void {
    const characters = text.length;
    if (characters <= SHORT_TEXT) {
      const start = this.room(characters + 5);
      let at = start + (characters <= TEXT.upTo ? 1 : 2);
      let index = 0;
      for (; index < characters; index++) {
        const unit = text.charCodeAt(index);
        if (unit >= 0x80) break;
        this.buffer[at++] = unit;
      }
      if (index === characters) {
        this.head(characters, TEXT);
        this.length += characters;
        return;
      }
    }
    if (HALF_PAIR.test(text)) throw new RangeError('A text holds half of a surrogate pair.');
    const size = Buffer.byteLength(text);
    this.room(size + 5);
    this.head(size, TEXT);
    this.length += this.buffer.write(text, this.length);
  }

  bytes(bytes: Uint8Array): void {
    this.room(bytes.length + 5);
    this.head(bytes.length, BYTES);
    this.raw(bytes);
  }

  /** A value that was written before. */
  raw(bytes: Uint8Array): void {
    // Making room may take another buffer.
    const at = this.room(bytes.length);
    this.buffer.set(bytes, at);
    this.length = at + bytes.length;
  }

  /** Begins an array; the items are to follow. */
  array(items: number): void {
    this.head(items, ARRAY);
  }

  /** Begins a map; the entries, each a text and a value, are to follow. */
  map(entries: number): void {
    this.head(entries, MAP);
  }

  /** A map of the members of an object that are not undefined; each value is for `write`. */
  fields(fields: Readonly<Record<string, unknown>>, write: (name: string, value: unknown) => void): void {
    const names = Object.keys(fields);
    let entries = names.length;
    for (const name of names) if (fields[name] === undefined) entries--;
    this.map(entries);
    for (const name of names) {
      const value = fields[name];
      if (value === undefined) continue;
      this.text(name);
      write(name, value);
    }
  }

  private object(value: object | null): void {
    if (value === null) this.byte(0xc0);
    else if (value instanceof Uint8Array) this.bytes(value);
    else if (Array.isArray(value)) {
      this.array(value.length);
      for (const item of value) this.value(item);
    } else {
      this.fields(value as Readonly<Record<string, unknown>>, (_key, one) => this.value(one));
    }
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value)) {
      if (value >= 0) this.unsigned(value);
      else this.negative(value);
      return;
    }
    if (!Number.isFinite(value)) throw new RangeError(`${value} has no form in MessagePack.`);
    const at = this.room(9);
    this.buffer[at] = 0xcb;
    this.buffer.writeDoubleBE(value, at + 1);
    this.length = at + 9;
  }

  private integer(value: bigint): void {
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) {
      this.number(Number(value));
      return;
    }
    if (value < INT64_MIN || value > UINT64_MAX)
      throw new RangeError(`The integer ${value} does not fit into 64 bits.`);
    const at = this.room(9);
    this.buffer[at] = value < 0 ? 0xd3 : 0xcf;
    this.buffer.writeBigUInt64BE(BigInt.asUintN(64, value), at + 1);
    this.length = at + 9;
  }

  private unsigned(value: number): void {
    if (value < 0x80) this.byte(value);
    else if (value <= 0xffffffff) this.sized(value, 0xcc, 0xcd, 0xce);
    else this.wide(0xcf, value);
  }

  private negative(value: number): void {
    if (value >= -32) {
      this.byte(value & 0xff);
      return;
    }
    const at = this.room(9);
    if (value >= -0x80) {
      this.buffer[at] = 0xd0;
      this.length = this.buffer.writeInt8(value, at + 1);
    } else if (value >= -0x8000) {
      this.buffer[at] = 0xd1;
      this.length = this.buffer.writeInt16BE(value, at + 1);
    } else if (value >= -0x80000000) {
      this.buffer[at] = 0xd2;
      this.length = this.buffer.writeInt32BE(value, at + 1);
    } else this.wide(0xd3, value);
  }

  private wide(head: number, value: number): void {
    const at = this.room(9);
    this.buffer[at] = head;
    this.buffer.writeBigInt64BE(BigInt(value), at + 1);
    this.length = at + 9;
  }

  private head(size: number, heads: Heads): void {
    if (size <= heads.upTo) this.byte(heads.fixed | size);
    else this.sized(size, heads.byte, heads.word, heads.long);
  }

  /** A first byte by the size of the number that follows; 0 stands for a form that there is not. */
  private sized(value: number, byte: number, word: number, long: number): void {
    if (value > 0xffffffff) throw new RangeError(`${value} is too long for MessagePack.`);
    const at = this.room(5);
    if (byte !== 0 && value <= 0xff) {
      this.buffer[at] = byte;
      this.length = this.buffer.writeUInt8(value, at + 1);
    } else if (value <= 0xffff) {
      this.buffer[at] = word;
      this.length = this.buffer.writeUInt16BE(value, at + 1);
    } else {
      this.buffer[at] = long;
      this.length = this.buffer.writeUInt32BE(value, at + 1);
    }
  }

  private byte(value: number): void {
    const at = this.room(1);
    this.buffer[at] = value;
    this.length = at + 1;
  }

  /** Makes room for so many bytes more. Returns where they begin. */
  private room(size: number): number {
    const wanted = this.length + size;
    if (wanted > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(wanted, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    return this.length;
  }
}

/** A JSON value, Uint8Arrays as bytes, in MessagePack. Throws a RangeError as {@link MsgpackWriter} does. */
export function writeMsgpack(value: unknown): Uint8Array {
  const writer = new MsgpackWriter();
  writer.value(value);
  return writer.finish();
}
