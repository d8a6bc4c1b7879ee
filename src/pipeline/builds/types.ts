import type { CacheDecision, LifecyclePhase } from '../../hosts/cpex/builds.js';
import type { Finding } from '../../model/finding.js';

/** A plugin of a plan, found and ready to be started. */
export interface PlannedPlugin {
  /** Unique in the plan; what messages call it. */
  readonly name: string;
  /** As written. */
  readonly kind: string;
  /** Absolute path of the library. */
  readonly artefact: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What a life cycle hook that fails does. */
  readonly onError: 'fail' | 'ignore';
}

/** A step of a plan, checked and complete but for its runner. */
export interface PlannedStep {
  readonly key: string;
  /** Absent where the default runner is meant. */
  readonly runner?: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly needs: readonly string[];
  readonly cache: CacheDecision;
  /** Absolute path of its workspace, a tar file or a folder. */
  readonly archive?: string;
  /** Milliseconds that it may take. */
  readonly timeoutMs: number;
}

/** A plan that was read and found good. */
export interface BuildPlan {
  /** Absolute path of its file. */
  readonly file: string;
  readonly plugins: readonly PlannedPlugin[];
  /** In the order in which they run: each after those that it needs. */
  readonly steps: readonly PlannedStep[];
}

/** What happens in a build; `BuildEvent` in `types.json`. */
export interface BuildEvent {
  readonly kind: string;
  readonly build_id: string;
  readonly [field: string]: unknown;
}

export type StepStatus = 'passed' | 'failed' | 'chain_failed' | 'not_run';

/** How one step came out. Snake case as it is printed. */
export interface StepRecord {
  readonly key: string;
  readonly step_id: string;
  readonly runner: string;
  /** Name of the plugin that offers the runner. */
  readonly plugin: string;
  readonly status: StepStatus;
  readonly cache: CacheDecision;
  /** Absent where the step did not run, or its plugin gave no result. */
  readonly exit_code?: number;
  readonly duration_ms: number;
  readonly committed_snapshot?: string;
  readonly artifacts: readonly { readonly key: string; readonly mime: string; readonly size_bytes: number | bigint }[];
  /** Why it failed beside its exit code, or why it did not run. */
  readonly reason?: string;
  readonly findings: readonly Finding[];
}

/** What one life cycle hook made of one event. */
export interface ToldRecord {
  readonly plugin: string;
  readonly event: string;
  readonly phase: LifecyclePhase;
  /** Key of the step that the event is about. */
  readonly key?: string;
  readonly outcome: 'continue' | 'abort' | 'failed';
  readonly reason?: string;
  readonly duration_ms: number;
}

/** What a build came to. */
export interface BuildReport {
  readonly build_id: string;
  readonly ok: boolean;
  /** 0 when all went well, 1 when something failed, 130 after an interruption. */
  readonly exit_code: number;
  readonly duration_ms: number;
  /** Who ended the build before its end, and why. */
  readonly aborted?: { readonly plugin: string; readonly event: string; readonly reason: string };
  readonly interrupted?: true;
  readonly steps: readonly StepRecord[];
  /** Every event, once, in order; output of steps is left out, because it was shown as it came. */
  readonly events: readonly BuildEvent[];
  /** How often output of steps came. */
  readonly log_events: number;
  /** How much of it nobody heard or saw, because those who listen were too far behind; absent for none. */
  readonly log_dropped?: number;
  readonly told: readonly ToldRecord[];
  /** How many answers to `step_log` beyond the first thousand records are left out; absent for none. */
  readonly told_left_out?: number;
  /** Failures of plugins outside of steps, by plugin. */
  readonly errors: readonly { readonly plugin: string; readonly message: string }[];
  /** What is odd about answers of life cycle hooks, e.g. an abort that came too late. */
  readonly findings: readonly { readonly plugin: string; readonly finding: Finding }[];
}
