import { goEngineFor, goHostFor } from '../../../build/gohost.js';
import type { Finding } from '../../../model/finding.js';
import { isCpexError } from '../../../support/errors.js';
import { callEverything } from '../../sanitizers/call-everything.js';
import { type Subject, targetWords } from '../../subject.js';
import { judgeEnding } from '../../verdict.js';
import { severityOf } from '../policy.js';
import type { ConformanceTest, TestOutcome } from '../types.js';

/** Levels whose tests run in the host in Go. */
const LOWEST = 1;
const HIGHEST = 7;

/** Rounds of every sample call, so that the host's own runtime gets to work in between. */
const ROUNDS = 20;

/** Runs in the host in Go what it can judge: every sample call many times, then the tests of levels 1 to 7. */
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
  const findings: Finding[] = [];
  for (const row of await rowsFor(subject)) {
    const outcome = await row.run(inside);
    const death = outcome.ending === undefined ? undefined : judgeEnding(outcome.ending, row.id);
    const all = [...outcome.findings, ...(death === undefined ? [] : [death.finding])];
    for (const finding of all) if (weighs(finding, row, subject)) findings.push(told(id, row.id, finding));
  }
  return { findings, ending };
}

async function rowsFor({ profile }: Subject): Promise<ConformanceTest[]> {
  const { catalogueOf } = await import('../catalogue.js');
  return catalogueOf(profile.name).filter(
    ({ level, engines }) => level >= LOWEST && level <= HIGHEST && engines.includes('K'),
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
