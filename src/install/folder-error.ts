import { CpexError, isCpexError, systemCode } from '../support/errors.js';

/** The error to report for a system call that failed in the plugins folder; ours pass through. */
export function folderError(error: unknown, place: string): Error {
  if (isCpexError(error)) return error;
  const details = { evidence: [place, reasonOf(error)], cause: error };
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new CpexError('CPEX_E_INSTALL_NO_SPACE', 'There is no space left for the plugin.', details);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CpexError('CPEX_E_INSTALL_FOLDER', 'The plugins folder cannot be written to.', {
        ...details,
        remedy: 'Choose another folder with --to DIR, or change its permissions.',
      });
    case 'ELOOP':
    case 'ENOTDIR':
      return new CpexError('CPEX_E_INSTALL_PATH', `${place} is a symbolic link, or no folder.`, details);
    case 'ENAMETOOLONG':
    case 'ENOENT':
      return new CpexError('CPEX_E_INSTALL_FOLDER', 'The plugins folder cannot be used.', details);
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}

/** What the system said. Its own path is left out: it may go through a held folder, and `place` is for people. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split(',', 1)[0] ?? '';
}
