import type { Language } from '../../model/target.js';
import { cargoToolchain } from './cargo.js';
import { cmakeToolchain } from './cmake.js';
import { goToolchain } from './go.js';
import type { Toolchain } from './toolchain.js';

/** What builds each language. */
export const TOOLCHAINS: Readonly<Record<Language, Toolchain>> = {
  c: cmakeToolchain,
  go: goToolchain,
  rust: cargoToolchain,
};
