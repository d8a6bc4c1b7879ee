import { authenticate } from './authenticate.js';
import { chooseServer, type Server } from './choose-server.js';
import { closable, streamError } from './eager.js';
import { runExecutor, runNative } from './execute.js';
import type { Execution } from './executed.js';
import { type Completion, completed, used } from './finish.js';
import type { Headers } from './headers.js';
import { interceptRequest } from './intercept-request.js';
import type { Frame, ModelAnswer } from './member.js';
import type { HostView, Pass, PassRequest } from './pass.js';
import { PassFailure } from './pass-failure.js';
import { interceptResponse } from './respond.js';
import { StreamInterceptors } from './respond-stream.js';
import { routeModel } from './route-model.js';
import { schedule } from './schedule.js';
import { translateResponse } from './translate.js';

/** What a client gets. */
export type PassAnswer =
  | Extract<ModelAnswer, { readonly ok: true }>
  | {
      readonly ok: false;
      readonly status: number;
      readonly message: string;
      /** A plugin, or the lack of a key, turned it away; nothing failed. */
      readonly rejected: boolean;
      readonly headers: Headers;
      readonly body: Uint8Array;
    };

/** Who executed, for the usage plugins. */
interface Account {
  readonly provider: string;
  readonly executor: string;
  readonly authId: string;
}

const OK = 200;
/** Status of failures that name none. */
const UNNAMED = 500;

/** The client goes away before the end. */
const CANCELED: Completion = { outcome: 'canceled', status: 0, error: 'context canceled' };

/**
 * Sends a request through all plugins as the host does.
 * @param caller plugin that makes the request; undefined for a client
 */
export async function runPass(
  host: HostView,
  request: PassRequest,
  frame: Frame,
  caller: string | undefined,
): Promise<PassAnswer> {
  const pass = newPass(host, request, frame, caller);
  let server: Server;
  try {
    if (caller === undefined) await authenticate(pass);
    server = chooseServer(pass, await routeModel(pass));
  } catch (error) {
    // Nobody has seen this request, so nobody hears of its end.
    return failure(pass, asFailure(error));
  }
  const account: { now?: Account } = {};
  try {
    await interceptRequest(pass, 'request.intercept_before', '');
    const execution = await serve(pass, server, account);
    return await answer(pass, execution, account);
  } catch (error) {
    const failed = asFailure(error);
    const end = completion(failed, server, account.now !== undefined);
    completed(pass, end);
    if (account.now !== undefined && failed.outcome === 'failed') usedInVain(pass, account.now, failed);
    return failure(pass, failed, end.error);
  }
}

function newPass(host: HostView, request: PassRequest, frame: Frame, caller: string | undefined): Pass {
  const number = host.nextRequest().toString(16);
  const trace = caller === undefined ? number.padStart(8, '0') : (frame.trace ?? '');
  return {
    host,
    frame: { ...frame, trace },
    request,
    caller,
    // The form of a random UUID, so that plugins which look at it are content; counted, so that runs are alike.
    id: `00000000-0000-4000-8000-${number.padStart(12, '0')}`,
    trace,
    exit: request.exit === '' ? request.format : request.exit,
    metadata: { requested_model: request.model, ...request.metadata },
    startedAt: new Date(),
    model: request.model,
    headers: request.headers,
    body: request.body,
  };
}

/** How the end of a request is told that came before an answer. */
function completion({ outcome, status, message }: PassFailure, { kind }: Server, begun: boolean): Completion {
  // The host has an error for this only where it picks a credential between the two stages of interceptors.
  const ended = begun && kind === 'provider' ? 'request terminated by plugin' : '';
  return { outcome, status, error: outcome === 'rejected' ? ended : message };
}

async function serve(pass: Pass, server: Server, account: { now?: Account }): Promise<Execution> {
  const { provider } = server;
  if (server.kind === 'routed') {
    account.now = { provider, executor: server.member.id, authId: '' };
    return runExecutor(pass, server.member, provider, undefined);
  }
  const credential = await schedule(pass, provider, server.candidates);
  const { runs } = server;
  account.now = { provider, executor: 'call' in runs ? runs.id : provider, authId: credential.id };
  return 'call' in runs ? runExecutor(pass, runs, provider, credential) : runNative(pass, runs, server.model);
}

async function answer(pass: Pass, execution: Execution, account: { now?: Account }): Promise<PassAnswer> {
  const { headers } = execution.answer;
  if ('chunks' in execution.answer) {
    const interceptors = new StreamInterceptors(pass, pass.body, headers);
    await interceptors.begin();
    const source = execution.answer.chunks;
    const chunks = pieces(pass, execution, source, interceptors, account);
    const stream = closable(chunks, () => {
      // An executor may go on for ever: it has to hear of it.
      void source[Symbol.asyncIterator]().return?.();
      completed(pass, CANCELED);
    });
    return { ok: true, status: OK, headers: interceptors.headers, chunks: stream };
  }
  const body = await translated(pass, execution, execution.answer.body, false);
  const response = await interceptResponse(pass, pass.body, { status: OK, headers, body });
  completed(pass, { outcome: 'succeeded', status: OK, error: '' });
  settle(pass, account, execution.answer.body, headers);
  return { ok: true, ...response };
}

/** The pieces as the client gets them; the request is complete with the last one. */
async function* pieces(
  pass: Pass,
  execution: Execution,
  source: AsyncIterable<Uint8Array>,
  interceptors: StreamInterceptors,
  account: { now?: Account },
): AsyncGenerator<Uint8Array> {
  let end = CANCELED;
  try {
    for await (const one of source) {
      if (one.length === 0) continue;
      const piece = await interceptors.piece(await translated(pass, execution, one, true));
      if (piece !== undefined) yield piece;
    }
    end = { outcome: 'succeeded', status: OK, error: '' };
    settle(pass, account, new Uint8Array(0), interceptors.headers);
  } catch (error) {
    const message = streamError(error);
    if (message === undefined) throw error;
    end = { outcome: 'failed', status: UNNAMED, error: message };
    if (account.now !== undefined) usedInVain(pass, account.now, new PassFailure(message, UNNAMED));
    throw error;
  } finally {
    completed(pass, end);
  }
}

/** A plugin's answer is translated where its format is another; the host's own executors always look through. */
function translated(pass: Pass, execution: Execution, body: Uint8Array, stream: boolean): Promise<Uint8Array> {
  const { format, sent, native } = execution;
  if (!native && format === pass.exit) return Promise.resolve(body);
  const parts = { original: pass.body, translated: sent, stream };
  return translateResponse(pass, { from: format, to: pass.exit }, parts, body);
}

function settle(pass: Pass, { now }: { now?: Account }, body: Uint8Array, headers: Headers): void {
  if (now === undefined) return;
  used(pass, { ...now, authIndex: '', ...times(pass), body, headers });
}

function usedInVain(pass: Pass, now: Account, failed: PassFailure): void {
  const failure = { status: failed.status, message: failed.message };
  used(pass, { ...now, authIndex: '', ...times(pass), failure, body: new Uint8Array(0), headers: {} });
}

function times({ startedAt }: Pass): { latencyMs: number; firstMs: number } {
  const latencyMs = Date.now() - startedAt.getTime();
  return { latencyMs, firstMs: latencyMs };
}

function asFailure(error: unknown): PassFailure {
  if (error instanceof PassFailure) return error;
  throw error;
}

/** @param error text of the host's own error, which a plugin is told that asked for a model; empty for none */
function failure({ frame, caller }: Pass, failed: PassFailure, error = failed.message): PassAnswer {
  const { status, message, answer: given } = failed;
  const rejected = failed.outcome === 'rejected';
  frame.log.add({
    depth: frame.depth,
    stage: 'answer',
    outcome: rejected ? 'ended' : 'failed',
    text: `${status} ${message}`,
  });
  return {
    ok: false,
    status,
    message: caller === undefined ? message : error || `model execution failed with status ${status}`,
    rejected,
    headers: given?.headers ?? {},
    body: given?.body ?? new Uint8Array(0),
  };
}
