import type { Tracer } from '../process/tracer.js';
import { type Connection, onStatus, type RawStream, type Status } from './connection.js';

/** Where the host's own calls are noted: the session's trace, and the numbers that its calls have. */
export interface CallLog {
  readonly tracer: Tracer;
  nextId(): number;
}

const NOTHING = new Uint8Array();

/** A call that the host makes for itself, to one of the services that every plugin has; all of it is in the trace. */
export class OwnCall {
  private readonly stream: RawStream;
  readonly id: number;
  private first = true;

  constructor(
    connection: Connection,
    private readonly log: CallLog,
    private readonly method: string,
  ) {
    this.id = log.nextId();
    this.stream = connection.open(method);
  }

  send(body: Uint8Array): void {
    this.trace('to-plugin', this.first ? 'request' : 'chunk', body);
    this.first = false;
    this.stream.write(body);
  }

  /** No more will be sent. */
  finish(): void {
    this.stream.end();
  }

  cancel(): void {
    this.stream.cancel();
  }

  /** Receives each message and, once, how the call ended. */
  listen(message: (body: Uint8Array) => void, ended: (status: Status) => void): void {
    this.stream.on('data', (body: Uint8Array) => {
      this.trace('to-host', 'chunk', body);
      message(body);
    });
    onStatus(this.stream, (status) => {
      this.trace('to-host', 'response', NOTHING, status.code);
      ended(status);
    });
  }

  /** Sends one message and waits for at most one answer; given up after so many milliseconds. Never rejects. */
  ask(request: Uint8Array, limitMs: number): Promise<Status & { readonly body?: Uint8Array }> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.cancel(), limitMs);
      let body: Uint8Array | undefined;
      this.stream.on('data', (bytes: Uint8Array) => {
        body ??= bytes;
      });
      onStatus(this.stream, (status) => {
        clearTimeout(timer);
        this.trace('to-host', 'response', body ?? NOTHING, status.code);
        resolve(body === undefined ? status : { ...status, body });
      });
      this.send(request);
      this.finish();
    });
  }

  private trace(
    direction: 'to-plugin' | 'to-host',
    kind: 'request' | 'chunk' | 'response',
    body: Uint8Array,
    code?: number,
  ): void {
    const { tracer } = this.log;
    if (!tracer.active) return;
    const about = { id: this.id, method: this.method, wire: 'grpc' };
    tracer.record({ direction, kind, body, ...about, ...(code === undefined ? {} : { code }) });
  }
}
