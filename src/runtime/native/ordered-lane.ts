import type { Channel } from '../wire/channel.js';
import { type Header, Kind } from '../wire/frame.js';
import type { PendingCall } from './pending-call.js';

/** Calls made through the pool before a worker is worth its start (35 ms): most sessions make few. */
const CALLS_BEFORE_WORKER = 16;

/** What a lane has to send, or has sent. */
interface Entry {
  readonly call: PendingCall;
  readonly header: Header;
  readonly body: Uint8Array | undefined;
  /** Only the worker can serve it. */
  readonly worker: boolean;
}

/**
 * Calls in order, one at a time in the plugin. The first ones go through the child's pool; later a
 * worker thread serves them, which is much faster. A call's deadline runs from when its turn came.
 * A child that needs no worker has no channel `calls`.
 */
export class OrderedLane {
  private readonly running: Entry[] = [];
  private head = 0;
  private held: Entry[] = [];
  private served: 'pool' | 'starting' | 'draining' | 'worker' = 'pool';
  private made = 0;
  private headSince = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerDue = Number.POSITIVE_INFINITY;

  constructor(
    private readonly control: Channel,
    private readonly calls: Channel | undefined,
    private readonly onExpired: (deadline: number) => void,
  ) {}

  /** The call whose turn it is. */
  get current(): PendingCall | undefined {
    return this.running[this.head]?.call;
  }

  /** Queues a call; `worker` when it must be made on the worker thread. */
  add(call: PendingCall, header: Header, body: Uint8Array | undefined, worker: boolean): void {
    if (this.calls === undefined) {
      this.send(this.control, { call, header, body, worker: false });
      return;
    }
    this.made++;
    if (this.served === 'pool' && (worker || this.made > CALLS_BEFORE_WORKER)) {
      this.served = 'starting';
      this.control.send({ kind: Kind.StartWorker });
    }
    const entry = { call, header, body, worker };
    if (this.served === 'worker') this.send(this.calls, entry);
    else if (this.served !== 'draining' && !worker && this.held.length === 0) this.send(this.control, entry);
    else this.held.push(entry);
  }

  /** The worker listens: calls go there as soon as the pool has returned those it has. */
  workerReady(): void {
    this.served = 'draining';
    this.switchOver();
  }

  /** Takes the call that a reply belongs to; undefined when it is none of this lane. */
  reply(id: number): PendingCall | undefined {
    const call = this.current;
    if (call?.id !== id) return undefined;
    this.head++;
    if (this.head === this.running.length) {
      this.running.length = 0;
      this.head = 0;
    } else if (this.head > 1024) {
      this.running.splice(0, this.head);
      this.head = 0;
    }
    this.watchHead();
    this.switchOver();
    return call;
  }

  /** Takes out everything that has no reply, when there will be none. */
  drain(): PendingCall[] {
    const rest = [...this.running.slice(this.head), ...this.held].map((entry) => entry.call);
    this.running.length = 0;
    this.head = 0;
    this.held = [];
    clearTimeout(this.timer);
    return rest;
  }

  private send(channel: Channel, entry: Entry): void {
    this.running.push(entry);
    if (this.running.length - this.head === 1) this.watchHead();
    channel.send(entry.header, entry.call.method, entry.body);
  }

  private switchOver(): void {
    if (this.calls === undefined || this.served !== 'draining' || this.current !== undefined) return;
    this.served = 'worker';
    const waiting = this.held;
    this.held = [];
    for (const entry of waiting) this.send(this.calls, entry);
  }

  /** One timer for the lane: it is only set anew when it would fire too late. */
  private watchHead(): void {
    const call = this.current;
    if (call === undefined) return;
    this.headSince = performance.now();
    const due = this.headSince + call.deadline;
    if (this.timer === undefined || due < this.timerDue) this.setTimer(due);
  }

  private setTimer(due: number): void {
    clearTimeout(this.timer);
    this.timerDue = due;
    this.timer = setTimeout(() => this.check(), Math.max(0, due - performance.now()));
  }

  private check(): void {
    this.timer = undefined;
    const call = this.current;
    if (call === undefined) return;
    const due = this.headSince + call.deadline;
    if (performance.now() >= due - 1) this.onExpired(call.deadline);
    else this.setTimer(due);
  }
}
