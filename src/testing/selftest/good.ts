import path from 'node:path';
import { profileFor } from '../../hosts/registry.js';
import type { TestResult } from '../../model/event.js';
import { catalogueOf } from '../conformance/catalogue.js';
import { BRIEF } from '../conformance/durations.js';
import { runSuite } from '../conformance/suite.js';
import type { Subject } from '../subject.js';
import { type Bench, manifestOf, nameOf, withNeeds } from './bad.js';
import { GOOD_CONSOLE } from './corpus/console.js';
import { CORPUS_APPLICATION } from './corpus/grpc.js';
import { sdkProject } from './sdk-project.js';
import type { GoodPlugin } from './types.js';

/** Suite name of the results of good plugins. */
export const GOOD = 'good plugins';

/** Highest level that good plugins run through when nobody says one: those above take minutes for each of them. */
export const USUAL_LEVEL = 8;

/** Every good plugin of the self-test. */
export const GOOD_PLUGINS: readonly GoodPlugin[] = [
  ...(['rust', 'go', 'c'] as const).flatMap((language): GoodPlugin[] => [
    { language, host: 'cpex' },
    { language, host: 'cliproxy' },
    { language, host: 'tau' },
  ]),
  ...(['rust', 'go'] as const).flatMap((language): GoodPlugin[] => [
    { language, host: 'go-plugin' },
    { language, host: 'console' },
  ]),
  { language: 'c', host: 'cpex', source: 'good' },
  { language: 'go', host: 'cpex', source: 'good' },
  { language: 'rust', host: 'cpex', source: 'good' },
  // Takes MessagePack, too.
  { language: 'c', host: 'cpex', source: 'packed' },
  { language: 'c', host: 'cpex', source: 'worker' },
  { language: 'rust', host: 'cpex', source: 'thread-local' },
  { language: 'c', host: 'cliproxy', source: 'cliproxy/good' },
  // Reads streams of its host, to their ends and not.
  { language: 'c', host: 'cliproxy', source: 'cliproxy/reads-streams' },
  { language: 'go', host: 'go-plugin', source: 'good', module: 'go-plugin', process: CORPUS_APPLICATION },
  ...GOOD_CONSOLE,
  // Speaks lines and frames.
  { language: 'go', host: 'tau', source: 'good', module: 'tau' },
];

/** What a good plugin is called in reports. */
export function goodName({ language, host, source }: GoodPlugin): string {
  return source === undefined ? `${language} SDK for ${host}` : nameOf({ language, source });
}

/** Runs the tests up to a level on a good plugin. Any finding at all is a failure. */
export async function judgeGood(
  good: GoodPlugin,
  wanted: (id: string) => boolean,
  highest: number,
  bench: Bench,
): Promise<TestResult> {
  const name = goodName(good);
  const about = { suite: GOOD, id: `good:${name}`, title: name, durationMs: 0, findings: [] };
  const lacks = await bench.workshop.lacks(good.language, good.module);
  if (lacks !== undefined) return { ...about, verdict: 'skip', reason: lacks };
  const made = await subjectOf(good, bench);
  if ('reason' in made) return { ...about, verdict: 'skip', reason: made.reason };
  const chosen = catalogueOf(good.host).filter(
    ({ id, level, inPassing }) => wanted(id) && (inPassing === true || level <= highest),
  );
  const tests = withNeeds(
    chosen.map(({ id }) => id),
    catalogueOf(good.host),
  );
  const { limit, stopReason } = bench;
  const results = await runSuite(tests, made.subject, { reason: () => undefined, limit, repeat: 1, stopReason });
  const count = (verdict: string) => results.filter((result) => result.verdict === verdict).length;
  const findings = results.flatMap((result) => result.findings.map((finding) => ({ ...finding, id: result.id })));
  const clean = findings.length === 0 && results.every(({ verdict }) => verdict === 'pass' || verdict === 'skip');
  return {
    ...about,
    title: `${name}: ${count('pass')} tests passed, ${count('skip')} left out`,
    verdict: clean ? 'pass' : 'fail',
    durationMs: results.reduce((sum, result) => sum + result.durationMs, 0),
    findings: findings.map((finding) => ({ ...finding, message: `${finding.id}: ${finding.message}` })),
  };
}

async function subjectOf(
  good: GoodPlugin,
  bench: Bench,
): Promise<{ readonly subject: Subject } | { readonly reason: string }> {
  const { workshop, meansFor, context, limit, seed } = bench;
  const { language, source, host } = good;
  const common = { ...(await meansFor(host)), durations: BRIEF, seed, signal: context.signal };
  if (source !== undefined) {
    const artefact = await limit(() => workshop.artefact(good));
    const profile = await profileFor(host, {
      root: workshop.corpus,
      manifest: manifestOf({ ...good, source: '' }),
    });
    return { subject: { ...common, profile, artefact, config: {}, language } };
  }
  const made = await limit(() => sdkProject(good, bench));
  if ('reason' in made) return made;
  const { artefact, manifest } = made;
  const profile = await profileFor(host, { root: path.dirname(artefact), manifest });
  return { subject: { ...common, profile, artefact, manifest, config: manifest.test?.config ?? {}, language } };
}
