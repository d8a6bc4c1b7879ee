import type { Headers } from './headers.js';

/** What an executor or a provider answered. */
export type Executed =
  | { readonly headers: Headers; readonly body: Uint8Array }
  | { readonly headers: Headers; readonly chunks: AsyncIterable<Uint8Array> };

/** An answer on its way back. */
export interface Execution {
  readonly answer: Executed;
  /** Format of the answer. */
  readonly format: string;
  /** Request body as the executor got it. */
  readonly sent: Uint8Array;
  /** The host's own executors let plugins look at an answer even where its format stays. */
  readonly native: boolean;
}
