import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { ServiceEvent } from '../../model/profile.js';
import { buildReportText } from '../../report/build-report-text.js';
import { CpexError } from '../../support/errors.js';
import { refuseConflicts } from './conflicts.js';
import { readPlan } from './plan.js';
import { Build } from './run-build.js';
import { type BuildFlags, type BuildOutcome, PluginSession, type SessionParts } from './session.js';
import type { BuildReport, PlannedStep } from './types.js';

/** `cpex run steps PLAN`: reads the plan, starts its plugins, runs its steps. */
export async function stepsCommand(
  words: readonly string[],
  flags: BuildFlags,
  context: RunContext,
  showTrace: SessionParts['showTrace'],
  builtIn: readonly string[],
): Promise<BuildOutcome> {
  const [, file] = words;
  refuseStrays(words, flags);
  const plan = await readPlan(file as string, context, { debug: flags.debug ?? false });
  const limited = plan.steps.map((step) => ({ ...step, timeoutMs: flags.timeout ?? step.timeoutMs }));
  const { archives, idOf } = archivesOf(limited);
  let build: Build | undefined;
  const observe = (plugin: string, event: ServiceEvent) => {
    if (event.kind === 'step_log') build?.log(plugin, event.stream, event.bytes);
    else if (event.kind === 'finding') {
      context.emit({ type: 'finding', finding: { ...event.finding, message: `${plugin}: ${event.finding.message}` } });
    } else if (event.kind !== 'http') context.emit({ type: 'service', event });
  };
  const logRoom = async (plugin: string) => build?.room(plugin);
  const root = path.dirname(plan.file);
  const parts = { plugins: plan.plugins, archives, root, flags, context, showTrace, observe, logRoom };
  return PluginSession.run(parts, async (members, session) => {
    refuseConflicts(members, builtIn);
    build = new Build({ steps: limited }, members, {
      signal: context.signal,
      archiveId: idOf,
      show: session.lines.printed,
    });
    await build.checkArgs();
    const report = await build.run();
    tellFindings(report, context);
    return {
      value: { ...report, ...(flags.trace === true ? { trace: session.traced } : {}) },
      text: () => buildReportText(report),
      ...failureOf(report),
    };
  });
}

/** Ids of the workspaces, one for each path; the first one is `workspace`. */
function archivesOf(steps: readonly PlannedStep[]) {
  const ids = new Map<string, string>();
  for (const { archive } of steps) {
    if (archive === undefined || ids.has(archive)) continue;
    ids.set(
      archive,
      ids.size === 0 && steps.every((one) => one.archive !== undefined) ? 'workspace' : `workspace-${ids.size + 1}`,
    );
  }
  return {
    archives: Object.fromEntries([...ids].map(([file, id]) => [id, file])),
    // A step without a workspace gets the empty one.
    idOf: ({ archive }: PlannedStep) => (archive === undefined ? 'workspace' : (ids.get(archive) ?? 'workspace')),
  };
}

function tellFindings({ steps, findings, log_dropped }: BuildReport, context: RunContext): void {
  if (log_dropped !== undefined) {
    const text = `${log_dropped} pieces of output are not shown: hooks that hear of step_log were too far behind.`;
    context.emit({ type: 'note', level: 'warn', text });
  }
  const all = [
    ...steps.flatMap(({ plugin, findings: own }) => own.map((finding) => ({ plugin, finding }))),
    ...findings,
  ];
  for (const { plugin, finding } of all) {
    if (finding.severity !== 'warn') continue;
    context.emit({ type: 'finding', finding: { ...finding, message: `${plugin}: ${finding.message}` } });
  }
}

function failureOf(report: BuildReport): Pick<BuildOutcome, 'failure'> {
  if (report.interrupted) return { failure: new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.') };
  if (report.ok) return {};
  const { aborted } = report;
  const failed = report.steps.filter(({ status }) => status === 'failed').map(({ key }) => key);
  const what =
    aborted !== undefined
      ? `The build was aborted by ${aborted.plugin} before ${aborted.event}: ${aborted.reason}`
      : failed.length > 0
        ? `The build failed in ${failed.join(', ')}.`
        : 'The build failed: a life cycle hook did.';
  return {
    failure: new CpexError('CPEX_E_BUILD_FAILED', what, {
      evidence: report.errors.map(({ plugin, message }) => `${plugin}, ${message}`),
    }),
  };
}

/** What would be ignored is refused. */
function refuseStrays(words: readonly string[], flags: BuildFlags): void {
  const [, file, stray] = words;
  if (file === undefined) {
    throw new CpexError('CPEX_E_USAGE', 'The plan is missing after "steps".', { remedy: 'cpex run steps build.yaml' });
  }
  if (stray !== undefined) throw new CpexError('CPEX_E_USAGE', `There is a word too many: ${stray}`);
  const unused = (
    ['plugin', 'host', 'data', 'config', 'extensions', 'context', 'archive', 'phase', 'record', 'host-config'] as const
  ).find((name) => flags[name] !== undefined);
  if (unused === undefined) return;
  throw new CpexError('CPEX_E_USAGE', `--${unused} means nothing to a plan.`, {
    remedy: 'The plan names plugins, their configuration, steps and workspaces.',
  });
}
