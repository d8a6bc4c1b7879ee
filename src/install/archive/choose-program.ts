import path from 'node:path';
import type { Target } from '../../model/target.js';
import { artefactName } from '../../project/artefact-name.js';
import type { ArchivedFile, OpenArchive } from './open-archive.js';
import { archiveError } from './refuse.js';

/**
 * The program of a plugin in an archive: at its root, and named after the plugin. What else lies there is its author's
 * business: nobody looks for it.
 * @param expected the plugin, by the archive's name or its record; the only file that could be one when absent
 */
export function chooseProgram(
  archive: OpenArchive,
  target: Target,
  expected: { readonly id: string } | undefined,
): ArchivedFile {
  const refuse = (why: string) => archiveError(archive.shown, why);
  if (expected === undefined) {
    const all = archive.files.filter((one) => isProgramName(one.name, target));
    const [only, second] = all;
    if (only !== undefined && second === undefined) return only;
    throw refuse(only === undefined ? 'zip holds no program at its root' : 'zip does not say which file is the plugin');
  }
  const wanted = artefactName(expected.id, 'executable', target);
  const found = archive.files.find((one) => one.name === wanted);
  if (found !== undefined) return found;
  const elsewhere = archive.files.find((one) => path.posix.basename(one.name) === wanted);
  throw refuse(
    elsewhere === undefined
      ? `zip does not contain ${wanted}`
      : `the program must be at zip root, not at ${elsewhere.name}`,
  );
}

/** The id that the name of a program stands for. */
export function programId(file: string): string {
  return path.basename(file).replace(/\.exe$/i, '');
}

/** Programs end in `.exe` or, outside of Windows, in nothing that means something else. */
function isProgramName(name: string, { os }: Target): boolean {
  if (name.includes('/')) return false;
  return os === 'windows'
    ? /\.exe$/i.test(name)
    : !/\.(?:exe|so|dylib|dll|json|md|txt|toml|ya?ml|sig|sha256)$|^LICEN[CS]E/i.test(name);
}
