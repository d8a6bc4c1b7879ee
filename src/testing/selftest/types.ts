import type { Verdict } from '../../model/event.js';
import type { ProcessSettings } from '../../model/process.js';
import type { Language } from '../../model/target.js';

/** A plugin that breaks one rule on purpose, and the tests that must see it. */
export interface BadPlugin {
  /**
   * Source below `native/corpus/<language>`, without its extension: `broken/reads-past-request`. Each is one file that
   * stands on `good.h`, `abi.go` or `abi.rs`.
   */
  readonly source: string;
  /**
   * A whole project in place of one file, for tests that build anew: a folder below `native/corpus/projects` with a
   * `cpex.yaml`. `source` is then a name for the report alone.
   */
  readonly project?: string;
  readonly language: Language;
  /**
   * Go: folder of a module below `native/corpus` with dependencies of its own, in place of a file; `source` is then the name
   * of a defect, which the plugin reads from the variable `CORPUS_DEFECT`.
   */
  readonly module?: string;
  /** What its application asks of plugins that are processes. */
  readonly process?: ProcessSettings;
  /** What it says it can do, where its host reads that from the manifest. */
  readonly capabilities?: readonly string[];
  /** Name of the library where the host reads something from it; `plugin` with the system's extension when absent. */
  readonly file?: string;
  /** Host profile; `cpex` when absent. */
  readonly host?: string;
  /**
   * Every test that has to see it, with the verdict that it has to come to. `pass` stands for a finding that only
   * informs.
   */
  readonly fires: Readonly<Partial<Record<string, Verdict>>>;
  /** Words that the findings of such a test must say, by id; any words will do where there is no entry. */
  readonly says?: Readonly<Partial<Record<string, RegExp>>>;
  /** Milliseconds for one call, for defects that wait for ever. */
  readonly timeoutMs?: number;
  /** Configuration that it is registered with. */
  readonly config?: unknown;
  /** More arguments for the C compiler, `go build` or rustc. */
  readonly flags?: readonly string[];
}

/** A plugin about which no test may complain: a source of the corpus, or what `cpex new` writes. */
export interface GoodPlugin {
  readonly language: Language;
  readonly host: string;
  /** As for broken ones. */
  readonly module?: string;
  readonly process?: ProcessSettings;
  /** Source below the corpus; a new project with the SDK when absent. */
  readonly source?: string;
}
