/** How a value lies in a message. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const START_GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;

/** Bytes that are no message. */
export class WireProblem extends Error {
  /** @param placed the message begins with the place: `greeter.Person.name: the text is not UTF-8` */
  constructor(
    message: string,
    readonly placed = false,
  ) {
    super(message);
  }
}

/** Reads the parts of a message in their order. Everything throws a `WireProblem` where the bytes end too early. */
export class WireReader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  get position(): number {
    return this.at;
  }

  /** Number and form of the field that comes next. */
  tag(): { readonly number: number; readonly form: number } {
    const tag = this.varint();
    const number = Number(tag >> 3n);
    if (number === 0 || tag > 0xffff_ffffn) throw new WireProblem(`at byte ${this.at} there is no field with a number`);
    return { number, form: Number(tag & 7n) };
  }

  /** An unsigned integer of up to 64 bits. */
  varint(): bigint {
    let value = 0n;
    let small = 0;
    for (let count = 0; count < 10; count++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw new WireProblem('it ends within a number');
      this.at++;
      // Most numbers are short, and need no big integers on the way.
      if (count < 4) small |= (byte & 0x7f) << (7 * count);
      else value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      // The tenth byte has one bit of the number left.
      if (count === 9 && byte > 1) break;
      if (byte < 0x80) return value | BigInt(small);
    }
    throw new WireProblem(`the number that ends at byte ${this.at} has more than 64 bits`);
  }

  fixed32(): number {
    this.need(4);
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  fixed64(): bigint {
    this.need(8);
    const value = this.view.getBigUint64(this.at, true);
    this.at += 8;
    return value;
  }

  float(): number {
    this.need(4);
    const value = this.view.getFloat32(this.at, true);
    this.at += 4;
    return value;
  }

  double(): number {
    this.need(8);
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  /** Bytes after their length; a view of the message. */
  block(): Uint8Array {
    const length = this.varint();
    if (length > BigInt(this.bytes.length - this.at)) {
      throw new WireProblem(`${length} bytes are announced, and ${this.bytes.length - this.at} follow`);
    }
    this.at += Number(length);
    return this.bytes.subarray(this.at - Number(length), this.at);
  }

  /** The content of a group up to its end; a view of the message. */
  group(number: number): Uint8Array {
    const start = this.at;
    for (;;) {
      const end = this.at;
      const next = this.tag();
      if (next.form === END_GROUP) {
        if (next.number !== number) throw new WireProblem(`the group ${number} ends as ${next.number}`);
        return this.bytes.subarray(start, end);
      }
      this.skip(next.number, next.form);
    }
  }

  /** Passes over one value. */
  skip(number: number, form: number): void {
    if (form === VARINT) this.varint();
    else if (form === FIXED64) this.fixed64();
    else if (form === LENGTH) this.block();
    else if (form === START_GROUP) this.skipGroup(number);
    else if (form === FIXED32) this.fixed32();
    else throw new WireProblem(`the field ${number} has the form ${form}, which nothing has`);
  }

  /** Groups in groups are counted, not recursed into: a message may hold very many. */
  private skipGroup(outermost: number): void {
    const open = [outermost];
    while (open.length > 0) {
      const { number, form } = this.tag();
      if (form === START_GROUP) open.push(number);
      else if (form !== END_GROUP) this.skip(number, form);
      else if (open.pop() !== number) throw new WireProblem(`a group ends as ${number}, which it is not`);
    }
  }

  private need(count: number): void {
    if (this.bytes.length - this.at < count) throw new WireProblem('it ends within a number');
  }
}

/** Collects the parts of a message. */
export class WireWriter {
  private readonly parts: Uint8Array[] = [];
  private numbers: number[] = [];

  tag(number: number, form: number): void {
    this.varint((BigInt(number) << 3n) | BigInt(form));
  }

  /** @param value negative ones are written with 64 bits */
  varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.numbers.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.numbers.push(Number(rest));
  }

  fixed32(value: bigint): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(Number(BigInt.asUintN(32, value)));
    this.raw(bytes);
  }

  fixed64(value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    this.raw(bytes);
  }

  float(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.raw(bytes);
  }

  double(value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.raw(bytes);
  }

  /** Bytes with their length before them. */
  block(bytes: Uint8Array): void {
    this.varint(BigInt(bytes.length));
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.flush();
    this.parts.push(bytes);
  }

  finish(): Uint8Array {
    this.flush();
    return this.parts.length === 1 && this.parts[0] !== undefined ? this.parts[0] : Buffer.concat(this.parts);
  }

  private flush(): void {
    if (this.numbers.length === 0) return;
    this.parts.push(Uint8Array.from(this.numbers));
    this.numbers = [];
  }
}
