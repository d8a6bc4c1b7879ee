import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type PluginFile, readPluginName } from '../../hosts/cliproxy/file-name.js';
import type { CliproxyLayout } from '../../hosts/cliproxy/revision.js';
import { systemCode } from '../../support/errors.js';
import { isPreferred } from './versions.js';

/** The machine in Go's words, and what its libraries end in. */
export interface Platform {
  readonly goos: string;
  readonly goarch: string;
  /** With its dot. */
  readonly extension: string;
}

/** What a search in the plugins folder came to. */
export interface Discovery {
  /** The file chosen for each id, in the order of their first sighting. */
  readonly selected: readonly PluginFile[];
  /** Files that were passed over, most of them without a word of the real host. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** The host's own warning where the search failed as a whole. */
  readonly failure?: string;
}

/** The folders that are searched, absolute, in order; those of a variant only where there is one. */
export function candidateFolders(root: string, layout: CliproxyLayout, platform: Platform, variant?: string): string[] {
  return layout.folders
    .filter((folder) => variant !== undefined || !folder.includes('<variant>'))
    .map((folder) =>
      folder
        .replace('<goos>', platform.goos)
        .replace('<goarch>', platform.goarch)
        .replace('<variant>', variant ?? ''),
    )
    .map((folder) => path.join(root, folder));
}

/**
 * Finds plugin files as the host does: regular files only, no folders below, names in byte order, one file for an id.
 * @param extension what a library ends in, with its dot
 * @param pins id → version that the configuration asks for
 */
export async function discover(
  folders: readonly string[],
  layout: CliproxyLayout,
  extension: string,
  pins: ReadonlyMap<string, string>,
): Promise<Discovery> {
  const chosen = new Map<string, PluginFile>();
  const skipped: { path: string; reason: string }[] = [];
  for (const folder of folders) {
    let entries: Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      if (systemCode(error) === 'ENOENT') continue;
      const failure = `pluginhost: failed to select plugin files: open ${folder}: ${(error as Error).message}`;
      return { selected: [], skipped, failure };
    }
    for (const entry of entries.sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)))) {
      consider(entry, folder);
    }
  }
  const selected = [...chosen.values()].filter((file) => {
    const pin = pins.get(file.id);
    if (layout.versionedFiles === false || pin === undefined || pin === file.version) return true;
    skipped.push({ path: file.path, reason: `the configuration pins ${file.id} to version ${pin}` });
    return false;
  });
  return { selected, skipped };

  function consider(entry: Dirent, folder: string): void {
    if (!entry.name.toLowerCase().endsWith(extension)) return;
    const file = path.join(folder, entry.name);
    const pass = (one: string, reason: string) => skipped.push({ path: one, reason });
    if (!entry.isFile()) {
      const kind = entry.isSymbolicLink() ? 'a symbolic link' : 'no regular file';
      pass(file, `it is ${kind}, which the host ignores`);
      return;
    }
    const reading = readPluginName(file, layout.versionedFiles, extension);
    if ('problem' in reading) {
      pass(file, reading.problem);
      return;
    }
    const found = reading.file;
    const current = chosen.get(found.id);
    if (current === undefined) chosen.set(found.id, found);
    else if (layout.versionedFiles && takesOver(found, current, pins.get(found.id))) {
      chosen.set(found.id, found);
      pass(current.path, replaced(found));
    } else pass(file, replaced(current));
  }
}

function replaced(by: PluginFile): string {
  return `${by.path} is taken for ${by.id}`;
}

/** A pinned version comes first, then the higher one; the file that was found first wins ties. */
function takesOver(candidate: PluginFile, current: PluginFile, pin: string | undefined): boolean {
  if (pin !== undefined && (candidate.version === pin) !== (current.version === pin)) return candidate.version === pin;
  return isPreferred(candidate.version, current.version);
}
