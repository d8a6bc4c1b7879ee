import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { onExit } from '../support/cleanup.js';
import { ensureFolder, sha256File, syncFolder, writeFileAtomic } from '../support/files.js';
import type { TargetPlan } from './build-model.js';
import { type BuildRecord, recordText } from './record.js';

/**
 * Puts a library and its record into `dist/`. The library comes first: a reader who meets the
 * moment between the two renames sees a record whose digest does not fit and takes neither.
 * What is already there byte for byte is left alone.
 * @returns whether anything changed
 */
export async function place(file: string, plan: TargetPlan, record: BuildRecord): Promise<boolean> {
  const folder = path.dirname(plan.output);
  await ensureFolder(folder);
  await sweep(folder);
  const text = recordText(record);
  const same = (await sha256File(plan.output).catch(() => undefined)) === record.sha256;
  if (same && (await readFile(plan.record, 'utf8').catch(() => undefined)) === text) return false;
  if (!same) await placeLibrary(file, plan.output);
  await writeFileAtomic(plan.record, text);
  return true;
}

async function placeLibrary(file: string, output: string): Promise<void> {
  const folder = path.dirname(output);
  const temporary = path.join(folder, `.${path.basename(output)}.${randomBytes(6).toString('hex')}.tmp`);
  const forget = onExit(() => rm(temporary, { force: true }));
  try {
    await copyFile(file, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(temporary, 0o755);
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, output);
    syncFolder(folder);
  } finally {
    forget();
    await rm(temporary, { force: true });
  }
}

/** Removes what a build that was killed left behind. Only while the lock is held. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^\..+\.[0-9a-f]{12}\.tmp$/.test(name)) await rm(path.join(folder, name), { force: true });
  }
}
