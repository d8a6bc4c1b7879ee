import { randomBytes } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { findProfile } from '../hosts/registry.js';
import type { RunContext } from '../model/context.js';
import type { ChangeResult, InstalledPlugin, PluginVersion } from '../model/installed.js';
import { hostName } from '../project/hosts.js';
import { hostTarget } from '../project/targets/host.js';
import { CpexError } from '../support/errors.js';
import { adviceFor } from './advice/advice.js';
import { chooseFolder, type FolderChoice } from './choose-folder.js';
import { digestOf } from './copy.js';
import { asVersion, versionOf } from './decide.js';
import { findInstalled } from './find-installed.js';
import { folderError } from './folder-error.js';
import { temporaryName } from './journal.js';
import { type OpenFolderOptions, type Place, PluginsFolder } from './plugins-folder.js';
import { readRecord } from './record.js';
import { repairAndTell } from './repair-and-tell.js';
import { applyChange, type FaultHook } from './transaction.js';

export interface ChangeOptions extends FolderChoice {
  readonly id: string;
  readonly host?: string | undefined;
  /** Also when the file was changed since it was installed. */
  readonly force: boolean;
}

export interface ChangeSeams extends OpenFolderOptions {
  readonly fault?: FaultHook;
}

/** Removes a plugin, its kept versions and its entry in the record. */
export function uninstallPlugin(options: ChangeOptions, context: RunContext, seams: ChangeSeams = {}) {
  return withInstalled(options, context, seams, async (folder, before, place) => {
    await refuseForeign(place, before, options.force);
    const change = { before, keep: false };
    await applyChange(folder, change, undefined, seams.fault);
    const done = (await adviceOn(before)?.forget?.(folder.path, place.path)) ?? [];
    return { folder: folder.path, file: place.path, before, notes: [...done, ...notesOn(before, 'uninstall')] };
  });
}

/** Puts the version that was replaced last in the place of the installed one, which is kept in turn. */
export function rollbackPlugin(options: ChangeOptions, context: RunContext, seams: ChangeSeams = {}) {
  return withInstalled(options, context, seams, async (folder, before, place) => {
    const [last, ...older] = before.previous;
    if (last === undefined) {
      throw new CpexError('CPEX_E_INSTALL_NO_PREVIOUS', `No previous version of ${before.id} is kept.`);
    }
    const present = await refuseForeign(place, before, options.force);
    const kept = folder.keptPlace(before, last);
    await checkKept(kept, last.sha256);
    await refuseStranger(folder, before, last, options.force);
    // A file that is gone, or that was changed and is given up, cannot be kept.
    const keep = present === before.sha256;
    const previous = keep ? [versionOf(before), ...older] : older;
    const after = { ...asVersion(before, last), installedAt: new Date().toISOString(), previous };
    const change = { before, after, keep, temporary: newTemporary() };
    await applyChange(folder, change, kept.folder.at(kept.name), seams.fault);
    const file = folder.placeOf(after).path;
    return { folder: folder.path, file, before, after, notes: notesOn(before, 'rollback') };
  });
}

function notesOn(plugin: InstalledPlugin, change: 'rollback' | 'uninstall'): readonly string[] {
  return adviceOn(plugin)?.afterChange(plugin.id, change) ?? [];
}

function adviceOn({ host }: InstalledPlugin) {
  return adviceFor({ name: hostName(host) });
}

type Work = (folder: PluginsFolder, before: InstalledPlugin, place: Place) => Promise<ChangeResult>;

async function withInstalled(options: ChangeOptions, context: RunContext, seams: ChangeSeams, work: Work) {
  const path = await chooseFolder(options, findProfile(options.host ?? 'cpex').layout, context);
  await mustExist(path, options.id);
  const folder = await PluginsFolder.take(path, { signal: context.signal, ...seams });
  try {
    await repairAndTell(folder, context);
    const before = findInstalled(await readRecord(folder.path), options.id, hostTarget().name, folder.path);
    return await work(folder, before, folder.placeOf(before));
  } catch (error) {
    throw folderError(error, folder.path);
  } finally {
    folder.close();
  }
}

/** Nothing is made for the sake of finding that nothing is installed. */
async function mustExist(folder: string, id: string): Promise<void> {
  try {
    await lstat(folder);
  } catch {
    findInstalled([], id, '', folder);
  }
}

/** The digest of what is there, undefined for nothing; throws when it is not what the record says. */
async function refuseForeign(place: Place, before: InstalledPlugin, force: boolean): Promise<string | undefined> {
  const present = await digestOf(place.folder.at(place.name));
  if (present === undefined || present.sha256 === before.sha256 || force) return present?.sha256;
  throw new CpexError('CPEX_E_INSTALL_FOREIGN', `The file of ${before.id} was changed since it was installed.`, {
    evidence: [place.path, `recorded: ${before.sha256}`, `there: ${present.sha256}`],
    remedy: 'Look where the change comes from; --force goes on all the same, and the changed file is lost.',
  });
}

/** Where names hold versions, the place that the kept version returns to may have been taken by somebody else. */
async function refuseStranger(folder: PluginsFolder, before: InstalledPlugin, last: PluginVersion, force: boolean) {
  const place = folder.placeOf(asVersion(before, last));
  if (place.path === folder.placeOf(before).path || force) return;
  const there = await digestOf(place.folder.at(place.name));
  if (there === undefined || there.sha256 === last.sha256) return;
  throw new CpexError('CPEX_E_INSTALL_FOREIGN', `There is a file for ${before.id} that cpex did not put there.`, {
    evidence: [place.path],
    remedy: 'Move it away; --force replaces it, and it is lost.',
  });
}

async function checkKept(kept: Place, expected: string): Promise<void> {
  const there = await digestOf(kept.folder.at(kept.name));
  if (there?.sha256 === expected) return;
  throw new CpexError('CPEX_E_INSTALL_DIGEST', 'The version that was kept is not what it was.', {
    evidence: [kept.path, `recorded: ${expected}`, `there: ${there?.sha256 ?? 'nothing'}`],
    remedy: 'Install the version that you want from its source.',
  });
}

function newTemporary(): string {
  return temporaryName(randomBytes(6).toString('hex'));
}
