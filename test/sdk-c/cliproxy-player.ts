import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { emitIdentity } from '../../src/project/identity.js';
import { addressSanitizer, outcomeOf, STRICT, Workbench } from './toolbox.js';

/** The plugin that does what requests say. */
export const PLUGIN = path.join(import.meta.dirname, 'programs/cliproxy_plugin.c');

export type Json = Record<string, unknown>;

export interface Reply {
  readonly status: number;
  readonly ok?: boolean;
  readonly result?: Json;
  readonly error?: Json;
}

export const bytes = (text: string) => Buffer.from(text).toString('base64');
export const textOf = (value: unknown) => Buffer.from(String(value), 'base64').toString();
export const hex = (body: unknown) =>
  Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)).toString('hex');

/** Lines of a script. */
export const call = (method: string, body: unknown = {}) => `call ${method} ${hex(body)}`;
export const answer = (method: string, result: unknown) => `answer ${method} 0 ${hex({ ok: true, result })}`;
export const YAML = 'enabled: true\npriority: 0\n';
export const register = (yaml = YAML, method = 'plugin.register') =>
  call(method, { config_yaml: bytes(yaml), schema_version: 3 });
export const ask = (model: string, more: Json = {}) => call('request.intercept_before', { Model: model, ...more });

/** Gives the SDK of a bench the identity that {@link PLUGIN} is written for. */
export function identify(bench: Workbench): void {
  const { content } = emitIdentity('c', {
    ...{ host: 'cliproxy', id: 'full', version: '1.2.3', author: 'Ada', license: 'MIT' },
    repository: 'https://github.com/ada/full',
    capabilities: ['request_interceptor', 'executor', 'management_api'],
  });
  writeFileSync(path.join(bench.project, 'cpex/identity.h'), content);
}

/** A host for the plugin, both with the sanitizers where there are any. */
export class Player {
  readonly bench = new Workbench('cliproxy');
  #flags: string[] = [];
  #host = '';
  #library = '';

  async build(): Promise<void> {
    identify(this.bench);
    this.#flags = await addressSanitizer(this.bench);
    this.#library = await this.plugin(...STRICT);
    this.#host = await this.bench.compile('abi_host.c', { flags: this.#flags });
  }

  /** The plugin's library, compiled with flags of one's own. */
  plugin(...flags: string[]): Promise<string> {
    return this.bench.compile(PLUGIN, { part: 'all', flags: [...this.#flags, ...flags], shared: true });
  }

  /** Plays a script to a library: the replies to its calls, the callbacks it made, and all lines. */
  async play(script: readonly string[], library = this.#library) {
    const input = Buffer.from(`${script.join('\n')}\n`);
    const { code, stdout, stderr } = await outcomeOf(this.#host, [library], { input });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('end');
    expect(lines.filter((line) => /BAD-CALL|INCOMPLETE/.test(line))).toEqual([]);
    const words = lines.map((line) => line.split(' '));
    const parse = (body = '') => JSON.parse(Buffer.from(body, 'hex').toString());
    const replies = words.filter(([word]) => word === 'reply');
    const callbacks = words.filter(([word]) => word === 'callback');
    return {
      lines,
      replies: replies.map(([, status, body]): Reply => ({ status: Number(status), ...parse(body) })),
      callbacks: callbacks.map(([, method, body]) => [method, parse(body)]),
    };
  }

  /** The reply to the last call of a script after a registration, and the callbacks until the goodbye. */
  async last(...script: string[]) {
    const { replies, callbacks } = await this.play(['init', register(), ...script, 'shutdown']);
    expect(callbacks.at(-1)).toEqual(['host.log', { level: 'warn', message: 'bye' }]);
    const reply = replies.at(-1);
    if (reply === undefined) throw new Error('no reply');
    return { reply, callbacks: callbacks.slice(0, -1) };
  }
}
