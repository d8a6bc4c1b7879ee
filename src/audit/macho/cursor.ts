import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';

/** Bytes of a 64-bit number in LEB128. */
const LONGEST = 10;

/** Reads the variable-length numbers and names of the loader's tables one after another. */
export class Cursor {
  constructor(
    private readonly bytes: Bytes,
    public position: number,
  ) {}

  get atEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  u8(): number {
    return this.bytes.u8(this.position++);
  }

  /** An unsigned number of variable length; above 2^53 only near the truth, as `Bytes.u64`. */
  uleb(): number {
    let value = 0;
    for (let index = 0; index < LONGEST; index++) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new BinaryError('malformed', "A number in the loader's tables has no end.");
  }

  /** A string that a zero byte ends. */
  name(): string {
    const name = this.bytes.name(this.position);
    // Escaped names are longer than what was read, so look for the end itself.
    this.position = this.bytes.find(Buffer.from([0]), this.position) + 1;
    return name;
  }
}
