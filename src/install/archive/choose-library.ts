import path from 'node:path';
import type { Target } from '../../model/target.js';
import { isLibraryName } from './names.js';
import type { ArchivedFile, OpenArchive } from './open-archive.js';
import { archiveError } from './refuse.js';

/** What is known of the plugin in an archive before it is opened. */
export interface ExpectedLibrary {
  readonly id: string;
  readonly version?: string;
}

/**
 * The one library of an archive: at its root, named after the plugin, and alone. The messages are
 * those of the real host's installer, so that they can be searched for.
 * @param expected absent takes the name as it comes
 */
export function chooseLibrary(archive: OpenArchive, target: Target, expected?: ExpectedLibrary): ArchivedFile {
  const refuse = (why: string) => archiveError(archive.shown, why);
  const names = expected === undefined ? undefined : libraryNames(expected, target);
  const libraries = archive.files.filter((one) => isLibraryName(one.name));
  for (const { name } of libraries) {
    const base = path.posix.basename(name);
    if (base !== name) {
      const ours = names === undefined ? base.endsWith(target.libraryExtension) : names.includes(base);
      throw refuse(
        ours ? `target dynamic library must be at zip root, not at ${name}` : `it holds another library, ${name}`,
      );
    }
    if (names !== undefined && !names.includes(name)) {
      throw refuse(`dynamic library filename must be ${names.join(' or ')}, not ${name}`);
    }
    if (!name.endsWith(target.libraryExtension)) throw refuse(`${name} is no library for ${target.os}`);
  }
  const [library, second] = libraries;
  if (library === undefined)
    throw refuse(`zip does not contain ${names?.[0] ?? `a ${target.libraryExtension} library`}`);
  if (second !== undefined) throw refuse('zip contains multiple target dynamic libraries');
  return library;
}

function libraryNames({ id, version }: ExpectedLibrary, { libraryExtension }: Target): string[] {
  const plain = `${id}${libraryExtension}`;
  return version === undefined ? [plain] : [plain, `${id}-v${version}${libraryExtension}`];
}
