import type { Duplex } from 'node:stream';
import {
  Flag,
  Frame,
  HEADER,
  type Header,
  SHARE_FROM,
  SHARED_REFERENCE,
  type SharedBody,
  writeHeader,
} from './frame.js';

const SLAB = 256 * 1024;
const NOTHING = new Uint8Array(0);

/** The sender's side of a shared file. */
export interface PayloadSink {
  /** Puts a body into the file and returns its offset, or undefined when it must go inline. */
  put(body: Uint8Array): number | undefined;
}

/**
 * Frames over a stream socket. What is sent in one turn leaves in one write. Ends quietly: a peer
 * that died is noticed by whoever watches the process.
 */
export class Channel {
  private slab = Buffer.allocUnsafeSlow(SLAB);
  private from = 0;
  private to = 0;
  private scheduled = false;
  /** Received and not yet handled; `need` is how much completes the next header or frame. */
  private parts: Buffer[] = [];
  private have = 0;
  private need = HEADER;
  private closed = false;

  /**
   * @param onFrame called with each frame; the frame's buffer is not reused afterwards
   * @param onEnd called once when no more frames will come
   */
  constructor(
    private readonly socket: Duplex,
    private readonly onFrame: (frame: Frame) => void,
    onEnd?: () => void,
    private readonly sink?: PayloadSink,
  ) {
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('error', () => {
      this.closed = true;
    });
    socket.once('close', () => {
      this.closed = true;
      onEnd?.();
    });
  }

  /**
   * Takes a body out of memory that is about to be freed: into the shared file where it is large,
   * else into a copy.
   */
  hold(body: Uint8Array): Uint8Array | SharedBody {
    const placed = this.place(body);
    return placed instanceof Uint8Array ? Buffer.from(placed) : placed;
  }

  /** Queues a frame; `isMethodName` must hold for the method. */
  send(header: Header, method = '', body?: Uint8Array | SharedBody): void {
    if (this.closed) return;
    const methodBytes = method === '' ? 0 : Buffer.byteLength(method);
    const placed = this.place(body);
    if (placed instanceof Uint8Array) this.sendInline(header, method, methodBytes, placed);
    else this.sendShared(header, method, methodBytes, placed);
  }

  /** Sends what is queued and closes this side's direction. */
  end(done?: () => void): void {
    this.flush();
    if (!this.closed) this.socket.end(done);
    else done?.();
  }

  destroy(): void {
    this.closed = true;
    this.socket.destroy();
  }

  /** Where a body goes: shared when it is large and there is room, else as it is. */
  private place(body: Uint8Array | SharedBody | undefined): Uint8Array | SharedBody {
    if (body === undefined) return NOTHING;
    if (!(body instanceof Uint8Array) || body.byteLength < SHARE_FROM) return body;
    const offset = this.sink?.put(body);
    return offset === undefined ? body : { offset, length: body.byteLength };
  }

  private sendInline(header: Header, method: string, methodBytes: number, body: Uint8Array): void {
    const length = body.byteLength;
    const fits = length <= SLAB / 2;
    this.reserve(HEADER + methodBytes + 1 + (fits ? length : 0));
    this.to = writeHeader(this.slab, this.to, header, method, methodBytes, length);
    if (fits) {
      this.slab.set(body, this.to);
      this.to += length;
    } else {
      this.flush();
      if (!this.closed) this.socket.write(body);
    }
  }

  private sendShared(header: Header, method: string, methodBytes: number, body: SharedBody): void {
    this.reserve(HEADER + methodBytes + 1 + SHARED_REFERENCE);
    const flags = (header.flags ?? 0) | Flag.Shared;
    this.to = writeHeader(this.slab, this.to, { ...header, flags }, method, methodBytes, SHARED_REFERENCE);
    this.slab.writeDoubleLE(body.offset, this.to);
    this.slab.writeDoubleLE(body.length, this.to + 8);
    this.to += SHARED_REFERENCE;
  }

  /** Makes room. Written parts of a slab are never written again: the socket may still hold them. */
  private reserve(size: number): void {
    if (!this.scheduled) {
      this.scheduled = true;
      queueMicrotask(() => this.flush());
    }
    if (this.to + size <= this.slab.length) return;
    this.write();
    this.slab = Buffer.allocUnsafeSlow(Math.max(SLAB, size));
    this.from = 0;
    this.to = 0;
  }

  /** Sends what is queued at once; it leaves by itself at the end of the turn. */
  flush(): void {
    this.scheduled = false;
    this.write();
  }

  private write(): void {
    if (this.from === this.to) return;
    const piece = this.slab.subarray(this.from, this.to);
    this.from = this.to;
    if (!this.closed) this.socket.write(piece);
  }

  private receive(bytes: Buffer): void {
    this.parts.push(bytes);
    this.have += bytes.length;
    if (this.have < this.need) return;
    const [only] = this.parts;
    const all = this.parts.length === 1 && only !== undefined ? only : Buffer.concat(this.parts);
    let at = 0;
    this.need = HEADER;
    while (all.length - at >= this.need) {
      this.need = HEADER + all.readUInt32LE(at);
      if (all.length - at < this.need) break;
      this.onFrame(new Frame(all, at));
      at += this.need;
      this.need = HEADER;
    }
    this.have = all.length - at;
    this.parts = this.have === 0 ? [] : [all.subarray(at)];
  }
}
