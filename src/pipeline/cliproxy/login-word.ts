import { CpexError } from '../../support/errors.js';
import { printable } from '../../support/printable.js';
import { saveCredential } from './auth-folder.js';
import { logIn } from './login.js';
import { numberOf } from './values.js';
import type { Word } from './word.js';

const DEADLINE_MS = 300_000;
const POLL_MS = 1_000;

/** `cpex run login PROVIDER`: a login through the plugin that knows the provider. */
export function loginWord(provider: string, data: Readonly<Record<string, unknown>>): Word {
  const times = {
    deadlineMs: milliseconds(data, 'deadline_ms', DEADLINE_MS),
    pollMs: milliseconds(data, 'poll_ms', POLL_MS),
  };
  return {
    story: false,
    upstreams: [],
    run: async ({ host, context }) => {
      const page: { url?: string } = {};
      const found = await logIn(host, provider, times, ({ url, expiresAt }) => {
        page.url = url;
        const until = expiresAt === undefined ? '' : ` (until ${expiresAt})`;
        context.emit({ type: 'note', level: 'info', text: `Open ${url}${until}` });
      });
      const saved: string[] = [];
      if (host.summary.AuthDir !== '') for (const one of found) saved.push(await saveCredential(host.summary, one));
      const credentials = found.map(({ id, label }) => ({ id, provider, label }));
      const where =
        saved.length > 0 ? saved.map((file) => `saved to ${file}`) : ['not saved: the configuration names no auth-dir'];
      return {
        value: { url: page.url, credentials, saved },
        text: () => [...credentials.map(({ id }) => printable(`logged in: ${id}`)), ...where].join('\n'),
      };
    },
  };
}

function milliseconds(data: Readonly<Record<string, unknown>>, name: string, otherwise: number): number {
  if (data[name] === undefined) return otherwise;
  const value = numberOf(data[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new CpexError('CPEX_E_RUN_DATA', `"${name}" has to be a number of milliseconds.`);
}
