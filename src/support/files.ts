import { createHash, randomBytes } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, open, readFile, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onExit } from './cleanup.js';
import { CpexError, systemCode } from './errors.js';

export interface AtomicOptions {
  /** Permission bits of the new file; 0o644 when absent. */
  readonly mode?: number;
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part: temporary file
 * in the same folder, fsync, rename, fsync of the folder. The temporary file is gone on failure.
 */
export async function writeFileAtomic(
  file: string,
  data: string | Uint8Array,
  options: AtomicOptions = {},
): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  const forget = onExit(() => rm(temporary, { force: true }));
  try {
    const handle = await open(temporary, 'wx', options.mode ?? 0o644);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    forget();
  }
}

/** Makes a rename durable. Windows has no such call for folders. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** SHA-256 of a file as lower-case hex, read in pieces. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

/** A private folder for as long as it is needed. */
export interface TemporaryFolder {
  /** Absolute, without links. */
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A private folder that is removed by its `remove`, or when cpex exits.
 * @throws CpexError `CPEX_E_TEMPORARY`
 */
export async function temporaryFolder(purpose: string): Promise<TemporaryFolder> {
  const folder = await makeTemporary(purpose).catch((error) => {
    throw temporaryError(tmpdir(), error);
  });
  // Most hold nothing at the end; looking through all of a folder takes longer.
  const remove = () => rmdir(folder).catch(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const forget = onExit(remove);
  return {
    path: folder,
    remove: async () => {
      forget();
      await remove();
    },
  };
}

async function makeTemporary(purpose: string): Promise<string> {
  return mkdtemp(path.join(await realpath(tmpdir()), `cpex-${purpose}-`));
}

/** What to report when nothing can be made in the folder for temporary files. */
export function temporaryError(folder: string, cause: unknown): CpexError {
  return new CpexError('CPEX_E_TEMPORARY', `Nothing can be written to ${folder}, the folder for temporary files.`, {
    evidence: [cause instanceof Error ? cause.message : String(cause)],
    remedy: 'Set TMPDIR to a folder that can be written.',
    cause,
  });
}

/** The text of a file; undefined where there is none of that name. */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** True when something of that name is there; a dangling link counts. */
export async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch {
    return false;
  }
}

/** Creates a folder and those above it. */
export async function ensureFolder(folder: string): Promise<void> {
  // One plain call first: the recursive one says "not there" of a read-only disk, and never ends
  // where the system says so itself (/proc).
  const missing = await firstMissing(folder);
  try {
    await mkdir(missing);
  } catch (error) {
    // Another process may have made it in between.
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  await mkdir(folder, { recursive: true });
}

async function firstMissing(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  return parent === folder || (await exists(parent)) ? folder : firstMissing(parent);
}
