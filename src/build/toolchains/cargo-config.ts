import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { Environment } from '../find-toolchain.js';

/** What the user has told cargo about one target, in variables and configuration files. */
export interface CargoSettings {
  /** The linker and the place that names it; a bare name is searched along PATH. */
  readonly linker?: { readonly executable: string; readonly from: string };
  /**
   * Flags of `[build] rustflags`. cargo forgets them as soon as a target has flags of its own, so whoever
   * sets those has to repeat these. Empty where the user has given the target flags, too.
   */
  readonly buildFlags: readonly string[];
  /** cargo builds the standard library itself. */
  readonly buildsStd: boolean;
  /** Some setting or flag, of whatever target, speaks of a linker. */
  readonly speaksOfLinker: boolean;
}

interface Document {
  readonly build?: { readonly rustflags?: unknown };
  readonly target?: Readonly<Record<string, { readonly linker?: unknown; readonly rustflags?: unknown }>>;
  readonly unstable?: { readonly 'build-std'?: unknown };
}

/** Variables with flags for rustc. */
const FLAGS = ['RUSTFLAGS', 'CARGO_ENCODED_RUSTFLAGS', 'CARGO_BUILD_RUSTFLAGS'];

/** Where cargo keeps its registry and its configuration. */
export function cargoHome(env: Environment): string {
  return env.CARGO_HOME ?? path.join(env.HOME ?? homedir(), '.cargo');
}

/** The middle of cargo's variables for a target: `AARCH64_UNKNOWN_LINUX_GNU`. */
export function cargoWord(triple: string): string {
  return triple.toUpperCase().replaceAll(/[-.]/g, '_');
}

/**
 * Reads cargo's configuration as cargo does: variables, then the files above the working folder, the nearest
 * first, then the one in CARGO_HOME. What is malformed is left to cargo, which says so.
 */
export function cargoSettings(triple: string, cwd: string, env: Environment): CargoSettings {
  const variable = `CARGO_TARGET_${cargoWord(triple)}_LINKER`;
  const documents = configurationFiles(cwd, env).map((file) => ({ file, document: readDocument(file) }));
  const named = documents.find(({ document }) => typeof document.target?.[triple]?.linker === 'string');
  const linker = env[variable] ? { executable: env[variable], from: variable } : undefined;
  const ownFlags = documents.some(({ document }) => document.target?.[triple]?.rustflags !== undefined);
  const lines = documents.toReversed().flatMap(({ document }) => words(document.build?.rustflags));
  const found = linker ?? (named === undefined ? undefined : linkerOf(named.file, named.document, triple));
  return {
    ...(found === undefined ? {} : { linker: found }),
    buildFlags: ownFlags ? [] : [...lines, ...words(env.CARGO_BUILD_RUSTFLAGS)],
    buildsStd:
      env.CARGO_UNSTABLE_BUILD_STD !== undefined ||
      documents.some(({ document }) => document.unstable?.['build-std'] !== undefined),
    speaksOfLinker:
      linker !== undefined ||
      [JSON.stringify(documents), ...FLAGS.map((name) => env[name] ?? '')].some((text) => /linker\b/.test(text)),
  };
}

/** A path is relative to the folder that holds `.cargo`. */
function linkerOf(file: string, document: Document, triple: string): CargoSettings['linker'] {
  const executable = String(document.target?.[triple]?.linker);
  const base = path.dirname(path.dirname(file));
  return { executable: /[\\/]/.test(executable) ? path.resolve(base, executable) : executable, from: file };
}

/** The nearest first, each once. */
function configurationFiles(cwd: string, env: Environment): string[] {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    folders.push(path.join(folder, '.cargo'));
    if (path.dirname(folder) === folder) break;
  }
  const files = [...folders, cargoHome(env)].flatMap((folder) => {
    const file = ['config', 'config.toml'].map((name) => path.join(folder, name)).find(existsSync);
    return file === undefined ? [] : [file];
  });
  return [...new Set(files)];
}

function readDocument(file: string): Document {
  try {
    return parseToml(readFileSync(file, 'utf8')) as Document;
  } catch {
    return {};
  }
}

/** Flags are a list, or a text parted by blanks. */
function words(flags: unknown): string[] {
  if (typeof flags === 'string') return flags.split(/\s+/).filter((word) => word !== '');
  return Array.isArray(flags) ? flags.filter((flag) => typeof flag === 'string') : [];
}
