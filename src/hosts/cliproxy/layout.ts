import path from 'node:path';
import type { FileLayout } from '../../model/profile.js';
import type { Target } from '../../model/target.js';
import { fileNameProblem } from '../../project/plugin-names.js';

/** `layout` of a revision in `revisions.json`. */
export interface RevisionLayout {
  /** Folders below the plugins folder in which the host looks, in this order. */
  readonly folders: readonly string[];
  /** Whether the host reads a version from the file name. */
  readonly versionedFiles: boolean;
}

/** What the host takes for a version behind the last `-v` of a file name. */
const FILE_VERSION = /^[0-9][0-9A-Za-z.+-]*$/;

/** Where CLIProxyAPI of one revision looks for plugins: Go's words for the platform, a version in the name. */
export function cliproxyLayout({ versionedFiles }: RevisionLayout): FileLayout {
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

/** The id and version that the host reads from a base name without its extension. */
export function readFileName(name: string, { versionedFiles }: RevisionLayout): { id: string; version?: string } {
  const at = name.lastIndexOf('-v');
  const version = name.slice(at + 2);
  if (!versionedFiles || at <= 0 || !FILE_VERSION.test(version)) return { id: name };
  return { id: name.slice(0, at), version };
}

/** Why the host would read another version than this one from the name of an installed file. */
export function versionProblem(version: string): string | undefined {
  if (/-v[0-9]/.test(version)) return 'the host takes what follows the last "-v" of the file name for the version';
  return FILE_VERSION.test(version) ? undefined : 'the host takes only letters, digits and . + - for a version';
}

/** Libraries of several architectures lie at the top, where the host looks on each of them. */
function platformFolder({ go }: Target): string {
  return go === undefined ? '' : path.join(go.os, go.arch);
}
