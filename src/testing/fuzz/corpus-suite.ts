import path from 'node:path';
import type { TestResult, Verdict } from '../../model/event.js';
import type { SkipReason } from '../selection.js';
import { type Subject, targetWords } from '../subject.js';
import type { TestTarget } from '../test-target.js';
import { judgeEnding } from '../verdict.js';
import { CORPUS_FOLDER, type CorpusFile, readCorpus } from './corpus-files.js';
import { RecordFile } from './record-file.js';
import { replay } from './replay.js';
import { toFinding } from './report.js';
import type { Fuzzer } from './types.js';

/** Suite name of the results of what fuzzers once found. */
export const CORPUS_SUITE = 'fuzz-corpus';

/** They run at this level and above: each is a plugin process and a call. */
const CORPUS_LEVEL = 5;

/** What fuzzers have found in a project before; nothing for a library on its own. */
export async function findCorpus({ project }: TestTarget): Promise<readonly CorpusFile[]> {
  return project === undefined ? [] : readCorpus(path.join(project.root, CORPUS_FOLDER));
}

/** Id of the test that a file of the corpus is. */
export function corpusId({ name }: CorpusFile): string {
  return `fuzz:${name}`;
}

/** What a file of the corpus is called in a report. */
export function corpusTest(one: CorpusFile): Pick<TestResult, 'suite' | 'id' | 'title' | 'file' | 'level'> {
  return { suite: CORPUS_SUITE, id: corpusId(one), title: one.name, file: one.file, level: CORPUS_LEVEL };
}

/** Why a file of the corpus is left out; undefined when it is not. */
export function corpusReason(one: CorpusFile, { noProbe }: Subject, reason: SkipReason): string | undefined {
  return (
    reason(corpusId(one), { level: CORPUS_LEVEL }) ??
    (noProbe === undefined ? undefined : `needs the C probe: ${noProbe}`)
  );
}

/** Does again what once went wrong: a plugin may refuse it, and may not die of it or break the rules of an answer. */
export async function runCorpusFile(one: CorpusFile, subject: Subject): Promise<TestResult> {
  const started = performance.now();
  const id = corpusId(one);
  const about = corpusTest(one);
  const record = await RecordFile.make();
  try {
    const seen = await replay(subject, one.case, record);
    const durationMs = performance.now() - started;
    if (seen === undefined) return { ...about, verdict: 'pass', durationMs, findings: [] };
    const found = { fuzzer: 'bytes' as Fuzzer, case: one.case, seen, origin: one.file, confirmed: true };
    const again = `cpex test --only ${JSON.stringify(id)}${targetWords(subject)}`;
    const death = seen.kind === 'died' ? judgeEnding(seen.ending, id) : undefined;
    const verdict: Verdict = death?.verdict ?? 'fail';
    return { ...about, verdict, durationMs, findings: [{ ...toFinding(found, subject), id, file: one.file, again }] };
  } finally {
    await record.remove();
  }
}
