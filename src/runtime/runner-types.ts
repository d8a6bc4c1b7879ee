import type { TargetName } from '../model/target.js';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How programs for a target are started on this machine. Plain data. */
export interface Runner {
  readonly target: TargetName;
  readonly kind: 'native' | 'loader' | 'qemu' | 'wine' | 'custom';
  /** Words that come before the program; none where it runs by itself. The first is an absolute path. */
  readonly argv: readonly string[];
  /** Why this one, for `--verbose` and the doctor. */
  readonly why: string;
}

/** What can run programs for a target here. */
export type RunnerFinding =
  | { readonly state: 'found'; readonly runner: Runner }
  /** Something could, and is not installed: what, and the command that installs it. */
  | { readonly state: 'missing'; readonly what: string; readonly remedy: string }
  /** Nothing that cpex knows can, whatever is installed. */
  | { readonly state: 'none'; readonly reason: string };
