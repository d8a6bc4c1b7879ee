import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { InstalledPlugin } from '../model/installed.js';
import { PLUGIN_VERSION } from '../project/name-grammar.js';
import { CpexError, systemCode } from '../support/errors.js';
import type { HeldFolder } from './held-folder.js';
import { JOURNAL_FILE, readPlugin } from './record.js';

/** One change of a plugins folder, written down before it begins so that the next command can end it. */
export interface Change {
  /** What is installed under this id and target so far. */
  readonly before?: InstalledPlugin;
  /** What is to be installed; absent for an uninstall. */
  readonly after?: InstalledPlugin;
  /** Name of the temporary file beside the artefact. */
  readonly temporary?: string;
  /** Whether the file that is replaced becomes a kept version. */
  readonly keep: boolean;
  /** Version in the name of the file that is replaced, where that is not the one of `before`. */
  readonly namedAs?: string;
}

/** The change that was interrupted, if any. Throws `CPEX_E_INSTALL_RECORD` when it cannot be read. */
export function readJournal(state: HeldFolder): Change | undefined {
  const file = path.join(state.path, JOURNAL_FILE);
  let text: string;
  try {
    text = readFileSync(state.at(JOURNAL_FILE), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { before, after, temporary, keep, namedAs } = JSON.parse(text) as Record<string, unknown>;
    if (temporary !== undefined && !(typeof temporary === 'string' && isTemporaryName(temporary)))
      throw new Error('temporary');
    if (namedAs !== undefined && !(typeof namedAs === 'string' && PLUGIN_VERSION.test(namedAs)))
      throw new Error('namedAs');
    return {
      ...(before === undefined ? {} : { before: readPlugin(before, 'before', file) }),
      ...(after === undefined ? {} : { after: readPlugin(after, 'after', file) }),
      ...(temporary === undefined ? {} : { temporary }),
      keep: keep === true,
      ...(namedAs === undefined ? {} : { namedAs }),
    };
  } catch (error) {
    throw new CpexError('CPEX_E_INSTALL_RECORD', 'The journal of an interrupted command cannot be read.', {
      evidence: [file],
      remedy: 'Look whether the plugins are in order (cpex list, cpex info ID), then remove that file.',
      cause: error,
    });
  }
}

/** Names of temporary files are made here only, so that nothing else is ever taken for one. */
export function temporaryName(random: string): string {
  return `.cpex-${random}.tmp`;
}

function isTemporaryName(name: string): boolean {
  return /^\.cpex-[0-9a-f]{12}\.tmp$/.test(name);
}

/**
 * Writes a file of the state folder beside its place, ready for {@link publish}. Only the holder of
 * the lock writes here, so what an interrupted command left under that name can go.
 */
export function prepareFile(state: HeldFolder, name: string, text: string): void {
  const next = state.at(`${name}.next`);
  rmSync(next, { force: true });
  const descriptor = openSync(next, 'wx', 0o644);
  try {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Puts a prepared file in its place. */
export function publish(state: HeldFolder, name: string): void {
  renameSync(state.at(`${name}.next`), state.at(name));
  state.sync();
}

export function removeStateFile(state: HeldFolder, name: string): void {
  rmSync(state.at(name), { force: true });
  rmSync(state.at(`${name}.next`), { force: true });
  state.sync();
}
