import type { ArtefactKind } from '../model/target.js';
import { builtInto, hostName, PROCESS_HOSTS } from '../project/hosts.js';
import { CpexError } from '../support/errors.js';
import type { BuildOptions } from './build-model.js';

/**
 * What a build makes: what the project's host takes, or what was asked for where it takes both.
 * @throws CpexError `CPEX_E_USAGE`
 */
export function wantedKind({ project, as }: Pick<BuildOptions, 'project' | 'as'>): ArtefactKind {
  const host = hostName(project.manifest.host);
  const usual = builtInto(host);
  const kind = as === undefined ? usual : as === 'library' ? 'library' : 'executable';
  if (kind === usual || PROCESS_HOSTS.includes(host)) return kind;
  const does = usual === 'library' ? 'loads its plugins as libraries' : 'starts its plugins as processes';
  throw new CpexError('CPEX_E_USAGE', `--as ${as} is not for the host ${host}, which ${does}.`, {
    remedy: 'Leave --as away.',
  });
}

/** Whether this is the other of two forms that a host takes; it has folders of its own. */
export function isOtherForm(host: string, kind: ArtefactKind): boolean {
  return kind !== builtInto(host);
}
