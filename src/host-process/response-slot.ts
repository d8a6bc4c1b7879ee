import { nativeBuffer, type Pointer } from './libc.js';

/** Longest reply that the host reads. A larger length is reported as it stands, with no body. */
export const MAX_REPLY = 2 ** 31;

/** The two words that a plugin fills with its reply, and the host reads without a conversion. */
export class ResponseSlot {
  readonly address: Pointer;
  private readonly words: BigUint64Array;
  private readonly halves: Uint32Array;

  constructor() {
    const { buffer, address } = nativeBuffer(16);
    this.address = address;
    this.words = new BigUint64Array(buffer.buffer, buffer.byteOffset, 2);
    this.halves = new Uint32Array(buffer.buffer, buffer.byteOffset, 4);
  }

  /** Empties the slot; before every call. */
  clear(): void {
    this.halves.fill(0);
  }

  get pointer(): Pointer {
    return this.words[0] ?? 0n;
  }

  get isNull(): boolean {
    return this.halves[0] === 0 && this.halves[1] === 0;
  }

  /** The length as the plugin wrote it. */
  get length(): number {
    return (this.halves[2] ?? 0) + (this.halves[3] ?? 0) * 2 ** 32;
  }

  /** Bytes that can be read: 0 where there is no pointer or the length cannot be true. */
  get readable(): number {
    return this.isNull || this.length > MAX_REPLY ? 0 : this.length;
  }

  /** The length in a form that keeps all 64 bits. */
  get exactLength(): bigint {
    return this.words[1] ?? 0n;
  }
}
