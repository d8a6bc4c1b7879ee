import type { ProcessSettings } from './process.js';
import type { Language, TargetName } from './target.js';

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
  /** Command lines that run programs for a target on this machine; searched for when absent. */
  readonly runners?: Readonly<Partial<Record<TargetName, string>>>;
  /** JSON Schema of the plugin's configuration. */
  readonly config_schema?: Readonly<Record<string, unknown>>;
  readonly test?: TestSettings;
  /** What the application asks of plugins that are processes. */
  readonly process?: ProcessSettings;
  /** How to build sources that cpex did not lay out. */
  readonly build?: BuildSettings;
}

/** Where the build tool finds the plugin in a repository that `cpex new` did not make. */
export interface BuildSettings {
  /** Folder of `go.mod`, `Cargo.toml` or `CMakeLists.txt`, relative to `cpex.yaml`; its own when absent. */
  readonly folder?: string;
  /** Go: the main package, relative to `folder`, e.g. `./cmd/plugin`; that of `folder` when absent. */
  readonly package?: string;
  /** Rust: name of the package in its workspace. */
  readonly crate?: string;
  /** C: name of the CMake target. Rust: name of the [[bin]], where a host starts its plugins and the crate has several. */
  readonly target?: string;
  /** Arguments for `go build`, `cargo build` or the configuring `cmake`. */
  readonly flags?: readonly string[];
  /** False where the sources state id and version themselves, and no file is generated for them. */
  readonly identity?: boolean;
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
