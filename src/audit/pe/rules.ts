import { CONTENT_RULES } from '../rules/contents.js';
import { MAKING_RULES } from '../rules/making.js';
import type { PeRuleInput, Rule } from '../rules/rule.js';
import { rulesFor } from '../rules/shared.js';
import { PE_HARDENING_RULES } from './hardening-rules.js';
import { PE_LIBRARY_RULES } from './libraries-rules.js';
import { PE_MAKING_RULES } from './making-rules.js';
import { PE_PLATFORM_RULES } from './platform-rules.js';
import { PE_SYMBOL_RULES } from './symbols-rules.js';

/** Every rule for PE libraries, in the order of the report and of `docs/audit.md`. */
export const PE_RULES: readonly Rule<PeRuleInput>[] = [
  ...PE_PLATFORM_RULES,
  ...PE_SYMBOL_RULES,
  ...PE_LIBRARY_RULES,
  ...PE_HARDENING_RULES,
  ...rulesFor('pe', MAKING_RULES),
  ...rulesFor('pe', CONTENT_RULES),
  ...PE_MAKING_RULES,
];
