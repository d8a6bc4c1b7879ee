import { performance } from 'node:perf_hooks';
import type { TestResult, Verdict } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { revisionsOf } from '../../project/contract-revisions.js';
import { isCpexError } from '../../support/errors.js';
import { repeated } from '../repeat.js';
import { recorded } from '../repro/recorded.js';
import { type Subject, targetWords } from '../subject.js';
import { judgeEnding } from '../verdict.js';
import { clauseOf, severityOf } from './policy.js';
import type { ConformanceTest, TestOutcome } from './types.js';

/** Suite name of conformance results. */
export const SUITE = 'conformance';

/**
 * Runs one test, `repeat` times. A fault of our own host is tried once more before it is reported; one that is
 * gone then is flaky, which is a failure still: nobody knows what the next run will say.
 */
export function runConformanceTest(test: ConformanceTest, subject: Subject, repeat = 1): Promise<TestResult> {
  return repeated(repeat, () => recorded(test.id, subject, (watched) => once(test, watched)));
}

async function once(test: ConformanceTest, subject: Subject): Promise<TestResult> {
  const first = await attempt(test, subject);
  if (first.verdict !== 'harness-fault') return first;
  const second = await attempt(test, subject);
  if (second.verdict !== 'pass' && second.verdict !== 'warn') return second;
  return { ...second, verdict: 'flaky', findings: [...first.findings, ...second.findings] };
}

/** Why no engine that is there can judge a test; undefined when one can. */
export function unjudged({ engines }: ConformanceTest, { noProbe }: Subject): string | undefined {
  if (noProbe === undefined || engines.some((letter) => letter === 'K' || letter === 'S')) return undefined;
  return `needs the C probe: ${noProbe}`;
}

/** The result of a test that did not run, with the reason. */
export function skipped(test: ConformanceTest, reason: string): TestResult {
  return { ...about(test), verdict: 'skip', durationMs: 0, findings: [], reason };
}

function about({ id, level, title }: ConformanceTest): Pick<TestResult, 'suite' | 'level' | 'id' | 'title'> {
  return { suite: SUITE, level, id, title };
}

async function attempt(test: ConformanceTest, subject: Subject): Promise<TestResult> {
  const started = performance.now();
  const outcome = await outcomeOf(test, subject);
  const severity = severityOf(test, subject.profile.name);
  const death =
    outcome.ending === undefined ? undefined : judgeEnding(outcome.ending, test.id, subject.profile.transport);
  const findings = [...outcome.findings, ...(death === undefined ? [] : [death.finding])].map((finding) =>
    complete(finding, test, severity, subject),
  );
  const durationMs = performance.now() - started;
  if (findings.length === 0 && outcome.unproven !== undefined) {
    return { ...skipped(test, outcome.unproven), durationMs };
  }
  // Where a breach only deserves a warning, so does the death that comes of it.
  const fatal = death !== undefined && (severity === 'fail' || death.verdict === 'harness-fault');
  return { ...about(test), verdict: fatal ? death.verdict : worst(findings), durationMs, findings };
}

/** What a test comes to; one that fails by itself is our fault and must not take the others along. */
async function outcomeOf(test: ConformanceTest, subject: Subject): Promise<TestOutcome> {
  try {
    return await test.run(subject);
  } catch (error) {
    if (isCpexError(error)) throw error;
    const { stack = String(error) } = error as Error;
    return { findings: [], ending: { kind: 'harness-fault', message: `the test itself failed: ${stack}` } };
  }
}

/** Every finding names its clause and the command that shows it again. */
function complete(finding: Finding, test: ConformanceTest, severity: Finding['severity'], subject: Subject): Finding {
  const words = `--only ${test.id}${targetWords(subject)}`;
  const again =
    subject.manifest === undefined
      ? `cpex test ${JSON.stringify(subject.artefact)} --host ${hostWord(subject)} ${words}`
      : `cpex test ${words}`;
  return { again, ...finding, clause: clauseIn(finding, test, subject), severity: lighter(finding.severity, severity) };
}

/** The host as a flag names it: with its revision where that is not the usual one. */
function hostWord({ profile: { name, revision } }: Subject): string {
  return revision === undefined || revision === revisionsOf(name)?.default ? name : `${name}@${revision}`;
}

/** A finding may name a clause more exactly than its test, except where the host's page has its own. */
function clauseIn(finding: Finding, test: ConformanceTest, { profile }: Subject): string {
  const own = clauseOf(test, profile.name);
  return own === test.clause ? (finding.clause ?? own) : own;
}

/** A profile may weigh a test less; a finding that only warns does not become a failure. */
function lighter(one: Finding['severity'], other: Finding['severity']): Finding['severity'] {
  const order: readonly Finding['severity'][] = ['info', 'warn', 'fail'];
  return order.indexOf(one) < order.indexOf(other) ? one : other;
}

function worst(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.severity === 'fail')) return 'fail';
  return findings.some((finding) => finding.severity === 'warn') ? 'warn' : 'pass';
}
