import type { CheckDescription } from '../../model/finding.js';
import { FILE_FINDINGS } from '../file-findings.js';
import { MACHO_RULES } from '../macho/rules.js';
import { PE_RULES } from '../pe/rules.js';
import { SYSTEM_GLIBC } from '../system.js';
import { ELF_RULES } from './catalogue.js';

/** What is known about the checks of the audit with these ids; unknown ids are left out. */
export function describeChecks(ids: ReadonlySet<string>): readonly CheckDescription[] {
  const files = Object.entries(FILE_FINDINGS).map(([id, entry]) => ({ id, ...entry }));
  return [...files, ...ELF_RULES, ...MACHO_RULES, ...PE_RULES, SYSTEM_GLIBC]
    .filter((one) => ids.has(one.id))
    .map(({ id, severity, title, why, remedy }) => ({ id, severity, title, why, remedy }));
}
