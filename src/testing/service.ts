import { randomInt } from 'node:crypto';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { RunContext } from '../model/context.js';
import type { CpexEvent, TestReport, TestResult } from '../model/event.js';
import { FAILING, NOT_SELECTED } from '../report/reporters/reporter.js';
import { CpexError } from '../support/errors.js';
import { type Limiter, limiter } from '../support/limiter.js';
import { type Audited, auditTarget } from './audited.js';
import { BASELINE, BASELINE_IDS } from './baseline/ids.js';
import { CaseRunner } from './cases/case-runner.js';
import { findCases, looseScenarios } from './cases/find.js';
import { Snapshots } from './cases/snapshots.js';
import type { Case } from './cases/types.js';
import { CANNOT_CLAIM } from './conformance/cannot-claim.js';
import { catalogueOf } from './conformance/catalogue.js';
import { LONG, USUAL } from './conformance/durations.js';
import { SUITE } from './conformance/run.js';
import { runSuite } from './conformance/suite.js';
import type { CorpusFile } from './fuzz/corpus-files.js';
import { CORPUS_SUITE, corpusId, corpusReason, corpusTest, findCorpus, runCorpusFile } from './fuzz/corpus-suite.js';
import { runNativeTests } from './native-tests.js';
import { PARITY_ID, type Part } from './parity/part.js';
import { bundlesOfLibrary, bundlesOfProject } from './repro/bundle.js';
import { findSubjects } from './resolve.js';
import { checkSelection, type SkipReason, skipReasons } from './selection.js';
import { type Subject, targetWords } from './subject.js';
import { emulated, reportOf, summarise, untried } from './summary.js';
import type { TestOptions } from './test-options.js';
import type { TestTarget } from './test-target.js';

/** Level of tests when neither flag nor manifest says one. */
const DEFAULT_LEVEL = 5;

/** The level with the last tests. */
const HIGHEST_LEVEL = 10;

/** Audits, runs the conformance tests, the cases and, if asked, the language's own tests. */
export async function runTests(options: TestOptions, context: RunContext): Promise<TestReport> {
  const started = performance.now();
  const durations = options.durations ?? (options.level === 10 ? LONG : USUAL);
  const seed = options.seed ?? randomInt(2 ** 31);
  const scenarios = await looseScenarios(options.files, context.cwd);
  if (scenarios !== undefined) return scenariosAlone(scenarios, options, seed, context);
  const targets = await debugged(() => findSubjects({ ...options, durations, seed }, context), options, context);
  const plans = [];
  for (const target of targets)
    plans.push({ target, cases: await findCases(target, context.cwd), corpus: await findCorpus(target) });
  checkSelection(options, [
    'audit',
    ...(options.as === 'both' ? [PARITY_ID] : []),
    ...(options.baseline === undefined ? [] : BASELINE_IDS),
    ...targets.flatMap(({ subject }) => catalogueOf(subject.profile).map(({ id }) => id)),
    ...plans.flatMap(({ cases, corpus }) => [...cases.map(({ name }) => `case:${name}`), ...corpus.map(corpusId)]),
    ...(options.native
      ? targets.flatMap(({ project }) => (project ? [`native.${project.manifest.language}`] : []))
      : []),
  ]);
  const run = new Run(options, context);
  const parts: Part[] = [];
  for (const { target, cases, corpus } of plans) {
    const before = run.results.length;
    await run.all(target, cases, corpus);
    parts.push({ subject: target.subject, results: run.results.slice(before) });
  }
  if (options.as === 'both') await run.parity(parts);
  const [profile = 'cpex'] = targets.map(({ subject }) => subject.profile.name);
  return reportOf(run.results, {
    cannotClaim: CANNOT_CLAIM,
    artefacts: targets.map(({ subject }) => subject.artefact),
    profile,
    level: Math.min(...targets.map((target) => levelOf(options, target))),
    seed,
    ...untried(targets),
    ...emulated(targets),
    durationMs: performance.now() - started,
  });
}

/** Scenarios whose pipelines name all their plugins, where there is no project. */
async function scenariosAlone(
  cases: readonly Case[],
  options: TestOptions,
  seed: number,
  context: RunContext,
): Promise<TestReport> {
  const started = performance.now();
  const ids = cases.map(({ name }) => `case:${name}`);
  checkSelection(options, ids);
  const run = new Run(options, context);
  await run.scenarios(cases);
  const about = { artefacts: [], profile: 'cpex', level: options.level ?? DEFAULT_LEVEL, seed };
  return reportOf(run.results, { ...about, durationMs: performance.now() - started });
}

/** The subjects as they are found, or under a debugger when one is asked for. */
async function debugged(find: () => Promise<TestTarget[]>, { debugger: wish, only }: TestOptions, context: RunContext) {
  if (wish === undefined) return find();
  const { requireOne, underDebugger } = await import('./debugger/debugger.js');
  // Before a build for nothing.
  requireOne(only, 1);
  const targets = await find();
  requireOne(only, targets.length);
  return Promise.all(
    targets.map(async (target) => ({ ...target, subject: await underDebugger(target.subject, wish, context) })),
  );
}

/** The level that flag or manifest ask for. Who names tests wants them at whatever level they are. */
function levelOf({ level, only }: TestOptions, { subject }: TestTarget): number {
  return level ?? (only.length > 0 ? HIGHEST_LEVEL : (subject.manifest?.test?.level ?? DEFAULT_LEVEL));
}

/** One run of the suites: keeps the results, the order and the reasons for what is left out. */
class Run {
  readonly results: TestResult[] = [];
  private readonly snapshots: Snapshots;
  private stopped = false;
  private readonly limit: Limiter;

  constructor(
    private readonly options: TestOptions,
    private readonly context: RunContext,
  ) {
    this.limit = limiter(options.jobs);
    this.snapshots = new Snapshots(options.update);
  }

  async all(target: TestTarget, cases: readonly Case[], corpus: readonly CorpusFile[]): Promise<void> {
    const { project } = target;
    const selected = skipReasons({ ...this.options, level: levelOf(this.options, target) }, target.subject.manifest);
    const { safe, language } = await this.audit(target, selected);
    const subject = { ...target.subject, ...this.watched(target), language: target.language ?? language };
    // Nothing is loaded that the audit refuses; --skip audit takes that on oneself.
    const built = subject.notRun === undefined ? undefined : `built, not run: ${subject.notRun}`;
    const reason: SkipReason = safe ? (id, test) => selected(id, test) ?? built : () => 'needs audit';
    if (this.options.baseline !== undefined) await this.baseline(subject, this.options.baseline, reason);
    await this.suite(SUITE, catalogueOf(subject.profile).length, () => this.conformance(subject, reason));
    if (cases.length > 0) await this.suite('cases', cases.length, () => this.cases(cases, subject, reason));
    if (corpus.length > 0) {
      await this.suite(CORPUS_SUITE, corpus.length, async () => {
        for (const one of corpus)
          await this.one(corpusTest(one), corpusReason(one, subject, reason), () => runCorpusFile(one, subject));
      });
    }
    if (this.options.native && project !== undefined) {
      const id = `native.${project.manifest.language}`;
      const native = { suite: 'native', id, title: 'unit tests of the language' };
      // They are programs of this machine, whatever the plugin is built for.
      const foreign = targetWords(subject) === '' ? undefined : 'the tests of the language run for this machine alone';
      const why = reason(id) ?? foreign;
      await this.suite('native', 1, () => this.one(native, why, () => runNativeTests(project, this.context)));
    }
    await this.saveSnapshots();
  }

  private async saveSnapshots(): Promise<void> {
    for (const file of await this.snapshots.save()) {
      this.context.emit({ type: 'note', level: 'info', text: `recorded ${path.relative(this.context.cwd, file)}` });
    }
  }

  private async baseline(subject: Subject, file: string, reason: SkipReason): Promise<void> {
    const { compareWithBaseline } = await import('./baseline/suite.js');
    const wanted = BASELINE_IDS.filter((id) => reason(id) === undefined);
    if (wanted.length === 0) return;
    await this.suite(BASELINE, wanted.length, async () => {
      const results = await compareWithBaseline(subject, path.resolve(this.context.cwd, file));
      for (const result of results) if (wanted.includes(result.id)) this.record(result);
    });
  }

  /** Whether a plugin is the same as a library and as a process. */
  async parity(forms: readonly Part[]): Promise<void> {
    const { PARITY_TEST, whyNotCompared, compareForms } = await import('./parity/compare.js');
    const selected = skipReasons({ ...this.options, level: HIGHEST_LEVEL }, forms[0]?.subject.manifest);
    const why = selected(PARITY_ID) ?? whyNotCompared(forms);
    await this.suite(PARITY_TEST.suite, 1, () => this.one(PARITY_TEST, why, () => compareForms(forms)));
  }

  /** What is kept and told of the messages of a target's tests. */
  private watched({ subject, project }: TestTarget): Pick<Subject, 'bundles' | 'onTrace'> {
    const { cwd, env, emit } = this.context;
    const own = project === undefined ? bundlesOfLibrary(subject.artefact, env) : bundlesOfProject(project.root);
    const { repro, trace } = this.options;
    return {
      bundles: { folder: repro === undefined ? own : path.resolve(cwd, repro), cwd },
      ...(trace ? { onTrace: (record, session, test) => emit({ type: 'trace', record, session, test }) } : {}),
    };
  }

  private async audit(target: TestTarget, reason: SkipReason): Promise<Audited> {
    const about = { suite: 'audit', id: 'audit', title: path.basename(target.subject.artefact) };
    let audited: Audited = { safe: true, language: target.subject.language };
    const judge = async (): Promise<TestResult> => {
      const { result, ...found } = await auditTarget(target);
      audited = found;
      return { ...about, ...result };
    };
    const skip = reason('audit');
    // --only chooses what is told; a library that is not sound is not loaded for that.
    const quiet = skip === NOT_SELECTED ? await judge() : undefined;
    const untold = audited.safe ? skip : undefined;
    await this.suite('audit', 1, () => this.one(about, untold, quiet === undefined ? judge : async () => quiet));
    return audited;
  }

  private async conformance(subject: Subject, reason: SkipReason): Promise<void> {
    const results = await runSuite(catalogueOf(subject.profile), subject, {
      reason: (test) => reason(test.id, test),
      limit: this.limit,
      repeat: this.options.repeat ?? 1,
      stopReason: () => this.stopReason(),
      started: ({ id, title }) => this.context.emit({ type: 'test.start', suite: SUITE, id, title }),
      ended: ({ verdict }) => {
        this.stopped ||= this.options.bail && FAILING.has(verdict);
      },
    });
    for (const result of results) this.record(result);
  }

  /** The cases of a run without a plugin under test. */
  async scenarios(cases: readonly Case[]): Promise<void> {
    const reason = skipReasons({ ...this.options, level: HIGHEST_LEVEL }, undefined);
    await this.suite('cases', cases.length, () => this.cases(cases, undefined, reason));
    await this.saveSnapshots();
  }

  private async cases(cases: readonly Case[], subject: Subject | undefined, reason: SkipReason): Promise<void> {
    const { update, codec = 'both', repeat = 1, jobs, debug, debugger: wish } = this.options;
    // What is recorded, or looked at step by step, is one run.
    const once = codec === 'both' && (update || wish !== undefined);
    const options = { codec: once ? ('json' as const) : codec, repeat, parallel: jobs > 1, debug };
    const runner = new CaseRunner(subject, { ...options, snapshots: this.snapshots }, this.context);
    for (const one of cases) {
      const about = { suite: 'cases', id: `case:${one.name}`, title: one.name, file: one.file, line: one.line };
      await this.one(about, reason(about.id), () => runner.run(one));
    }
  }

  private async one(
    about: Pick<TestResult, 'suite' | 'id' | 'title' | 'file' | 'line'>,
    skip: string | undefined,
    run: () => Promise<TestResult>,
  ): Promise<void> {
    const reason = skip ?? this.stopReason();
    if (reason !== undefined) {
      this.record({ ...about, verdict: 'skip', durationMs: 0, findings: [], reason });
      return;
    }
    this.context.emit({ type: 'test.start', suite: about.suite, id: about.id, title: about.title });
    this.record(await run());
  }

  private async suite(suite: string, tests: number, run: () => Promise<void>): Promise<void> {
    const before = this.results.length;
    this.context.emit({ type: 'suite.start', suite, tests });
    await run();
    this.context.emit({ type: 'suite.end', suite, summary: summarise(this.results.slice(before)) });
  }

  private record(result: TestResult): void {
    this.stopped ||= this.options.bail && FAILING.has(result.verdict);
    this.results.push(result);
    this.context.emit({ type: 'test.end', result } satisfies CpexEvent);
  }

  private stopReason(): string | undefined {
    if (this.context.signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
    return this.stopped ? 'not run: --bail' : undefined;
  }
}
