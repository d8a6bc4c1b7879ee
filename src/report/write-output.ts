import path from 'node:path';
import { CpexError, systemCode } from '../support/errors.js';
import { ensureFolder, writeFileAtomic } from '../support/files.js';

/**
 * Writes a file that the user asked for, a report or a recording, whole or not at all; its folder
 * is made when it is not there.
 * @param what what the file is, for the message: `The report`
 * @throws CPEX_E_OUTPUT when the system refuses
 */
export async function writeOutput(file: string, text: string, what: string): Promise<void> {
  try {
    await ensureFolder(path.dirname(file));
    await writeFileAtomic(file, text);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new CpexError('CPEX_E_OUTPUT', `${what} cannot be written to ${file}.`, {
      evidence: [(error as Error).message.split(',', 1)[0] ?? ''],
      remedy: 'Choose another file, or look whether the disk is full or read-only.',
      cause: error,
    });
  }
}
