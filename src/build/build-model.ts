import type { AuditReport } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import type { Project } from '../model/manifest.js';
import type { ArtefactKind, Language, TargetName } from '../model/target.js';
import type { CpexError } from '../support/errors.js';

import type { Sanitizer } from './sanitize/sanitizer.js';

/** Ways in which a host can have its plugins. */
export const BUILD_FORMS = ['library', 'process'] as const;
export type BuildForm = (typeof BUILD_FORMS)[number];

export type BuildMode = 'release' | 'debug';

/** What a caller wants built. */
export interface BuildOptions {
  readonly project: Project;
  /** Names in any accepted spelling, `host` or `all`; the host's own target when empty. */
  readonly targets: readonly string[];
  readonly mode: BuildMode;
  /** Build from scratch and distrust every stamp. */
  readonly force: boolean;
  /** The caller shows the tool's lines as they come, so that an error need not repeat them. */
  readonly verbose: boolean;
  /** Arguments for the tool, after ours: `cargo build`, `go build`, or the tool behind `cmake --build`. */
  readonly extra: readonly string[];
  /** Plan only. */
  readonly dryRun: boolean;
  /** Absolute folder that gets everything that would go below the project's own, for a build on trial. */
  readonly scratch?: string;
  /** Lowest glibc for targets that have one, e.g. `2.17`; a suffix of a target's name comes before it. */
  readonly glibc?: string;
  /** What to build for a host that takes both; what it takes by itself when absent. */
  readonly as?: BuildForm;
  /** Instrument the library, for this machine alone; such a build is one for debugging, in a folder of its own. */
  readonly sanitizer?: Sanitizer;
}

/** A tool by name, version and absolute path. */
export interface ToolFound {
  readonly name: string;
  /** Dotted number, e.g. `3.25.1`. */
  readonly version: string;
  readonly path: string;
}

/** Where a C compiler or linker for a target came from; the first that there is gets the work. */
export type CompilerSource = 'explicit' | 'native' | 'cross-gcc' | 'zig' | 'linker';

/** What compiles and links C code for one target. Plain data. */
export interface CompilerChoice {
  readonly source: CompilerSource;
  readonly tool: ToolFound;
  /** What to start: the executable's absolute path, then arguments such as `cc -target x86_64-linux-gnu.2.17`. */
  readonly argv: readonly string[];
  /**
   * A script that stands for `argv`, for tools that take one path. Its path depends on the target and
   * the glibc floor alone, because cargo builds everything anew when it changes. Not there before the build.
   */
  readonly wrapper?: { readonly path: string; readonly text: string };
  /** What the compiler reads besides and a build writes before it runs: descriptions of Apple's libraries. */
  readonly files?: readonly { readonly path: string; readonly text: string; readonly executable?: boolean }[];
  /** Why this one, for `--verbose`: `CC_linux_arm64 names it`, `the distribution's cross compiler`. */
  readonly why: string;
  /** Variables that its programs need besides. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What builds: the leading tool and its helpers (C compiler, generator). */
export interface ToolchainIdentity extends ToolFound {
  readonly helpers: readonly ToolFound[];
  /** Compiler or linker for the target; absent where the toolchain brings its own. */
  readonly compiler?: CompilerChoice;
}

/** One call of a tool, as plain data. */
export interface ToolCommand {
  /** The executable's absolute path, then its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Variables set on top of the caller's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** How one target will be built. All paths are absolute. */
export interface TargetPlan {
  readonly target: TargetName;
  readonly kind: ArtefactKind;
  readonly language: Language;
  readonly mode: BuildMode;
  readonly toolchain: ToolchainIdentity;
  readonly commands: readonly ToolCommand[];
  /** Intermediate files; survives from build to build. */
  readonly folder: string;
  /** Where the library or executable goes once it passed the audit. */
  readonly output: string;
  /** `build.json` beside the library. */
  readonly record: string;
  /** Lowest glibc that the library is to work with; absent where nothing was asked for. */
  readonly glibc?: string;
  /** What the library is instrumented with. */
  readonly sanitizer?: Sanitizer;
  /** Targets whose libraries are joined into this one (`darwin-universal`), built first. */
  readonly slices?: readonly TargetPlan[];
}

/** A target that `--target all` leaves out, and why. */
export interface SkippedTarget {
  readonly target: TargetName;
  /**
   * `impossible` on any machine; `lacking` a tool on this one; `promised`: lacking a tool although
   * `cpex.yaml` lists the target, so that the build is not complete.
   */
  readonly kind: 'impossible' | 'lacking' | 'promised';
  readonly reason: string;
  readonly remedy?: string;
}

/** Everything that a build is about to do. Plain data; `--dry-run` prints it. */
export interface BuildPlan {
  readonly id: string;
  readonly root: string;
  /** The identity file that is written first when its content differs; absent where the sources have none. */
  readonly identity?: string;
  readonly targets: readonly TargetPlan[];
  readonly skipped: readonly SkippedTarget[];
}

/** A library that passed the audit and lies in `dist/`. */
export interface BuiltArtefact {
  readonly target: TargetName;
  readonly mode: BuildMode;
  /** Absolute path of the library. */
  readonly file: string;
  /** Absolute path of its `build.json`. */
  readonly record: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** True when nothing had to change. */
  readonly upToDate: boolean;
  /** Why the tool was or was not started, for `--explain`. */
  readonly explanation: readonly string[];
}

/** How one of the targets that were asked for came out. */
export interface TargetSummary {
  readonly target: TargetName;
  /** `refused`: built, and not placed because of its audit; `unchanged`: there was nothing to do. */
  readonly outcome: 'built' | 'unchanged' | 'refused' | 'failed';
  /** Time from the begin of its work, or of the call that built it with others, to its end. */
  readonly durationMs: number;
}

/** A target whose tools failed; the others were built all the same. */
export interface TargetFailure {
  readonly target: TargetName;
  readonly error: CpexError;
}

/** How a build came out. `ok` is false when a target failed or its library did not pass the audit. */
export interface BuildResult {
  readonly plan: BuildPlan;
  /** One for each target of the plan, in its order; empty after a dry run. */
  readonly targets: readonly TargetSummary[];
  readonly artefacts: readonly BuiltArtefact[];
  readonly failures: readonly TargetFailure[];
  /** What the audit said about each library, placed or not. */
  readonly audits: readonly AuditReport[];
  /** All findings: of the audits, and differences between the build file and `cpex.yaml`. */
  readonly findings: readonly Finding[];
  readonly ok: boolean;
  /** 0 when `ok`; 3 when the machine alone is to blame; 1 otherwise. */
  readonly exit: 0 | 1 | 3;
}

/** A link of Go, as the next build needs to know it. */
export interface GoLink {
  /** Of everything that went in. */
  readonly key: string;
  /** Of the library that came out. */
  readonly sha256: string;
  /** Go would link again although nothing changed. */
  readonly relinks: boolean;
  /** Of the tools and the command: Go itself does not see another linker, or other words for it. */
  readonly setting: string;
}

/** What a build remembers for the next one in the same folder. */
export interface Stamp {
  /** Version of the stamp's format. */
  readonly v: number;
  /** Hash of each source when the tool last ran. */
  readonly sources: Readonly<Record<string, string>>;
  /** When the tool had last ended, in milliseconds since 1970. */
  readonly finishedAt: number;
  readonly go?: GoLink;
  /** Rust only: digest of the linker and its words; absent where cargo has chosen it. */
  readonly linker?: string;
}
