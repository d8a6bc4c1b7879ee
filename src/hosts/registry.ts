import type { Manifest } from '../model/manifest.js';
import type { HostProfile } from '../model/profile.js';
import type { ApplicationWish } from '../project/application.js';
import { revisionsOf } from '../project/contract-revisions.js';
import { HOSTS, hostName, hostProblem, revisionName } from '../project/hosts.js';
import { CpexError } from '../support/errors.js';
import { didYouMean } from '../support/suggest.js';
import { cliproxyProfile } from './cliproxy/profile.js';
import { consoleProfile } from './console/profile.js';
import { cpexProfile } from './cpex/profile.js';
import { goPluginProfile } from './go-plugin/profile.js';
import { tauProfile } from './tau/profile.js';

const PROFILES: ReadonlyMap<string, (revision: string) => HostProfile> = new Map([
  ['cpex', () => cpexProfile],
  ['cliproxy', cliproxyProfile],
  ['go-plugin', goPluginProfile],
  ['console', consoleProfile],
  ['tau', () => tauProfile],
]);

/** The profile that `NAME[@REVISION]` stands for. Throws `CPEX_E_HOST_UNKNOWN`. */
export function findProfile(host: string): HostProfile {
  const name = hostName(host);
  const make = PROFILES.get(name);
  const problem = hostProblem(host);
  if (make !== undefined && problem === undefined) return make(revisionName(host) ?? '');
  if (make === undefined) {
    const message = `There is no host "${name}".${didYouMean(name, HOSTS)}`;
    throw new CpexError('CPEX_E_HOST_UNKNOWN', message, { remedy: `Hosts of this version: ${HOSTS.join(', ')}.` });
  }
  const revisions = Object.keys(revisionsOf(name)?.revisions ?? {});
  const hint = didYouMean(host.slice(name.length + 1), revisions);
  const remedy = revisions.length === 0 ? `Write "${name}".` : `Revisions: ${revisions.join(', ')}.`;
  const has = revisions.length === 0 ? 'has no revisions' : `has no revision "${host.slice(name.length + 1)}"`;
  throw new CpexError('CPEX_E_HOST_UNKNOWN', `The host "${name}" ${has}.${hint}`, { remedy });
}

/** What a profile may take from the project, or from the command line where there is none. */
export interface ProjectSide {
  /** Absolute folder that file names are relative to. */
  readonly root: string;
  readonly manifest?: Pick<Manifest, 'process'> & Partial<Pick<Manifest, 'capabilities'>>;
  /** What holds in place of the manifest's settings; files are absolute, or relative to `root`. */
  readonly application?: ApplicationWish;
}

/** The profile that `NAME[@REVISION]` stands for, with what the project says about its application. */
export async function profileFor(host: string, { root, manifest, application }: ProjectSide): Promise<HostProfile> {
  const profile = findProfile(host);
  if (profile.forProject === undefined) return profile;
  return profile.forProject({
    root,
    settings: { ...manifest?.process, ...application },
    ...(manifest?.capabilities === undefined ? {} : { capabilities: manifest.capabilities }),
  });
}

/** What plugins of a profile are built into. */
export function artefactKind({ transport }: Pick<HostProfile, 'transport'>): 'library' | 'executable' {
  return transport === 'native' ? 'library' : 'executable';
}
