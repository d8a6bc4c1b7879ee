import { knownHook } from '../../hosts/cpex/hooks.js';
import { cpexProfile } from '../../hosts/cpex/profile.js';
import type { HostServicesHandle } from '../../model/profile.js';
import { hostTarget } from '../../project/targets/host.js';
import { nativeEngine } from '../../runtime/native/engine.js';
import { CpexError } from '../../support/errors.js';
import { HookRun, type RunHost } from './hook-run.js';
import { type MemberOptions, PipelineMember, servicesFor, sharedSignal } from './member.js';
import { Redaction } from './redaction.js';
import { checkRequest } from './request-check.js';
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
  const entries = [...config.plugins, ...(config.variants ?? [])].filter(({ mode }) => mode !== 'disabled');
  // By name: a plugin finds what it has stored, whichever of its configurations stored it.
  const services = new Map<string, HostServicesHandle>();
  const members = entries.map((entry) => {
    const own = services.get(entry.name) ?? servicesFor(entry.name, common);
    services.set(entry.name, own);
    return new PipelineMember(entry, entry.codec ?? config.settings.codec, own, common);
  });
  const finish = async () => void (await Promise.all([...services.values()].map((one) => one.close())));
  const started = await Promise.allSettled(members.map((member) => member.open()));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(members.map((member) => member.close()));
    await finish();
    throw failed.reason;
  }
  return new Pipeline(config, members, signal, finish);
}

/** A pipeline of plugins that are there already, whoever calls them. */
export function pipelineOf(
  config: PipelineConfig,
  members: readonly ClosableCaller[],
  signal: AbortSignal,
): PipelineHost {
  return new Pipeline(config, members, signal, async () => undefined);
}

class Pipeline implements PipelineHost, RunHost {
  private readonly byEntry: ReadonlyMap<string, PluginCaller>;
  /** By configuration: routes make new entries with the same one. */
  private readonly redactions = new WeakMap<PluginEntry['config'], Redaction>();
  private readonly disabled = new Set<string>();
  private readonly work = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  constructor(
    readonly config: PipelineConfig,
    readonly members: readonly ClosableCaller[],
    readonly signal: AbortSignal,
    private readonly finish: () => Promise<void>,
  ) {
    this.byEntry = new Map(members.map((member) => [keyOf(member.entry), member]));
  }

  async invoke(hook: string, request: PipelineRequest): Promise<PipelineResult> {
    if (this.closing !== undefined) {
      throw new CpexError('CPEX_E_PIPELINE_CLOSED', 'The pipeline is closed: no hook goes through it any more.');
    }
    const name = knownHook(hook);
    checkRequest(name, request);
    const run = this.until(new HookRun(this, name, request).run());
    const result = await run;
    void this.until(result.background());
    return result;
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  member(entry: PluginEntry): PluginCaller | undefined {
    return this.byEntry.get(keyOf(entry));
  }

  redaction({ config }: PluginEntry): Redaction {
    const known = this.redactions.get(config);
    if (known !== undefined) return known;
    const made = new Redaction(config);
    this.redactions.set(config, made);
    return made;
  }

  isDisabled(name: string): boolean {
    return this.disabled.has(name);
  }

  disable(name: string): void {
    this.disabled.add(name);
  }

  /** Work that has to end before the plugins do. */
  private until<T>(work: Promise<T>): Promise<T> {
    this.work.add(work);
    const done = () => this.work.delete(work);
    work.then(done, done);
    return work;
  }

  private async end(): Promise<void> {
    while (this.work.size > 0) await Promise.allSettled(this.work);
    await Promise.all(this.members.map((member) => member.close()));
    await this.finish();
  }
}

/** A route may give a plugin another configuration, and so a process of its own. */
function keyOf({ name, variant = '' }: PluginEntry): string {
  return `${variant}\n${name}`;
}
