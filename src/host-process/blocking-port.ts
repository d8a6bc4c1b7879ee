import { readSync, writeSync } from 'node:fs';
import { Flag, Frame, HEADER, type Header, SHARE_FROM, SHARED_REFERENCE, writeHeader } from '../runtime/wire/frame.js';
import { addressOf, type Libc, type Pointer, viewMemory } from './libc.js';
import type { ReplyShare } from './mapping.js';

const ARENA = 256 * 1024;

/** Frames over a blocking descriptor: one thread reads, works and writes, without an event loop. */
export class BlockingPort {
  private arena = Buffer.allocUnsafeSlow(ARENA);
  private arenaAddress = addressOf(this.arena);
  private from = 0;
  private to = 0;
  private staged = 0;
  private readonly outgoing = Buffer.allocUnsafeSlow(ARENA);
  private readonly outgoingAddress = addressOf(this.outgoing);

  constructor(
    private readonly descriptor: number,
    private readonly libc: Libc,
    private readonly share: ReplyShare | undefined,
  ) {}

  /** Waits for the next frame, valid until the call after; undefined when the parent closed the channel. */
  next(): Frame | undefined {
    if (!this.fill(HEADER)) return undefined;
    const size = HEADER + this.arena.readUInt32LE(this.from);
    if (!this.fill(size)) return undefined;
    const frame = new Frame(this.arena, this.from);
    this.from += size;
    return frame;
  }

  /** Native address of a part of the current frame. */
  address(part: Uint8Array): Pointer {
    return this.arenaAddress + BigInt(part.byteOffset - this.arena.byteOffset);
  }

  /**
   * Queues a frame whose body is `length` bytes of native memory; the memory may be freed afterwards.
   * `flush` sends what is queued.
   */
  stage(header: Header, method = '', body: Pointer = 0n, length = 0): void {
    const methodBytes = Buffer.byteLength(method);
    const offset = length >= SHARE_FROM ? this.share?.putMemory(body, length) : undefined;
    if (offset === undefined) this.stageInline(header, method, methodBytes, body, length);
    else this.stageShared(header, method, methodBytes, offset, length);
  }

  /** Sends what is queued. */
  flush(): void {
    const length = this.staged;
    this.staged = 0;
    this.write(this.outgoing, this.outgoingAddress, length);
  }

  private stageInline(header: Header, method: string, methodBytes: number, body: Pointer, length: number): void {
    const fits = length <= ARENA / 2;
    this.reserve(HEADER + methodBytes + 1 + (fits ? length : 0));
    this.staged = writeHeader(this.outgoing, this.staged, header, method, methodBytes, length);
    if (fits) {
      if (length > 0) this.libc.memcpy(this.outgoingAddress + BigInt(this.staged), body, length);
      this.staged += length;
    } else {
      this.flush();
      this.write(viewMemory(body, length), body, length);
    }
  }

  private stageShared(header: Header, method: string, methodBytes: number, offset: number, length: number): void {
    this.reserve(HEADER + methodBytes + 1 + SHARED_REFERENCE);
    const flags = (header.flags ?? 0) | Flag.Shared;
    const at = writeHeader(this.outgoing, this.staged, { ...header, flags }, method, methodBytes, SHARED_REFERENCE);
    this.outgoing.writeDoubleLE(offset, at);
    this.outgoing.writeDoubleLE(length, at + 8);
    this.staged = at + SHARED_REFERENCE;
  }

  private reserve(size: number): void {
    if (this.staged + size > this.outgoing.length) this.flush();
  }

  /** `address` is that of `bytes`. */
  private write(bytes: Uint8Array, address: Pointer, length: number): void {
    // Mostly all that is needed; writeSync knows how to wait, to go on and to fail.
    const direct = length === 0 ? 0 : this.libc.write(this.descriptor, address, length);
    for (let sent = Math.max(0, direct); sent < length; )
      sent += writeSync(this.descriptor, bytes, sent, length - sent);
  }

  /** Reads until `size` bytes of the next frame are there. */
  private fill(size: number): boolean {
    while (this.to - this.from < size) {
      if (this.from + size > this.arena.length) this.makeRoom(size);
      const got = this.read();
      if (got === 0) return false;
      this.to += got;
    }
    return true;
  }

  private read(): number {
    for (;;) {
      try {
        return readSync(this.descriptor, this.arena, this.to, this.arena.length - this.to, null);
      } catch (error) {
        // A plugin's signal handler may have been set without SA_RESTART.
        if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
      }
    }
  }

  /** Moves what is unread to the front, into a larger arena where the frame needs one. */
  private makeRoom(size: number): void {
    const target = size > this.arena.length ? Buffer.allocUnsafeSlow(size) : this.arena;
    this.arena.copy(target, 0, this.from, this.to);
    this.to -= this.from;
    this.from = 0;
    if (target === this.arena) return;
    this.arena = target;
    this.arenaAddress = addressOf(target);
  }
}
