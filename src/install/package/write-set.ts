import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../../support/errors.js';
import { syncFolder } from '../../support/files.js';

/** One file that is to lie in a folder. */
export interface NewFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Folders that a run keeps new and old files in; nothing else is ever taken for one. */
const STAGE = /^\.cpex-package-[0-9a-f]{12}$/;

/**
 * Puts several files into a folder, in their order, after taking out those that go. All are written
 * before any is put in place; when something fails, every file is as it was. Left-overs of a run that
 * was killed are removed. Only one process at a time may work in a folder.
 */
export async function replaceFiles(
  folder: string,
  files: readonly NewFile[],
  obsolete: readonly string[],
  placed: (name: string) => void = () => undefined,
): Promise<void> {
  await sweep(folder);
  const stage = path.join(folder, `.cpex-package-${randomBytes(6).toString('hex')}`);
  const undo: (() => Promise<void>)[] = [];
  try {
    await mkdir(path.join(stage, 'old'), { recursive: true });
    for (const { name, bytes } of files) await writeSynced(path.join(stage, name), bytes);
    // The last to come is the first to go: a reader meets a list of checksums only with what it lists.
    for (const name of [...files.map((one) => one.name).reverse(), ...obsolete]) {
      const moved = await moveIfThere(path.join(folder, name), path.join(stage, 'old', name));
      if (moved) undo.push(() => rename(path.join(stage, 'old', name), path.join(folder, name)));
    }
    for (const { name } of files) {
      await rename(path.join(stage, name), path.join(folder, name));
      undo.push(() => rm(path.join(folder, name), { force: true }));
      placed(name);
    }
    syncFolder(folder);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o644);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Files only: what else lies there under that name is not ours to take away. */
async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    if (!(await lstat(from)).isFile())
      throw Object.assign(new Error(`${from} is no file`), { code: 'EISDIR', path: from });
    await rename(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (STAGE.test(name)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}
