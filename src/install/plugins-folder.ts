import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { findProfile } from '../hosts/registry.js';
import type { InstalledPlugin, PluginVersion } from '../model/installed.js';
import type { ArtefactKind, Target } from '../model/target.js';
import { artefactName } from '../project/artefact-name.js';
import { builtInto } from '../project/hosts.js';
import { TARGETS } from '../project/targets/table.js';
import { CpexError, systemCode } from '../support/errors.js';
import { ensureFolder } from '../support/files.js';
import { folderError } from './folder-error.js';
import { HeldFolder } from './held-folder.js';
import { takeLock } from './lock.js';
import { STATE_FOLDER } from './record.js';

/** Milliseconds to wait for another cpex that works in the same folder. */
const LOCK_WAIT_MS = 60_000;

export interface OpenFolderOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; a minute when absent. */
  readonly lockWaitMs?: number;
}

/** Where one installed plugin lies: the folder that holds it, and its name there. */
export interface Place {
  readonly folder: HeldFolder;
  readonly name: string;
  /** Absolute path, for people. */
  readonly path: string;
}

/** A plugins folder that belongs to this process until it is closed. */
export class PluginsFolder {
  private readonly open: HeldFolder[] = [];

  private constructor(
    readonly path: string,
    private readonly root: HeldFolder,
    readonly state: HeldFolder,
    private readonly unlock: () => void,
  ) {}

  /** Makes the folder when it is not there, waits for one's turn and holds it. */
  static async take(folder: string, options: OpenFolderOptions): Promise<PluginsFolder> {
    const real = await prepare(folder);
    const root = HeldFolder.open(real);
    const state = root.child(STATE_FOLDER);
    const locks = state.child('locks');
    try {
      const wait = { waitMs: options.lockWaitMs ?? LOCK_WAIT_MS };
      const release = await takeLock(locks, options.signal === undefined ? wait : { ...wait, signal: options.signal });
      const unlock = () => {
        release();
        locks.close();
      };
      return new PluginsFolder(real, root, state, unlock);
    } catch (error) {
      for (const held of [locks, state, root]) held.close();
      throw error;
    }
  }

  /** The place of an artefact; its folder is made when it is not there. */
  placeOf(plugin: PlacedPlugin): Place {
    const parts = artefactParts(plugin);
    const name = parts.pop() ?? '';
    const folder = parts.reduce((parent, part) => this.keep(parent.child(part)), this.root);
    return { folder, name, path: path.join(this.path, ...parts, name) };
  }

  /** The place of a version that was replaced; outside of where hosts look. */
  keptPlace(plugin: Pick<InstalledPlugin, 'id' | 'target'>, version: PluginVersion): Place {
    const parts = ['previous', plugin.target, plugin.id];
    const extension = artefactName('', kindOf(version), targetOf(plugin));
    // A version may be as long as its author likes, a file name not.
    const name = `${version.version.slice(0, 64)}-${version.sha256.slice(0, 16)}${extension}`;
    const folder = parts.reduce((parent, part) => this.keep(parent.child(part)), this.state);
    return { folder, name, path: path.join(this.path, STATE_FOLDER, ...parts, name) };
  }

  /** Gives the folder back. */
  close(): void {
    this.unlock();
    for (const held of [...this.open, this.state, this.root]) held.close();
    this.open.length = 0;
  }

  private keep(folder: HeldFolder): HeldFolder {
    this.open.push(folder);
    return folder;
  }
}

/** What decides where a plugin lies: its host has the last word. */
export type PlacedPlugin = Pick<InstalledPlugin, 'id' | 'target' | 'version' | 'host' | 'form'>;

function kindOf({ host, form }: Pick<PluginVersion, 'host' | 'form'>): ArtefactKind {
  return form === 'process' ? 'executable' : builtInto(host);
}

/** Names of the folders and of the file of an artefact below the plugins folder. */
export function artefactParts(plugin: PlacedPlugin): string[] {
  const { layout } = findProfile(plugin.host);
  const parts = layout.artefactPath(plugin.id, plugin.version, targetOf(plugin)).split(path.sep);
  // The program lies where the library would.
  return plugin.form === undefined
    ? parts
    : [...parts.slice(0, -1), artefactName(plugin.id, 'executable', targetOf(plugin))];
}

function targetOf(plugin: Pick<InstalledPlugin, 'target'>): Target {
  const target = Object.values(TARGETS).find((row) => row.name === plugin.target);
  if (target !== undefined) return target;
  throw new CpexError(
    'CPEX_E_INSTALL_RECORD',
    `The record names a target "${plugin.target}", which this cpex does not know.`,
  );
}

/** The real path of the folder. Links above it are its owner's business; the folder itself must be plain. */
async function prepare(folder: string): Promise<string> {
  try {
    await ensureFolder(folder);
    if ((await lstat(folder)).isSymbolicLink()) {
      throw new CpexError('CPEX_E_INSTALL_PATH', `The plugins folder ${folder} is a symbolic link.`, {
        remedy: `Give the folder itself: --to ${await realpath(folder)}`,
      });
    }
    return await realpath(folder);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw new CpexError('CPEX_E_INSTALL_PATH', `${folder} is no folder.`, { cause: error });
    }
    throw folderError(error, folder);
  }
}
