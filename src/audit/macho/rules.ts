import { CONTENT_RULES } from '../rules/contents.js';
import { MAKING_RULES } from '../rules/making.js';
import type { MachORuleInput, Rule } from '../rules/rule.js';
import { rulesFor } from '../rules/shared.js';
import { MACHO_HARDENING_RULES } from './hardening-rules.js';
import { MACHO_LIBRARY_RULES } from './libraries-rules.js';
import { MACHO_PLATFORM_RULES } from './platform-rules.js';
import { MACHO_SYMBOL_RULES } from './symbols-rules.js';

/** Every rule for Mach-O libraries, in the order of the report and of `docs/audit.md`. */
export const MACHO_RULES: readonly Rule<MachORuleInput>[] = [
  ...MACHO_PLATFORM_RULES,
  ...MACHO_SYMBOL_RULES,
  ...MACHO_LIBRARY_RULES,
  ...MACHO_HARDENING_RULES,
  ...rulesFor('macho', MAKING_RULES),
  ...rulesFor('macho', CONTENT_RULES),
];
