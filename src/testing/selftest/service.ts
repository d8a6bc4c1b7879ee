import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { findProfile } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { TestReport, TestResult } from '../../model/event.js';
import type { Transport } from '../../model/session.js';
import { HOSTS } from '../../project/hosts.js';
import { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import { limiter } from '../../support/limiter.js';
import { CATALOGUE } from '../conformance/catalogue.js';
import { findMeans, type Means } from '../resolve.js';
import { checkSelection, matcher } from '../selection.js';
import { reportOf } from '../summary.js';
import { BAD, type Bench, judgeBad, nameOf } from './bad.js';
import { Workshop } from './compile.js';
import { CORPUS } from './corpus.js';
import { GOOD, GOOD_PLUGINS, goodName, judgeGood, USUAL_LEVEL } from './good.js';

/** Suite name of what the catalogue itself lacks. */
export const CATALOGUE_SUITE = 'catalogue';

export interface SelfTestOptions {
  /** Ids or groups such as `mem.*`; everything when empty. */
  readonly only: readonly string[];
  /** Highest level that good plugins run through; 8 when absent, and 10 where `only` says which tests are meant. */
  readonly level?: number;
  /** Compilers and plugin processes at the same time. */
  readonly jobs: number;
  /** Where every random choice comes from; a new one when absent. */
  readonly seed?: number;
}

/**
 * Shows that every test of the catalogue fires on a plugin that is broken in its way, and says nothing about good
 * ones. Needs no project and writes to the user's cache and temporary folders alone.
 */
export async function selfTest(options: SelfTestOptions, context: RunContext): Promise<TestReport> {
  const started = performance.now();
  checkSelection(
    { only: options.only, skip: [] },
    CATALOGUE.map(({ id }) => id),
  );
  const wanted = matcher(options.only);
  const seed = options.seed ?? randomInt(2 ** 31);
  const means = new Map<Transport, Promise<Means>>();
  const results: TestResult[] = [];
  const cargoTarget = await temporaryFolder('cargo');
  const bench: Bench = {
    workshop: new Workshop(context),
    cargoTarget: cargoTarget.path,
    meansFor: (host) => {
      const { transport } = findProfile(host);
      const known = means.get(transport) ?? findMeans({ host }, undefined, context);
      means.set(transport, known);
      return known;
    },
    context,
    limit: limiter(options.jobs),
    seed,
    stopReason: () => {
      if (context.signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
      return undefined;
    },
  };
  const level = options.level ?? (options.only.length > 0 ? 10 : USUAL_LEVEL);
  try {
    const { noProbe } = await bench.meansFor('cpex');
    if (noProbe !== undefined) {
      context.emit({ type: 'note', level: 'warn', text: `most tests need the C probe, which is not here: ${noProbe}` });
    }
    results.push(...(await everyPlugin(wanted, level, bench)), ...missing(wanted));
    await bench.workshop.prune();
  } finally {
    await cargoTarget.remove();
  }
  return reportOf(results, {
    artefacts: [],
    profile: HOSTS.join(', '),
    level,
    seed,
    durationMs: performance.now() - started,
  });
}

async function everyPlugin(wanted: (id: string) => boolean, level: number, bench: Bench): Promise<TestResult[]> {
  const good = GOOD_PLUGINS.map((one) => {
    const about = { suite: GOOD, id: `good:${goodName(one)}`, title: goodName(one) };
    return told(bench, [about], async () => [await judgeGood(one, wanted, level, bench)]);
  });
  const bad = CORPUS.flatMap((one) => {
    const ids = Object.keys(one.fires).filter(wanted);
    if (ids.length === 0) return [];
    const about = ids.map((id) => ({ suite: BAD, id, title: nameOf(one) }));
    return [told(bench, about, () => judgeBad(one, ids, bench))];
  });
  tellProgress([...bad, ...good], bench.context);
  // The bad ones first in the report; the good ones, of which some take long to build, first on their way.
  const done = await Promise.allSettled([...bad, ...good]);
  return done.flatMap((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** How many plugins are judged before that is told again. */
const STEP = 25;

/** Says now and then how far it is: the whole takes a minute or more. */
function tellProgress(plugins: readonly Promise<unknown>[], { emit }: RunContext): void {
  let done = 0;
  for (const plugin of plugins) {
    const count = () => {
      done++;
      if (done % STEP !== 0) return;
      emit({ type: 'note', level: 'info', text: `${done} of ${plugins.length} plugins judged` });
    };
    plugin.then(count, count);
  }
}

type About = Pick<TestResult, 'suite' | 'id' | 'title'>;

/** Emits the results. What keeps a plugin from being judged is a fault of the self-test, and the others go on. */
async function told(bench: Bench, about: readonly About[], judge: () => Promise<TestResult[]>): Promise<TestResult[]> {
  const { context } = bench;
  const results = await judge().catch((error: unknown): TestResult[] => {
    if (context.signal.aborted || !(error instanceof CpexError)) throw error;
    const { message, evidence } = error;
    return about.map((one) => {
      const findings = [{ id: one.id, severity: 'fail', message, evidence } as const];
      return { ...one, verdict: 'harness-fault', durationMs: 0, findings };
    });
  });
  for (const result of results) context.emit({ type: 'test.end', result });
  return results;
}

/** A test that no plugin shows to fire is worth nothing. */
function missing(wanted: (id: string) => boolean): TestResult[] {
  const shown = new Set(CORPUS.flatMap(({ fires }) => Object.keys(fires)));
  return CATALOGUE.filter(({ id }) => wanted(id) && !shown.has(id)).map(({ id }) => ({
    suite: CATALOGUE_SUITE,
    id,
    title: 'has a broken plugin that it fires on',
    verdict: 'fail',
    durationMs: 0,
    findings: [{ id, severity: 'fail', message: `No plugin of the corpus is broken in the way of ${id}.` }],
  }));
}
