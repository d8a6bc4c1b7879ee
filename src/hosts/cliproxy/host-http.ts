import type { ServiceOptions } from '../../model/profile.js';
import type { ScriptedHttp } from '../../model/script.js';
import type { CallContext } from '../../model/session.js';
import { type Fields, fieldsOf, isFields } from '../json-fields.js';
import { failureText, type HttpExchange, joined, realExchange } from '../services/http-client.js';
import { playHttp } from '../services/http-play.js';
import { recorded } from '../services/http-record.js';
import { scriptedAnswers } from '../services/http-script.js';
import { canonicalHeaders } from './go-headers.js';
import type { Handler } from './handler.js';
import { PieceStreams } from './piece-streams.js';

/** Largest piece that one read returns, in bytes. */
const PIECE = 32 * 1024;

/** Largest body that is kept in one piece: beyond it the host's own conversions break. */
const LIMIT = 2 ** 31 - 1;

interface Answer {
  readonly status: number;
  /** Names as Go writes them. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** `host.http.*`: answers from the script, else from the network where that is allowed. */
export class HostHttp {
  private readonly scripted: ReturnType<typeof scriptedAnswers>;
  private readonly streams = new PieceStreams(PIECE);

  constructor(
    private readonly options: ServiceOptions,
    private readonly closing: AbortSignal,
  ) {
    this.scripted = scriptedAnswers(options.script?.http ?? []);
  }

  handlers(): [string, Handler][] {
    return [
      ['host.http.do', (request, context) => this.whole(request, context)],
      ['host.http.do_stream', (request, context) => this.head(request, context)],
      ['host.http.stream_read', ({ stream_id }) => this.read(String(stream_id))],
      ['host.http.stream_close', ({ stream_id }) => this.streams.close(String(stream_id))],
    ];
  }

  close(): void {
    this.streams.closeAll();
  }

  private async whole(request: Fields, context: CallContext): Promise<unknown> {
    const { status, headers, pieces } = await this.exchange(request, AbortSignal.any([this.closing, context.signal]));
    try {
      return { StatusCode: status, Headers: headers, Body: await joined(pieces, LIMIT) };
    } catch (error) {
      throw new Error(`read host http response: ${failureText(error)}`);
    }
  }

  private async head(request: Fields, context: CallContext): Promise<unknown> {
    const stop = new AbortController();
    // A stream outlives the call that opened it, until it is read to its end or closed.
    const signal = AbortSignal.any([this.closing, stop.signal]);
    const opening = new AbortController();
    const cancel = () => stop.abort(new Error('context canceled'));
    context.signal.addEventListener('abort', cancel, { once: true, signal: opening.signal });
    try {
      const { status, headers, pieces } = await this.exchange(request, signal);
      return { status_code: status, headers, stream_id: this.streams.open(pieces, cancel) };
    } finally {
      // One call may ask any number of times.
      opening.abort();
    }
  }

  private async read(id: string): Promise<unknown> {
    if (id === '') throw new Error('http stream id is required');
    const piece = await this.streams.read(id);
    if (piece === undefined) throw new Error(`http stream ${id} is not open`);
    return piece;
  }

  private async exchange(request: Fields, signal: AbortSignal): Promise<Answer> {
    const exchange = exchangeOf(request);
    const operation = exchange.method.charAt(0) + exchange.method.slice(1).toLowerCase();
    try {
      return await this.answer(exchange, signal);
    } catch (error) {
      throw new Error(`execute host http request: ${operation} ${JSON.stringify(exchange.url)}: ${failureText(error)}`);
    }
  }

  private async answer(exchange: HttpExchange, signal: AbortSignal): Promise<Answer> {
    const scripted = this.scripted(exchange.method, exchange.url);
    if (scripted !== undefined) {
      const { status, headers, pieces } = await playHttp(scripted, signal);
      return { status, headers: canonicalHeaders(headers), pieces };
    }
    if (!this.options.allowNet) {
      throw new Error('no scripted answer, and the network is off (--allow-net turns it on)');
    }
    const { status, headers, pieces } = await realExchange(exchange, signal);
    const { observe } = this.options;
    const tell = (answer: ScriptedHttp) => observe?.({ kind: 'http', answer });
    return {
      status,
      headers: canonicalHeaders(headers),
      pieces: recorded(exchange, { status, headers, pieces }, tell),
    };
  }
}

/** The request may also stand in a member `request`, which then counts alone. */
function exchangeOf(outer: Fields): HttpExchange {
  const { method, url, headers, body } = isFields(outer.request) ? outer.request : outer;
  const bytes = Buffer.from(String(body ?? ''), 'base64');
  return {
    method: String(method ?? '') || 'GET',
    url: String(url ?? ''),
    headers: fieldsOf(headers) as HttpExchange['headers'],
    ...(bytes.length === 0 ? {} : { body: bytes }),
  };
}
