import type { AuditExpectation } from '../../src/audit/rules/rule.js';
import type { Severity } from '../../src/model/finding.js';
import { GOOD_FLAGS, GOOD_SOURCE, type Workbench } from './c-library.js';

/** A library that breaks one rule, and what the rule says to it. */
export interface RuleCase {
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  /** Makes the broken library and returns its path. */
  readonly make: (name: string) => string;
  readonly expected?: Partial<AuditExpectation>;
  /** Text that must be somewhere in the finding. */
  readonly says: RegExp;
}

export const visible = '__attribute__((visibility("default")))';

/** Ways to make a library that is good but for one thing. */
export function makers(bench: Workbench) {
  const source = (name: string, text: string, ...flags: string[]) =>
    bench.library(name, `${GOOD_SOURCE}\n${text}`, [...GOOD_FLAGS, ...flags]);
  return {
    good: (name: string, ...flags: string[]) => bench.library(name, GOOD_SOURCE, [...GOOD_FLAGS, ...flags]),
    source,
    /** Links against a library that exists for the test only. */
    linked: (name: string, provider: string, versions: Readonly<Record<string, string>>) => {
      const file = bench.provider(provider, versions);
      const calls = Object.values(versions).map((symbol) => `extern int ${symbol}(void);`);
      const uses = Object.values(versions).map((symbol) => `${symbol}()`);
      const text = `${calls.join('\n')}\n${visible} int cpex_use(void) { return ${uses.join(' + ')}; }`;
      return source(name, text, file);
    },
  };
}
