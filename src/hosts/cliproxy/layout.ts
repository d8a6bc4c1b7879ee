import path from 'node:path';
import type { FileLayout } from '../../model/profile.js';
import type { Target } from '../../model/target.js';
import { PLUGIN_VERSION } from '../../project/name-grammar.js';
import { fileNameProblem } from '../../project/plugin-names.js';
import type { CliproxyLayout } from './revision.js';

/** Where CLIProxyAPI of one revision looks for plugins: Go's words for the platform, a version in the name. */
export function cliproxyLayout({ versionedFiles }: Pick<CliproxyLayout, 'versionedFiles'>): FileLayout {
  return {
    // The host's own default, relative to the folder that it is started in.
    defaultFolder: (env) => env.CPEX_PLUGINS_DIR || 'plugins',
    artefactPath: (id, version, target) => {
      const name = versionedFiles ? `${id}-v${version}` : id;
      return path.join(platformFolder(target), `${name}${target.libraryExtension}`);
    },
    idProblem: fileNameProblem,
    versionProblem,
  };
}

/** Why the host would read another version than this one from the name of an installed file. */
export function versionProblem(version: string): string | undefined {
  if (/-v[0-9]/.test(version)) return 'the host takes what follows the last "-v" of the file name for the version';
  return PLUGIN_VERSION.test(version) ? undefined : 'the host takes only letters, digits and . + - for a version';
}

/** Libraries of several architectures lie at the top, where the host looks on each of them. */
function platformFolder({ go }: Target): string {
  return go === undefined ? '' : path.join(go.os, go.arch);
}
