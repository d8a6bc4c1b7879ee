import type { EngineName } from '../build/engine.js';
import type { PluginForm } from '../hosts/form.js';
import type { Finding } from '../model/finding.js';
import type { ReattachRecord } from '../model/process.js';
import type { ServiceEvent } from '../model/profile.js';
import type { RunRequest } from '../model/run-request.js';
import type { ServiceScript } from '../model/script.js';
import type { ProcessFacts, TraceRecord } from '../model/session.js';
import type { ApplicationWish } from '../project/application.js';

/** How an answer is to be shown. */
export type RunForm = Extract<RunRequest, { kind: 'call' }>['form'];

/** How a plugin is opened for `cpex run`. */
export interface RunSessionOptions {
  readonly plugin?: string;
  readonly host?: string;
  /** Form of the plugin, where the host takes both. */
  readonly as?: PluginForm;
  readonly debug: boolean;
  /** Target of the plugin in any spelling; the host's own when absent. */
  readonly target?: string;
  readonly engine?: EngineName;
  readonly runner?: string;
  readonly config?: unknown;
  /** What the command line says of the plugin's application. */
  readonly application?: ApplicationWish;
  /** Codec to offer the plugin for bodies; JSON alone when absent. */
  readonly codec?: string;
  /** Milliseconds for one call. */
  readonly timeout?: number;
  /** A plugin that runs already, in place of one that is built and started. */
  readonly reattach?: ReattachRecord;
  /** Told how the plugin's process was started. */
  readonly spawned?: (facts: ProcessFacts) => void;
  readonly allowNet: boolean;
  readonly observe: (event: ServiceEvent) => void;
  readonly trace: (record: TraceRecord) => void;
  /** Takes what the plugin prints by itself, line by line; endless lines come in pieces. */
  readonly printed: (stream: 'stdout' | 'stderr', line: string) => void;
  /** Takes what the registration breaks although the plugin can be used. */
  readonly complain: (finding: Finding) => void;
  /** What the host answers in place of the outer world. */
  readonly script?: ServiceScript;
  /** Makes what takes each piece of a stream as it comes; for each call anew. */
  readonly piece?: (form: RunForm) => (piece: Uint8Array, value?: unknown) => void;
  /** Go on when the plugin does not register: the call is about that. */
  readonly unregistered?: boolean;
  /** Absolute path of the file or folder that a step gets as its workspace. */
  readonly archive?: string;
  /** Milliseconds that the plugin gets, once it can know that it was cancelled; none when absent. */
  readonly graceMs?: number;
}
