import { CpexError } from '../../support/errors.js';

/** What a host's configuration is to say about a plugin, and how a file is made to say it. */
export interface ConfigWords {
  /** The words as they would stand in a file of their own. */
  readonly text: string;
  /** What is said before them where they are only shown. */
  readonly hint: string;
  /**
   * The text of a file with the words in it; everything else, comments included, stays. The same text when there is
   * nothing to change.
   * @param file its name, for messages
   * @throws CpexError `CPEX_E_INSTALL_HOST_CONFIG` where the text cannot be changed with certainty
   */
  changed(text: string, file: string): string;
  /** A file that is not there is begun. */
  readonly begins?: true;
  /** The words name the version that a store is to fetch. */
  readonly pinned?: boolean;
}

/** Why a configuration is left alone. */
export function cannotChange(file: string, why: string): CpexError {
  return new CpexError('CPEX_E_INSTALL_HOST_CONFIG', 'The entry cannot be put into the configuration of the host.', {
    evidence: [file, why],
    remedy: 'Leave --host-config away, and put the entry that is printed then into the file by hand.',
  });
}
