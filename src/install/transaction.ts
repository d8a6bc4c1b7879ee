import { linkSync, renameSync, rmSync } from 'node:fs';
import type { InstalledPlugin, PluginVersion } from '../model/installed.js';
import { CpexError, systemCode } from '../support/errors.js';
import { copyNew, digestOf } from './copy.js';
import { folderError } from './folder-error.js';
import { type Change, prepareFile, publish, readJournal, removeStateFile } from './journal.js';
import type { Place, PluginsFolder } from './plugins-folder.js';
import { JOURNAL_FILE, RECORD_FILE, readRecord, recordText } from './record.js';

/** Steps after which a test may end the process; production passes nothing. */
export type FaultPoint = 'journal' | 'copied' | 'kept' | 'prepared' | 'placed' | 'removed' | 'recorded' | 'pruned';
export type FaultHook = (point: FaultPoint) => void;

/** Permission bits of an installed library, whatever the umask and the source say. */
const LIBRARY_MODE = 0o755;

/**
 * Carries out a change: journal, new file beside the old, old file kept, new record beside the old;
 * then the one rename that makes it so, the record, and cleaning up. A failure before that rename
 * takes everything back; an end of the process at any point is mended by {@link repair}.
 * @param source file that holds the bytes of `change.after`
 */
export async function applyChange(
  folder: PluginsFolder,
  change: Change,
  source: string | undefined,
  fault: FaultHook = () => undefined,
): Promise<void> {
  const { state } = folder;
  const plugin = pluginOf(change);
  const place = folder.placeOf(plugin);
  const record = recordText(changed(await readRecord(folder.path), change));
  try {
    prepareFile(state, JOURNAL_FILE, JSON.stringify(change));
    publish(state, JOURNAL_FILE);
    fault('journal');
    if (change.after !== undefined && change.temporary !== undefined && source !== undefined) {
      const { sha256 } = await copyNew(source, place.folder.at(change.temporary), LIBRARY_MODE);
      if (sha256 !== change.after.sha256) throw differs(source);
    }
    fault('copied');
    if (change.keep && change.before !== undefined) await keepOld(folder, change.before, oldPlace(folder, change));
    fault('kept');
    prepareFile(state, RECORD_FILE, record);
    fault('prepared');
    place.folder.assertInPlace();
    if (change.temporary !== undefined) replace(place.folder.at(change.temporary), place.folder.at(place.name));
    // What was removed by hand is removed.
    else rmSync(place.folder.at(place.name), { force: true });
  } catch (error) {
    takeBack(folder, place, change);
    throw folderError(error, place.path);
  }
  place.folder.sync();
  fault('placed');
  removeOld(folder, place, change);
  fault('removed');
  publish(state, RECORD_FILE);
  fault('recorded');
  prune(folder, change);
  fault('pruned');
  removeStateFile(state, JOURNAL_FILE);
}

/**
 * Ends what an interrupted command began: forwards when the new file is in its place, backwards
 * otherwise. Returns which, or undefined when there was nothing to do.
 */
export async function repair(folder: PluginsFolder): Promise<'completed' | 'taken-back' | undefined> {
  const change = readJournal(folder.state);
  if (change === undefined) return undefined;
  const plugin = pluginOf(change);
  const place = folder.placeOf(plugin);
  const there = await digestOf(place.folder.at(place.name));
  if (there?.sha256 !== change.after?.sha256) {
    takeBack(folder, place, change);
    return 'taken-back';
  }
  // Where old and new bytes are the same, the change may have ended before its rename.
  if (change.temporary !== undefined) rmSync(place.folder.at(change.temporary), { force: true });
  removeOld(folder, place, change);
  prepareFile(folder.state, RECORD_FILE, recordText(changed(await readRecord(folder.path), change)));
  publish(folder.state, RECORD_FILE);
  prune(folder, change);
  removeStateFile(folder.state, JOURNAL_FILE);
  return 'completed';
}

/** Removes what the change made so far; the journal goes last. */
function takeBack(folder: PluginsFolder, place: Place, change: Change): void {
  if (change.temporary !== undefined) rmSync(place.folder.at(change.temporary), { force: true });
  if (change.keep && change.before !== undefined && !isKept(change.before, change.before)) {
    removeKept(folder, change.before, change.before);
  }
  rmSync(folder.state.at(`${RECORD_FILE}.next`), { force: true });
  removeStateFile(folder.state, JOURNAL_FILE);
}

/** Gives the old file a second name outside of the host's view; a copy where links do not work. */
async function keepOld(folder: PluginsFolder, before: InstalledPlugin, from: Place | undefined): Promise<void> {
  if (from === undefined) return;
  const to = folder.keptPlace(before, before);
  const kept = to.folder.at(to.name);
  rmSync(kept, { force: true });
  try {
    linkSync(from.folder.at(from.name), kept);
  } catch {
    const { sha256 } = await copyNew(from.folder.at(from.name), kept, LIBRARY_MODE);
    if (sha256 !== before.sha256) throw differs(from.path);
  }
  to.folder.sync();
}

/** Where the file lies that a change replaces; a host may name files after their versions. */
function oldPlace(folder: PluginsFolder, { before, namedAs }: Change): Place | undefined {
  if (before === undefined) return undefined;
  return folder.placeOf(namedAs === undefined ? before : { ...before, version: namedAs });
}

/**
 * Removes the file that was replaced where the new one has another name. Which of the two a host takes
 * is its own business, so there must not be two.
 */
function removeOld(folder: PluginsFolder, place: Place, change: Change): void {
  const old = change.after === undefined ? undefined : oldPlace(folder, change);
  if (old === undefined || old.path === place.path) return;
  try {
    rmSync(old.folder.at(old.name), { force: true });
    old.folder.sync();
  } catch (error) {
    // Windows keeps a library that is loaded; the host removes it when it starts again.
    if (process.platform !== 'win32') throw error;
  }
}

function replace(temporary: string, file: string): void {
  try {
    renameSync(temporary, file);
  } catch (error) {
    const inUse = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '');
    if (!inUse) throw error;
    throw new CpexError('CPEX_E_INSTALL_IN_USE', 'The installed plugin is in use.', { cause: error });
  }
}

/** Removes kept versions that the new state does not name any more. */
function prune(folder: PluginsFolder, { before, after }: Change): void {
  for (const version of before?.previous ?? []) {
    if (before !== undefined && !(after !== undefined && isKept(after, version))) removeKept(folder, before, version);
  }
}

function isKept(plugin: InstalledPlugin, version: PluginVersion): boolean {
  return plugin.previous.some((one) => one.sha256 === version.sha256 && one.version === version.version);
}

function removeKept(folder: PluginsFolder, plugin: InstalledPlugin, version: PluginVersion): void {
  const place = folder.keptPlace(plugin, version);
  rmSync(place.folder.at(place.name), { force: true });
}

function changed(plugins: readonly InstalledPlugin[], { before, after }: Change): InstalledPlugin[] {
  const gone = before ?? after;
  const others = plugins.filter((one) => one.id !== gone?.id || one.target !== gone.target);
  return after === undefined ? others : [...others, after];
}

function pluginOf(change: Change): InstalledPlugin {
  const plugin = change.after ?? change.before;
  if (plugin === undefined) throw new Error('a change without a plugin');
  return plugin;
}

function differs(file: string): CpexError {
  return new CpexError('CPEX_E_INSTALL_DIGEST', 'A file changed while it was being copied.', { evidence: [file] });
}
