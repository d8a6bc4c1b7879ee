import { performance } from 'node:perf_hooks';
import type { TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { shellWord } from '../../support/shell-word.js';
import type { Subject } from '../subject.js';
import type { Change, ChangeKind } from './changes.js';
import { compareAnswers, compareFaces } from './compare.js';
import { answersOf, faceOf, keyOf } from './face.js';
import { ASPECTS, type Aspect, BASELINE } from './ids.js';
import { owedBump, versionProblem } from './owed.js';

const TITLES: Readonly<Record<Aspect, string>> = {
  registration: 'what it says of itself',
  methods: 'capabilities and what they declare',
  schemas: 'the shape of its answers',
  exports: 'what the library offers and needs',
  behaviour: 'its answers to the sample calls',
};

const WORDS: Readonly<Record<ChangeKind, string>> = { breaking: 'breaking', addition: 'new', change: 'changed' };

/**
 * Compares a plugin with an older build of it, aspect by aspect, and says whether its version pays for the difference.
 * @throws CpexError `CPEX_E_TEST_BASELINE`
 */
export async function compareWithBaseline(subject: Subject, baseline: string): Promise<TestResult[]> {
  const started = performance.now();
  const older: Subject = { ...subject, artefact: baseline };
  const [before, after] = [await faceOf(older), await faceOf(subject)];
  const calls = [...new Map([...before.samples, ...after.samples].map((call) => [keyOf(call), call])).values()];
  const [was, is] = [await answersOf(older, calls), await answersOf(subject, calls)];
  const changes = distinct([...compareFaces(before, after), ...compareAnswers(calls, was, is)]);
  const aspects = ASPECTS.map((aspect) => told(aspect, changes));
  const owed = owedBump(
    changes.map(({ kind }) => kind),
    before.registration.version,
  );
  const problem = versionProblem(before.registration.version, after.registration.version, owed);
  const durationMs = performance.now() - started;
  return [...aspects, version(problem, changes, again(subject, baseline), durationMs)];
}

function distinct(changes: readonly Change[]): Change[] {
  return [...new Map(changes.map((change) => [change.message, change])).values()];
}

function again({ manifest, artefact }: Subject, baseline: string): string {
  const library = manifest === undefined ? `${shellWord(artefact)} ` : '';
  return `cpex test ${library}--baseline ${shellWord(baseline)} --only "baseline.*"`;
}

/** The differences of one aspect: they are told, and are no fault in themselves. */
function told(aspect: Aspect, changes: readonly Change[]): TestResult {
  const id = `${BASELINE}.${aspect}`;
  const findings = changes
    .filter((change) => change.aspect === aspect)
    .map(({ kind, message }): Finding => ({ id, severity: 'info', message: `${WORDS[kind]}: ${message}` }));
  return { suite: BASELINE, id, title: TITLES[aspect], verdict: 'pass', durationMs: 0, findings };
}

function version(
  problem: string | undefined,
  changes: readonly Change[],
  again: string,
  durationMs: number,
): TestResult {
  const id = `${BASELINE}.version`;
  const about = { suite: BASELINE, id, title: 'a version that pays for the differences', durationMs };
  if (problem === undefined) return { ...about, verdict: 'pass', findings: [] };
  const finding: Finding = {
    id,
    severity: 'fail',
    message: problem,
    evidence: changes.map(({ kind, message }) => `${WORDS[kind]}: ${message}`),
    remedy: 'Raise version in cpex.yaml, or take the changes back.',
    again,
  };
  return { ...about, verdict: 'fail', findings: [finding] };
}
