import chalk from 'chalk';
import type { Severity } from '../model/finding.js';
import { HOSTS } from '../project/hosts.js';
import { LEVEL_NAMES } from '../report/level-names.js';
import { CANNOT_CLAIM } from './conformance/cannot-claim.js';
import { CATALOGUE, catalogueOf } from './conformance/catalogue.js';
import { clauseOf, severityOf } from './conformance/policy.js';
import type { ConformanceTest, EngineLetter } from './conformance/types.js';

/** What a test weighs under a profile, and the rule that it stands on there. */
export interface ProfileWeight {
  readonly severity: Severity;
  readonly clause: string;
}

/** A row of the catalogue without its code. */
export interface ListedTest extends Omit<ConformanceTest, 'run'> {
  /** By host profile; a profile is absent where the test means nothing. */
  readonly profiles: Readonly<Record<string, ProfileWeight>>;
}

/** What the letters of the engines stand for. */
export const ENGINE_NAMES: Readonly<Record<EngineLetter, string>> = {
  K: 'Node with koffi',
  P: 'C probe',
  S: 'the file alone',
  A: 'sanitizer build',
  V: 'valgrind',
  X: 'qemu or wine',
  G: 'host in Go',
  T: "the plugin's own process",
};

/** Every test up to a level, as data. */
export function listedTests(level = 10): ListedTest[] {
  const shown = CATALOGUE.filter((test) => test.level <= level || test.inPassing === true);
  return shown.map(({ run: _, ...row }) => ({ ...row, profiles: weights(row.id) }));
}

/** The catalogue for `cpex test --list`: ids, what they show, how they see it, weight, time budget. */
export function listTests(level?: number): { value: unknown; text: () => string } {
  const tests = listedTests(level);
  return {
    value: { tests, engines: ENGINE_NAMES, cannotClaim: CANNOT_CLAIM },
    text: () => {
      const levels = [...new Set(tests.map((test) => test.level))].sort((one, other) => one - other);
      const parts = levels.map((number) => {
        const rows = tests.filter((test) => test.level === number).flatMap(renderTest);
        return [chalk.bold(`level ${number}: ${LEVEL_NAMES[number]}`), ...rows, ''].join('\n');
      });
      const claims = CANNOT_CLAIM.map((line) => chalk.dim(`  - ${line}`));
      return [...parts, chalk.bold('What no test from outside can show'), ...claims].join('\n');
    },
  };
}

function renderTest({ id, title, catches, detect, engines, budgetMs, profiles, hosts }: ListedTest): string[] {
  const only = hosts === undefined ? '' : ` · ${hosts.join(', ')} only`;
  const [first, ...rest] = Object.entries(profiles);
  const differs = rest.filter(([, one]) => one.severity !== first?.[1].severity);
  const weight = [first?.[1].severity, ...differs.map(([name, one]) => `${one.severity} for ${name}`)].join(', ');
  const facts = `${engines.map((letter) => ENGINE_NAMES[letter]).join(', ')} · ${weight} · ${budgetMs} ms · ${first?.[1].clause}${only}`;
  return [
    `  ${id.padEnd(21)} ${title}`,
    chalk.dim(`${' '.repeat(24)}catches ${catches} · seen by ${detect}`),
    chalk.dim(`${' '.repeat(24)}${facts}`),
  ];
}

function weights(id: string): ListedTest['profiles'] {
  const pairs = HOSTS.flatMap((profile) => {
    const test = catalogueOf(profile).find((one) => one.id === id);
    return test === undefined
      ? []
      : [[profile, { severity: severityOf(test, profile), clause: clauseOf(test, profile) }]];
  });
  return Object.fromEntries(pairs);
}
