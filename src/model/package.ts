import type { Finding } from './finding.js';
import type { Plan } from './plan.js';
import type { TargetName } from './target.js';

/** One file of a release. */
export interface PackagedFile {
  readonly kind: 'archive' | 'checksums' | 'registry';
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The target whose library an archive holds. */
  readonly target?: TargetName;
  /** What writing it means for the folder: `keep` is the same bytes as before. */
  readonly action: 'create' | 'replace' | 'keep';
}

/** What packaging a project came to. */
export interface PackageResult {
  readonly outcome: 'packaged' | 'unchanged' | 'planned';
  readonly id: string;
  readonly version: string;
  /** Absolute path of the folder that holds the files. */
  readonly folder: string;
  readonly files: readonly PackagedFile[];
  /** Targets that are left out, and why. */
  readonly skipped: readonly { readonly target: string; readonly reason: string }[];
  /** What is left out of the release otherwise, and what is worth knowing about it. */
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
  readonly plan: Plan;
}
