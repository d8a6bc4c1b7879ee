import type { Language } from './target.js';

/** `cpex.yaml`: the one source of what a plugin is. Checked against `schemas/manifest.json`. */
export interface Manifest {
  /** Version of this file's format; 1. */
  readonly manifest: number;
  readonly id: string;
  readonly version: string;
  readonly name?: string;
  readonly description?: string;
  readonly author: string;
  readonly license?: string;
  readonly repository?: string;
  /** URLs and words for registries. */
  readonly homepage?: string;
  readonly logo?: string;
  readonly tags?: readonly string[];
  readonly language: Language;
  /** Host profile, optionally with a revision: `cpex`, `cliproxy@v7.2.28`. */
  readonly host: string;
  /** `hook:tool_pre_invoke`, `command:greet`, … */
  readonly capabilities: readonly string[];
  /** Targets that `build --target all` means for this plugin; every possible one when absent. */
  readonly targets?: readonly string[];
  /** Highest glibc version that the artefact may need, e.g. `2.28`. */
  readonly glibc?: string;
  /** JSON Schema of the plugin's configuration. */
  readonly config_schema?: Readonly<Record<string, unknown>>;
  readonly test?: TestSettings;
}

export interface TestSettings {
  /** Folder of case files; `tests/cases` when absent. */
  readonly cases?: string;
  /** Configuration that tests register the plugin with. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly level?: number;
  /** Test id → why it is skipped. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** A project on disk: its folder, manifest and where the manifest was found. */
export interface Project {
  /** Absolute folder that holds `cpex.yaml`. */
  readonly root: string;
  /** Absolute path of the manifest. */
  readonly file: string;
  readonly manifest: Manifest;
}
