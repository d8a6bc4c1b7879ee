import { CpexError } from '../../support/errors.js';
import { printable } from '../../support/printable.js';
import { refresh, saveCredential } from './auth-folder.js';
import type { Word } from './word.js';

/** `cpex run refresh [ID]`: has credentials renewed and saves them; all where none is named. */
export function refreshWord(id: string | undefined): Word {
  return {
    story: false,
    upstreams: [],
    run: async ({ host }) => {
      const chosen = host.credentials.filter((one) => id === undefined || one.id === id);
      if (chosen.length === 0) {
        const what = id === undefined ? 'There is no credential' : `There is no credential "${id}"`;
        throw new CpexError('CPEX_E_USAGE', `${what} in the folder that the host's configuration names.`, {
          evidence: host.credentials.map((one) => one.id),
          remedy: 'Name the configuration with --host-config; its auth-dir holds the files.',
        });
      }
      const refreshed: { id: string; next_refresh_after: string; file: string }[] = [];
      const failed: string[] = [];
      for (const credential of chosen) {
        const renewed = await refresh(host.auth, credential);
        if (typeof renewed === 'string') failed.push(`${credential.id}: ${renewed}`);
        else {
          const file = await saveCredential(host.summary, renewed);
          refreshed.push({ id: renewed.id, next_refresh_after: renewed.nextRefresh, file });
        }
      }
      const failure = new CpexError('CPEX_E_LOGIN', 'Credentials could not be renewed.', { evidence: failed });
      return {
        value: { refreshed },
        text: () => refreshed.map((one) => printable(`refreshed ${one.id} until ${one.next_refresh_after}`)).join('\n'),
        ...(failed.length === 0 ? {} : { failure }),
      };
    },
  };
}
