import type { FlagType } from './flag-values.js';

/** A flag of the host's own command line. */
export interface HostFlag {
  readonly name: string;
  readonly type: FlagType;
  readonly usage: string;
  readonly value: string;
}

const bool = (name: string, usage: string): HostFlag => ({ name, type: 'bool', usage, value: 'false' });
const words = (name: string, usage: string): HostFlag => ({ name, type: 'string', usage, value: '' });

/**
 * Flags that CLIProxyAPI defines before its plugins do: a plugin's flag of such a name is skipped. Its binary
 * changes them from release to release; cpex gives them no effect of their own, except `config`.
 */
export const HOST_FLAGS: readonly HostFlag[] = [
  bool('antigravity-login', 'Log in to Antigravity'),
  bool('claude-login', 'Log in to Claude'),
  bool('codex-device-login', 'Log in to Codex with a device code'),
  bool('codex-login', 'Log in to Codex'),
  words('config', 'Path of the configuration file'),
  words('home-jwt', 'Token of the control plane'),
  bool('kimi-login', 'Log in to Kimi'),
  bool('local-model', 'Use the built-in list of models alone'),
  bool('login', 'Log in to Google'),
  bool('no-browser', 'Do not open a browser for a login'),
  { name: 'oauth-callback-port', type: 'int', usage: 'Port for the answer of a login', value: '0' },
  words('password', ''),
  words('project_id', 'Project of a Google login'),
  bool('standalone', 'Start a server of its own for the terminal interface'),
  bool('tui', 'Start the terminal interface'),
  words('vertex-import', 'Import a key file of a Vertex service account'),
  words('vertex-import-prefix', 'Prefix of the models of an imported account'),
  bool('xai-login', 'Log in to xAI'),
];
