import type { CallEnd } from '../../model/session.js';

/** The end of a call that is still to come. */
export class AwaitedEnd {
  readonly promise: Promise<CallEnd>;
  resolve!: (end: CallEnd) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // A caller may learn of the plugin's death from the session alone.
    this.promise.catch(() => undefined);
  }
}
