import { CpexError } from '../../support/errors.js';
import { printable } from '../../support/printable.js';

/** Limits of what is read from an archive: beyond them it is taken for an attack, not for a plugin. */
export interface ArchiveLimits {
  /** Bytes of the archive itself. */
  readonly archive: number;
  readonly entries: number;
  /** Bytes of one file once it is unpacked. */
  readonly file: number;
  /** Bytes of all files together once they are unpacked, as far as the archive says. */
  readonly total: number;
  /** How many times larger than in the archive a file may be; small files may be anything. */
  readonly ratio: number;
}

const MIB = 1 << 20;

/** Well above any plugin. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  archive: 512 * MIB,
  entries: 1000,
  file: 1024 * MIB,
  total: 2048 * MIB,
  ratio: 200,
};

/** Unpacked size in bytes up to which no ratio is asked for. */
export const RATIO_FROM = MIB;

/** The refusal of an archive. `why` completes "it …"; names from the archive are made printable. */
export function archiveError(shown: string, why: string, cause?: unknown): CpexError {
  return new CpexError('CPEX_E_INSTALL_ARCHIVE', `The archive is refused: ${printable(why)}.`, {
    evidence: [shown],
    remedy: 'Get the archive again from its source; cpex package makes archives that hosts and cpex accept.',
    ...(cause === undefined ? {} : { cause }),
  });
}
