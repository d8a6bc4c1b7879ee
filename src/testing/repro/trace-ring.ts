import type { TraceRecord } from '../../model/session.js';

/** Messages of a test that are kept for its bundle. */
const KEPT = 200;

/** Bytes of a body that are kept. */
const KEPT_BODY = 4096;

/** A message with the session of the test that it belongs to, counted from 1. */
export interface KeptRecord {
  readonly session: number;
  readonly record: TraceRecord;
}

/** Hands every message on, with the session that it belongs to. */
export type TraceListener = (record: TraceRecord, session: number) => void;

/** The last messages of a test, whatever number of processes it starts. */
export class TraceRing {
  private readonly ring: KeptRecord[] = [];
  private at = 0;
  private sessions = 0;

  constructor(private readonly listener?: TraceListener) {}

  /** What the next session of the test is to report to. */
  session(): (record: TraceRecord) => void {
    const session = ++this.sessions;
    return (record) => {
      this.listener?.(record, session);
      const { body } = record;
      // A copy: the body may lie in a buffer that holds much more.
      const kept = { ...record, body: Uint8Array.prototype.slice.call(body, 0, KEPT_BODY) };
      this.ring[this.at % KEPT] = { session, record: kept };
      this.at++;
    };
  }

  /** The messages in the order in which they came. */
  records(): readonly KeptRecord[] {
    const from = this.at % KEPT;
    return this.at <= KEPT ? this.ring.slice() : [...this.ring.slice(from), ...this.ring.slice(0, from)];
  }
}
