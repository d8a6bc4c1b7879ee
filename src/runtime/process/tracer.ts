import type { TraceRecord } from '../../model/session.js';

/** Numbers and times the messages of a session. Does nothing where nobody listens. */
export class Tracer {
  private sequence = 0;
  private readonly start = process.hrtime.bigint();

  constructor(private readonly listener: ((record: TraceRecord) => void) | undefined) {}

  get active(): boolean {
    return this.listener !== undefined;
  }

  /** Hands a record to the listener. `size` is that of the body where what crossed was no other form of it. */
  record(record: Omit<TraceRecord, 'sequence' | 'timeNs' | 'size'> & { readonly size?: number }): void {
    if (this.listener === undefined) return;
    this.listener({
      sequence: this.sequence++,
      timeNs: Number(process.hrtime.bigint() - this.start),
      size: record.body.byteLength,
      ...record,
    });
  }

  /** Notes a step of the plugin's life. */
  life(direction: TraceRecord['direction'], method: string, code?: number): void {
    this.record({
      direction,
      kind: 'life',
      id: 0,
      method,
      body: new Uint8Array(0),
      ...(code === undefined ? {} : { code }),
    });
  }
}
