import type { Manifest } from '../model/manifest.js';
import type { Language } from '../model/target.js';
import { hostName } from './hosts.js';

/** What a plugin of go-plugin and its host agree on before they speak. */
export interface Handshake {
  readonly key: string;
  readonly value: string;
  readonly versions: readonly number[];
}

/**
 * The handshake of `process:`, for hosts that leave it to the application; undefined for all others. Without a cookie
 * both of its parts are empty, and go-plugin itself refuses to start.
 */
export function handshakeOf({ host, process = {} }: Pick<Manifest, 'host' | 'process'>): Handshake | undefined {
  if (hostName(host) !== 'go-plugin') return undefined;
  const { cookie = { key: '', value: '' }, versions = [1] } = process;
  return { ...cookie, versions };
}

/** Writes a constant of text in a language. */
type Constant = (name: string, value: string) => string;

/** The lines that go below the texts of an identity file, each ended by a line feed; no plugin of go-plugin is in C. */
export const HANDSHAKE_EMITTERS: Readonly<Record<Language, (handshake: Handshake, constant: Constant) => string>> = {
  c: () => '',
  go: ({ key, value, versions }, constant) =>
    [
      '// What the application asks of its plugins, as process: of cpex.yaml says.',
      'const (',
      constant('CookieKey  ', key),
      constant('CookieValue', value),
      ')',
      '',
      "// ProtocolVersions are the versions of the application's protocol.",
      `var ProtocolVersions = []int{${versions.join(', ')}}`,
      '',
    ].join('\n'),
  rust: ({ key, value, versions }, constant) =>
    [
      '// What the application asks of its plugins, as process: of cpex.yaml says.',
      constant('COOKIE_KEY', key),
      constant('COOKIE_VALUE', value),
      '',
      "/// Versions of the application's protocol.",
      `pub const PROTOCOL_VERSIONS: &[u32] = &[${versions.join(', ')}];`,
      '',
    ].join('\n'),
};
