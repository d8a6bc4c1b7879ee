import { SLOTS } from './tau-messages.js';

/**
 * Numbers for requests of one side that are under way: 0 to 31, the lowest free one first. A number stays taken until
 * its response has come, even where nobody waits for it any more: a late response would go to the next one's caller.
 */
export class Slots<T> {
  private readonly taken: (T | undefined)[] = new Array<T | undefined>(SLOTS).fill(undefined);
  private readonly waiting: { value: T; begin: (slot: number) => void }[] = [];

  /** Takes a number as soon as one is free, and calls `begin` with it. */
  take(value: T, begin: (slot: number) => void): void {
    const slot = this.taken.indexOf(undefined);
    if (slot === -1) {
      this.waiting.push({ value, begin });
      return;
    }
    this.taken[slot] = value;
    begin(slot);
  }

  /** What a response with this number answers; undefined where nothing waits for one. */
  release(slot: number): T | undefined {
    const value = this.taken[slot];
    if (value === undefined) return undefined;
    this.taken[slot] = undefined;
    const next = this.waiting.shift();
    if (next !== undefined) this.take(next.value, next.begin);
    return value;
  }
}
