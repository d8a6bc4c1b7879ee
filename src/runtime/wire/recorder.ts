import type { InFlight, Phase } from '../../model/session.js';

/**
 * The flight recorder: a file of one page that the child maps and the parent reads after a crash.
 * Sixteen slots of 256 bytes: u32 active, u32 call id, u32 order, u32 method length, method.
 */
export const RECORDER_SIZE = 4096;
export const SLOT_SIZE = 256;
export const SLOT_METHOD_AT = 16;
export const MAX_RECORDED_METHOD = SLOT_SIZE - SLOT_METHOD_AT;

/** Slot 0 holds the phase in place of a call. */
export const LIFE_SLOT = 0;
/** Calls made in order, on the worker or one by one on the pool. */
export const ORDERED_SLOT = 1;
/** Calls that a service made while it answered the plugin. */
export const NESTED_SLOT = 2;
/** First of the slots for concurrent calls. */
export const CONCURRENT_SLOT = 3;
export const SLOTS = RECORDER_SIZE / SLOT_SIZE;

/** Phases by their number in the life slot; 0 there means that the child did not get as far as the plugin. */
export const PHASES: readonly (Phase | undefined)[] = [undefined, 'load', 'init', 'idle', 'shutdown', 'exit'];

/** What the recorder says about the moment at which a process ended. */
export interface LastMoment {
  /** False when the child ended before it touched the plugin. */
  readonly touched: boolean;
  readonly phase: Phase;
  /** The call that began last and had not returned. */
  readonly inFlight?: InFlight;
}

/** Reads a recorder's page. */
export function readRecorder(page: Buffer): LastMoment {
  const found = PHASES[page.readUInt32LE(LIFE_SLOT * SLOT_SIZE)];
  const life = found ?? 'load';
  const touched = found !== undefined;
  let latest: { order: number; at: number } | undefined;
  for (let slot = ORDERED_SLOT; slot < SLOTS; slot++) {
    const at = slot * SLOT_SIZE;
    if (page.readUInt32LE(at) === 0) continue;
    const order = page.readUInt32LE(at + 8);
    if (latest === undefined || order > latest.order) latest = { order, at };
  }
  if (latest === undefined) return { touched, phase: life };
  const { at } = latest;
  const length = Math.min(page.readUInt32LE(at + 12), MAX_RECORDED_METHOD);
  const method = page.toString('utf8', at + SLOT_METHOD_AT, at + SLOT_METHOD_AT + length);
  const phase = life === 'idle' ? 'call' : life;
  return { touched, phase, inFlight: { callId: page.readUInt32LE(at + 4), method, phase: 'call' } };
}
