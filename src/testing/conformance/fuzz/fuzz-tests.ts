import path from 'node:path';
import type { Finding } from '../../../model/finding.js';
import { saveCase } from '../../fuzz/corpus-files.js';
import { bytesText, sentence, toFinding } from '../../fuzz/report.js';
import { fuzz, smaller } from '../../fuzz/run.js';
import type { Found, Fuzzer } from '../../fuzz/types.js';
import type { Subject } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Rounds of a fuzzer that works at the speed of whole calls or processes, whatever the time. */
const LEAST = 60;

/** Milliseconds that a failure may be made smaller, beside the time for finding it. */
const SHRINK_MS = 5000;

/** Fuzzes a plugin for as long as the durations say, and makes what was found small. */
export async function fuzzTest(fuzzer: Fuzzer, subject: Subject): Promise<TestOutcome> {
  const run = await fuzz(fuzzer, subject, { seed: subject.seed, ms: subject.durations.fuzz, least: LEAST });
  if (run.found === undefined) {
    return { findings: [], ...(run.unproven === undefined ? {} : { unproven: run.unproven }) };
  }
  const found = await smaller(subject, run.found, Math.min(SHRINK_MS, 2 * subject.durations.fuzz));
  const findings = [await reported(found, subject)];
  return found.seen.kind === 'died' ? { findings, ending: found.seen.ending } : { findings };
}

/**
 * The finding names the case itself: how far a run comes within its time depends on the machine, and the case does not.
 * What the end of the process has to say becomes a finding of its own.
 */
async function reported(found: Found, subject: Subject): Promise<Finding> {
  const { bundles, seed } = subject;
  const finding = toFinding(found, subject, { withEnding: false });
  const folder = bundles === undefined ? undefined : path.join(bundles.folder, 'fuzz');
  const saved =
    folder === undefined || !found.confirmed ? undefined : await saveCase(folder, found.case, sentence(found, subject));
  const evidence = [
    ...(finding.evidence ?? []),
    ...(saved === undefined || bundles === undefined || folder === undefined
      ? []
      : [
          `saved as ${path.relative(bundles.cwd, saved)}; as tests/fuzz/${path.relative(folder, saved)} it is a test from then on`,
        ]),
    `the run: cpex test --only ${finding.id} --level 9 --seed ${seed}`,
  ];
  return { ...finding, evidence };
}

/** Runs a coverage-guided fuzzer, which has to build the project with its own compiler. */
export async function coverageTest(subject: Subject): Promise<TestOutcome> {
  const { sources } = subject;
  if (sources === undefined) return { findings: [], unproven: 'needs the project, to build it anew' };
  const { fuzzCoverage } = await import('../../fuzz/harness/coverage.js');
  const { tool, found, unproven } = await fuzzCoverage(subject, sources.project, sources.context);
  if (unproven !== undefined) return { findings: [], unproven };
  if (found === undefined) return { findings: [] };
  const { method, body, lines } = found;
  const where = method === undefined ? '' : ` in ${method}`;
  const evidence = [
    ...(method === undefined || body === undefined ? [] : [`${method} with ${bytesText(body)}`]),
    ...lines,
  ];
  return { findings: [fault('fuzz.cov', `${tool} found a body that the plugin does not survive${where}.`, evidence)] };
}
