import type { Finding } from '../../model/finding.js';
import { deadlockFinding, neverClosedFinding, StreamFailure } from './stream-findings.js';

/** Chunks that the host keeps for a client before `host.stream.emit` blocks. */
export const SLOTS = 16;

/** How long nothing may move before a blocked emit is looked at, in milliseconds. */
const STALL_MS = 2_500;

/** How long it may take the next time, where the plugin asked for something else in between. */
const NEXT_STALL_MS = 500;

/** A call that returns so soon after its blocked emit was let go had waited for it. */
const CONSEQUENCE_MS = STALL_MS;

/** Blocked emits that are let go before the plugin's other requests are no excuse any more. */
const MOST_PROBES = 8;

/** How long a blocked emit may keep another call of the plugin from being served, in milliseconds. */
const RELIEF_MS = 250;

interface Chunk {
  readonly payload: Uint8Array;
  /** Ends the stream for the client. */
  readonly error?: string;
}

interface Waiter {
  readonly chunk: Chunk;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface EmittedStream {
  readonly id: string;
  readonly method: string;
  readonly queue: Chunk[];
  readonly waiting: Waiter[];
  emitted: number;
  closed: boolean;
  /** The plugin's function has returned, so that the host reads. */
  returned: boolean;
  /** The last time that a blocked emit was let go to see what comes of it, and what had been asked by then. */
  probe?: { readonly at: number; readonly activity: number; readonly count: number };
  deadlock?: Error;
  timer?: NodeJS.Timeout;
  /** Wakes whoever reads. */
  wake?: () => void;
}

/** What the streams need of the host around them. */
export interface StreamHost {
  /** Milliseconds without a chunk after which a stream counts as never closed. */
  readonly idleMs: number;
  /** Requests of the plugin that have nothing to do with streams, so far. */
  readonly activity: () => number;
  /** Whether another call of the plugin is being made. */
  readonly busy: () => boolean;
  readonly report: (finding: Finding) => void;
}

/** The streams that executors fill by `host.stream.emit`: a queue each, read once the call has returned. */
export class EmittedStreams {
  private readonly open = new Map<string, EmittedStream>();
  /** Streams whose call is not over: what was emitted before a close is still to be read. */
  private readonly owed = new Map<string, EmittedStream>();
  private last = 0;

  constructor(private readonly host: StreamHost) {}

  /** Opens a stream for a call and returns its id, a decimal counter. */
  begin(method: string): string {
    const id = String(++this.last);
    const stream = { id, method, queue: [], waiting: [], emitted: 0, closed: false, returned: false };
    this.open.set(id, stream);
    this.owed.set(id, stream);
    return id;
  }

  /** Puts a chunk into the queue; waits while it is full. Throws the host's errors. */
  async emit(id: string, chunk: Chunk): Promise<void> {
    if (id === '') throw new Error('stream id is required');
    const stream = this.open.get(id);
    if (stream === undefined) throw new Error(`stream ${id} is not open`);
    if (stream.deadlock !== undefined) throw stream.deadlock;
    if (stream.queue.length < SLOTS) {
      this.admit(stream, chunk);
      return;
    }
    const turn = new Promise<void>((resolve, reject) => stream.waiting.push({ chunk, resolve, reject }));
    this.watch(stream);
    await turn;
  }

  /** Ends a stream after what is queued, with an error if there is one. Unknown ids are nothing to it. */
  close(id: string, error: string): void {
    const stream = this.open.get(id);
    if (stream === undefined) return;
    // This chunk has a place of its own: a close never blocks.
    if (error !== '') stream.queue.push({ payload: new Uint8Array(0), error });
    this.shut(stream);
  }

  /** Chunks that a stream had been given when its call returned. */
  emitted(id: string): number {
    return this.owed.get(id)?.emitted ?? 0;
  }

  /** The call has returned: what its stream holds and will hold, until it is closed. */
  async *read(id: string): AsyncGenerator<Uint8Array> {
    const stream = this.owed.get(id);
    if (stream === undefined) return;
    stream.returned = true;
    this.judgeReturn(stream);
    try {
      for (;;) {
        const chunk = stream.queue.shift();
        if (chunk === undefined) {
          if (stream.closed) return;
          await this.somethingNew(stream);
          continue;
        }
        this.letIn(stream);
        if (chunk.error !== undefined) throw new StreamFailure(chunk.error);
        yield chunk.payload;
      }
    } finally {
      this.owed.delete(id);
      this.shut(stream);
    }
  }

  /** Nobody reads any more: emits that wait fail, as they do when a client goes away. */
  abandon(id: string): void {
    const stream = this.owed.get(id);
    this.owed.delete(id);
    if (stream !== undefined) this.shut(stream);
  }

  /** Ends everything. */
  closeAll(): void {
    for (const stream of this.open.values()) this.shut(stream);
  }

  private admit(stream: EmittedStream, chunk: Chunk): void {
    stream.queue.push(chunk);
    stream.emitted++;
    stream.wake?.();
  }

  /** Room has come: the emit that waits longest is served. */
  private letIn(stream: EmittedStream): void {
    const waiter = stream.waiting.shift();
    if (waiter === undefined) return;
    this.admit(stream, waiter.chunk);
    waiter.resolve();
  }

  private shut(stream: EmittedStream): void {
    stream.closed = true;
    this.open.delete(stream.id);
    clearTimeout(stream.timer);
    for (const waiter of stream.waiting.splice(0)) {
      waiter.reject(stream.deadlock ?? new Error(`stream ${stream.id} is not open`));
    }
    stream.wake?.();
  }

  private watch(stream: EmittedStream): void {
    clearTimeout(stream.timer);
    if (stream.returned) {
      // The reference host answers one request at a time, so this one may keep others from being heard.
      stream.timer = setTimeout(() => this.relieve(stream), RELIEF_MS);
    } else {
      const limit = this.askedSince(stream.probe) ? NEXT_STALL_MS : STALL_MS;
      stream.timer = setTimeout(() => this.stalled(stream), limit);
    }
  }

  /** Whether the plugin has asked for something else since a blocked emit was let go. */
  private askedSince(probe: EmittedStream['probe']): boolean {
    return probe !== undefined && this.host.activity() !== probe.activity;
  }

  private relieve(stream: EmittedStream): void {
    if (stream.waiting.length === 0) return;
    if (this.host.busy()) this.letIn(stream);
    else this.watch(stream);
  }

  /**
   * An emit has waited for long while its call has not returned. Letting it go tells a call that waits
   * for its own emit from one that waits for its turn to ask the host something, while another thread
   * emits: this host answers one request at a time.
   */
  private stalled(stream: EmittedStream): void {
    if (stream.returned || stream.waiting.length === 0) return;
    const { count = 0 } = stream.probe ?? {};
    if (count === 0 || (count < MOST_PROBES && this.askedSince(stream.probe))) {
      stream.probe = { at: performance.now(), activity: this.host.activity(), count: count + 1 };
      this.letIn(stream);
      return;
    }
    this.name(stream);
    for (const waiter of stream.waiting.splice(0)) waiter.reject(stream.deadlock as Error);
  }

  private judgeReturn(stream: EmittedStream): void {
    clearTimeout(stream.timer);
    if (stream.waiting.length > 0) this.watch(stream);
    const { deadlock, probe } = stream;
    // A call that had something to ask in between may have waited for that alone.
    if (deadlock !== undefined || probe === undefined || this.askedSince(probe)) return;
    if (performance.now() - probe.at < CONSEQUENCE_MS) this.name(stream);
  }

  private name(stream: EmittedStream): void {
    const finding = deadlockFinding(stream.method, SLOTS);
    stream.deadlock = new Error(finding.message);
    this.host.report(finding);
  }

  /** Waits for a chunk or the end. Throws when nothing comes for too long. */
  private somethingNew(stream: EmittedStream): Promise<void> {
    return new Promise((resolve, reject) => {
      const { idleMs } = this.host;
      const timer = setTimeout(() => {
        delete stream.wake;
        const finding = neverClosedFinding(stream.method, stream.emitted, idleMs);
        this.host.report(finding);
        reject(new StreamFailure(finding.message));
      }, idleMs);
      stream.wake = () => {
        clearTimeout(timer);
        delete stream.wake;
        resolve();
      };
    });
  }
}
