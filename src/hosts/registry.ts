import type { HostProfile } from '../model/profile.js';
import { HOSTS, LATER_HOSTS } from '../project/hosts.js';
import { CpexError } from '../support/errors.js';
import { didYouMean } from '../support/suggest.js';
import { cpexProfile } from './cpex/profile.js';

const PROFILES: ReadonlyMap<string, HostProfile> = new Map([[cpexProfile.name, cpexProfile]]);

/** The profile that `NAME[@REVISION]` stands for. Throws `CPEX_E_HOST_UNKNOWN`. */
export function findProfile(host: string): HostProfile {
  const [name = '', revision] = host.split('@', 2);
  const profile = PROFILES.get(name);
  const remedy = `Hosts of this version: ${HOSTS.join(', ')}.`;
  if (profile === undefined) {
    const message = LATER_HOSTS.includes(name)
      ? `The host "${name}" is not part of this version of cpex.`
      : `There is no host "${name}".${didYouMean(name, [...HOSTS, ...LATER_HOSTS])}`;
    throw new CpexError('CPEX_E_HOST_UNKNOWN', message, { remedy });
  }
  if (revision !== undefined) {
    throw new CpexError('CPEX_E_HOST_UNKNOWN', `The host "${name}" has no revisions.`, { remedy: `Write "${name}".` });
  }
  return profile;
}
