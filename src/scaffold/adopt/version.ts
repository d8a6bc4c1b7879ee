import { parse } from 'semver';

/**
 * A version as `cpex.yaml` takes it: `v1.2` gives `1.2.0`. Undefined for what is no version, such as `dev`.
 */
export function semanticVersion(text: string | undefined): string | undefined {
  const plain = text?.trim().replace(/^v(?=\d)/, '');
  if (plain === undefined) return undefined;
  // CMake counts two to four numbers; a fourth has no place in a semantic version.
  const padded = /^\d+\.\d+$/.test(plain) ? `${plain}.0` : /^\d+$/.test(plain) ? `${plain}.0.0` : plain;
  return parse(padded)?.raw === padded ? padded : undefined;
}
