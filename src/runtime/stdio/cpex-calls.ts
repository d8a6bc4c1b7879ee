import { performance } from 'node:perf_hooks';
import type { CallEnd, InFlight } from '../../model/session.js';
import type { PendingCall } from '../native/pending-call.js';

/** Calls that may be under way at once, besides those that the plugin waits for (ABI-STDIO-008). */
const MOST_BESIDE = 64;

/** A call as it is to be sent. */
export interface Outgoing {
  readonly call: PendingCall;
  readonly request: Uint8Array;
  /** Callback of the plugin that waits for it; 0 for none. */
  readonly during: number;
  /** `ordered` calls take turns, `beside` ones run at once as far as there is room, `nested` ones always. */
  readonly lane: 'ordered' | 'beside' | 'nested';
  /** How often it is made, one after another. */
  readonly times: number;
}

interface Running extends Outgoing {
  readonly timer: NodeJS.Timeout;
  left: number;
  sentAt: number;
  spentNs: number;
}

/** Which calls are under way, which wait for their turn, and how long they may take. */
export class CallTable {
  /** By the number of the request that was sent last for a call. */
  private readonly running = new Map<number, Running>();
  private readonly ordered: Outgoing[] = [];
  private readonly beside: Outgoing[] = [];
  private orderedRuns = false;
  private besideRun = 0;
  private nextId = 1;

  /**
   * @param send puts a request on the wire
   * @param onExpired called when a call took longer than its deadline, in milliseconds
   * @param most calls that may be under way at once, of all lanes but `nested`
   */
  constructor(
    private readonly send: (id: number, outgoing: Outgoing) => void,
    private readonly onExpired: (deadline: number) => void,
    private readonly most = Number.POSITIVE_INFINITY,
  ) {}

  /** Sends a call, or keeps it until its turn comes; its deadline runs from when it is sent. */
  add(outgoing: Outgoing): void {
    const { lane } = outgoing;
    if (lane === 'nested') this.start(outgoing);
    else {
      this[lane].push(outgoing);
      this.advance();
    }
  }

  /** A response has come. Returns the call with its end where that was the last one; undefined for an unknown number. */
  reply(
    id: number,
    code: number,
    body: Uint8Array,
  ): { readonly call: PendingCall; readonly end?: CallEnd } | undefined {
    const entry = this.running.get(id);
    if (entry === undefined) return undefined;
    this.running.delete(id);
    const { call } = entry;
    entry.spentNs += (performance.now() - entry.sentAt) * 1e6;
    entry.left--;
    if (entry.left > 0) {
      this.put(entry);
      return { call };
    }
    clearTimeout(entry.timer);
    if (entry.lane === 'ordered') this.orderedRuns = false;
    if (entry.lane === 'beside') this.besideRun--;
    this.advance();
    const slot = { nullPointer: body.byteLength === 0, length: body.byteLength };
    return { call, end: { code, body, durationNs: Math.round(entry.spentNs), slot } };
  }

  /** The call that a request of the plugin belongs to: the one that it names, else the only one under way. */
  caller(during: number): PendingCall | undefined {
    const named = this.running.get(during);
    if (named !== undefined) return named.call;
    const [first, ...others] = this.running.values();
    return others.length === 0 ? first?.call : undefined;
  }

  /** The call that began last and has not returned. */
  get latest(): InFlight | undefined {
    const call = [...this.running.values()].at(-1)?.call;
    return call === undefined ? undefined : { callId: call.id, method: call.method, phase: 'call' };
  }

  /** Whether any call is under way or waits. */
  get busy(): boolean {
    return this.running.size + this.ordered.length + this.beside.length > 0;
  }

  /** Takes out everything that has no reply, when there will be none. */
  drain(): PendingCall[] {
    const rest = [...this.running.values(), ...this.ordered, ...this.beside].map(({ call }) => call);
    for (const { timer } of this.running.values()) clearTimeout(timer);
    this.running.clear();
    this.ordered.length = 0;
    this.beside.length = 0;
    return rest;
  }

  private advance(): void {
    if (!this.orderedRuns && this.running.size < this.most) {
      const next = this.ordered.shift();
      if (next !== undefined) {
        this.orderedRuns = true;
        this.start(next);
      }
    }
    while (this.besideRun < MOST_BESIDE && this.running.size < this.most) {
      const next = this.beside.shift();
      if (next === undefined) return;
      this.besideRun++;
      this.start(next);
    }
  }

  private start(outgoing: Outgoing): void {
    const { deadline } = outgoing.call;
    const timer = setTimeout(() => this.onExpired(deadline), deadline);
    this.put({ ...outgoing, timer, left: outgoing.times, sentAt: 0, spentNs: 0 });
  }

  private put(entry: Running): void {
    const id = this.nextNumber();
    this.running.set(id, entry);
    entry.sentAt = performance.now();
    this.send(id, entry);
  }

  /** From 2 on; they begin anew after 2^32 - 1, and one that still waits is left out. */
  private nextNumber(): number {
    do {
      this.nextId = this.nextId === 0xffff_ffff ? 2 : this.nextId + 1;
    } while (this.running.has(this.nextId));
    return this.nextId;
  }
}
