import { toFinding } from '../../fuzz/report.js';
import { fuzz, smaller } from '../../fuzz/run.js';
import type { Fuzzer } from '../../fuzz/types.js';
import type { Subject } from '../../subject.js';
import type { TestOutcome } from '../types.js';

/** Milliseconds that a failure may be made smaller, beside the time for finding it. */
const SHRINK_MS = 5000;

/** Fuzzes a plugin for as long as the durations say, and makes what was found small. */
export async function fuzzTest(fuzzer: Fuzzer, subject: Subject): Promise<TestOutcome> {
  const run = await fuzz(fuzzer, subject, { seed: subject.seed, ms: subject.durations.fuzz });
  if (run.found === undefined) {
    return { findings: [], ...(run.unproven === undefined ? {} : { unproven: run.unproven }) };
  }
  const found = await smaller(subject, run.found, Math.min(SHRINK_MS, 2 * subject.durations.fuzz));
  const again = `--seed ${subject.seed}`;
  const finding = toFinding(found, subject);
  const evidence = [...(finding.evidence ?? []), `the run: cpex test --only fuzz.${fuzzer} --level 9 ${again}`];
  const findings = [{ ...finding, evidence }];
  return found.seen.kind === 'died' ? { findings, ending: found.seen.ending } : { findings };
}
