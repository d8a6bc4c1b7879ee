import type { Finding } from '../../model/finding.js';
import type { WrittenParts } from '../../model/profile.js';
import type { Mode, OnError } from './effects.js';

/** One entry of `plugins:`, checked and complete. */
export interface PluginEntry {
  /** Unique in its configuration; what records and messages call the plugin. */
  readonly name: string;
  /** As written: a path, or the id of an installed plugin. */
  readonly kind: string;
  /** Absolute path of the library. */
  readonly artefact: string;
  /** Canonical hook names; empty for all that the plugin declares. */
  readonly hooks: readonly string[];
  readonly mode: Mode | 'disabled';
  /** Lower ones come first; equal ones in the order of the configuration. */
  readonly priority: number;
  readonly onError: OnError;
  /** What the plugin may read and write beside the payload, e.g. `read_headers`. */
  readonly capabilities: ReadonlySet<string>;
  /** The plugin is called when one of them holds; always when there are none. */
  readonly conditions: readonly Condition[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  /** Milliseconds for one call; that of the settings when absent. */
  readonly timeoutMs?: number;
  /** Codec to offer first; that of the settings when absent. */
  readonly codec?: Codec;
  /**
   * Place in the configuration that gives the plugin another configuration for some requests; such an entry has the
   * plugin's name and a process of its own. Absent for the plain entry.
   */
  readonly variant?: string;
}

export const CODECS = ['json', 'msgpack'] as const;
export type Codec = (typeof CODECS)[number];

/** All named fields must hold. */
export interface Condition {
  readonly serverIds?: readonly string[];
  readonly tenantIds?: readonly string[];
  readonly tools?: readonly string[];
  readonly prompts?: readonly string[];
  readonly resources?: readonly string[];
  readonly agents?: readonly string[];
  /** Globs. */
  readonly userPatterns?: readonly string[];
  readonly contentTypes?: readonly string[];
}

/** `plugin_settings:`. */
export interface PipelineSettings {
  readonly routingEnabled: boolean;
  /** Milliseconds for one call of a plugin. */
  readonly timeoutMs: number;
  readonly shortCircuitOnDeny: boolean;
  readonly codec: Codec;
}

/** Decides which plugins a hook is for, in the order of the configuration. */
export type Selection = (hook: string, request: PipelineRequest) => Selected;

export interface Selected {
  readonly plugins: readonly PluginEntry[];
  /** Plugins that are not called, with the reason as a sentence. */
  readonly skipped: readonly { readonly plugin: PluginEntry; readonly reason: string }[];
}

/** A configuration that was read and found good. */
export interface PipelineConfig {
  /** Absolute path of the file; the folder of relative paths. */
  readonly file: string;
  readonly plugins: readonly PluginEntry[];
  /** Plugins with another configuration for some routes: entries that `select` may return in place of the plain ones. */
  readonly variants?: readonly PluginEntry[];
  readonly settings: PipelineSettings;
  readonly select: Selection;
  /** What there is to say although the configuration can be used. */
  readonly findings: readonly Finding[];
}

/** What a hook is invoked with. */
export interface PipelineRequest {
  readonly payload: unknown;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly context: ContextTable;
}

/** State of one request, carried from hook to hook. */
export interface ContextTable {
  readonly requestId: string;
  readonly globalState: Readonly<Record<string, unknown>>;
  /** By plugin name. */
  readonly localStates: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type RunStatus = 'completed' | 'error' | 'timeout' | 'skipped' | 'cancelled' | 'disabled';

/** What one plugin did in one hook. Never holds values of its configuration. Snake case as it is printed. */
export interface ExecutionRecord {
  readonly plugin_id: string;
  readonly plugin_name: string;
  readonly plugin_kind: string;
  readonly hook_name: string;
  readonly mode: Mode | 'disabled';
  readonly status: RunStatus;
  /** The plugin's wish; absent when it gave no answer. */
  readonly requested_allow?: boolean;
  /** What became of the run by it. */
  readonly effective_allow: boolean;
  /** Whether hooks, route and conditions chose it. */
  readonly matched: boolean;
  /** Whether its changes hold. */
  readonly applied: boolean;
  /** Found by comparison. */
  readonly payload_modified: boolean;
  readonly extensions_modified: boolean;
  readonly duration_ns: number;
  /** Why, in at most 256 bytes. */
  readonly reason?: string;
  readonly error_code?: string;
  /** At most 64 names. */
  readonly config_keys: readonly string[];
  /** What the plugin changed, for those who show it; absent when nothing did. */
  readonly changes?: readonly Change[];
  /** What the plugin wrote down for logs; absent when that was nothing. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
}

/** One place in payload, extensions or state that a plugin changed. */
export interface Change {
  /** `payload.args.query`, `extensions.security.labels`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A failure of a plugin, as a run records it. */
export interface ErrorRecord {
  readonly plugin_name: string;
  readonly message: string;
  /** `timeout`, `panic`, `extension_rejected`, or the plugin's own code. */
  readonly code: string;
  readonly details?: unknown;
  readonly proto_error_code?: number | bigint;
}

export interface Violation {
  readonly code: string;
  readonly reason: string;
  readonly description?: string;
  readonly details?: unknown;
  readonly proto_error_code?: number | bigint;
  /** Set by the host. */
  readonly plugin_name: string;
}

/** What a hook came to. */
export interface PipelineResult {
  readonly hook: string;
  readonly verdict: 'allow' | 'deny';
  readonly violation?: Violation;
  /** As the last plugin that may change it left it. */
  readonly payload: unknown;
  readonly payloadModified: boolean;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly extensionsModified: boolean;
  readonly context: ContextTable;
  readonly errors: readonly ErrorRecord[];
  readonly records: readonly ExecutionRecord[];
  /** Nanoseconds from the first plugin to the verdict. */
  readonly durationNs: number;
  /** Waits for what runs after the verdict; its errors and records. */
  readonly background: () => Promise<{
    readonly errors: readonly ErrorRecord[];
    readonly records: readonly ExecutionRecord[];
  }>;
}

/** Calls one plugin. Never rejects: whatever happens is an answer. */
export interface PluginCaller {
  readonly entry: PluginEntry;
  /** Hooks that the plugin declares, in canonical spelling. */
  readonly declaredHooks: ReadonlySet<string>;
  /** Id that the plugin registered with. */
  readonly id: string;
  invoke(request: HookInvocation, options: CallSettings): Promise<PluginAnswer>;
}

/** How a plugin is called. */
export interface CallSettings {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The payload as it was written for another plugin of the same run. */
  readonly written?: WrittenParts;
}

/** The request of `hook.invoke`. */
export interface HookInvocation {
  readonly hook: string;
  readonly payload: unknown;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly context: {
    readonly request_id: string;
    readonly local_state: Readonly<Record<string, unknown>>;
    readonly global_state: Readonly<Record<string, unknown>>;
  };
}

export type PluginAnswer =
  /** The result of `hook.invoke`, not judged yet. */
  | {
      readonly kind: 'result';
      readonly result: unknown;
      readonly findings: readonly Finding[];
      readonly durationNs: number;
    }
  | {
      readonly kind: 'error' | 'timeout' | 'panic' | 'cancelled';
      readonly message: string;
      readonly code: string;
      readonly details?: unknown;
      readonly findings?: readonly Finding[];
      readonly durationNs: number;
    };

/** Plugins of one configuration, each in a process of its own, ready for hooks. */
export interface PipelineHost {
  readonly members: readonly PluginCaller[];
  /** Runs one hook. Throws `CPEX_E_HOOK_UNKNOWN` for a name that is no hook; whatever plugins do is in the result. */
  invoke(hook: string, request: PipelineRequest): Promise<PipelineResult>;
  /** Waits for background work, ends all plugins. Idempotent. */
  close(): Promise<void>;
}
