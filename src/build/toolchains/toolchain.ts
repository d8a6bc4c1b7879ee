import type { Project } from '../../model/manifest.js';
import type { ArtefactKind, Target, TargetName } from '../../model/target.js';
import type { ToolResult } from '../../support/tools.js';
import type { BuildMode, GoLink, Stamp, TargetPlan, ToolCommand, ToolchainIdentity } from '../build-model.js';
import type { Environment } from '../find-toolchain.js';
import type { Sanitizer } from '../sanitize/sanitizer.js';
import type { SourceHashes } from '../sources.js';
import type { VersionCache } from '../version-cache.js';

/** What a toolchain needs to know to plan one target. */
export interface ToolchainRequest {
  readonly project: Project;
  readonly target: Target;
  readonly kind: ArtefactKind;
  readonly mode: BuildMode;
  readonly force: boolean;
  readonly extra: readonly string[];
  /** Lowest glibc that the library is to work with, e.g. `2.17`; only for targets that have glibc. */
  readonly glibc?: string;
  readonly sanitizer?: Sanitizer;
  /** Absolute folder for intermediate files. */
  readonly folder: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** What the tools answered in earlier builds. */
  readonly versions: VersionCache;
}

/** What a toolchain has at hand while it carries out a plan. */
export interface Workshop {
  readonly request: ToolchainRequest;
  readonly plan: TargetPlan;
  /** What is known about the last build in this folder; undefined with `--force`. */
  readonly stamp: Stamp | undefined;
  readonly sources: SourceHashes;
  /** Runs a command of the plan to its end; throws `CPEX_E_BUILD_FAILED` when it fails. */
  run(command: ToolCommand): Promise<ToolResult>;
  /** Asks a tool something; never throws for what it answers. */
  ask(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<ToolResult>;
}

/** The library or executable that came out of the tool, still in the intermediate folder. */
export interface Product {
  readonly file: string;
  /** Go only: lets the next build skip the link. */
  readonly go?: GoLink;
  /** What was decided and why, for `--explain`. */
  readonly explanation: readonly string[];
}

/** One way to build a language. */
export interface Toolchain {
  /** Finds the tools; throws an environment error with one remedy. */
  identify(request: ToolchainRequest): Promise<ToolchainIdentity>;
  /** The commands that will run, as plain data. */
  commands(request: ToolchainRequest, identity: ToolchainIdentity): readonly ToolCommand[];
  produce(workshop: Workshop): Promise<Product>;
  /**
   * Builds several targets in one call of the tool, where calls beside one another would only wait.
   * A target that is missing from the answer failed; `produce` then says why.
   */
  produceTogether?(workshops: readonly Workshop[]): Promise<ReadonlyMap<TargetName, Product>>;
}
