import path from 'node:path';
import { CpexError, isCpexError, systemCode } from '../support/errors.js';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write there',
  EPERM: 'the system does not allow writing there',
  EROFS: 'the disk is mounted read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a file is in the place of a folder',
  EEXIST: 'a file is in the place of a folder',
  EISDIR: 'a folder is in the place of a file',
};

/** What room alone mends. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Runs work that writes below a folder and says what the system's refusal means. */
export async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error) ?? '';
    const reason = REASONS[code];
    if (reason === undefined || isCpexError(error)) throw error;
    const at = (error as { path?: unknown }).path;
    throw new CpexError('CPEX_E_BUILD_WRITE', `${folder} cannot be written: ${reason}.`, {
      evidence: [`${code}: ${typeof at === 'string' ? path.resolve(folder, at) : folder}`],
      remedy: FULL.has(code)
        ? 'Free some space; .cpex/build and target can always be deleted.'
        : 'Make the folder writable, or copy the project to one that is.',
      cause: error,
    });
  }
}
