/** How a host starts plugins that are processes of their own, and speaks with them. Plain data. */
export type ProcessRules = GrpcRules | StdioRules;

/** What every transport needs to start a plugin. */
interface StartRules {
  /** Arguments of the executable. */
  readonly args?: readonly string[];
  /** Variables on top of those that the plugin gets anyway: `process.env` of cpex.yaml. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A gRPC server that the plugin runs and announces with one line, as go-plugin has it. */
export interface GrpcRules extends StartRules {
  readonly transport: 'grpc';
  /** Variable that keeps people from starting a plugin by hand, and what it has to hold. */
  readonly cookie: { readonly key: string; readonly value: string };
  /** Versions of the application's protocol that the host speaks. */
  readonly versions: readonly number[];
  /** Both sides make certificates for one run and trust no others. */
  readonly autoMtls: boolean;
  /** The plugin gets none of the host's own variables. */
  readonly skipHostEnv?: true;
  /** Group that may use the plugin's sockets, by name or number. */
  readonly socketGroup?: string;
  /** Ports that a plugin on Windows may listen on; 10000 to 25000 when absent. */
  readonly ports?: { readonly min: number; readonly max: number };
  /** Digest that the executable has to have before it is started; hex. */
  readonly checksum?: { readonly algorithm: string; readonly value: string };
  /** The plugin chooses the folder of its sockets, as with hosts that set no PLUGIN_UNIX_SOCKET_DIR. */
  readonly ownSocketFolder?: true;
  /** A plugin that runs already, under a debugger for example; nothing is started then. */
  readonly reattach?: ReattachRecord;
}

/** Messages over standard input and output. */
export interface StdioRules extends StartRules {
  readonly transport: 'stdio';
  /** Tau's JSON lines or its frames of CBOR; or a frame for each call of the native ABI. */
  readonly wire: 'tau-lines' | 'tau-frames' | 'cpex-frames';
  /** Version of the ABI that the host speaks; `cpex-frames` only. */
  readonly abiVersion?: number;
}

export const WIRES = ['json-lines', 'cbor'] as const;

/** How to find a go-plugin process that somebody else has started. */
export interface ReattachRecord {
  readonly protocol: 'grpc';
  readonly protocolVersion: number;
  readonly pid: number;
  readonly address: { readonly network: 'unix' | 'tcp'; readonly address: string };
  /** Run by a test or a debugger, which ends it: the host never does. */
  readonly test: boolean;
}

/** `process` of cpex.yaml: what the application asks of its plugins, where the host profile leaves it open. */
export interface ProcessSettings {
  /** go-plugin: the magic cookie of the application. */
  readonly cookie?: { readonly key: string; readonly value: string };
  /** go-plugin: versions of the application's protocol that the host speaks; 1 when absent. */
  readonly versions?: readonly number[];
  /** go-plugin and Console: files with the services, relative to cpex.yaml; learnt from the plugin when absent. */
  readonly protos?: readonly string[];
  /** go-plugin: full names of the services that a plugin has to serve; all of the files when absent. */
  readonly services?: readonly string[];
  /** go-plugin and Console: start the plugin with certificates for one run. */
  readonly auto_mtls?: boolean;
  /** tau: form of the messages; `json-lines` when absent. */
  readonly wire?: (typeof WIRES)[number];
  /** Arguments that the host starts the plugin with. */
  readonly args?: readonly string[];
  /** Variables that the plugin needs to start; for tests and runs, and as examples for an installation. */
  readonly env?: Readonly<Record<string, string>>;
}
