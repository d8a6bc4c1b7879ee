import { setMaxListeners } from 'node:events';
import type { Call, CallEnd, Chunk } from '../../model/session.js';
import { AwaitedEnd } from '../process/awaited-end.js';

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
  private readonly awaited = new AwaitedEnd();
  readonly end = this.awaited.promise;

  private controller: AbortController | undefined;

  /** @param deadline milliseconds that the plugin may take */
  constructor(
    readonly id: number,
    readonly method: string,
    readonly deadline: number,
  ) {}

  /** Tells the services that answer this call's requests; the ABI has no way to tell the plugin. */
  cancel(): void {
    this.abort().abort();
  }

  /** Aborted when the caller cancels or the session ends before the call does. */
  get signal(): AbortSignal {
    return this.abort().signal;
  }

  finish(end: CallEnd): void {
    this.awaited.resolve(end);
  }

  fail(error: Error): void {
    this.awaited.reject(error);
    this.controller?.abort();
  }

  private abort(): AbortController {
    this.controller ??= sharedAbort();
    return this.controller;
  }
}
