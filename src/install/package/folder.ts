import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { Project } from '../../model/manifest.js';
import type { PackagedFile } from '../../model/package.js';
import { CpexError, isCpexError, systemCode } from '../../support/errors.js';
import { lockFile } from '../../support/file-lock.js';
import { ensureFolder, sha256File } from '../../support/files.js';
import { CHECKSUMS_FILE, parseChecksums } from '../checksums.js';
import type { ReleaseFile } from './release-files.js';
import { replaceFiles } from './write-set.js';

/** Time to wait for another run that writes the same project's release, in milliseconds. */
const LOCK_MS = 60_000;

/** What writing a release means for a folder. */
export interface ComparedFiles {
  readonly files: readonly PackagedFile[];
  /** Archives of an earlier release of this plugin that its list names and that nobody changed. */
  readonly obsolete: readonly string[];
}

/** Compares a release with what lies in the folder; the folder may not exist. */
export async function comparedFiles(folder: string, id: string, made: readonly ReleaseFile[]): Promise<ComparedFiles> {
  const files: PackagedFile[] = [];
  for (const { kind, name, bytes, sha256, target } of made) {
    const file = path.join(folder, name);
    const there = await digest(file);
    const action = there === undefined ? 'create' : there === sha256 ? 'keep' : 'replace';
    const common = { kind, name, path: file, size: bytes.length, sha256, action } as const;
    files.push(target === undefined ? common : { ...common, target });
  }
  return { files, obsolete: await obsoleteArchives(folder, id, made) };
}

/** Writes what differs, all or nothing, and removes what is obsolete. One process at a time. */
export async function writeRelease(
  folder: string,
  project: Project,
  made: readonly ReleaseFile[],
  context: RunContext,
  placed?: (name: string) => void,
): Promise<ComparedFiles> {
  const release = await takeTurn(project.root, context);
  try {
    await ensureFolder(folder);
    const compared = await comparedFiles(folder, project.manifest.id, made);
    if (context.signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted before anything was written.');
    const keep = new Set(compared.files.filter((one) => one.action === 'keep').map((one) => one.name));
    const fresh = made.filter((one) => !keep.has(one.name));
    if (fresh.length + compared.obsolete.length > 0) await replaceFiles(folder, fresh, compared.obsolete, placed);
    return compared;
  } finally {
    await release();
  }
}

/** The list of the last release is the record of what was put here: nothing else is ever removed. */
async function obsoleteArchives(folder: string, id: string, made: readonly ReleaseFile[]): Promise<string[]> {
  const names = new Set(made.map((one) => one.name));
  const obsolete: string[] = [];
  for (const [name, sha256] of await listed(path.join(folder, CHECKSUMS_FILE))) {
    const ours = name.startsWith(`${id}_`) && name.endsWith('.zip') && path.basename(name) === name;
    if (ours && !names.has(name) && (await digest(path.join(folder, name))) === sha256) obsolete.push(name);
  }
  return obsolete;
}

async function listed(file: string): Promise<ReadonlyMap<string, string>> {
  try {
    return parseChecksums(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (isCpexError(error) || systemCode(error) === 'ENOENT') return new Map();
    throw error;
  }
}

/** SHA-256 of a file; undefined when there is none. */
async function digest(file: string): Promise<string | undefined> {
  try {
    return (await lstat(file)).isFile() ? await sha256File(file) : '';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function takeTurn(root: string, context: RunContext): Promise<() => Promise<void>> {
  const state = path.join(root, '.cpex');
  await ensureFolder(state);
  const file = path.join(state, 'package.lock');
  const lock = await lockFile(file, { timeout: LOCK_MS, signal: context.signal });
  if (lock.held) return lock.release;
  throw new CpexError('CPEX_E_BUILD_LOCKED', 'Another cpex package does not end.', {
    evidence: [`lock: ${file}`, ...(lock.owner === undefined ? [] : [`process: ${lock.owner}`])],
    remedy: 'End that process, or remove the lock file if there is none.',
  });
}
