import path from 'node:path';
import type { AuditReport } from '../model/binary.js';
import type { RunContext } from '../model/context.js';
import type { Finding } from '../model/finding.js';
import type { Project } from '../model/manifest.js';
import { buildFileDrift } from '../project/identity-drift.js';
import { CpexError } from '../support/errors.js';
import type { BuildMode, BuildOptions, BuildResult, BuiltArtefact, TargetPlan } from './build-model.js';
import { buildTarget, type TargetOutcome, taskId } from './build-target.js';
import { syncIdentity } from './identity-file.js';
import { type PreparedBuild, prepareBuild } from './plan.js';
import type { ToolchainRequest } from './toolchains/toolchain.js';
import { writing } from './write-error.js';

/**
 * Builds a project: plan, identity file, tool, audit, placement into `dist/<target>[-debug]/`.
 * Findings of the audit are in the result (`ok` false when one of them fails); a tool's failure,
 * a missing toolchain and a wrong target are thrown.
 * @throws CpexError `CPEX_E_BUILD_*`, `CPEX_E_TARGET_*`, `CPEX_E_INTERRUPTED`
 */
export async function buildProject(options: BuildOptions, context: RunContext): Promise<BuildResult> {
  const prepared = await prepareBuild(options, context);
  if (options.dryRun)
    return { plan: prepared.plan, artefacts: [], failures: [], audits: [], findings: [], ok: true, exit: 0 };
  return writing(options.project.root, () => apply(prepared, options, context));
}

/** What `run`, `test` and `install` may ask of a build. */
export interface EnsureOptions {
  /** `release` when absent. */
  readonly mode?: BuildMode;
  /** Any accepted spelling; the host's own target when absent. */
  readonly target?: string;
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
  const result = await buildProject(
    {
      project,
      targets: options.target === undefined ? [] : [options.target],
      mode: options.mode ?? 'release',
      force: false,
      verbose: false,
      extra: [],
      dryRun: false,
    },
    context,
  );
  const [artefact] = result.artefacts;
  if (artefact === undefined) throw auditError(result.findings);
  return artefact;
}

async function apply(prepared: PreparedBuild, options: BuildOptions, context: RunContext): Promise<BuildResult> {
  const { plan } = prepared;
  const findings: Finding[] = await buildFileDrift(options.project);
  for (const finding of findings) context.emit({ type: 'finding', finding });
  await prepared.versions.save();
  if (plan.identity !== undefined && (await syncIdentity(options.project))) {
    const file = path.relative(plan.root, plan.identity);
    context.emit({ type: 'note', level: 'info', text: `Wrote ${file} from cpex.yaml.` });
  }
  context.emit({
    type: 'task.plan',
    tasks: plan.targets.map((target) => ({ id: taskId(target), title: taskTitle(target) })),
  });
  const artefacts: BuiltArtefact[] = [];
  const audits: AuditReport[] = [];
  for (const { request, plan: target } of prepared.targets) {
    const outcome = await announced(request, target, options, context);
    audits.push(outcome.audit);
    findings.push(...outcome.audit.findings);
    if (outcome.artefact !== undefined) artefacts.push(outcome.artefact);
  }
  const ok = artefacts.length === plan.targets.length;
  return { plan, artefacts, failures: [], audits, findings, ok, exit: ok ? 0 : 1 };
}

/** One target with its events. */
async function announced(
  request: ToolchainRequest,
  plan: TargetPlan,
  options: BuildOptions,
  context: RunContext,
): Promise<TargetOutcome> {
  const started = performance.now();
  const id = taskId(plan);
  context.emit({ type: 'task.start', id, title: taskTitle(plan) });
  const end = (outcome: 'done' | 'failed', title: string, reason?: string) =>
    context.emit({
      type: 'task.end',
      id,
      title,
      outcome,
      durationMs: performance.now() - started,
      ...(reason === undefined ? {} : { reason }),
    });
  try {
    const outcome = await buildTarget(request, plan, context, options.verbose);
    for (const finding of outcome.audit.findings) context.emit({ type: 'finding', finding });
    const { artefact } = outcome;
    if (artefact === undefined) {
      end('failed', taskTitle(plan), 'not placed: the audit of the library failed');
      return outcome;
    }
    const { target, file, sha256, size, upToDate } = artefact;
    context.emit({ type: 'artefact', target, file, sha256, size });
    end('done', `Built ${what(plan)}`, upToDate ? 'unchanged' : path.relative(options.project.root, file));
    return outcome;
  } catch (error) {
    end('failed', taskTitle(plan));
    throw error;
  }
}

function taskTitle(plan: TargetPlan): string {
  return `Build ${what(plan)} with ${plan.toolchain.name} ${plan.toolchain.version}`;
}

function what({ target, mode }: TargetPlan): string {
  return mode === 'debug' ? `${target} (debug)` : target;
}

function auditError(findings: readonly Finding[]): CpexError {
  const failed = findings.filter((finding) => finding.severity === 'fail');
  return new CpexError('CPEX_E_BUILD_AUDIT', 'The built library did not pass the audit.', {
    evidence: failed.map((finding) => `${finding.id}: ${finding.message}`),
    ...(failed[0]?.remedy === undefined ? {} : { remedy: failed[0].remedy }),
  });
}
