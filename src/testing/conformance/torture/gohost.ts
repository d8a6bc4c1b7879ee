import { goEngineFor, goHostFor } from '../../../build/gohost.js';
import type { Finding } from '../../../model/finding.js';
import { isCpexError } from '../../../support/errors.js';
import { callEverything } from '../../sanitizers/call-everything.js';
import { type Subject, targetWords } from '../../subject.js';
import { judgeEnding } from '../../verdict.js';
import { CALLBACKS } from '../callbacks/rows.js';
import { CLIPROXY } from '../cliproxy.js';
import { forHost } from '../for-host.js';
import { HOSTILE } from '../hostile/rows.js';
import { IN_PASSING } from '../in-passing.js';
import { LEVEL_1 } from '../level-1.js';
import { LEVEL_2 } from '../level-2.js';
import { LIFE } from '../life/rows.js';
import { severityOf } from '../policy.js';
import type { ConformanceTest, TestOutcome } from '../types.js';

/** Levels whose tests run in the host in Go. */
const LOWEST = 1;
const HIGHEST = 7;

/** Tests about bodies alone, with thousands of calls: what reads them is the same in every host. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'err.badjson',
  'err.types',
  'err.panic',
  'err.big',
  'err.deep',
  'err.nul',
  'cb.large',
  'cb.slow',
]);

/** How long tests go on being started there, in milliseconds: those of slow plugins may each wait for a deadline. */
const ENOUGH_MS = 120_000;

/** Rounds of every sample call, so that the host's own runtime gets to work in between. */
const ROUNDS = 10;

/**
 * Runs in the host in Go what it can judge: every sample call many times, then the tests of levels 1 to 7. The first
 * death ends it, since a plugin that dies in this host dies in most tests, each after its deadline.
 */
export async function inGoHost(id: string, subject: Subject): Promise<TestOutcome> {
  if (targetWords(subject) !== '') return { findings: [], unproven: "is for the machine's own target alone" };
  const context = subject.sources?.context ?? { env: process.env, signal: subject.signal };
  try {
    await goHostFor(context);
  } catch (error) {
    if (!isCpexError(error) || !/^CPEX_E_(?:BUILD_TOOL|PROBE_BUILD)/.test(error.code)) throw error;
    return { findings: [], unproven: `needs go for its host: ${error.message}` };
  }
  const inside: Subject = {
    ...subject,
    engine: goEngineFor(context, { busy: true }),
    noProbe: 'the host in Go has no experiments',
  };
  const ending = await callEverything(inside, ROUNDS);
  if (judgeEnding(ending, id) !== undefined) return { findings: [], ending };
  return { ...(await runRows(id, inside)), ending };
}

/** The tests in their order, until one ends in a death or there has been enough. */
async function runRows(id: string, inside: Subject): Promise<Pick<TestOutcome, 'findings' | 'unproven'>> {
  const started = performance.now();
  const rows = rowsFor(inside);
  const findings: Finding[] = [];
  for (const [index, row] of rows.entries()) {
    if (performance.now() - started > ENOUGH_MS) {
      return {
        findings,
        unproven: `ran ${index} of ${rows.length} tests in ${ENOUGH_MS / 1000} s: the plugin is slow`,
      };
    }
    const outcome = await row.run(inside);
    const death = outcome.ending === undefined ? undefined : judgeEnding(outcome.ending, row.id);
    const all = [...outcome.findings, ...(death === undefined ? [] : [death.finding])];
    for (const finding of all) if (weighs(finding, row, inside)) findings.push(told(id, row.id, finding));
    if (death !== undefined && weighs(death.finding, row, inside)) break;
  }
  return { findings };
}

/** Where tests of levels 1 to 7 are that need no experiments. */
const TESTS: readonly ConformanceTest[] = [
  ...LEVEL_1,
  ...LEVEL_2,
  ...CLIPROXY,
  ...IN_PASSING,
  ...HOSTILE,
  ...CALLBACKS,
  ...LIFE,
];

function rowsFor({ profile }: Subject): readonly ConformanceTest[] {
  return forHost(TESTS, profile).filter(
    ({ id, level, engines }) => level >= LOWEST && level <= HIGHEST && engines.includes('K') && !LEFT_OUT.has(id),
  );
}

/** What only warns elsewhere is said there. */
function weighs({ severity }: Finding, row: ConformanceTest, { profile }: Subject): boolean {
  return severity === 'fail' && severityOf(row, profile.name) === 'fail';
}

function told(id: string, row: string, { message, evidence }: Finding): Finding {
  return {
    id,
    severity: 'fail',
    message: `In a host written in Go ${row} fails: ${message}`,
    ...(evidence === undefined ? {} : { evidence }),
  };
}
