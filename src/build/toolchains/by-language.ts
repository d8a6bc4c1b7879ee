import type { Language } from '../../model/target.js';
import type { Toolchain } from './toolchain.js';

/** The file that makes a folder a project of each language. */
export const BUILD_FILES: Readonly<Record<Language, string>> = {
  c: 'CMakeLists.txt',
  go: 'go.mod',
  rust: 'Cargo.toml',
};

const LOADERS: Readonly<Record<Language, () => Promise<Toolchain>>> = {
  c: async () => (await import('./cmake.js')).cmakeToolchain,
  go: async () => (await import('./go.js')).goToolchain,
  rust: async () => (await import('./cargo.js')).cargoToolchain,
};

/** What builds a language, loaded when it is asked for: a project has one. */
export function toolchainFor(language: Language): Promise<Toolchain> {
  return LOADERS[language]();
}
