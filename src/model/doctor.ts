import type { Language, TargetName } from './target.js';

/** A tool that the doctor looked for. */
export interface ToolReport {
  readonly name: string;
  readonly state: 'good' | 'old' | 'broken' | 'missing';
  readonly purpose: string;
  /** Nothing fails without it. */
  readonly optional: boolean;
  /** What it calls itself, where that differs: `gcc` for `cc`. */
  readonly identity?: string;
  readonly version?: string;
  readonly path?: string;
  /** Lowest version that works. */
  readonly floor?: string;
  /** First line that a broken tool printed. */
  readonly said?: string;
  /** The one command that mends it. */
  readonly remedy?: string;
}

export interface LanguageReport {
  readonly language: Language;
  readonly ready: boolean;
  /** Tools that keep it from building. */
  readonly lacks: readonly string[];
}

/** Another program named `cpex` that a shell finds instead of this one. */
export interface Shadow {
  readonly path: string;
  /** It is a Python script: IBM's package of the same name installs one. */
  readonly python: boolean;
}

/** What `cpex doctor` says of this machine. */
export interface DoctorReport {
  readonly target: TargetName;
  readonly node: { readonly version: string; readonly path: string };
  readonly tools: readonly ToolReport[];
  readonly languages: readonly LanguageReport[];
  readonly shadow?: Shadow;
  /** The language that decided `ok`; any one when absent. */
  readonly language?: Language;
  readonly ok: boolean;
}

/** A tool that a build for a target would use. */
export interface UsedTool {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

/** What can run programs for a target on this machine. */
export type RunReport =
  | { readonly state: 'native' }
  /** `command` comes before the program; its first word is an absolute path. */
  | { readonly state: 'runner'; readonly kind: string; readonly command: readonly string[]; readonly why: string }
  /** Something could, but is not there. */
  | { readonly state: 'missing'; readonly what: string; readonly remedy: string }
  /** What the user named cannot be used. */
  | { readonly state: 'invalid'; readonly message: string }
  /** Nothing can, whatever is installed. */
  | { readonly state: 'none'; readonly reason: string };

/** Whether one language can be built for one target here. */
export interface PairReport {
  readonly language: Language;
  readonly target: TargetName;
  /** `impossible` on any machine; `lacking` something on this one. */
  readonly state: 'ready' | 'lacking' | 'impossible';
  /** The leading tool, then its helpers and the compiler; empty where not all were found. */
  readonly tools: readonly UsedTool[];
  /** What compiles or links for the target, and where it came from. */
  readonly compiler?: UsedTool & { readonly source: string; readonly why: string };
  /** What a build would say. */
  readonly problem?: { readonly code: string; readonly message: string; readonly evidence: readonly string[] };
  readonly remedy?: string;
  /** Whether what was built can be run here; nothing is `lacking` where it cannot. */
  readonly run: RunReport;
  /** What is good to know although nothing is lacking. */
  readonly notes: readonly string[];
}

/** What `cpex doctor --target` says. */
export interface TargetsReport {
  /** This machine's own target. */
  readonly host: TargetName;
  /** By target, then by language. */
  readonly pairs: readonly PairReport[];
  /** False when a pair is `lacking`. */
  readonly ok: boolean;
}

/** What `cpex doctor --fix` did. */
export interface FixReport {
  readonly ran: readonly RanCommand[];
  /** What has to be done by hand. */
  readonly manual: readonly string[];
  /** The person who was asked said no. */
  readonly declined: boolean;
}

/** An install command that came to its end. */
export interface RanCommand {
  readonly command: string;
  readonly ok: boolean;
  /** How it ended where it did not succeed: `exit 100`, `not found`, `not done after 20 minutes`. */
  readonly end?: string;
}

/** Everything that came out of one `cpex doctor`. */
export type Consultation = {
  readonly fix?: FixReport;
  /** Whether `--fix` would have something to run; absent where it was given. */
  readonly fixable?: boolean;
} & (
  | { readonly kind: 'tools'; readonly report: DoctorReport }
  | { readonly kind: 'targets'; readonly report: TargetsReport }
);
