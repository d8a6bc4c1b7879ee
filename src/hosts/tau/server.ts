import type { Finding } from '../../model/finding.js';
import type { HostServicesHandle, ServiceOptions } from '../../model/profile.js';
import type { ScriptedServer } from '../../model/script.js';
import type { CallContext, ServiceReply } from '../../model/session.js';
import { parseExact, stringifyExact } from '../../support/exact-json.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import { describeProblem } from '../schema-check.js';
import { scripted } from '../services/http-script.js';
import { pause } from '../services/pause.js';
import { tauContract } from './contract.js';
import { readShape } from './read-shape.js';

/** Requests that tau refuses by name when they come from a plugin. */
const REFUSED: ReadonlySet<string> = new Set([
  ...['delete_session', 'list_models', 'list_aliases', 'set_model', 'set_session_successor', 'login', 'auth_status'],
  ...['get_subscription_usage', 'subscribe', 'steer', 'compact', 'reload_plugins', 'reload_config', 'gc_sessions'],
  'shutdown',
]);

/** Requests whose answers hold what nobody but a real server, or a script, can know. */
const UNKNOWABLE: ReadonlySet<string> = new Set([
  ...['get_session_info', 'execute_tool', 'wait_sessions', 'wait_any_sessions'],
]);

/** The server of tau as far as plugins reach it: what a script says, else the simplest answer that fits. */
export function tauServer(options: ServiceOptions): HostServicesHandle {
  const closing = new AbortController();
  const script = scripted<ScriptedServer>(options.script?.server ?? [], ({ request = '*' }) => request);
  let sessions = 1;
  let calls = 0;
  let told = false;
  const report = (finding: Finding) => options.observe?.({ kind: 'finding', finding });

  async function respond(request: Fields, context: CallContext): Promise<Fields> {
    const type = String(request.type);
    const known = script(type);
    if (known !== undefined) {
      await pause(known.delayMs ?? 0, AbortSignal.any([context.signal, closing.signal]));
      return known.response;
    }
    if (REFUSED.has(type)) return failure(`${type} is not for plugins`);
    if (type === 'create_session') return { type: 'session_created', session_id: `session-${++sessions}` };
    if (type === 'get_messages') return { type: 'messages', messages: [] };
    if (UNKNOWABLE.has(type) || (type === 'queue_message' && request.await_reply === true)) {
      return failure(`nothing is known to answer ${type} with: write it under host.server of a case, or --answers`);
    }
    return { type: 'ok' };
  }

  async function answer(method: string, body: Uint8Array, context: CallContext): Promise<ServiceReply> {
    const read = readShape(tauContract.callbacks.get(method)?.request ?? {}, parseExact(Buffer.from(body).toString()));
    const request = fieldsOf(read.value);
    const [problem] = read.problems;
    if (problem !== undefined) report(unreadable(request, describeProblem(problem)));
    if (context.callId === 0 && !told) {
      told = true;
      report(outsideOfCalls(String(request.type)));
    }
    const response =
      problem === undefined
        ? await respond(request, context).catch(() => failure('the call has ended'))
        : failure(describeProblem(problem));
    options.observe?.({ kind: 'call', method, request, ok: response.type !== 'error' });
    return { code: 0, body: Buffer.from(stringifyExact(response)) };
  }

  return {
    answer,
    // Results and output are found by the id of their call, so no two calls under way may share one.
    beginCall: (method, request) => ({
      request: method === 'tool_call' ? { tool_call_id: `call-${++calls}`, ...fieldsOf(request) } : request,
      returned: () => undefined,
      end: () => {},
    }),
    close: async () => closing.abort(),
  };
}

function failure(message: string): Fields {
  return { type: 'error', message };
}

function unreadable(request: Fields, problem: string): Finding {
  return {
    id: 'server.request',
    severity: 'fail',
    message: `In the server request ${JSON.stringify(request.type ?? null)} ${problem}; tau cannot read it, and stops reading.`,
  };
}

function outsideOfCalls(type: string): Finding {
  return {
    id: 'server.when',
    severity: 'info',
    message: `The plugin sent ${type} outside of a tool call: tau answers that for plugins under [global], not under [session].`,
  };
}
