import path from 'node:path';
import type { AuditReport } from '../model/binary.js';
import type { TargetName } from '../model/target.js';
import { type CpexError, isCpexError } from '../support/errors.js';
import type { BuiltArtefact, TargetPlan } from './build-model.js';
import { type Bench, type Draft, failureOf, makeDrafts, placeDraft } from './build-target.js';
import type { Job } from './jobs.js';
import { lockTargets, taskId } from './target-locks.js';
import { joinSlices } from './universal.js';
import { writing } from './write-error.js';

/** How a target came out: a library that was placed or refused after its audit, or a failure. */
export type TargetOutcome = { readonly target: TargetName; readonly durationMs: number } & (
  | { readonly artefact: BuiltArtefact | undefined; readonly audit: AuditReport }
  | { readonly failure: CpexError }
);

/**
 * Builds the targets of a job that were asked for, and tells of each as a task. What goes wrong
 * with a target is its outcome.
 * @throws CpexError `CPEX_E_INTERRUPTED`
 */
export async function runJob(job: Job, asked: ReadonlySet<TargetName>, bench: Bench): Promise<TargetOutcome[]> {
  const wanted = [...job.parts, ...job.joined].filter(({ plan }) => asked.has(plan.target));
  const tasks = new Map(wanted.map((one) => [one.plan.target, openTask(one.plan, bench)]));
  const outcomes: TargetOutcome[] = [];
  const end = (target: TargetName, result: Ended) => {
    const durationMs = tasks.get(target)?.(result) ?? 0;
    outcomes.push({ target, durationMs, ...result });
  };
  try {
    await locked(job, bench, async () => {
      const drafts = new Map(await makeDrafts(job.parts, bench));
      for (const target of wanted) {
        const { plan } = target;
        if (target.slices.length > 0) drafts.set(plan.target, await joinSlices(target, drafts));
        const draft = drafts.get(plan.target);
        if (draft !== undefined) end(plan.target, await ended(draft, bench));
      }
    });
  } catch (error) {
    // A lock that nobody gives back, or a disk that is full, is the end of the whole job.
    const failure = failureOf(error);
    const ready = new Set(outcomes.map(({ target }) => target));
    for (const { plan } of wanted) if (!ready.has(plan.target)) end(plan.target, { failure });
  }
  return outcomes;
}

type Ended =
  | { readonly artefact: BuiltArtefact | undefined; readonly audit: AuditReport }
  | { readonly failure: CpexError };

async function locked(job: Job, bench: Bench, work: () => Promise<void>): Promise<void> {
  await writing(bench.root, async () => {
    const plans = [...job.parts, ...job.joined].map(({ plan }) => plan);
    const release = await lockTargets(plans, bench.taskOf, bench.context);
    try {
      await work();
    } finally {
      await release();
    }
  });
}

async function ended(draft: Draft | CpexError, bench: Bench): Promise<Ended> {
  if (isCpexError(draft)) return { failure: draft };
  const { plan } = draft.target;
  try {
    const artefact = await writing(bench.root, () => placeDraft(draft, bench));
    const file = artefact === undefined ? {} : { file: plan.output };
    return { artefact, audit: { ...draft.report, ...file } };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

/** Tells that a target's work begins; the answer tells how it ended and returns its milliseconds. */
function openTask(plan: TargetPlan, { context, verbose, root, several }: Bench): (result: Ended) => number {
  const started = performance.now();
  const id = taskId(plan);
  context.emit({ type: 'task.start', id, title: taskTitle(plan) });
  if (verbose) tellCompilers(plan, id, context.emit);
  return (result) => {
    const durationMs = performance.now() - started;
    const end = (outcome: 'done' | 'failed', title: string, reason?: string) =>
      context.emit({ type: 'task.end', id, title, outcome, durationMs, ...(reason === undefined ? {} : { reason }) });
    if ('failure' in result) {
      end('failed', taskTitle(plan), several ? result.failure.message : undefined);
      return durationMs;
    }
    for (const finding of result.audit.findings) context.emit({ type: 'finding', finding });
    if (result.artefact === undefined) {
      end('failed', taskTitle(plan), 'not placed: the audit of the library failed');
      return durationMs;
    }
    const { target, file, sha256, size, upToDate } = result.artefact;
    context.emit({ type: 'artefact', target, file, sha256, size });
    end('done', `Built ${what(plan)}`, upToDate ? 'unchanged' : path.relative(root, file));
    return durationMs;
  };
}

/** What compiles each part, and why it was chosen. */
function tellCompilers(plan: TargetPlan, task: string, emit: Bench['context']['emit']): void {
  for (const { target, toolchain } of plan.slices ?? [plan]) {
    if (toolchain.compiler === undefined) continue;
    const { tool, why } = toolchain.compiler;
    const text = `${target}: ${tool.name} ${tool.version}, ${tool.path}: ${why}`;
    emit({ type: 'note', level: 'info', text, task });
  }
}

/** What a target's task is called. */
export function taskTitle(plan: TargetPlan): string {
  return `Build ${what(plan)} with ${plan.toolchain.name} ${plan.toolchain.version}`;
}

function what({ target, mode, sanitizer }: TargetPlan): string {
  if (sanitizer !== undefined) return `${target} (${sanitizer} sanitizer)`;
  return mode === 'debug' ? `${target} (debug)` : target;
}
