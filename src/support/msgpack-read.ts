import { isAscii, isUtf8 } from 'node:buffer';

/** Rule of MessagePack bodies that was broken; `grammar` is every breach of the format itself. */
export type MsgpackRule = 'utf8' | 'grammar' | 'duplicate-key' | 'depth' | 'key' | 'ext' | 'float';

/** A body as a value, or the rule that it breaks. */
export type MsgpackReading =
  /** Integers beyond 2^53 are bigints, bytes are Uint8Arrays into the body. */
  | { readonly ok: true; readonly value: unknown; readonly hasBytes: boolean }
  /** What is wrong and where, to be put after "the body is no MessagePack that the ABI allows:". */
  | { readonly ok: false; readonly rule: MsgpackRule; readonly message: string };

/**
 * Reads one MessagePack value that fills its body: string keys that come once, strict UTF-8, no extension
 * types, finite numbers, integers exact. Lengths are believed only as far as the body reaches. Never throws.
 * @param maxDepth containers that may lie in each other
 */
export function readMsgpack(bytes: Uint8Array, maxDepth: number): MsgpackReading {
  const reader = new Reader(bytes, maxDepth);
  try {
    const value = reader.value(0);
    if (reader.at < bytes.length) {
      throw new Broken('grammar', `${bytes.length - reader.at} bytes follow the value (byte ${reader.at})`);
    }
    return { ok: true, value, hasBytes: reader.hasBytes };
  } catch (error) {
    if (error instanceof Broken) return { ok: false, rule: error.rule, message: error.message };
    throw error;
  }
}

class Broken extends Error {
  constructor(
    readonly rule: MsgpackRule,
    message: string,
  ) {
    super(message);
  }
}

/** Texts up to this many bytes are read character by character, which is faster than asking for a decoder. */
const SHORT_TEXT = 12;

/** Places for keys that came before; a power of two. */
const KEYS = 128;

class Reader {
  at = 0;
  hasBytes = false;
  private readonly keys: (string | undefined)[] = new Array(KEYS);
  private readonly buffer: Buffer;

  constructor(
    bytes: Uint8Array,
    private readonly maxDepth: number,
  ) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next value; `depth` containers are open around it. Recursion ends at the limit of depth. */
  value(depth: number): unknown {
    const start = this.at;
    const head = this.take(1, 'a value');
    if (head < 0x80) return head;
    if (head < 0x90) return this.map(head & 0x0f, depth, start);
    if (head < 0xa0) return this.array(head & 0x0f, depth, start);
    if (head < 0xc0) return this.text(head & 0x1f, start);
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.bytes(this.take(1 << (head - 0xc4), 'a length'), start);
      case 0xca:
        return this.float(4, start);
      case 0xcb:
        return this.float(8, start);
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.take(1 << (head - 0xcc), 'an integer');
      case 0xcf:
        return exact(this.buffer.readBigUInt64BE(this.room(8, 'an integer')));
      case 0xd0:
        return this.buffer.readInt8(this.room(1, 'an integer'));
      case 0xd1:
        return this.buffer.readInt16BE(this.room(2, 'an integer'));
      case 0xd2:
        return this.buffer.readInt32BE(this.room(4, 'an integer'));
      case 0xd3:
        return exact(this.buffer.readBigInt64BE(this.room(8, 'an integer')));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.text(this.take(1 << (head - 0xd9), 'a length'), start);
      case 0xdc:
      case 0xdd:
        return this.array(this.take(2 << (head - 0xdc), 'a number of items'), depth, start);
      case 0xde:
      case 0xdf:
        return this.map(this.take(2 << (head - 0xde), 'a number of entries'), depth, start);
      case 0xc1:
        throw new Broken('grammar', `0xc1 begins no value (byte ${start})`);
      default:
        throw new Broken('ext', `an extension type, 0x${head.toString(16)}, stands where none may (byte ${start})`);
    }
  }

  private map(entries: number, depth: number, start: number): Record<string, unknown> {
    this.enter(depth, start);
    this.believe(entries, 2, 'entries', start);
    const read: Record<string, unknown> = {};
    for (let entry = 0; entry < entries; entry++) {
      const place = this.at;
      const key = this.key();
      // A plain assignment to this name would set the object's prototype.
      if (key === '__proto__') {
        if (Object.hasOwn(read, key)) throw duplicate(key, place);
        Object.defineProperty(read, key, {
          value: this.value(depth + 1),
          enumerable: true,
          configurable: true,
          writable: true,
        });
        continue;
      }
      if (Object.hasOwn(read, key)) throw duplicate(key, place);
      read[key] = this.value(depth + 1);
    }
    return read;
  }

  private key(): string {
    const start = this.at;
    const head = this.take(1, 'a key');
    if (head >= 0xa0 && head < 0xc0) return this.known(head & 0x1f) ?? this.text(head & 0x1f, start);
    if (head >= 0xd9 && head <= 0xdb) return this.text(this.take(1 << (head - 0xd9), 'a length'), start);
    throw new Broken('key', `a key is no text but begins with 0x${hex(head)} (byte ${start})`);
  }

  /** A key that came before: maps of a body have the same ones, and making a string costs more than comparing. */
  private known(length: number): string | undefined {
    const { buffer, at } = this;
    if (length === 0 || length > buffer.length - at) return undefined;
    const place = (length * 31 + (buffer[at] as number) * 7 + (buffer[at + length - 1] as number)) & (KEYS - 1);
    const key = this.keys[place];
    if (key === undefined || key.length !== length) {
      const text = buffer.toString('latin1', at, at + length);
      // What is not ASCII is another text in UTF-8.
      if (isAscii(buffer.subarray(at, at + length))) this.keys[place] = text;
      return undefined;
    }
    for (let index = 0; index < length; index++) {
      if (key.charCodeAt(index) !== buffer[at + index]) return undefined;
    }
    this.at = at + length;
    return key;
  }

  private array(items: number, depth: number, start: number): unknown[] {
    this.enter(depth, start);
    this.believe(items, 1, 'items', start);
    const read: unknown[] = [];
    for (let item = 0; item < items; item++) read.push(this.value(depth + 1));
    return read;
  }

  private text(length: number, start: number): string {
    const from = this.room(length, 'a text', start);
    if (length <= SHORT_TEXT) {
      let read = '';
      let at = from;
      for (; at < this.at; at++) {
        const character = this.buffer[at] as number;
        if (character >= 0x80) break;
        read += String.fromCharCode(character);
      }
      if (at === this.at) return read;
    }
    const part = this.buffer.subarray(from, this.at);
    if (isAscii(part)) return part.toString('latin1');
    if (!isUtf8(part)) throw new Broken('utf8', `the text at byte ${start} is not UTF-8`);
    return part.toString('utf8');
  }

  private bytes(length: number, start: number): Uint8Array {
    const from = this.room(length, 'bytes', start);
    this.hasBytes = true;
    return this.buffer.subarray(from, this.at);
  }

  private float(size: 4 | 8, start: number): number {
    const from = this.room(size, 'a float');
    const read = size === 4 ? this.buffer.readFloatBE(from) : this.buffer.readDoubleBE(from);
    if (!Number.isFinite(read)) throw new Broken('float', `${read} is no number that may be sent (byte ${start})`);
    return read;
  }

  /** An unsigned number of 1, 2 or 4 bytes. */
  private take(size: number, what: string): number {
    const from = this.room(size, what);
    if (size === 1) return this.buffer[from] as number;
    return size === 2 ? this.buffer.readUInt16BE(from) : this.buffer.readUInt32BE(from);
  }

  /** Passes over bytes that have to be there. Returns where they begin. */
  private room(size: number, what: string, start = this.at): number {
    const from = this.at;
    if (size > this.buffer.length - from) {
      throw new Broken('grammar', `${what} at byte ${start} goes on after the end, at ${this.buffer.length} bytes`);
    }
    this.at = from + size;
    return from;
  }

  private enter(depth: number, start: number): void {
    if (depth >= this.maxDepth) {
      throw new Broken('depth', `it is nested deeper than ${this.maxDepth} levels (byte ${start})`);
    }
  }

  /** Refuses a number of items that the rest of the body cannot hold, before anything is made for them. */
  private believe(count: number, smallest: number, what: string, start: number): void {
    const left = this.buffer.length - this.at;
    if (count * smallest <= left) return;
    throw new Broken('grammar', `${count} ${what} are announced at byte ${start}, and ${left} bytes follow`);
  }
}

function duplicate(key: string, place: number): Broken {
  const shown = JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key);
  return new Broken('duplicate-key', `the key ${shown} comes twice in one map (byte ${place})`);
}

/** A number where one is exact, else the bigint. */
function exact(value: bigint): number | bigint {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
