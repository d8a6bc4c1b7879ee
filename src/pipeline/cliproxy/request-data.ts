import { formatName } from '../../hosts/cliproxy/formats.js';
import { CpexError } from '../../support/errors.js';
import { stringifyExact } from '../../support/exact-json.js';
import { didYouMean } from '../../support/suggest.js';
import { type Headers, readHeaders } from './headers.js';
import type { PassRequest } from './pass.js';
import type { Upstream } from './upstream.js';

/** What `cpex run request` was asked to send, and what stands in for the host's own providers. */
export interface RequestData {
  readonly request: PassRequest;
  readonly upstreams: readonly Upstream[];
  /** An HTTP request through an executor, instead of a request for a model. */
  readonly http?: HttpData;
  /** Apply the configuration once more before the request. */
  readonly reconfigure: boolean;
}

export interface HttpData {
  readonly provider: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

type Fields = Readonly<Record<string, unknown>>;

const MEMBERS: readonly string[] = [
  'format',
  'exit_format',
  'model',
  'stream',
  'count_tokens',
  'headers',
  'query',
  'body',
  'alt',
  'metadata',
  'method',
  'path',
  'upstream',
  'http',
  'provider',
  'reconfigure',
];
const UPSTREAM: readonly string[] = [
  'provider',
  'format',
  'models',
  'status',
  'headers',
  'body',
  'chunks',
  'delay_ms',
  'error',
];
const HTTP: readonly string[] = ['method', 'url', 'headers', 'body'];

const SAMPLE = '{"model":"m","body":{"messages":[]},"upstream":{"provider":"openai","body":"…"}}';

/** Reads the data of `request`. Throws CPEX_E_RUN_DATA naming what does not fit. */
export function readRequestData(data: unknown): RequestData {
  const fields = object(data, 'the request', MEMBERS);
  const http = fields.http === undefined ? undefined : httpData(fields);
  const model = text(fields.model, 'model');
  if (model === '' && http === undefined) throw wrong('"model" is missing.');
  const format = formatName(text(fields.format, 'format')) || 'openai';
  return {
    reconfigure: flag(fields.reconfigure, 'reconfigure'),
    upstreams: upstreams(fields.upstream),
    ...(http === undefined ? {} : { http }),
    request: {
      format,
      exit: formatName(text(fields.exit_format, 'exit_format')),
      model,
      stream: flag(fields.stream, 'stream'),
      count: flag(fields.count_tokens, 'count_tokens'),
      headers: headers(fields.headers, 'headers'),
      query: query(fields.query),
      body: body(fields.body ?? { model }),
      alt: text(fields.alt, 'alt'),
      metadata: fields.metadata === undefined ? {} : object(fields.metadata, 'metadata'),
      method: text(fields.method, 'method') || 'POST',
      path: text(fields.path, 'path') || '/v1/chat/completions',
    },
  };
}

function upstreams(value: unknown): Upstream[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    const fields = object(one, 'upstream', UPSTREAM);
    const provider = text(fields.provider, 'upstream.provider').trim().toLowerCase();
    if (provider === '') throw wrong('"upstream.provider" is missing.');
    const error = text(fields.error, 'upstream.error');
    return {
      provider,
      format: formatName(text(fields.format, 'upstream.format')) || formatName(provider),
      models: fields.models === undefined ? ['*'] : texts(fields.models, 'upstream.models'),
      status: number(fields.status ?? 200, 'upstream.status'),
      headers: headers(fields.headers, 'upstream.headers'),
      body: body(fields.body ?? ''),
      chunks: fields.chunks === undefined ? [] : list(fields.chunks, 'upstream.chunks').map(body),
      delayMs: number(fields.delay_ms ?? 0, 'upstream.delay_ms'),
      ...(error === '' ? {} : { error }),
    };
  });
}

function httpData(fields: Fields): HttpData {
  const http = object(fields.http, 'http', HTTP);
  const provider = text(fields.provider, 'provider').trim().toLowerCase();
  if (provider === '') throw wrong('"provider" is missing: it says whose executor makes the HTTP request.');
  const url = text(http.url, 'http.url');
  if (url === '') throw wrong('"http.url" is missing.');
  return {
    provider,
    method: text(http.method, 'http.method') || 'GET',
    url,
    headers: headers(http.headers, 'http.headers'),
    body: body(http.body ?? ''),
  };
}

/** Text as it stands, anything else as JSON. */
function body(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : stringifyExact(value), 'utf8');
}

function object(value: unknown, what: string, members?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(`${what} has to be an object.`);
  }
  const stranger = members === undefined ? undefined : Object.keys(value).find((name) => !members.includes(name));
  if (stranger === undefined) return value as Fields;
  throw wrong(`${what} has no member "${stranger}".${didYouMean(stranger, members ?? [])}`);
}

function text(value: unknown, what: string): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw wrong(`"${what}" has to be a text.`);
}

function flag(value: unknown, what: string): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw wrong(`"${what}" has to be true or false.`);
}

function number(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(`"${what}" has to be a whole number.`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(`"${what}" has to be a list.`);
}

function texts(value: unknown, what: string): readonly string[] {
  return list(value, what).map((one) => text(one, what));
}

function headers(value: unknown, what: string): Headers {
  const read = readHeaders(value);
  if (read === undefined) throw wrong(`"${what}" has to map names to texts, or to lists of texts.`);
  return read;
}

/** Names of a query keep their spelling. */
function query(value: unknown): Headers {
  if (value === undefined) return {};
  const entries = Object.entries(object(value, 'query')).map(([name, held]) => {
    return [name, Array.isArray(held) ? texts(held, 'query') : [text(held, 'query')]] as const;
  });
  return Object.fromEntries(entries);
}

function wrong(message: string): CpexError {
  return new CpexError('CPEX_E_RUN_DATA', `The data of "request" does not fit: ${message}`, {
    remedy: `Like this: ${SAMPLE}`,
  });
}
