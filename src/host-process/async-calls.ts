import type { Channel } from '../runtime/wire/channel.js';
import { Flag, type Frame, Kind } from '../runtime/wire/frame.js';
import { ORDERED_SLOT } from '../runtime/wire/recorder.js';
import { addressOf, viewMemory } from './libc.js';
import { ResponseSlot } from './response-slot.js';
import type { CallEnvironment } from './sync-calls.js';

/** koffi refuses a call when 4096 are in flight; callbacks from foreign threads count, too. */
const MAX_RUNNING = 1024;

/**
 * Makes calls on koffi's pool threads while the main thread stays free: the first calls of a
 * session, in order, until a worker is worth its start, and concurrent calls.
 */
export class AsyncCalls {
  private readonly waiting: Frame[] = [];
  private readonly concurrent: Frame[] = [];
  private readonly spareSlots: ResponseSlot[] = [];
  /** Frames of running calls: koffi does not hold the memory that it passes on. */
  private readonly running = new Set<Frame>();
  private orderedRunning = false;
  private onIdle: (() => void) | undefined;

  constructor(
    private readonly channel: Channel,
    private readonly environment: CallEnvironment,
  ) {}

  /** Makes the call that a frame asks for: beside others, or when those before it have returned. */
  start(frame: Frame): void {
    if ((frame.flags & Flag.Concurrent) !== 0) {
      this.concurrent.push(frame);
      this.startConcurrent();
      return;
    }
    this.waiting.push(frame);
    this.startOrdered();
  }

  /** Calls back when nothing runs any more. */
  whenIdle(callback: () => void): void {
    this.onIdle = callback;
    this.settle();
  }

  private startConcurrent(): void {
    while (this.running.size < MAX_RUNNING) {
      const frame = this.concurrent.shift();
      if (frame === undefined) return;
      this.call(frame, this.environment.recorder.freeSlot(), () => this.startConcurrent());
    }
  }

  private startOrdered(): void {
    if (this.orderedRunning) return;
    const frame = this.waiting.shift();
    if (frame === undefined) return;
    this.orderedRunning = true;
    this.call(frame, ORDERED_SLOT, () => {
      this.orderedRunning = false;
      this.startOrdered();
    });
  }

  private call(frame: Frame, recorderSlot: number | undefined, done?: () => void): void {
    const { plugin, recorder, requests } = this.environment;
    const { body, shared } = frame;
    const name = frame.methodBytes;
    const request = shared === undefined ? addressOf(body) : (requests?.address(shared.offset) ?? 0n);
    const slot = this.spareSlots.pop() ?? new ResponseSlot();
    this.running.add(frame);
    slot.clear();
    if (recorderSlot !== undefined) recorder.begin(recorderSlot, frame.id, name);
    const before = performance.now();
    plugin.call.async(addressOf(name), request, shared?.length ?? body.length, slot.address, (error, code) => {
      const ns = (performance.now() - before) * 1e6;
      if (error !== null) throw error;
      if (shared !== undefined) this.channel.send({ kind: Kind.Release, a: shared.offset });
      const reply = slot.readable === 0 ? undefined : this.channel.hold(viewMemory(slot.pointer, slot.readable));
      const finish = () => {
        const flags = slot.isNull ? Flag.NullPointer : 0;
        this.channel.send({ kind: Kind.Reply, id: frame.id, code, flags, a: ns, b: slot.length }, '', reply);
        // At once: a crash in the next call must not take this reply along.
        this.channel.flush();
        if (recorderSlot !== undefined) recorder.end(recorderSlot);
        this.running.delete(frame);
        this.spareSlots.push(slot);
        done?.();
        this.settle();
      };
      if (slot.isNull) finish();
      else plugin.freeBuffer.async(slot.pointer, slot.exactLength, finish);
    });
  }

  private settle(): void {
    if (this.running.size + this.waiting.length + this.concurrent.length > 0 || this.onIdle === undefined) return;
    const callback = this.onIdle;
    this.onIdle = undefined;
    callback();
  }
}
