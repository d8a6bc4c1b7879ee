/** What a frame says. One set for all channels between the CLI and a plugin's child. */
export const Kind = {
  /** To the plugin: call a method. */
  Call: 1,
  /** From the plugin: how a call came out. `a` is its time in ns, `b` the length in the response slot. */
  Reply: 2,
  /** To the plugin: make the same call `a` times. */
  Loop: 3,
  /** Either way: the shared region at offset `a` has been read. */
  Release: 4,
  /** To the child: start the worker thread. */
  StartWorker: 5,
  WorkerReady: 6,
  /** To the child: shut the plugin down and end. The body is a token. */
  Stop: 7,
  /** From the child: the plugin was shut down. The body is the token of `Stop`. */
  End: 8,
  /**
   * From the child: loaded and initialised. `a` is the plugin's ABI version, `b` is 1 when regions can be shared.
   * The body of a probe's names what it can watch, in words parted by blanks.
   */
  Ready: 9,
  /** From the child: not loaded. The method is the stage, the body says why. */
  Refused: 10,
  /** From the child: the host itself failed. The body says how. */
  Fault: 11,
  /** From the plugin: a request to the host. A probe says in `a` with 1 that a thread asks which is in no call. */
  Ask: 12,
  /** To the plugin: the host's answer. */
  Answer: 13,
  /** From the plugin: a request after shutdown, which was refused. */
  LateAsk: 14,
  /** From the child: `shutdown` is about to be called. */
  ShuttingDown: 15,
  /** To the probe, first of all: settings, as a body of `name NUL value NUL` pairs. */
  Start: 16,
  /** From the probe: the step of its life, in `code`, that begins. */
  Phase: 17,
  /** From the probe: the call with this id begins. */
  Begin: 18,
  /**
   * From the probe: it has crashed. The method is the signal, of that name elsewhere for Windows, `code` what the system
   * says of it; the body holds facts, and in a second frame the stack, as fields.
   */
  Crash: 19,
  /** To the probe: run the experiment that the method names, with the fields in the body. */
  Perform: 20,
  /** From the probe: what an experiment has seen, as fields. */
  Observed: 21,
  /** From the probe: the plugin broke a rule that the method names by a conformance id; the body says how. */
  Breach: 22,
  /**
   * To the probe: tell what every thread does. The method is the plugin's path, `code` 1 while it is being loaded. From
   * the probe: what the thread `id` does, as fields; `code` is 2 for the thread that tells, 1 when a Go runtime will
   * print its goroutines and end the process, and an `id` of 0 comes last.
   */
  Stacks: 23,
  /** From the child, before it loads anything: the kernel does not end it with the CLI. */
  Unguarded: 24,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const Flag = {
  /** The body lies in the sender's shared file; the frame holds offset and length. */
  Shared: 1,
  /** The plugin's response slot held a null pointer. */
  NullPointer: 2,
  /** `Call` on the control channel: may run beside others. */
  Concurrent: 4,
  /** `Loop`: write the request and copy the reply each time, as a real call does. */
  Copied: 8,
  /** `Call` to the probe: to be made by the thread whose request, `a`, waits for its answer. */
  Nested: 16,
} as const;

/**
 * Layout of a header, little endian: u32 bytes after the header, u8 kind, u8 flags, u16 length of
 * the method with its terminator, u32 id, i32 code, f64 a, f64 b. Method and body follow.
 */
export const HEADER = 32;

/** Bodies from this size go through the shared file. */
export const SHARE_FROM = 16 * 1024;

/** Bytes of the reference that stands for a shared body: f64 offset, f64 length. */
export const SHARED_REFERENCE = 16;

/** Size of each shared file. Sparse; writing makes it real. */
export const SHARED_FILE = 8 * 2 ** 30;

/** Longest method name in bytes. */
export const MAX_METHOD = 60_000;

/** True for a name that C can take and a frame can hold. */
export function isMethodName(method: string): boolean {
  return !method.includes('\0') && Buffer.byteLength(method) <= MAX_METHOD;
}

/** A body that lies in a shared file. */
export interface SharedBody {
  readonly offset: number;
  readonly length: number;
}

export interface Header {
  readonly kind: Kind;
  readonly flags?: number;
  readonly id?: number;
  readonly code?: number;
  readonly a?: number;
  readonly b?: number;
}

/** Writes header and method, with its terminator, and returns the offset where the body goes. */
export function writeHeader(
  buffer: Buffer,
  at: number,
  header: Header,
  method: string,
  methodBytes: number,
  bodyLength: number,
): number {
  buffer.writeUInt32LE(methodBytes + 1 + bodyLength, at);
  buffer[at + 4] = header.kind;
  buffer[at + 5] = header.flags ?? 0;
  buffer.writeUInt16LE(methodBytes + 1, at + 6);
  buffer.writeUInt32LE(header.id ?? 0, at + 8);
  buffer.writeInt32LE(header.code ?? 0, at + 12);
  buffer.writeDoubleLE(header.a ?? 0, at + 16);
  buffer.writeDoubleLE(header.b ?? 0, at + 24);
  const end = at + HEADER + methodBytes;
  if (methodBytes > 0) buffer.write(method, at + HEADER, 'utf8');
  buffer[end] = 0;
  return end + 1;
}

/** A frame inside a buffer: nothing is copied, and nothing is valid once the buffer is reused. */
export class Frame {
  constructor(
    private readonly buffer: Buffer,
    private readonly at: number,
  ) {}

  get kind(): Kind {
    return this.buffer[this.at + 4] as Kind;
  }
  get flags(): number {
    return this.buffer[this.at + 5] ?? 0;
  }
  get id(): number {
    return this.buffer.readUInt32LE(this.at + 8);
  }
  get code(): number {
    return this.buffer.readInt32LE(this.at + 12);
  }
  get a(): number {
    return this.buffer.readDoubleLE(this.at + 16);
  }
  get b(): number {
    return this.buffer.readDoubleLE(this.at + 24);
  }
  get method(): string {
    const length = this.buffer.readUInt16LE(this.at + 6);
    return this.buffer.toString('utf8', this.at + HEADER, this.at + HEADER + length - 1);
  }
  /** The method with its terminator, as C takes it. */
  get methodBytes(): Buffer {
    return this.buffer.subarray(this.at + HEADER, this.bodyAt);
  }
  /** The inline body; of a shared one the reference. */
  get body(): Buffer {
    return this.buffer.subarray(this.bodyAt, this.at + HEADER + this.buffer.readUInt32LE(this.at));
  }
  /** Where a shared body lies, or undefined for an inline one. */
  get shared(): SharedBody | undefined {
    if ((this.flags & Flag.Shared) === 0) return undefined;
    return { offset: this.buffer.readDoubleLE(this.bodyAt), length: this.buffer.readDoubleLE(this.bodyAt + 8) };
  }

  private get bodyAt(): number {
    return this.at + HEADER + this.buffer.readUInt16LE(this.at + 6);
  }
}
