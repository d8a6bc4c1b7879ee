import { cp } from 'node:fs/promises';
import path from 'node:path';
import { profileFor } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { temporaryFolder } from '../../support/files.js';
import type { Limiter } from '../../support/limiter.js';
import { catalogueOf } from '../conformance/catalogue.js';
import { BRIEF } from '../conformance/durations.js';
import { runSuite } from '../conformance/suite.js';
import type { ConformanceTest } from '../conformance/types.js';
import { findSubjects, type Means } from '../resolve.js';
import type { Subject } from '../subject.js';
import type { Workshop } from './compile.js';
import { machineReason } from './machine.js';
import type { BadPlugin } from './types.js';

/** Suite name of the results of broken plugins. */
export const BAD = 'bad plugins';

/** What all plugins of a self-test are run with. */
export interface Bench {
  readonly workshop: Workshop;
  /** Where new projects in Rust are compiled, so that they share what they stand on. */
  readonly cargoTarget: string;
  /** What plugins of a host are started with, and on. */
  readonly meansFor: (host: string) => Promise<Means>;
  readonly context: RunContext;
  /** Compilers and plugin processes at the same time. */
  readonly limit: Limiter;
  readonly seed: number;
  readonly stopReason: () => string | undefined;
}

/** Runs the tests that have to see a broken plugin, and those that these build on; one result for each of the first. */
export async function judgeBad(bad: BadPlugin, ids: readonly string[], bench: Bench): Promise<TestResult[]> {
  const lacks = await bench.workshop.lacks(bad.language, bad.module);
  if (lacks !== undefined) return ids.map((id) => ({ ...about(bad, id), verdict: 'skip', reason: lacks }));
  return withSubject(bad, bench, async (subject) => {
    const { limit, stopReason } = bench;
    const tests = withNeeds(ids, catalogueOf(subject.profile));
    const results = await runSuite(tests, subject, { reason: () => undefined, limit, repeat: 1, stopReason });
    return ids.map((id) => ({ ...about(bad, id), ...compare(bad, id, results) }));
  });
}

/** What a manifest would say of a plugin: one of a module is told its defect. */
export function manifestOf({
  module,
  source = '',
  process = {},
  capabilities = [],
}: Pick<BadPlugin, 'module' | 'process' | 'capabilities'> & { readonly source?: string }) {
  if (module === undefined) return { process, capabilities };
  return { process: { ...process, env: { ...process.env, CORPUS_DEFECT: source } }, capabilities };
}

/** Tests with all that they build on, in the order of the catalogue. */
export function withNeeds(ids: readonly string[], catalogue: readonly ConformanceTest[]): ConformanceTest[] {
  const wanted = new Set(ids);
  // Later ones build on earlier ones, but for a few; a second round costs nothing.
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size;
    for (const { id, needs = [] } of catalogue) if (wanted.has(id)) for (const need of needs) wanted.add(need);
  }
  // The end of a plugin decides how the others stop it.
  return catalogue.filter(({ id, judgesEnd }) => wanted.has(id) || judgesEnd);
}

/** What a plugin of the corpus is called in reports. */
export function nameOf({ language, source }: Pick<BadPlugin, 'language' | 'source'>): string {
  return `${language}/${source}`;
}

function about(bad: BadPlugin, id: string): Omit<TestResult, 'verdict'> {
  return { suite: BAD, id, title: `${nameOf(bad)}: ${bad.fires[id]}`, durationMs: 0, findings: [] };
}

async function withSubject<T>(bad: BadPlugin, bench: Bench, use: (subject: Subject) => Promise<T>): Promise<T> {
  const { context, seed } = bench;
  const host = bad.host ?? 'cpex';
  const more = {
    durations: BRIEF,
    seed,
    ...(bad.timeoutMs === undefined ? {} : { callDeadline: bad.timeoutMs, startDeadline: bad.timeoutMs }),
  };
  if (bad.project === undefined) {
    const artefact = await bench.limit(() => bench.workshop.artefact(bad));
    return use({
      ...(await bench.meansFor(host)),
      ...more,
      signal: context.signal,
      artefact,
      profile: await profileFor(host, { root: bench.workshop.corpus, manifest: manifestOf(bad) }),
      config: bad.config ?? {},
      language: bad.language,
    });
  }
  const folder = await temporaryFolder('selftest');
  try {
    const root = path.join(folder.path, path.basename(bad.project));
    await cp(path.join(bench.workshop.corpus, 'projects', bad.project), root, { recursive: true });
    const options = { files: [], debug: false, durations: BRIEF, seed };
    const [target] = await bench.limit(() => findSubjects(options, { ...context, cwd: root, emit: () => undefined }));
    if (target === undefined) throw new RangeError(`${bad.project} is no project`);
    return await use({ ...target.subject, ...more });
  } finally {
    await folder.remove();
  }
}

function compare(
  bad: BadPlugin,
  id: string,
  results: readonly TestResult[],
): Partial<TestResult> & Pick<TestResult, 'verdict'> {
  const wanted = bad.fires[id];
  const got = results.find((result) => result.id === id);
  if (got === undefined) return wrong(id, `The host ${bad.host ?? 'cpex'} has no such test.`);
  const { verdict, reason = '', durationMs } = got;
  if (verdict === 'skip' && machineReason(reason)) return { verdict: 'skip', durationMs, reason };
  const seen = got.findings.map(({ message, evidence = [] }) => [message, ...evidence].join('\n'));
  if (verdict !== wanted || (verdict === 'pass' && seen.length === 0)) {
    const failed = results.filter(
      (result) => result.id !== id && result.verdict !== 'pass' && result.verdict !== 'skip',
    );
    return wrong(id, `The verdict is ${verdict}${reason === '' ? '' : ` (${reason})`}, and should be ${wanted}.`, [
      ...seen,
      ...failed.map((result) => `${result.id}: ${result.verdict}, ${result.findings[0]?.message ?? ''}`),
    ]);
  }
  const says = bad.says?.[id];
  if (says !== undefined && !seen.some((text) => says.test(text))) {
    return wrong(id, `The findings do not say ${says}.`, seen);
  }
  return { verdict: 'pass', durationMs };
}

function wrong(id: string, message: string, evidence: readonly string[] = []) {
  const finding: Finding = { id, severity: 'fail', message, evidence, again: `cpex test --selftest --only ${id}` };
  return { verdict: 'fail', findings: [finding] } as const;
}
