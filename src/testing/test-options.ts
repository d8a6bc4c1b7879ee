import type { EngineName } from '../build/engine.js';
import type { PluginForm } from '../hosts/form.js';
import type { ApplicationWish } from '../project/application.js';
import type { CodecChoice } from './cases/codecs.js';
import type { Durations } from './conformance/durations.js';
import type { DebuggerWish } from './debugger/debugger.js';
import type { Selection } from './selection.js';

/** What `cpex test` was asked to do. */
export interface TestOptions extends Omit<Selection, 'level'> {
  /** Highest level of conformance tests; the manifest's, else 5, when absent. */
  readonly level?: number;
  /** Where every random choice comes from; a new one for each run when absent. */
  readonly seed?: number;
  /** How long tests wait; by level when absent. */
  readonly durations?: Durations;
  /** Built libraries and case files or folders; the project one stands in when empty. */
  readonly files: readonly string[];
  readonly host?: string;
  /** Form of the plugin, for a host that takes both, or both of them and whether they are the same. */
  readonly as?: PluginForm | 'both';
  /** What the command line says of the plugin's application. */
  readonly application?: ApplicationWish;
  /** Also run the language's own tests. */
  readonly native: boolean;
  /** Stop at the first failure. */
  readonly bail: boolean;
  /** Record snapshots instead of comparing them. */
  readonly update: boolean;
  /** Children at the same time. */
  readonly jobs: number;
  /** How often each test runs, 1 when absent; one whose runs differ is flaky. */
  readonly repeat?: number;
  /** Milliseconds for one call. */
  readonly timeout?: number;
  readonly debug: boolean;
  /** Target in any spelling; the host's own when absent. */
  readonly target?: string;
  readonly engine?: EngineName;
  readonly runner?: string;
  /** Configuration to register with, in place of the manifest's. */
  readonly config?: unknown;
  /** An older build to compare with, relative to the working folder. */
  readonly baseline?: string;
  /** Run the one test that is selected under a debugger. */
  readonly debugger?: DebuggerWish;
  /** Folder for the bundles of failed tests, relative to the working folder; one of cpex's own when absent. */
  readonly repro?: string;
  /** Report every message that crosses as an event. */
  readonly trace?: boolean;
  /** Codecs to run cases in; both when absent. */
  readonly codec?: CodecChoice;
}
