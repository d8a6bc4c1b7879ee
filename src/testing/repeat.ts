import { isDeepStrictEqual } from 'node:util';
import type { TestResult } from '../model/event.js';
import type { Finding } from '../model/finding.js';

/**
 * Runs a test several times. One that comes to different verdicts is flaky, which is a failure: nobody knows what the
 * next run will say.
 */
export async function repeated(times: number, run: () => Promise<TestResult>): Promise<TestResult> {
  const results = [await run()];
  while (results.length < times) results.push(await run());
  const [first, ...rest] = results as [TestResult, ...TestResult[]];
  if (rest.length === 0) return first;
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  if (rest.every(({ verdict }) => verdict === first.verdict)) return { ...first, durationMs };
  const { reason: _, ...about } = first;
  const verdicts = results.map(({ verdict }) => verdict);
  const counts = [...new Set(verdicts)].map((word) => `${verdicts.filter((one) => one === word).length} × ${word}`);
  const findings: Finding[] = [
    { id: first.id, severity: 'fail', message: `${times} runs came to different verdicts: ${counts.join(', ')}.` },
    ...distinct(results.flatMap((result) => result.findings)),
  ];
  return { ...about, verdict: 'flaky', durationMs, findings };
}

function distinct(findings: readonly Finding[]): Finding[] {
  return findings.filter((one, at) => findings.findIndex((other) => isDeepStrictEqual(one, other)) === at);
}
