import { CONTENT_RULES } from './contents.js';
import { EXECUTABLE_RULES } from './executable.js';
import { HARDENING_RULES } from './hardening.js';
import { LIBRARY_RULES } from './libraries.js';
import { LIFETIME_RULES } from './lifetime.js';
import { MAKING_RULES } from './making.js';
import { PLATFORM_RULES } from './platform.js';
import type { Rule } from './rule.js';
import { rulesFor } from './shared.js';
import { SYMBOL_RULES } from './symbols.js';
import { VERSION_RULES } from './versions.js';

/** Every rule for ELF files, in the order of the report and of `docs/audit.md`. */
export const ELF_RULES: readonly Rule[] = [
  ...PLATFORM_RULES,
  ...EXECUTABLE_RULES,
  ...SYMBOL_RULES,
  ...VERSION_RULES,
  ...LIBRARY_RULES,
  ...HARDENING_RULES,
  ...LIFETIME_RULES,
  ...rulesFor('elf', MAKING_RULES),
  ...rulesFor('elf', CONTENT_RULES),
];
