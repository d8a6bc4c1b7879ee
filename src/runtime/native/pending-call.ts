import { setMaxListeners } from 'node:events';
import type { Call, CallEnd, Chunk } from '../../model/session.js';

const NO_CHUNKS: AsyncIterable<Chunk> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** For everything that waits during a call: any number of a plugin's threads, and Node warns of more than ten. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** A call that has been asked for and has no end yet. */
export class PendingCall implements Call {
  readonly chunks = NO_CHUNKS;
  readonly end: Promise<CallEnd>;

  private controller: AbortController | undefined;
  private resolveEnd!: (end: CallEnd) => void;
  private rejectEnd!: (error: Error) => void;

  /** @param deadline milliseconds that the plugin may take */
  constructor(
    readonly id: number,
    readonly method: string,
    readonly deadline: number,
  ) {
    this.end = new Promise((resolve, reject) => {
      this.resolveEnd = resolve;
      this.rejectEnd = reject;
    });
    // A caller may learn of the plugin's death from the session alone.
    this.end.catch(() => undefined);
  }

  /** Tells the services that answer this call's requests; the ABI has no way to tell the plugin. */
  cancel(): void {
    this.abort().abort();
  }

  /** Aborted when the caller cancels or the session ends before the call does. */
  get signal(): AbortSignal {
    return this.abort().signal;
  }

  finish(end: CallEnd): void {
    this.resolveEnd(end);
  }

  fail(error: Error): void {
    this.rejectEnd(error);
    this.controller?.abort();
  }

  private abort(): AbortController {
    this.controller ??= sharedAbort();
    return this.controller;
  }
}
