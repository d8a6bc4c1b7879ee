import { setTimeout as pause } from 'node:timers/promises';
import { ZERO_TIME } from '../../hosts/go-json/time.js';
import { fieldsOf } from '../../hosts/json-fields.js';
import { CpexError } from '../../support/errors.js';
import { authMember, authsOf } from './auth-folder.js';
import { type Credential, readCredential } from './credentials.js';
import type { PluginHost } from './plugin-host.js';
import { textOf } from './values.js';

/** How long a login may take, and how often it is asked for. */
export interface LoginTimes {
  readonly deadlineMs: number;
  readonly pollMs: number;
}

/** Where the user has to go. */
export interface LoginPage {
  readonly url: string;
  readonly expiresAt: string | undefined;
}

/**
 * Logs in through the plugin that knows a provider: starts, shows the page, asks until it is done.
 * @throws CpexError CPEX_E_LOGIN when it fails, or does not end in time
 */
export async function logIn(
  host: PluginHost,
  provider: string,
  times: LoginTimes,
  show: (page: LoginPage) => void,
): Promise<readonly Credential[]> {
  const { frame, summary, signal } = host;
  const name = provider.trim().toLowerCase();
  const member = await authMember(host.auth, name);
  if (member === undefined) throw loginError(`No plugin knows credentials of "${provider}".`);
  const call = async (method: string, request: object) => {
    const answer = await member.call(method, request, frame);
    if (!answer.ok) throw loginError(`${method} failed: ${answer.message}`);
    return fieldsOf(answer.result);
  };
  const started = await call('auth.login.start', { Provider: name, BaseURL: '', Host: summary });
  const state = textOf(started.State).trim();
  const url = textOf(started.URL).trim();
  if (state === '' || url === '')
    throw loginError(`The answer to auth.login.start has no ${url === '' ? 'URL' : 'State'}.`);
  const expires = textOf(started.ExpiresAt);
  const expiresAt = expires === '' || expires === ZERO_TIME ? undefined : expires;
  show({ url, expiresAt });
  const own = Date.now() + times.deadlineMs;
  const until = expiresAt === undefined ? own : Math.min(own, Date.parse(expiresAt));
  for (let asked = 1; ; asked++) {
    const request = { Provider: name, State: state, Host: summary, Metadata: started.Metadata ?? null };
    const polled = await call('auth.login.poll', request);
    const status = textOf(polled.Status).trim();
    const message = textOf(polled.Message);
    const text = `${status}${message === '' ? '' : `: ${message}`}`;
    frame.log.add({ depth: 0, stage: 'auth.login.poll', plugin: member.id, outcome: 'done', text });
    if (status === 'success') return credentials(polled, name, member.id);
    if (status === 'error') throw loginError(`The login failed: ${message || 'the plugin gives no reason'}`);
    if (status !== 'pending') throw loginError(`auth.login.poll answers with the status ${JSON.stringify(status)}.`);
    if (Date.now() + times.pollMs > until) throw loginError(`The login did not end in time (asked ${asked} times).`);
    await pause(times.pollMs, undefined, { signal });
  }
}

function credentials(polled: Readonly<Record<string, unknown>>, provider: string, plugin: string): Credential[] {
  const read = authsOf(polled).map((data) => readCredential(data, { provider }));
  const good = read.filter((one) => one !== undefined);
  if (good.length === read.length) return good;
  throw loginError(`Plugin ${plugin} returned a credential without a provider.`);
}

function loginError(message: string): CpexError {
  return new CpexError('CPEX_E_LOGIN', message);
}
