import type { PeRuleInput, Rule } from '../rules/rule.js';

/** Every rule for PE libraries, in the order of the report and of `docs/audit.md`. */
export const PE_RULES: readonly Rule<PeRuleInput>[] = [];
