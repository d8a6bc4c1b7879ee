import type { CommonInput, Rule } from './rule.js';

/** The formats that have rules, by the first word of their rules' ids. */
export type RuleFormat = 'elf' | 'macho' | 'pe';

/** What may be said in each format's own words, or in the same for all. */
export type PerFormat = string | Readonly<Record<RuleFormat, string>>;

/** A check that every format has: one logic, with a name, a remedy and a way to see it for each. */
export interface SharedRule extends Omit<Rule<CommonInput>, 'id' | 'why' | 'remedy' | 'again'> {
  /** Its id without the format's word: `secrets` is `elf.secrets`, `macho.secrets`, `pe.secrets`. */
  readonly name: string;
  readonly why: PerFormat;
  readonly remedy: PerFormat;
  readonly again: PerFormat;
}

/** The rules of one format out of those that all have, in the same order. */
export function rulesFor(format: RuleFormat, shared: readonly SharedRule[]): Rule<CommonInput>[] {
  const pick = (text: PerFormat) => (typeof text === 'string' ? text : text[format]);
  return shared.map(({ name, ...rule }) => ({
    ...rule,
    id: `${format}.${name}`,
    why: pick(rule.why),
    remedy: pick(rule.remedy),
    again: pick(rule.again),
  }));
}
