import type { Headers } from './headers.js';

/** How a request ended before there was an answer, or while it came. */
export class PassFailure extends Error {
  override readonly name = 'PassFailure';

  constructor(
    message: string,
    readonly status: number,
    readonly outcome: 'failed' | 'rejected' = 'failed',
    /** What a plugin answers in the place of an executor. */
    readonly answer?: { readonly headers: Headers; readonly body: Uint8Array },
  ) {
    super(message);
  }
}
