import type { TargetName } from '../../model/target.js';
import type { SkippedTarget, TargetFailure } from '../build-model.js';

/** What two builds of the same sources have most likely put into a library that differs. */
export type DifferenceCause = 'timestamp' | 'path' | 'build-id' | 'signature' | 'checksum' | 'unknown';

/** One part of two libraries that is not the same. */
export interface Difference {
  /** Name of the section, `headers`, or `end` for what lies behind all sections. */
  readonly section: string;
  /** First byte that differs, from the start of the section. */
  readonly offset: number;
  /** Symbol that the byte belongs to, where the file still says. */
  readonly symbol?: string;
  /** Bytes that differ; absent where the sizes do. */
  readonly bytes?: number;
  /** Bytes of the section in each build. */
  readonly sizes: readonly [number, number];
  readonly cause: DifferenceCause;
  /** Text around the first byte in each build, where both are text. */
  readonly text?: readonly [string, string];
}

/** How the two builds of one target compare. */
export interface TargetComparison {
  readonly target: TargetName;
  readonly same: boolean;
  readonly sha256: readonly [string, string];
  /** Bytes. */
  readonly sizes: readonly [number, number];
  /** What to look at first comes first; empty when the two are the same. */
  readonly differences: readonly Difference[];
}

/** What `cpex build --check-reproducible` found out. */
export interface ReproducibleResult {
  readonly targets: readonly TargetComparison[];
  readonly skipped: readonly SkippedTarget[];
  /** Targets that could not be built at all, or only once; each once. */
  readonly failures: readonly TargetFailure[];
  /** Targets whose library did not pass the audit, so that there was nothing to compare. */
  readonly unfit: readonly TargetName[];
  /** Files that were copied. */
  readonly files: number;
  readonly ok: boolean;
}
