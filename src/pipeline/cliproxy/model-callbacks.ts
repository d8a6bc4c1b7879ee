import { canonicalHeaders } from '../../hosts/cliproxy/go-headers.js';
import { decodeGo } from '../../hosts/go-json/decode.js';
import { encodeGo } from '../../hosts/go-json/encode.js';
import { fieldsOf } from '../../hosts/json-fields.js';
import type { Contract } from '../../model/contract.js';
import type { ServiceReply } from '../../model/session.js';
import { streamError } from './eager.js';
import { nullWhenEmpty } from './headers.js';
import type { Frame, ModelAnswer, ModelRunner } from './member.js';
import { bytesOf, crossing, headersOf, textOf } from './values.js';

/** Model calls inside model calls before the host gives up; the real one would go on. */
const DEEPEST = 16;

/** What answering needs to know of the plugin that asks. */
export interface Asker {
  readonly id: string;
  /** Where a request with this callback id belongs. */
  frameOf(callbackId: string): Frame;
}

interface OpenStream {
  readonly pieces: AsyncIterator<Uint8Array>;
  /** Call that it was opened in; empty for none. */
  readonly owner: string;
}

/** Answers the `host.model.*` requests of one plugin by running the pipeline. */
export class ModelCallbacks {
  private readonly streams = new Map<string, OpenStream>();
  private nextStream = 1;

  constructor(
    private readonly contract: Contract,
    private readonly asker: Asker,
    private readonly run: ModelRunner,
  ) {}

  /** Undefined for requests that are none of these. */
  answer(method: string, request: Uint8Array): Promise<ServiceReply> | undefined {
    switch (method) {
      case 'host.model.execute':
        return this.execute(method, request, false);
      case 'host.model.execute_stream':
        return this.execute(method, request, true);
      case 'host.model.stream_read':
        return this.read(method, request);
      case 'host.model.stream_close':
        return this.close(method, request);
      default:
        return undefined;
    }
  }

  /** A call of the plugin has ended: the streams that it opened are closed. */
  callEnded(callbackId: string): void {
    for (const [id, stream] of this.streams) {
      if (stream.owner === callbackId && callbackId !== '') this.forget(id);
    }
  }

  private async execute(method: string, request: Uint8Array, stream: boolean): Promise<ServiceReply> {
    const read = this.decode(method, request, 'decode host model execution request');
    if ('failure' in read) return read.failure;
    const { fields } = read;
    if ((fields.stream === true) !== stream) return failed(`${method} requires stream=${stream}`);
    const owner = textOf(fields.host_callback_id);
    const frame = this.asker.frameOf(owner);
    if (frame.depth >= DEEPEST) {
      return failed(`cpex ends this: ${DEEPEST} model calls are under way inside of one another`);
    }
    const answer = await this.run({
      caller: this.asker.id,
      entry: textOf(fields.entry_protocol),
      exit: textOf(fields.exit_protocol),
      model: textOf(fields.model),
      stream,
      body: bytesOf(fields.body),
      headers: canonicalHeaders(headersOf(fields.headers)),
      query: headersOf(fields.query),
      alt: textOf(fields.alt),
      frame: { ...frame, depth: frame.depth + 1 },
    });
    if (!answer.ok) return failed(answer.message);
    return this.done(method, { ...this.answered(answer, owner) });
  }

  private answered(answer: Extract<ModelAnswer, { ok: true }>, owner: string): object {
    const head = { status_code: answer.status, headers: nullWhenEmpty(answer.headers) };
    if ('body' in answer) return { ...head, body: crossing(answer.body) };
    const id = `model-${this.nextStream++}`;
    this.streams.set(id, { pieces: answer.chunks[Symbol.asyncIterator](), owner });
    return { ...head, stream_id: id };
  }

  private async read(method: string, request: Uint8Array): Promise<ServiceReply> {
    const read = this.decode(method, request, 'decode host model stream read request');
    if ('failure' in read) return read.failure;
    const id = textOf(read.fields.stream_id);
    const stream = this.streams.get(id);
    // Unlike HTTP streams, one that nobody knows has simply ended.
    if (stream === undefined) return this.done(method, { done: true });
    try {
      const { value, done } = await stream.pieces.next();
      if (done !== true) return this.done(method, { payload: crossing(value) });
      this.forget(id);
      return this.done(method, { done: true });
    } catch (error) {
      this.forget(id);
      const text = streamError(error);
      if (text === undefined) throw error;
      return this.done(method, { error: text, done: true });
    }
  }

  private async close(method: string, request: Uint8Array): Promise<ServiceReply> {
    const read = this.decode(method, request, 'decode host model stream close request');
    if ('failure' in read) return read.failure;
    this.forget(textOf(read.fields.stream_id));
    return this.done(method, {});
  }

  private forget(id: string): void {
    const stream = this.streams.get(id);
    this.streams.delete(id);
    // What is left of it is thrown away by its own end.
    void stream?.pieces.return?.().catch(() => undefined);
  }

  private decode(method: string, request: Uint8Array, what: string) {
    const schema = this.contract.callbacks.get(method)?.request ?? {};
    const read = decodeGo(request.length === 0 ? Buffer.from('{}') : request, schema, this.contract.types);
    if (!read.ok) return { failure: failed(`${what}: ${read.message}`) };
    return { fields: fieldsOf(read.value) };
  }

  private done(method: string, result: object): ServiceReply {
    const schema = this.contract.callbacks.get(method)?.result ?? {};
    const text = Buffer.from(encodeGo(result, schema, this.contract.types)).toString('utf8');
    return { code: 0, body: Buffer.from(`{"ok":true,"result":${text}}`, 'utf8') };
  }
}

/** The one way in which a request of a plugin fails. */
function failed(message: string): ServiceReply {
  const schema = { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } };
  const error = Buffer.from(encodeGo({ code: 'host_call_failed', message }, schema, new Map())).toString('utf8');
  return { code: 0, body: Buffer.from(`{"ok":false,"error":${error}}`, 'utf8') };
}
