import { knownHook } from '../../hosts/cpex/hooks.js';
import { cpexProfile } from '../../hosts/cpex/profile.js';
import { hostTarget } from '../../project/targets/host.js';
import { nativeEngine } from '../../runtime/native/engine.js';
import { type Background, HookRun, type RunHost } from './hook-run.js';
import { type MemberOptions, PipelineMember, sharedSignal } from './member.js';
import { Redaction } from './redaction.js';
import type {
  PipelineConfig,
  PipelineHost,
  PipelineRequest,
  PipelineResult,
  PluginCaller,
  PluginEntry,
} from './types.js';

/** How the plugins of a pipeline are run; target, engine and profile are those of this machine when absent. */
export type PipelineOptions = Omit<MemberOptions, 'profile' | 'target' | 'engine'> &
  Partial<Pick<MemberOptions, 'profile' | 'target' | 'engine'>>;

/** A plugin that can be ended. */
export interface ClosableCaller extends PluginCaller {
  close(): Promise<void>;
}

/**
 * Starts and registers every plugin of a configuration, each in a process of its own. Throws a CpexError with the
 * plugin's name for one that cannot be used; then all others have been ended.
 */
export async function openPipeline(config: PipelineConfig, options: PipelineOptions): Promise<PipelineHost> {
  const signal = sharedSignal(AbortSignal.any([options.signal]));
  const common: MemberOptions = {
    profile: cpexProfile,
    target: hostTarget().name,
    engine: nativeEngine(),
    ...options,
    signal,
  };
  const members = config.plugins
    .filter(({ mode }) => mode !== 'disabled')
    .map((entry) => new PipelineMember(entry, entry.codec ?? config.settings.codec, common));
  const started = await Promise.allSettled(members.map((member) => member.open()));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(members.map((member) => member.close()));
    throw failed.reason;
  }
  return pipelineOf(config, members, signal);
}

/** A pipeline of plugins that are there already, whoever calls them. */
export function pipelineOf(
  config: PipelineConfig,
  members: readonly ClosableCaller[],
  signal: AbortSignal,
): PipelineHost {
  return new Pipeline(config, members, signal);
}

class Pipeline implements PipelineHost, RunHost {
  private readonly byName: ReadonlyMap<string, PluginCaller>;
  private readonly redactions = new WeakMap<PluginEntry, Redaction>();
  private readonly disabled = new Set<string>();
  private readonly background = new Set<Promise<Background>>();
  private closing: Promise<void> | undefined;

  constructor(
    readonly config: PipelineConfig,
    readonly members: readonly ClosableCaller[],
    readonly signal: AbortSignal,
  ) {
    this.byName = new Map(members.map((member) => [member.entry.name, member]));
  }

  async invoke(hook: string, request: PipelineRequest): Promise<PipelineResult> {
    const result = await new HookRun(this, knownHook(hook), request).run();
    const later = result.background();
    this.background.add(later);
    void later.finally(() => this.background.delete(later)).catch(() => undefined);
    return result;
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  member(name: string): PluginCaller | undefined {
    return this.byName.get(name);
  }

  redaction(entry: PluginEntry): Redaction {
    const known = this.redactions.get(entry);
    if (known !== undefined) return known;
    const made = new Redaction(entry.config);
    this.redactions.set(entry, made);
    return made;
  }

  isDisabled(name: string): boolean {
    return this.disabled.has(name);
  }

  disable(name: string): void {
    this.disabled.add(name);
  }

  private async end(): Promise<void> {
    await Promise.allSettled(this.background);
    await Promise.all(this.members.map((member) => member.close()));
  }
}
