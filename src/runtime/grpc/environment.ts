import type { GrpcRules } from '../../model/process.js';

/** What the host tells a plugin beside its rules. */
export interface PluginStart {
  readonly rules: GrpcRules;
  /** Variables of the host itself. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /** Folder for the plugin's sockets. */
  readonly folder?: string;
  /** The host's certificate, where both sides make one for the run. */
  readonly certificate?: string;
}

/** Ports on Windows, where go-plugin's own library listens on none of its sockets. */
const PORTS = { min: 10_000, max: 25_000 };

/** Variables that a host sets for one plugin: those of a host that was itself started as a plugin are not meant for ours. */
const OWN_VARIABLES = [
  'PLUGIN_MULTIPLEX_GRPC',
  'PLUGIN_CLIENT_CERT',
  'PLUGIN_UNIX_SOCKET_DIR',
  'PLUGIN_UNIX_SOCKET_GROUP',
];

/** The whole environment of a plugin, as go-plugin's host makes it. */
export function pluginEnvironment({ rules, hostEnv, folder, certificate }: PluginStart): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(hostEnv)) {
    const inherited = rules.skipHostEnv !== true || (process.platform === 'win32' && /^SYSTEMROOT$/i.test(name));
    if (value !== undefined && inherited && !OWN_VARIABLES.includes(name)) environment[name] = value;
  }
  const { min, max } = rules.ports ?? PORTS;
  return {
    ...environment,
    ...rules.env,
    [rules.cookie.key]: rules.cookie.value,
    PLUGIN_MIN_PORT: String(min),
    PLUGIN_MAX_PORT: String(max),
    PLUGIN_PROTOCOL_VERSIONS: rules.versions.join(','),
    ...(folder === undefined ? {} : { PLUGIN_UNIX_SOCKET_DIR: folder }),
    ...(rules.socketGroup === undefined ? {} : { PLUGIN_UNIX_SOCKET_GROUP: rules.socketGroup }),
    ...(certificate === undefined ? {} : { PLUGIN_CLIENT_CERT: certificate }),
  };
}
