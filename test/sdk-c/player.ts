import path from 'node:path';
import { expect } from 'vitest';
import { addressSanitizer, outcomeOf, STRICT, Workbench } from './toolbox.js';

/** The plugin that uses all of the SDK. */
export const FULL_PLUGIN = path.join(import.meta.dirname, 'programs/full_plugin.c');

export interface Reply {
  readonly status: number;
  readonly ok?: boolean;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: string; readonly message: string; readonly details?: unknown };
  readonly text: string;
  readonly bytes: Buffer;
}

export interface Played {
  readonly replies: readonly Reply[];
  readonly lines: readonly string[];
}

export const hex = (body: unknown): string =>
  (typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body))).toString(
    'hex',
  );

/** Lines of a script. */
export const call = (method: string, body: unknown = {}) => `call ${method} ${hex(body)}`.trimEnd();
export const answer = (method: string, envelope: unknown, status = 0) => `answer ${method} ${status} ${hex(envelope)}`;
export const success = (result: unknown) => ({ ok: true, result });

export const REGISTER = {
  host: { name: 'cpex', version: '1.0.0', features: ['later'] },
  schema_version: 1,
  config: { greeting: 'hi', big: 1 },
  limits: { max_request_bytes: 67108864, max_response_bytes: 67108864 },
};
export const register = call('plugin.register', REGISTER);

/** The request of the hook `tool_pre_invoke` for the tool of a name, which says to the plugin what it is to do. */
export const invocation = (name: string, more = {}) => ({
  hook: 'tool_pre_invoke',
  payload: { name, args: {}, ...more },
  extensions: { slot: [1] },
  context: { request_id: 'r', local_state: {}, global_state: { shared: true } },
});
export const invoke = (name: string, more = {}) => call('hook.invoke', invocation(name, more));

/** The callbacks of a session: method and request as raw bytes. */
export const rawCallbacks = (lines: readonly string[]): [string, Buffer][] =>
  lines
    .filter((line) => line.startsWith('callback '))
    .map((line) => line.split(' '))
    .map(([, method = '', body = '']) => [method, Buffer.from(body, 'hex')]);

export const callbacks = (lines: readonly string[]) =>
  rawCallbacks(lines).map(([method, body]) => [method, JSON.parse(body.toString('utf8'))]);

/** A host for a plugin, both with the sanitizers where there are any. */
export class Player {
  readonly bench = new Workbench();
  #host = '';
  #library = '';

  async build(plugin = FULL_PLUGIN): Promise<void> {
    const flags = await addressSanitizer(this.bench);
    [this.#host, this.#library] = await Promise.all([
      this.bench.compile('abi_host.c', { flags }),
      this.bench.compile(plugin, { part: 'all', flags: [...flags, ...STRICT], shared: true }),
    ]);
  }

  /** Plays a script to the library; the replies to `call` lines, in order, and all that was said. */
  async play(...script: string[]): Promise<Played> {
    const input = Buffer.from(`${script.join('\n')}\n`);
    const { code, stdout, stderr } = await outcomeOf(this.#host, [this.#library], { input });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('end');
    expect(lines.filter((line) => /BAD-CALL|INCOMPLETE/.test(line))).toEqual([]);
    return { replies: lines.filter((line) => line.startsWith('reply ')).map(replyOf), lines };
  }

  /** The reply to the last call of a script that starts with init and registration. */
  async last(...script: string[]): Promise<Reply> {
    const { replies } = await this.play('init', register, ...script, 'shutdown');
    const reply = replies.at(-1);
    if (reply === undefined) throw new Error('no reply');
    return reply;
  }
}

/** Fields are there where the body is JSON. */
function replyOf(line: string): Reply {
  const [, status, body = ''] = line.split(' ');
  const bytes = Buffer.from(body === 'null' ? '' : body, 'hex');
  const text = bytes.toString('utf8');
  return { status: Number(status), text, bytes, ...(text.startsWith('{') ? JSON.parse(text) : {}) };
}
