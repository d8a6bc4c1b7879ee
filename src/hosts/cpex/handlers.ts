import type { ServiceEvent, ServiceOptions } from '../../model/profile.js';
import type { CallContext } from '../../model/session.js';
import { Archives } from '../services/archives.js';
import { readConfigFile } from '../services/config-files.js';
import { httpService } from '../services/http.js';
import type { KvScope, ScopedStores } from '../services/kv.js';
import { ServiceError } from '../services/service-error.js';
import { BODY_LIMIT } from './limits.js';

/** The requests as `schemas/hosts/cpex/types.json` describes them; checked before a handler sees one. */
type LogRequest = { level: string; message: string; fields?: unknown };
type KvRequest = { scope: KvScope; key: string };
type KvSetRequest = KvRequest & { value: string };
type KvListRequest = { scope: KvScope; prefix?: string };
type EventRequest = { name: string; data: unknown };
type ArchiveRequest = { archive_id: string };
type ArchiveReadRequest = ArchiveRequest & { offset: number | bigint; max: number | bigint };
type OutputRequest = { stream: 'stdout' | 'stderr'; data: string };
type HttpRequest = {
  method: string;
  url: string;
  headers?: Record<string, string[]>;
  body?: string;
  timeout_ms?: number;
};

/** Answers one callback. Throws a ServiceError, whose code the plugin gets. */
export type Handler = (request: never, context: CallContext) => Promise<unknown>;

const EMPTY = {};

/** What the host does for each callback, by name. */
export function makeHandlers(
  options: ServiceOptions,
  stores: ScopedStores,
  closing: AbortSignal,
): ReadonlyMap<string, Handler> {
  const { script = {}, allowNet } = options;
  const tell = (event: ServiceEvent) => options.observe?.(event);
  const archives = new Archives({
    limit: BODY_LIMIT / 2,
    ...(options.archives === undefined ? {} : { archives: options.archives }),
    ...(script.archive === undefined ? {} : { scripted: script.archive }),
  });
  const http = httpService({ script: script.http ?? [], allowNet, limit: BODY_LIMIT });
  let timesAsked = 0;
  return new Map<string, Handler>([
    [
      'host.log',
      async ({ level, message, fields }: LogRequest) => {
        tell({ kind: 'log', level, message, ...(fields === undefined ? {} : { fields }) });
        return EMPTY;
      },
    ],
    [
      'host.output.write',
      async ({ stream, data }: OutputRequest) => {
        tell({ kind: 'output', stream, bytes: fromBase64(data) });
        return EMPTY;
      },
    ],
    [
      'host.step.log',
      async ({ stream, data }: OutputRequest) => {
        tell({ kind: 'step_log', stream, bytes: fromBase64(data) });
        await options.logRoom?.();
        return EMPTY;
      },
    ],
    [
      'host.archive.read',
      async ({ archive_id, offset, max }: ArchiveReadRequest) => ({
        data: toBase64(await archives.read(archive_id, offset, max)),
      }),
    ],
    ['host.archive.size', async ({ archive_id }: ArchiveRequest) => ({ size: await archives.size(archive_id) })],
    [
      'host.event.emit',
      async ({ name, data }: EventRequest) => {
        tell({ kind: 'event', name, data });
        return EMPTY;
      },
    ],
    ['host.kv.get', async ({ scope, key }: KvRequest) => found('value', await stores.get(scope, key))],
    [
      'host.kv.set',
      async ({ scope, key, value }: KvSetRequest) => {
        await stores.set(scope, key, fromBase64(value));
        return EMPTY;
      },
    ],
    ['host.kv.delete', async ({ scope, key }: KvRequest) => ({ deleted: await stores.delete(scope, key) })],
    ['host.kv.list', async ({ scope, prefix }: KvListRequest) => ({ keys: await stores.list(scope, prefix ?? '') })],
    [
      'host.config.read',
      async ({ path }: { path: string }) => {
        const folder = options.configFolder === undefined ? {} : { folder: options.configFolder };
        const scripted = script.config === undefined ? {} : { scripted: script.config };
        return found('content', await readConfigFile({ ...folder, ...scripted, limit: BODY_LIMIT / 2 }, path));
      },
    ],
    [
      'host.cancelled',
      async (_request: unknown, context: CallContext) => {
        const scripted = script.cancelledAfter !== undefined && timesAsked++ >= script.cancelledAfter;
        return { cancelled: scripted || context.signal.aborted || options.cancelled?.() === true };
      },
    ],
    [
      'host.http.do',
      async ({ method, url, headers = {}, body, timeout_ms }: HttpRequest, context: CallContext) => {
        const exchange = { method, url, headers, ...(body === undefined ? {} : { body: fromBase64(body) }) };
        const answer = await cancellable(context.signal, (cancelled) =>
          http(exchange, timeout_ms, AbortSignal.any([closing, cancelled])),
        );
        return { status: answer.status, headers: answer.headers, body: toBase64(answer.body) };
      },
    ],
  ]);
}

/** Does something that the end of a call cuts short, with a reason that a plugin can be told. */
async function cancellable<T>(call: AbortSignal, work: (cancelled: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const stop = () => own.abort(new ServiceError('cancelled', 'The call was cancelled.'));
  if (call.aborted) stop();
  call.addEventListener('abort', stop, { once: true });
  try {
    return await work(own.signal);
  } finally {
    // One call may ask any number of times.
    call.removeEventListener('abort', stop);
  }
}

function found(name: string, bytes: Uint8Array | undefined): object {
  return bytes === undefined ? { found: false } : { found: true, [name]: toBase64(bytes) };
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
