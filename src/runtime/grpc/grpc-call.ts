import type { Call, CallEnd, CallOptions } from '../../model/session.js';
import { AwaitedEnd } from '../process/awaited-end.js';
import { ChunkQueue } from '../stdio/chunk-queue.js';
import { INTERNAL, OK, onStatus, type RawStream, type Status, statusName } from './connection.js';

/** Bytes of an answer that may wait for their reader before the plugin has to. */
const MUCH = 16 * 2 ** 20;

/** Told of what crosses during a call. */
export interface CallWatch {
  sent(body: Uint8Array, first: boolean): void;
  chunk(body: Uint8Array): void;
}

/** A call that the session makes: waits for its turn, then runs over a stream of its own. */
export class GrpcCall implements Call {
  readonly chunks = new ChunkQueue();
  private readonly awaited = new AwaitedEnd();
  readonly end = this.awaited.promise;

  private stream: RawStream | undefined;
  /** Bytes that wait for the reader of the chunks. */
  private unread = 0;
  private over = false;

  constructor(
    readonly id: number,
    readonly method: string,
    readonly deadline: number,
  ) {}

  /** The plugin is told, and ends the call with status 1 where it has not answered. */
  cancel(): void {
    this.over = true;
    this.stream?.cancel();
  }

  /** The caller has cancelled it, or it has failed. */
  get abandoned(): boolean {
    return this.over;
  }

  finish(end: CallEnd): void {
    this.chunks.end();
    this.awaited.resolve(end);
  }

  fail(error: Error): void {
    this.chunks.end();
    this.awaited.reject(error);
    this.over = true;
  }

  /** Sends the request and takes the answer; resolves with the status and the body of one that is no stream. */
  async run(
    stream: RawStream,
    request: Uint8Array,
    { more = [], streaming = false }: CallOptions,
    watch: CallWatch,
  ): Promise<{ readonly status: Status; readonly body: Uint8Array }> {
    this.stream = stream;
    if (this.over) stream.cancel();
    const bodies: Uint8Array[] = [];
    stream.on('data', (bytes: Uint8Array) => {
      if (!streaming) {
        bodies.push(bytes);
        return;
      }
      watch.chunk(bytes);
      this.unread += bytes.length;
      if (this.unread > MUCH) stream.pause();
      this.chunks.push({ body: bytes }, () => {
        this.unread -= bytes.length;
        if (this.unread <= MUCH && stream.isPaused()) stream.resume();
      });
    });
    const ended = new Promise<Status>((resolve) => onStatus(stream, resolve));
    const messages = more === 'none' ? [] : [request, ...more];
    await send(stream, messages, ended, watch);
    const status = await ended;
    if (streaming || status.code !== OK) return { status, body: new Uint8Array() };
    const [body] = bodies;
    if (body !== undefined && bodies.length === 1) return { status, body };
    return { status: { code: INTERNAL, details: notOne(bodies.length) }, body: new Uint8Array() };
  }
}

/** Writes the messages of a request no faster than the plugin takes them, until its answer has ended. */
async function send(
  stream: RawStream,
  messages: readonly Uint8Array[],
  ended: Promise<Status>,
  watch: CallWatch,
): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (const [at, message] of messages.entries()) {
    if (over) return;
    watch.sent(message, at === 0);
    if (!stream.write(message)) {
      await Promise.race([ended, new Promise((resolve) => stream.once('drain', resolve))]);
    }
  }
  stream.end();
}

function notOne(count: number): string {
  return count === 0
    ? 'The plugin ended the call with status OK and without an answer.'
    : `The plugin answered with ${count} messages where one was expected.`;
}

/** A status that is no success, as the body of a call's end. */
export function statusBody({ code, details, rich }: Status): Uint8Array {
  const more = rich === undefined ? {} : { details: Buffer.from(rich).toString('base64') };
  return Buffer.from(JSON.stringify({ code, name: statusName(code), message: details, ...more }));
}
