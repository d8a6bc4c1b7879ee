import { open, stat } from 'node:fs/promises';
import { LIBRARY } from '../../audit/find-libraries.js';
import { systemCode } from '../../support/errors.js';

/** How zip archives begin: with a file, or, when they are empty, with their end. */
const ZIP = ['PK\x03\x04', 'PK\x05\x06'];

/**
 * True for a file that is named or begins like a zip archive; false also for what cannot be read.
 * One that is named like a library is meant to be one, so it is not looked into.
 */
export async function isArchive(file: string): Promise<boolean> {
  if (LIBRARY.test(file)) return false;
  try {
    // A pipe would block `open` for ever.
    if (!(await stat(file)).isFile()) return false;
    if (/\.zip$/i.test(file)) return true;
    const handle = await open(file, 'r');
    try {
      const start = Buffer.alloc(4);
      await handle.read(start, 0, 4, 0);
      return ZIP.includes(start.toString('latin1'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}
