import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { Finding } from '../model/finding.js';
import type { Project } from '../model/manifest.js';
import type { TargetName } from '../model/target.js';
import { buildFileDrift } from '../project/identity-drift.js';
import { CpexError } from '../support/errors.js';
import type {
  BuildForm,
  BuildMode,
  BuildOptions,
  BuildPlan,
  BuildResult,
  BuiltArtefact,
  TargetSummary,
} from './build-model.js';
import type { Bench } from './build-target.js';
import { syncIdentity } from './identity-file.js';
import { groupJobs, type Job, runBeside } from './jobs.js';
import { type PreparedBuild, prepareBuild } from './plan.js';
import { runJob, type TargetOutcome, taskTitle } from './run-job.js';
import type { Sanitizer } from './sanitize/sanitizer.js';
import { hashSources } from './sources.js';
import { taskId } from './target-locks.js';
import { Turn } from './turn.js';
import { writing } from './write-error.js';
import { coldLibraries, rememberLibraries } from './zig-warm-up.js';

/**
 * Builds a project: plan, identity file, tools, audit, placement into `dist/<target>[-debug]/`.
 * Findings of the audits are in the result (`ok` false when one of them fails). Of several targets
 * those that fail are in the result, too, and do not stop the others; the failure of a single one is thrown, as is a
 * missing toolchain and a wrong target.
 * @throws CpexError `CPEX_E_BUILD_*`, `CPEX_E_TARGET_*`, `CPEX_E_INTERRUPTED`
 */
export async function buildProject(options: BuildOptions, context: RunContext): Promise<BuildResult> {
  const prepared = await prepareBuild(options, context);
  if (options.dryRun) return resultOf(prepared.plan, [], []);
  return writing(options.project.root, () => apply(prepared, options, context));
}

/** What `run`, `test` and `install` may ask of a build. */
export interface EnsureOptions {
  /** `release` when absent. */
  readonly mode?: BuildMode;
  /** Any accepted spelling; the host's own target when absent. */
  readonly target?: string;
  /** What to build for a host that takes both; what it takes by itself when absent. */
  readonly as?: BuildForm;
}

/**
 * The project's library instrumented with a sanitizer, for this machine, built anew when stale.
 * @throws CpexError as `ensureBuilt`, `CPEX_E_BUILD_SANITIZE`, `CPEX_E_SANITIZER_RUNTIME`
 */
export async function ensureInstrumented(
  project: Project,
  sanitizer: Sanitizer,
  context: RunContext,
): Promise<BuiltArtefact> {
  const options = {
    project,
    targets: [],
    mode: 'debug',
    force: false,
    verbose: false,
    extra: [],
    dryRun: false,
  } as const;
  return single(await buildProject({ ...options, sanitizer }, context));
}

/** The one library of a build that was asked for one. */
function single(result: BuildResult): BuiltArtefact {
  const [artefact] = result.artefacts;
  if (!result.ok) throw auditError(result.findings);
  if (artefact === undefined) throw new RangeError('a build without a target');
  return artefact;
}

/**
 * The project's library for one target, built anew when stale. Always asks the tool: its no-op
 * is cheap, and it knows best.
 * @throws CpexError also `CPEX_E_BUILD_AUDIT` when the library did not pass the audit
 */
export async function ensureBuilt(
  project: Project,
  options: EnsureOptions,
  context: RunContext,
): Promise<BuiltArtefact> {
  const targets = options.target === undefined ? [] : [options.target];
  const [artefact] = await ensureAllBuilt(project, targets, options.mode ?? 'release', context, options.as);
  if (artefact === undefined) throw new RangeError('a build without a target');
  return artefact;
}

/**
 * As {@link ensureBuilt}, for several targets in one build. What goes wrong with one of them is thrown
 * once the others have come to their end.
 */
export async function ensureAllBuilt(
  project: Project,
  targets: readonly string[],
  mode: BuildMode,
  context: RunContext,
  as?: BuildForm,
): Promise<readonly BuiltArtefact[]> {
  const form = as === undefined ? {} : { as };
  const common = { force: false, verbose: false, extra: [], dryRun: false, ...form };
  const result = await buildProject({ project, targets, mode, ...common }, context);
  const [failure] = result.failures;
  if (failure !== undefined) throw failure.error;
  if (!result.ok) throw auditError(result.findings);
  return result.artefacts;
}

async function apply(prepared: PreparedBuild, options: BuildOptions, context: RunContext): Promise<BuildResult> {
  const { plan } = prepared;
  const drift = await buildFileDrift(options.project);
  for (const finding of drift) context.emit({ type: 'finding', finding });
  await prepared.versions.save();
  if (plan.identity !== undefined && (await syncIdentity(options.project))) {
    const file = path.relative(plan.root, plan.identity);
    context.emit({ type: 'note', level: 'info', text: `Wrote ${file} from cpex.yaml.` });
  }
  const tasks = plan.targets.map((target) => ({ id: taskId(target), title: taskTitle(target) }));
  context.emit({ type: 'task.plan', tasks });
  const outcomes = await runJobs(prepared, benchFor(prepared, options, context));
  const [first] = outcomes;
  if (first !== undefined && 'failure' in first && isSingle(plan)) throw first.failure;
  return resultOf(plan, outcomes, drift);
}

function benchFor({ plan, targets }: PreparedBuild, options: BuildOptions, context: RunContext): Bench {
  const asked = new Set(targets.map((one) => one.plan.target));
  const joinedInto = (slice: TargetName) =>
    targets.find(({ slices }) => slices.some((one) => one.plan.target === slice))?.plan.target ?? slice;
  return {
    context,
    verbose: options.verbose,
    root: options.project.root,
    several: !isSingle(plan),
    sources: hashSources(options.project.root),
    taskOf: (target) => taskId({ target: asked.has(target) ? target : joinedInto(target) }),
  };
}

/** All targets' work, beside one another as far as the tools allow. */
async function runJobs({ targets }: PreparedBuild, bench: Bench): Promise<TargetOutcome[]> {
  const [first] = targets;
  if (first === undefined) return [];
  const asked = new Set(targets.map((one) => one.plan.target));
  const warmUps = new Turn();
  const together = first.toolchain.produceTogether !== undefined;
  const work = groupJobs(targets, together).map((job) => () => withWarmUp(job, asked, warmUps, bench));
  const outcomes: TargetOutcome[] = [];
  for (const result of await runBeside(work)) {
    // An interruption, or an error of ours: all others have come to their end.
    if (result.status === 'rejected') throw result.reason;
    outcomes.push(...result.value);
  }
  const order = targets.map((one) => one.plan.target);
  return outcomes.sort((a, b) => order.indexOf(a.target) - order.indexOf(b.target));
}

/** Lets no two jobs build zig's C libraries at a time: each would take all cores, and some would build the same. */
async function withWarmUp(job: Job, asked: ReadonlySet<TargetName>, warmUps: Turn, bench: Bench) {
  const plans = job.parts.map(({ plan }) => plan);
  const marks = coldLibraries(plans, bench.context.env);
  if (marks.length === 0) return runJob(job, asked, bench);
  return warmUps.take(async () => {
    for (const { target } of plans.filter((one) => one.target.startsWith('windows-'))) {
      const text = `The first build for ${target} with zig takes a minute or two: it builds a C library from source.`;
      bench.context.emit({ type: 'note', level: 'info', text, task: bench.taskOf(target) });
    }
    const outcomes = await runJob(job, asked, bench);
    if (outcomes.every((one) => !('failure' in one))) await rememberLibraries(marks);
    return outcomes;
  });
}

/** One target that was named; of several, one that fails does not stop the others. */
function isSingle(plan: BuildPlan): boolean {
  return plan.targets.length === 1 && plan.skipped.length === 0;
}

function resultOf(plan: BuildPlan, outcomes: readonly TargetOutcome[], drift: readonly Finding[]): BuildResult {
  const artefacts = outcomes.flatMap((one) => ('artefact' in one && one.artefact ? [one.artefact] : []));
  const audits = outcomes.flatMap((one) => ('audit' in one ? [one.audit] : []));
  const failures = outcomes.flatMap((one) => ('failure' in one ? [{ target: one.target, error: one.failure }] : []));
  const refused = audits.length > artefacts.length;
  const exit = refused || failures.some(({ error }) => error.kind !== 'environment') ? 1 : incomplete(plan, failures);
  return {
    plan,
    targets: outcomes.map(summaryOf),
    artefacts,
    failures,
    audits,
    findings: [...drift, ...audits.flatMap((audit) => audit.findings)],
    ok: exit === 0,
    exit,
  };
}

/** 3 where the machine keeps a target from being built that was named, by the user or by `cpex.yaml`. */
function incomplete({ skipped }: BuildPlan, failures: BuildResult['failures']): 0 | 3 {
  return failures.length > 0 || skipped.some(({ kind }) => kind === 'promised') ? 3 : 0;
}

function summaryOf(outcome: TargetOutcome): TargetSummary {
  const { target, durationMs } = outcome;
  if ('failure' in outcome) return { target, durationMs, outcome: 'failed' };
  if (outcome.artefact === undefined) return { target, durationMs, outcome: 'refused' };
  return { target, durationMs, outcome: outcome.artefact.upToDate ? 'unchanged' : 'built' };
}

function auditError(findings: readonly Finding[]): CpexError {
  const failed = findings.filter((finding) => finding.severity === 'fail');
  return new CpexError('CPEX_E_BUILD_AUDIT', 'What was built did not pass the audit.', {
    evidence: failed.map((finding) => `${finding.id}: ${finding.message}`),
    ...(failed[0]?.remedy === undefined ? {} : { remedy: failed[0].remedy }),
  });
}
