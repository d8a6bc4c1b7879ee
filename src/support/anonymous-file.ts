import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { temporaryError } from './files.js';

/** Folder for files that are never written to a disk; not every system has it, nor lets everyone write there. */
const IN_MEMORY = '/dev/shm';

/**
 * Opens a file that has no name any more: it is shared by handing the descriptor to a child and is
 * gone with the last process that holds it, however those end.
 *
 * @param size bytes; the file is sparse, so a large size costs nothing until it is written
 * @param folders where it may lie, the best first
 * @throws CpexError `CPEX_E_TEMPORARY`
 */
export function openAnonymousFile(size: number, folders: readonly string[] = [IN_MEMORY, tmpdir()]): number {
  let failure: unknown;
  for (const folder of folders) {
    try {
      return openIn(folder, size);
    } catch (error) {
      failure = error;
    }
  }
  throw temporaryError(folders.at(-1) ?? '', failure);
}

function openIn(folder: string, size: number): number {
  const file = path.join(folder, `cpex-${process.pid}-${randomBytes(8).toString('hex')}`);
  const descriptor = openSync(file, 'wx+', 0o600);
  try {
    unlinkSync(file);
    ftruncateSync(descriptor, size);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
