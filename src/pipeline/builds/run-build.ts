import { randomUUID } from 'node:crypto';
import { chooseRunner, runnersOf, type StepRunner } from '../../hosts/cpex/builds.js';
import { refuseArgs } from '../../hosts/cpex/step-args.js';
import { CpexError, isCpexError } from '../../support/errors.js';
import { type Abort, Lifecycle } from './lifecycle.js';
import { LogQueue } from './log-queue.js';
import type { Member } from './member.js';
import { executeStep, stepRecord } from './step-run.js';
import type { BuildEvent, BuildPlan, BuildReport, PlannedStep, StepRecord, StepStatus } from './types.js';

export interface BuildOptions {
  /** Fires when the user cancels. */
  readonly signal: AbortSignal;
  /** Id of a step's archive, as `MemberOptions.archives` has it. */
  readonly archiveId: (step: PlannedStep) => string;
  /** Shows output of a step as it comes. */
  readonly show: (key: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
}

/** Milliseconds that a life cycle hook gets once the user wants to leave. */
const LEAVING_MS = 1000;

/** A step with the plugin that executes it. */
interface Assigned extends PlannedStep {
  readonly id: string;
  readonly member: Member;
  readonly runner: string;
  /** What its plugin declared of the runner. */
  readonly declared: StepRunner;
}

/**
 * Finds the runner of each step: the one that it names, else the default one.
 * @throws CpexError `CPEX_E_RUNNER_UNKNOWN`, with the step's key and the runners that there are
 */
export function assignRunners(steps: readonly PlannedStep[], members: readonly Member[]): Assigned[] {
  const runners = members.flatMap((member) =>
    runnersOf(member.registration).map((runner): StepRunner & { readonly member: Member } => ({ ...runner, member })),
  );
  return steps.map((step, index) => {
    try {
      const declared = chooseRunner(runners, step.runner);
      const { runner, member } = declared;
      return { ...step, runner, member, declared, id: `step-${index + 1}` };
    } catch (error) {
      if (!isCpexError(error)) throw error;
      const { code, message, evidence, remedy } = error;
      throw new CpexError(code, `The step "${step.key}" cannot run: ${message}`, {
        evidence,
        ...(remedy === undefined ? {} : { remedy }),
      });
    }
  });
}

/** One build: its steps one after the other, and everything that is told of them. */
export class Build {
  private readonly id = `build-${randomUUID()}`;
  private readonly lifecycle: Lifecycle;
  private readonly events: BuildEvent[] = [];
  private readonly records = new Map<string, StepRecord>();
  private readonly started = performance.now();
  private abort: Abort | undefined;
  /** Fires when the running step is to stop: the user or a hook wants the end. */
  private readonly stop = new AbortController();
  private running: Assigned | undefined;
  /** Output of the running step that hooks have not heard of yet. */
  private readonly logs = new LogQueue();
  private logEvents = 0;
  private logsDropped = 0;
  private readonly steps: readonly Assigned[];

  /** @throws CpexError `CPEX_E_RUNNER_UNKNOWN` */
  constructor(
    plan: Pick<BuildPlan, 'steps'>,
    private readonly members: readonly Member[],
    private readonly options: BuildOptions,
  ) {
    this.steps = assignRunners(plan.steps, members);
    const { signal } = options;
    this.lifecycle = new Lifecycle(members, () => (signal.aborted ? LEAVING_MS : Number.POSITIVE_INFINITY));
  }

  /**
   * Holds the arguments of all steps to the schemas of their runners, before anything runs.
   * @throws CpexError `CPEX_E_STEP_ARGS`, with every place that does not fit
   */
  async checkArgs(): Promise<void> {
    await refuseArgs(this.steps.map(({ key, args, declared }) => ({ key, args, runner: declared })));
  }

  /** Runs all steps and tells of it. Never rejects for what plugins do. */
  async run(): Promise<BuildReport> {
    const { signal } = this.options;
    const leave = () => this.stop.abort();
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    const ends = this.members.map((member) => member.begin('build'));
    try {
      const begun = await this.happen({ kind: 'build_start', build_id: this.id, steps: this.steps.length });
      if (begun) {
        for (const { id, key, runner } of this.steps) {
          if (!(await this.happen(this.event('step_queued', { id, key }, { runner })))) break;
        }
        for (const step of this.steps) await this.step(step);
        const exit_code = this.exitCode();
        await this.happen({ kind: 'build_end', build_id: this.id, exit_code, duration_ms: this.elapsed() });
      } else for (const step of this.steps) this.leaveOut(step, 'not_run', 'The build was aborted.');
    } finally {
      signal.removeEventListener('abort', leave);
      for (const end of ends) end();
    }
    return this.report();
  }

  /** Takes output of a plugin; it belongs to the step that the plugin runs. */
  log(plugin: string, stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const step = this.running;
    // A plugin that runs no step now is shown under its own name.
    const mine = step?.member.name === plugin ? step : undefined;
    const show = () => this.options.show(mine?.key ?? plugin, stream, bytes);
    if (mine !== undefined) this.logEvents++;
    if (mine === undefined || !this.lifecycle.hears('step_log')) {
      show();
      return;
    }
    const data = Buffer.from(bytes).toString('base64');
    const event = this.event('step_log', mine, { stream, data });
    // The plugin waits for those who listen only when it is far ahead; its step ends when they have heard all of it.
    if (!this.logs.push(data.length, () => this.tellLog(event, show))) this.logsDropped++;
  }

  /** Resolves when the plugin may go on after it has printed: those who listen are not too far behind. */
  async room(plugin: string): Promise<void> {
    const { member } = this.running ?? {};
    // Who hears of its own output hears of nothing while it waits.
    if (member?.name === plugin && !this.lifecycle.hears('step_log', [member])) await this.logs.room();
  }

  private async tellLog(event: BuildEvent, show: () => void): Promise<void> {
    if (this.abort !== undefined) return;
    this.abort = await this.lifecycle.tell(event, 'before');
    if (this.abort !== undefined) return this.stop.abort();
    show();
    await this.lifecycle.tell(event, 'after');
  }

  private async step(step: Assigned): Promise<void> {
    const { key, needs } = step;
    if (this.over()) return this.leaveOut(step, 'not_run', this.overReason());
    const broken = needs.filter((need) => this.records.get(need)?.status !== 'passed');
    if (broken.length > 0) {
      const message = `It needs ${broken.join(', ')}.`;
      this.leaveOut(step, 'chain_failed', message);
      await this.happen(this.event('chain_failed', step, { message }));
      return;
    }
    const ends = this.members.map((member) => member.begin('step'));
    try {
      const { cache, runner } = step;
      const told = cache.kind !== 'hit' || (await this.happen(this.event('step_cache_hit', step, { tag: cache.tag })));
      const begun = told && (await this.happen(this.event('step_start', step, { runner })));
      if (!begun) return this.leaveOut(step, 'not_run', this.overReason());
      const record = await this.execute(step);
      this.records.set(key, record);
      const exit_code = record.exit_code ?? 1;
      await this.happen(this.event('step_end', step, { exit_code, duration_ms: record.duration_ms }));
    } finally {
      for (const end of ends) end();
    }
  }

  private async execute(step: Assigned): Promise<StepRecord> {
    const { key, id, runner, member, args, env, workdir, cache, needs } = step;
    const parent = needs.map((need) => this.records.get(need)?.committed_snapshot).findLast((one) => one !== undefined);
    const started = performance.now();
    this.running = step;
    const request = {
      step: { key, runner, args },
      run_id: this.id,
      step_id: id,
      workspace_archive_id: this.options.archiveId(step),
      ...{ env, workdir, cache },
      ...(parent === undefined ? {} : { parent_snapshot: parent }),
    };
    try {
      const done = await executeStep(member, request, step.timeoutMs, {
        signal: this.stop.signal,
        cancelling: (now) => this.logs.release(now),
      });
      const duration = Math.round(performance.now() - started);
      await this.logs.told();
      return stepRecord({ key, step_id: id, runner, plugin: member.name, cache }, done, step, duration);
    } finally {
      this.running = undefined;
    }
  }

  /** Tells of an event before and after it. False where somebody aborted before it. */
  private async happen(event: BuildEvent): Promise<boolean> {
    const abort = await this.lifecycle.tell(event, 'before');
    this.abort ??= abort;
    if (abort !== undefined && !PAST.has(event.kind)) return false;
    this.events.push(event);
    await this.lifecycle.tell(event, 'after');
    return abort === undefined;
  }

  private leaveOut({ key, id, runner, member, cache }: Assigned, status: StepStatus, reason: string): void {
    const base = { key, step_id: id, runner, plugin: member.name, cache };
    this.records.set(key, { ...base, status, duration_ms: 0, artifacts: [], reason, findings: [] });
  }

  private event(kind: string, { id, key }: Pick<Assigned, 'id' | 'key'>, fields: object): BuildEvent {
    return { kind, build_id: this.id, step_id: id, key, ...fields };
  }

  private over(): boolean {
    return this.abort !== undefined || this.options.signal.aborted;
  }

  private overReason(): string {
    return this.abort === undefined ? 'The build was interrupted.' : 'The build was aborted.';
  }

  private exitCode(): number {
    if (this.options.signal.aborted) return 130;
    const failed = [...this.records.values()].some(({ status }) => status !== 'passed');
    const broken = this.members.some(
      ({ plugin, name }) => plugin.onError === 'fail' && this.lifecycle.errors.some((one) => one.plugin === name),
    );
    return failed || broken || this.abort !== undefined ? 1 : 0;
  }

  private elapsed(): number {
    return Math.round(performance.now() - this.started);
  }

  private report(): BuildReport {
    const exit_code = this.exitCode();
    const { told, untold, errors, findings } = this.lifecycle;
    return {
      build_id: this.id,
      ok: exit_code === 0,
      exit_code,
      duration_ms: this.elapsed(),
      ...(this.abort === undefined ? {} : { aborted: this.abort }),
      ...(this.options.signal.aborted ? { interrupted: true } : {}),
      steps: this.steps.flatMap(({ key }) => this.records.get(key) ?? []),
      events: this.events,
      log_events: this.logEvents,
      ...(this.logsDropped === 0 ? {} : { log_dropped: this.logsDropped }),
      told,
      ...(untold === 0 ? {} : { told_left_out: untold }),
      errors,
      findings,
    };
  }
}

/** Events of which a hook hears too late to keep them from happening; an abort ends what would come after them. */
const PAST: ReadonlySet<string> = new Set(['step_end', 'build_end', 'chain_failed']);
