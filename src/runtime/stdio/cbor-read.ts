/** Why bytes are no CBOR item that tau's reader takes. */
export class CborProblem extends Error {
  override readonly name = 'CborProblem';
}

/** Deepest nesting that is read. */
const MAX_DEPTH = 128;
const INDEFINITE = 31;
const BREAK = 0xff;
const MAX_SIGNED = 2n ** 63n - 1n;

/**
 * Reads the CBOR item at the start of some bytes as tau's own reader does, which knows less than CBOR has: no tags, no
 * `undefined`, no half floats, no byte strings, no texts in pieces, and no indefinite length for the outermost map. What
 * follows the item is ignored. Integers beyond 2^53 are bigints; a number that JSON does not have is null.
 * @throws CborProblem
 */
export function readCbor(bytes: Uint8Array): unknown {
  if (bytes[0] === 0xbf || bytes[0] === 0x9f) {
    throw new CborProblem('the outermost item has no length; only inner ones may be of indefinite length');
  }
  return new Reader(bytes).item(0);
}

class Reader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  item(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new CborProblem(`it is nested deeper than ${MAX_DEPTH} levels`);
    const start = this.at;
    const first = this.byte();
    const major = first >> 5;
    const info = first & 31;
    switch (major) {
      case 0:
        return compact(this.argument(info, start));
      case 1: {
        const value = this.argument(info, start);
        if (value > MAX_SIGNED) throw this.problem('an integer below the 64-bit ones', start);
        return compact(-1n - value);
      }
      case 2:
        throw this.problem('a byte string, where only text is read', start);
      case 3:
        return this.text(info, start);
      case 4:
        return this.array(info, depth, start);
      case 5:
        return this.map(info, depth, start);
      case 6:
        throw this.problem('a tag', start);
      default:
        return this.simple(info, start);
    }
  }

  private text(info: number, start: number): string {
    if (info === INDEFINITE) throw this.problem('a text in pieces', start);
    const length = this.length(info, start);
    const from = this.at;
    this.need(length);
    this.at += length;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes.subarray(from, this.at));
    } catch {
      throw this.problem('a text that is not UTF-8', start);
    }
  }

  private array(info: number, depth: number, start: number): unknown[] {
    const list: unknown[] = [];
    this.each(info, start, () => list.push(this.item(depth + 1)));
    return list;
  }

  private map(info: number, depth: number, start: number): Record<string, unknown> {
    const members = new Map<string, unknown>();
    this.each(info, start, () => {
      const keyAt = this.at;
      const key = this.item(depth + 1);
      if (typeof key !== 'string') throw this.problem('a key that is no text', keyAt);
      if (members.has(key)) throw this.problem(`the key ${JSON.stringify(key)} twice`, keyAt);
      members.set(key, this.item(depth + 1));
    });
    // Unlike an assignment this keeps a key named __proto__.
    return Object.fromEntries(members);
  }

  private each(info: number, start: number, read: () => void): void {
    if (info === INDEFINITE) {
      while (this.peek() !== BREAK) read();
      this.at++;
      return;
    }
    const count = this.length(info, start);
    for (let index = 0; index < count; index++) read();
  }

  private simple(info: number, start: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        throw this.problem('undefined', start);
      case 25:
        throw this.problem('a half float; only floats of 32 and 64 bits are read', start);
      case 26:
        return finite(this.view.getFloat32(this.take(4)));
      case 27:
        return finite(this.view.getFloat64(this.take(8)));
      default:
        throw this.problem(info === INDEFINITE ? 'an end without a beginning' : 'an unknown simple value', start);
    }
  }

  private argument(info: number, start: number): bigint {
    if (info < 24) return BigInt(info);
    switch (info) {
      case 24:
        return BigInt(this.byte());
      case 25:
        return BigInt(this.view.getUint16(this.take(2)));
      case 26:
        return BigInt(this.view.getUint32(this.take(4)));
      case 27:
        return this.view.getBigUint64(this.take(8));
      default:
        throw this.problem('a length that CBOR does not have', start);
    }
  }

  /** A length, which what is left of the bytes has to hold: each element takes one byte at least. */
  private length(info: number, start: number): number {
    const length = this.argument(info, start);
    if (length > BigInt(this.bytes.length - this.at)) throw this.cut();
    return Number(length);
  }

  private byte(): number {
    return this.view.getUint8(this.take(1));
  }

  private peek(): number {
    this.need(1);
    return this.view.getUint8(this.at);
  }

  private take(count: number): number {
    this.need(count);
    this.at += count;
    return this.at - count;
  }

  private need(count: number): void {
    if (this.at + count > this.bytes.length) throw this.cut();
  }

  private cut(): CborProblem {
    return new CborProblem(`it ends after ${this.bytes.length} bytes, in the middle of an item`);
  }

  private problem(what: string, at: number): CborProblem {
    return new CborProblem(`there is ${what} (byte ${at})`);
  }
}

function compact(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
