import type { Fields } from '../../hosts/json-fields.js';
import type { WrittenParts } from '../../model/profile.js';
import { CpexError } from '../../support/errors.js';
import { RequestState } from './context.js';
import { effectOf, type Mode, PHASES } from './effects.js';
import { visibleExtensions } from './extensions.js';
import { type Judged, judge } from './judge.js';
import { sharedSignal } from './member.js';
import { type Called, errorsOf, idleRecord, recordOf, type Subject, violationOf } from './records.js';
import type { Redaction } from './redaction.js';
import type {
  ErrorRecord,
  ExecutionRecord,
  PipelineConfig,
  PipelineRequest,
  PipelineResult,
  PluginCaller,
  PluginEntry,
  Violation,
} from './types.js';

/** What a run knows of the host that it happens in. */
export interface RunHost {
  readonly config: PipelineConfig;
  /** The plugin of this entry; undefined for one that was not started. */
  member(entry: PluginEntry): PluginCaller | undefined;
  redaction(entry: PluginEntry): Redaction;
  isDisabled(name: string): boolean;
  disable(name: string): void;
  /** Ends when the whole host is to end. */
  readonly signal: AbortSignal;
}

/** Errors and records of what runs after the verdict. */
export type Background = Awaited<ReturnType<PipelineResult['background']>>;

/** One hook on its way through the plugins. */
export class HookRun {
  private payload: unknown;
  private extensions: Fields;
  private payloadModified = false;
  private extensionsModified = false;
  private readonly state: RequestState;
  private readonly errors: ErrorRecord[] = [];
  /** Plugins that get the same payload share the bytes of it. */
  private readonly written: WrittenParts = new Map();
  private readonly records: ExecutionRecord[] = [];
  private violation: Violation | undefined;

  /** @param hook canonical name */
  constructor(
    private readonly host: RunHost,
    private readonly hook: string,
    private readonly request: PipelineRequest,
  ) {
    this.payload = request.payload;
    this.extensions = request.extensions;
    this.state = new RequestState(request.context);
  }

  /** Runs all phases; what comes after the verdict goes on by itself. */
  async run(): Promise<PipelineResult> {
    const started = process.hrtime.bigint();
    const { plugins, skipped } = this.host.config.select(this.hook, this.request);
    for (const { plugin, reason } of skipped) this.passOver(plugin, false, reason);
    const chosen = plugins.filter((entry) => this.takesPart(entry));
    let later: Promise<Background> | undefined;
    for (const mode of PHASES) {
      const phase = chosen.filter((entry) => entry.mode === mode).sort((a, b) => a.priority - b.priority);
      if (mode === 'concurrent') await this.together(phase);
      else if (mode === 'fire_and_forget') later = this.afterwards(phase);
      else for (const entry of phase) await this.inTurn(entry);
    }
    const { violation } = this;
    return {
      hook: this.hook,
      verdict: violation === undefined ? 'allow' : 'deny',
      ...(violation === undefined ? {} : { violation }),
      payload: this.payload,
      payloadModified: this.payloadModified,
      extensions: this.extensions,
      extensionsModified: this.extensionsModified,
      context: this.state.table(),
      errors: this.errors,
      records: this.records,
      durationNs: Number(process.hrtime.bigint() - started),
      background: () => later ?? Promise.resolve({ errors: [], records: [] }),
    };
  }

  /** Whether a plugin is called for this hook; those that are not leave a record here. */
  private takesPart(entry: PluginEntry): boolean {
    if (entry.mode === 'disabled') {
      this.records.push(idleRecord(this.subject(entry), 'disabled', { matched: true, reason: 'its mode is disabled' }));
      return false;
    }
    if (this.host.member(entry)?.declaredHooks.has(this.hook) === true) return true;
    this.passOver(entry, false, `it does not declare the hook ${this.hook}`);
    return false;
  }

  private passOver(entry: PluginEntry, matched: boolean, reason: string): void {
    const status = entry.mode === 'disabled' ? 'disabled' : 'skipped';
    this.records.push(idleRecord(this.subject(entry), status, { matched, reason }));
  }

  /** Sequential, transform and audit: one after the other, each seeing what those before it have left. */
  private async inTurn(entry: PluginEntry): Promise<void> {
    if (this.stays(entry)) return;
    this.settle(await this.call(entry, this.host.signal));
  }

  /** All at once, each in its own process and with the same payload. */
  private async together(phase: readonly PluginEntry[]): Promise<void> {
    const running = phase.filter((entry) => !this.stays(entry));
    if (running.length === 0) return;
    const over = new AbortController();
    const end = () => over.abort();
    // A signal made of several would be kept by the host's for as long as that lives.
    this.host.signal.addEventListener('abort', end, { once: true });
    const signal = sharedSignal(over.signal);
    let first: Called | undefined;
    const calls = await Promise.all(
      running.map(async (entry) => {
        const called = await this.call(entry, signal);
        if (called.effect?.verdict === 'deny' && this.host.config.settings.shortCircuitOnDeny) {
          first ??= called;
          end();
        }
        return called;
      }),
    ).finally(() => this.host.signal.removeEventListener('abort', end));
    if (first !== undefined) this.deny(first);
    const denied = this.violation === undefined ? undefined : `"${this.violation.plugin_name}" denied first`;
    for (const called of calls) this.settle(called, denied);
  }

  /** Without waiting, unless the run was denied. */
  private afterwards(phase: readonly PluginEntry[]): Promise<Background> {
    const calls = phase
      .filter((entry) => !this.stays(entry))
      .map(async (entry) => {
        const called = await this.call(entry, this.host.signal);
        if (called.effect?.disables === true) this.host.disable(entry.name);
        return { errors: errorsOf(called), record: recordOf(called) };
      });
    return Promise.all(calls).then((done) => ({
      errors: done.flatMap(({ errors }) => errors),
      records: done.map(({ record }) => record),
    }));
  }

  /** Whether a chosen plugin is not called after all, because the run is decided or the plugin is disabled. */
  private stays(entry: PluginEntry): boolean {
    if (this.violation !== undefined) this.passOver(entry, true, `"${this.violation.plugin_name}" denied before`);
    else if (this.host.isDisabled(entry.name)) {
      const reason = 'it failed before, and its on_error is disable';
      this.records.push(idleRecord(this.subject(entry), 'disabled', { matched: true, reason }));
    } else return false;
    return true;
  }

  private async call(entry: PluginEntry, signal: AbortSignal): Promise<Called> {
    const member = this.host.member(entry);
    if (member === undefined) throw new Error(`The plugin ${entry.name} was never started.`);
    const subject = this.subject(entry);
    const { capabilities } = entry;
    const request = {
      hook: this.hook,
      payload: this.payload,
      extensions: visibleExtensions(this.extensions, capabilities),
      context: this.state.contextFor(entry.name),
    };
    const timeoutMs = entry.timeoutMs ?? this.host.config.settings.timeoutMs;
    const asked = { request, extensions: this.extensions, capabilities };
    const answer = subject.redaction.answer(await member.invoke(request, { timeoutMs, signal, written: this.written }));
    // Nothing may look like an allowed run because the host was on its way out.
    if (this.host.signal.aborted || (answer.kind === 'cancelled' && !signal.aborted)) {
      throw new CpexError('CPEX_E_INTERRUPTED', 'The pipeline was interrupted.');
    }
    const judged = judge(answer, asked);
    const { outcome } = judged;
    const effect = outcome === 'cancelled' ? undefined : effectOf(entry.mode as Mode, outcome, entry.onError);
    return { subject, asked, judged, effect };
  }

  /** Lets the effect of a call come about. */
  private settle(called: Called, cancelled?: string): void {
    const { subject, judged, effect } = called;
    this.records.push(recordOf(called, cancelled));
    if (effect === undefined) return;
    this.errors.push(...errorsOf(called));
    if (effect.disables) this.host.disable(subject.entry.name);
    if (effect.changes === 'applied') this.apply(judged);
    if (effect.state === 'kept') this.state.keep(subject.entry.name, judged);
    if (effect.verdict === 'deny') this.deny(called);
  }

  private apply({ payload, extensions }: Judged): void {
    if (payload !== undefined) {
      this.payload = payload.value;
      this.payloadModified = true;
    }
    if (extensions !== undefined) {
      this.extensions = extensions;
      this.extensionsModified = true;
    }
  }

  /** The first one counts. */
  private deny(called: Called): void {
    this.violation ??= violationOf(called);
  }

  private subject(entry: PluginEntry): Subject {
    const id = this.host.member(entry)?.id ?? '';
    return { entry, id, hook: this.hook, redaction: this.host.redaction(entry) };
  }
}
