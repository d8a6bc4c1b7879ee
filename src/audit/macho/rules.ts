import type { MachORuleInput, Rule } from '../rules/rule.js';

/** Every rule for Mach-O libraries, in the order of the report and of `docs/audit.md`. */
export const MACHO_RULES: readonly Rule<MachORuleInput>[] = [];
