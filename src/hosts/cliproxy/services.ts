import type { Contract } from '../../model/contract.js';
import type { Finding } from '../../model/finding.js';
import type { HostServicesHandle, ServiceOptions } from '../../model/profile.js';
import type { CallContext, ServiceReply } from '../../model/session.js';
import { decodeGo } from '../go-json/decode.js';
import { encodeGo } from '../go-json/encode.js';
import type { Fields } from '../json-fields.js';
import { type CallTracking, openScope } from './call-scope.js';
import { CallbackIds } from './callback-ids.js';
import { EmittedStreams } from './emitted-streams.js';
import type { Handler } from './handler.js';
import { AuthFiles } from './host-auth.js';
import { HostHttp } from './host-http.js';
import { logLine } from './host-log.js';
import { HostModels } from './host-models.js';

/** How the host's own errors name the request that they could not decode. */
const DECODED: Readonly<Record<string, string>> = {
  'host.log': 'host log request',
  'host.http.do': 'host http request',
  'host.http.do_stream': 'host http request',
  'host.http.stream_read': 'host http stream read request',
  'host.http.stream_close': 'host http stream close request',
  'host.model.execute': 'host model execution request',
  'host.model.execute_stream': 'host model execution stream request',
  'host.model.stream_read': 'host model stream read request',
  'host.model.stream_close': 'host model stream close request',
  'host.stream.emit': 'stream emit request',
  'host.stream.close': 'stream close request',
  'host.auth.list': 'host auth list request',
  'host.auth.get': 'host auth get request',
  'host.auth.get_runtime': 'host auth get runtime request',
  'host.auth.save': 'host auth save request',
};

/** Milliseconds without a chunk, when the caller sets no limit. */
const DEFAULT_IDLE_MS = 30_000;

const ERROR = {
  type: 'object',
  properties: { code: { type: 'string' }, message: { type: 'string' } },
};

/** The callbacks that CLIProxyAPI offers to one plugin in one session. */
export function cliproxyServices(contract: Contract, options: ServiceOptions): HostServicesHandle {
  const closing = new AbortController();
  const report = (finding: Finding) => options.observe?.({ kind: 'finding', finding });
  const ids = new CallbackIds(report);
  const running = new Set<object>();
  let activity = 0;
  const streams = new EmittedStreams({
    idleMs: options.streamIdleMs ?? DEFAULT_IDLE_MS,
    activity: () => activity,
    busy: () => running.size > 0,
    report,
  });
  const tracking: CallTracking = { ids, streams, running, report };
  const http = new HostHttp(options, closing.signal);
  const models = new HostModels(options, ids, closing.signal);
  const auth = new AuthFiles(options);
  const handlers = new Map<string, Handler>([
    ['host.log', (request) => logLine(request, options)],
    ...http.handlers(),
    ...models.handlers(),
    ...auth.handlers(),
    ...streamHandlers(streams),
  ]);

  async function answer(method: string, body: Uint8Array, context: CallContext): Promise<ServiceReply> {
    if (!method.startsWith('host.stream.')) activity++;
    let request: Fields | undefined;
    try {
      if (closing.signal.aborted) throw new Error('context canceled');
      const handler = handlers.get(method);
      const callback = contract.callbacks.get(method);
      if (handler === undefined || callback === undefined) throw new Error(`unsupported host callback ${method}`);
      request = decoded(contract, method, body);
      ids.used(String(request.host_callback_id ?? ''), method);
      const result = encodeGo(await handler(request, context), callback.result, contract.types);
      options.observe?.({ kind: 'call', method, request, ok: true });
      return { code: 0, body: Buffer.concat([Buffer.from('{"ok":true,"result":'), result, Buffer.from('}')]) };
    } catch (error) {
      options.observe?.({ kind: 'call', method, request, ok: false });
      return { code: 0, body: failure(error instanceof Error ? error.message : String(error)) };
    }
  }

  return {
    answer,
    beginCall: (method, request) => openScope(contract, tracking, method, request),
    close: async () => {
      closing.abort(new Error('context canceled'));
      streams.closeAll();
      ids.closeAll();
      http.close();
      models.close();
      await auth.close();
    },
  };
}

function decoded(contract: Contract, method: string, body: Uint8Array): Fields {
  // The list takes no request at all, too.
  const json = method === 'host.auth.list' && Buffer.from(body).toString('latin1').trim() === '' ? {} : body;
  const reading = decodeGo(json, contract.callbacks.get(method)?.request ?? {}, contract.types);
  if (!reading.ok) throw new Error(`decode ${DECODED[method] ?? method}: ${reading.message}`);
  return reading.value as Fields;
}

/** Whatever fails, the plugin gets code 0 and an envelope with this one code. */
function failure(message: string): Uint8Array {
  const error = encodeGo({ code: 'host_call_failed', message }, ERROR, new Map());
  return Buffer.concat([Buffer.from('{"ok":false,"error":'), error, Buffer.from('}')]);
}

function streamHandlers(streams: EmittedStreams): [string, Handler][] {
  return [
    [
      'host.stream.emit',
      async ({ stream_id, payload, error }) => {
        const bytes = Buffer.from(String(payload ?? ''), 'base64');
        const failed = String(error ?? '');
        await streams.emit(String(stream_id), { payload: bytes, ...(failed === '' ? {} : { error: failed }) });
        return {};
      },
    ],
    [
      'host.stream.close',
      ({ stream_id, error }) => {
        streams.close(String(stream_id), String(error ?? ''));
        return {};
      },
    ],
  ];
}
