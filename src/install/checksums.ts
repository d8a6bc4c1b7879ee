import { CpexError } from '../support/errors.js';

/** Name of the list of digests in a release. */
export const CHECKSUMS_FILE = 'checksums.txt';

/** A list of digests as `sha256sum` writes it, sorted by name. */
export function checksumsText(files: readonly { readonly name: string; readonly sha256: string }[]): string {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}

/**
 * Reads what `sha256sum` writes: name → digest in lower case. Takes `*name` for binary mode, comments
 * after `#` at the start of a line, blank lines, CRLF and upper-case digests.
 * @param shown what messages call the list
 * @throws CpexError `CPEX_E_INSTALL_CHECKSUMS` for a line of another form and for a name with two digests
 */
export function parseChecksums(text: string, shown: string): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, digest = '', name = ''] = /^([0-9A-Fa-f]{64})\s+\*?(\S.*)$/.exec(line) ?? [];
    if (name === '') throw broken(shown, `line ${index + 1} is not "<sha256>  <name>"`);
    const known = digests.get(name);
    const lower = digest.toLowerCase();
    if (known !== undefined && known !== lower)
      throw broken(shown, `it lists ${JSON.stringify(name)} with two digests`);
    digests.set(name, lower);
  }
  return digests;
}

function broken(shown: string, why: string): CpexError {
  return new CpexError('CPEX_E_INSTALL_CHECKSUMS', 'The list of checksums cannot be used.', {
    evidence: [shown, why],
    remedy: 'Get the release again from its source; sha256sum writes such lists.',
  });
}
