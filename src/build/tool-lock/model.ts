import type { Language, TargetName } from '../../model/target.js';
import type { CompilerSource } from '../build-model.js';

/** One tool, or several files that act as one, as the lock file records it. */
export interface LockedTool {
  /** Absent for parts that have no version of their own. */
  readonly version?: string;
  /** Of the executable; of several files, of the list of their names and digests. */
  readonly sha256: string;
}

/** What built one target. Nothing in it names a folder of the machine. */
export interface LockEntry {
  readonly cpex: string;
  /** Target of the machine that built. */
  readonly host: string;
  readonly language: Language;
  readonly compiler?: { readonly source: CompilerSource; readonly arguments: readonly string[] };
  /** `GOTOOLCHAIN` as Go understood it; never compared, since the version of `go` is what it led to. */
  readonly gotoolchain?: string;
  /** By name; what a tool starts or links in stands behind a slash: `gcc/cc1`. */
  readonly tools: Readonly<Record<string, LockedTool>>;
}

/** `cpex-toolchains.lock`, described by `schemas/toolchains-lock.json`. */
export interface ToolLock {
  readonly v: 1;
  readonly targets: Readonly<Partial<Record<TargetName, LockEntry>>>;
}

/** What `cpex build --lock` wrote. */
export interface ToolLockReport {
  /** Absolute path. */
  readonly file: string;
  /** Whether the file's text changed. */
  readonly changed: boolean;
  /** Targets whose entries were written. */
  readonly targets: readonly TargetName[];
}
