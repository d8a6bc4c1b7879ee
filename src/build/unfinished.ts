import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '../support/files.js';
import type { TargetPlan } from './build-model.js';

/** There while a tool works; what a killed build leaves behind. */
const MARK = 'unfinished';

/**
 * Marks that a tool begins to work in a target's folder. Where the mark of a build that was killed lies, the intermediate
 * files of make and ninja go: make takes a half-written object file, which is newer than its source, for a
 * fresh one. Go and cargo know their own. Only while the lock is held.
 * @returns what takes the mark away, once the tool has ended by itself
 */
export async function beginWork({ folder, language }: TargetPlan): Promise<() => Promise<void>> {
  const mark = path.join(folder, MARK);
  if (language !== 'c') return async () => {};
  if (await exists(mark)) {
    for (const name of await readdir(folder)) {
      if (name !== 'lock') await rm(path.join(folder, name), { recursive: true, force: true });
    }
  }
  await writeFile(mark, '');
  return () => rm(mark, { force: true });
}
