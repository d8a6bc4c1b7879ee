import { writeFileSync } from 'node:fs';
import type { Language, TargetName } from '../../src/model/target.js';

/** What came of one language on one target. `scripts/targets.mjs` reads these. */
export interface PairResult {
  readonly language: Language;
  readonly target: TargetName;
  /**
   * `run`: built, audited, and passed `cpex test`; `built`: audited, and nothing here can run it; `skipped`: a
   * tool is missing here; `impossible`: refused, as on any machine; `failed`: something was not as it has to be.
   */
  readonly state: 'run' | 'built' | 'skipped' | 'impossible' | 'failed';
  /** What compiled or linked: `zig 0.17.1`. */
  readonly tool?: string;
  /** What ran it: `qemu-aarch64`; absent for the machine itself. */
  readonly runner?: string;
  /** Bytes of the library. */
  readonly size?: number;
  /** Time of its part of the build, which others share: the whole call of cargo, for a Rust target. */
  readonly seconds?: number;
  /** Why it was skipped, refused or not run. */
  readonly reason?: string;
}

/** Collects the pairs of a run, and writes them where `CPEX_TEST_TARGETS` says. */
export class MatrixResults {
  private readonly pairs = new Map<string, PairResult>();
  private readonly tools = new Map<string, string>();

  set(result: PairResult): void {
    this.pairs.set(`${result.language} ${result.target}`, result);
  }

  /** Notes the version of a tool that took part. */
  tool(name: string, version: string): void {
    this.tools.set(name, version);
  }

  save(host: TargetName): void {
    const file = process.env.CPEX_TEST_TARGETS;
    if (file === undefined || file === '') return;
    const tools = Object.fromEntries([...this.tools].sort(([a], [b]) => (a < b ? -1 : 1)));
    const date = new Date().toISOString().slice(0, 10);
    writeFileSync(file, JSON.stringify({ v: 1, date, host, tools, pairs: [...this.pairs.values()] }));
  }
}
