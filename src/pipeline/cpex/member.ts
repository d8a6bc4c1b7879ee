import { setMaxListeners } from 'node:events';
import { DEFAULT_DEADLINES, type OpenPlugin, openPlugin } from '../../host-process/reference-host.js';
import { canonicalHook } from '../../hosts/contract.js';
import { fieldsOf } from '../../hosts/json-fields.js';
import type { Finding } from '../../model/finding.js';
import type { HostProfile, HostServicesHandle, Registration, ServiceEvent } from '../../model/profile.js';
import type { ServiceScript } from '../../model/script.js';
import type { Ending, Engine, TraceRecord } from '../../model/session.js';
import type { TargetName } from '../../model/target.js';
import { describeEnding, endingError, SessionFailure } from '../../runtime/failure.js';
import { CpexError, isCpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { readAnswer } from './answers.js';
import { Redaction } from './redaction.js';
import { Turns } from './turns.js';
import type { CallSettings, Codec, HookInvocation, PluginAnswer, PluginCaller, PluginEntry } from './types.js';

/** What all plugins of one pipeline have in common. */
export interface MemberOptions {
  readonly profile: HostProfile;
  readonly target: TargetName;
  readonly engine: Engine;
  /** Working folder of the children. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly allowNet: boolean;
  /** What the host's services answer. */
  readonly script?: ServiceScript;
  /** Folder for stored values that outlive the pipeline; they end with it when absent. */
  readonly stateFolder?: string;
  /** Root for `host.config.read`. */
  readonly configFolder?: string;
  /** Environment of the children; that of this process when absent. */
  readonly env?: Readonly<Record<string, string>>;
  readonly observe?: (plugin: string, event: ServiceEvent) => void;
  readonly output?: (plugin: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly trace?: (plugin: string, record: TraceRecord) => void;
}

/** The services that a plugin finds, whatever process it is in. */
export function servicesFor(plugin: string, options: MemberOptions): HostServicesHandle {
  const { profile, allowNet, observe, script, stateFolder, configFolder } = options;
  return profile.services({
    pluginId: plugin,
    allowNet,
    ...(script === undefined ? {} : { script }),
    ...(stateFolder === undefined ? {} : { stateFolder }),
    ...(configFolder === undefined ? {} : { configFolder }),
    ...(observe === undefined ? {} : { observe: (event) => observe(plugin, event) }),
  });
}

/** How long a plugin may go on with a call that nobody waits for any more before it is killed, in milliseconds. */
const CANCEL_GRACE_MS = 500;

/** One plugin of a pipeline in a process of its own, which is started anew after its death. */
export class PipelineMember implements PluginCaller {
  id = '';
  declaredHooks: ReadonlySet<string> = new Set();
  private readonly redaction: Redaction;
  private readonly turns = new Turns();
  private plugin: OpenPlugin | undefined;
  private calling = false;
  private closed = false;
  /** How the process ended that the next one takes the place of. */
  private death: Finding | undefined;

  /**
   * @param codec offered first when the plugin registers
   * @param services outlive the process: what a plugin has stored is there when it was started anew
   */
  constructor(
    readonly entry: PluginEntry,
    private readonly codec: Codec,
    private readonly services: HostServicesHandle,
    private readonly options: MemberOptions,
  ) {
    this.redaction = new Redaction(entry.config);
  }

  /** Starts the plugin and registers it. Throws a CpexError with the plugin's name where it cannot be used. */
  async open(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      throw this.named(error);
    }
  }

  async invoke(request: HookInvocation, settings: CallSettings): Promise<PluginAnswer> {
    const { signal } = settings;
    const started = performance.now();
    const elapsedNs = () => Math.round((performance.now() - started) * 1e6);
    const answer = this.turns.take(async () => {
      if (signal.aborted || this.closed) return cancelled(elapsedNs());
      const death = this.death;
      let plugin: OpenPlugin;
      try {
        plugin = this.plugin ?? (await this.start());
      } catch (error) {
        return failed(error, 'plugin_start', elapsedNs());
      }
      this.death = undefined;
      // It may have taken a while to start.
      if (signal.aborted) return cancelled(elapsedNs());
      const one = await this.exchange(plugin, request, settings, elapsedNs);
      return death === undefined ? one : { ...one, findings: [death, ...(one.findings ?? [])] };
    });
    return unlessAborted(answer, signal, () => cancelled(elapsedNs()));
  }

  /** Waits for the calls that were made, and ends the plugin. Idempotent. */
  async close(): Promise<void> {
    this.closed = true;
    await this.turns.take(async () => {
      const { plugin } = this;
      this.plugin = undefined;
      await plugin?.close();
    });
  }

  private async exchange(
    plugin: OpenPlugin,
    request: HookInvocation,
    { timeoutMs, signal, written }: CallSettings,
    elapsedNs: () => number,
  ): Promise<PluginAnswer> {
    this.calling = true;
    let grace: NodeJS.Timeout | undefined;
    const giveUp = () => {
      grace = setTimeout(() => plugin.session.kill(), CANCEL_GRACE_MS);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const { end, envelope } = await plugin.invoke('hook.invoke', request, {
        deadline: timeoutMs,
        signal,
        ...(written === undefined ? {} : { written }),
      });
      return readAnswer(envelope, end.durationNs);
    } catch (error) {
      if (error instanceof SessionFailure) await plugin.close();
      return failed(error, 'host_fault', elapsedNs());
    } finally {
      this.calling = false;
      clearTimeout(grace);
      signal.removeEventListener('abort', giveUp);
    }
  }

  private async start(): Promise<OpenPlugin> {
    const entry = this.entry;
    const services = this.services;
    const { profile, target, engine, cwd, signal, env, trace, output } = this.options;
    const plugin = await openPlugin({
      artefact: entry.artefact,
      profile: { ...profile, services: () => ({ ...services, close: async () => undefined }) },
      ...{ target, engine, cwd, signal },
      services: { pluginId: entry.name, allowNet: this.options.allowNet },
      deadlines: DEFAULT_DEADLINES,
      ...(this.codec === 'json' ? {} : { codecs: [this.codec, 'json'] }),
      ...(env === undefined ? {} : { env }),
      ...(trace === undefined ? {} : { trace: (record) => trace(entry.name, record) }),
      ...(output === undefined ? {} : { output: (stream, bytes) => output(entry.name, stream, bytes) }),
    });
    try {
      const { registration, invocation, findings } = await plugin.register(entry.config);
      const usable = usableRegistration(registration, invocation.envelope.error, findings);
      this.id = usable.id;
      this.declaredHooks = hooksOf(usable, profile);
      this.checkHooks();
    } catch (error) {
      await plugin.close();
      throw error;
    }
    this.plugin = plugin;
    void plugin.session.ended.then((ending) => {
      if (this.plugin !== plugin) return;
      this.plugin = undefined;
      this.death = restarted(ending, this.calling);
    });
    return plugin;
  }

  /** A hook that the configuration asks for and the plugin does not have would be a silent allow. */
  private checkHooks(): void {
    const { entry, declaredHooks } = this;
    if (declaredHooks.size === 0) {
      throw new CpexError('CPEX_E_PIPELINE_PLUGIN', 'it declares no hooks, so a pipeline has nothing to call it for', {
        remedy: 'Declare the capability hooks with at least one hook, or take the plugin out of the configuration.',
      });
    }
    const missing = entry.hooks.find((hook) => !declaredHooks.has(hook));
    if (missing === undefined) return;
    throw new CpexError(
      'CPEX_E_PIPELINE_HOOKS',
      `the configuration wants it for the hook "${missing}", which it does not declare.${didYouMean(missing, declaredHooks)}`,
      { evidence: [`declared: ${[...declaredHooks].join(', ')}`], remedy: 'Correct "hooks" of the plugin.' },
    );
  }

  private named(error: unknown): unknown {
    const known = error instanceof SessionFailure ? endingError(error.ending) : error;
    if (!isCpexError(known)) return known;
    const clean = (text: string) => this.redaction.text(text);
    const { remedy } = known;
    return new CpexError(known.code, clean(`The plugin "${this.entry.name}" cannot be used: ${known.message}`), {
      evidence: known.evidence.map(clean),
      ...(remedy === undefined ? {} : { remedy }),
      cause: known,
    });
  }
}

function usableRegistration(
  registration: Registration | undefined,
  error: { readonly code: string; readonly message: string } | undefined,
  findings: readonly Finding[],
): Registration {
  if (error !== undefined) {
    throw new CpexError('CPEX_E_PLUGIN_ANSWER', `it does not register: ${error.message} (${error.code})`);
  }
  const broken = findings.filter(({ severity }) => severity === 'fail');
  const [first] = broken;
  if (registration !== undefined && first === undefined) return registration;
  throw new CpexError('CPEX_E_PIPELINE_PLUGIN', first?.message ?? 'its registration cannot be used', {
    evidence: broken.slice(1).map(({ message }) => message),
    ...(first?.remedy === undefined ? {} : { remedy: first.remedy }),
  });
}

function hooksOf(registration: Registration, { contract }: HostProfile): ReadonlySet<string> {
  const { hooks } = fieldsOf(registration.capabilities);
  const names = Array.isArray(hooks) ? hooks : [];
  return new Set(names.flatMap((name) => (typeof name === 'string' ? [canonicalHook(contract, name) ?? name] : [])));
}

/** That the plugin was started anew. A death during a call has been told by that call. */
function restarted(ending: Ending, told: boolean): Finding {
  const why = ending.kind === 'cancelled' ? 'It went on with a call that was cancelled.' : describeEnding(ending);
  return {
    id: 'pipeline.restarted',
    severity: told ? 'info' : 'warn',
    message: `The plugin was started anew before this hook. ${why}`,
  };
}

/**
 * What a failure outside of an answer means: a death, a missed deadline, or something else.
 * @param code of something else
 */
function failed(error: unknown, code: 'plugin_start' | 'host_fault', durationNs: number): PluginAnswer {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof SessionFailure)) return { kind: 'error', message, code, durationNs };
  const { kind } = error.ending;
  if (kind === 'cancelled') return cancelled(durationNs);
  if (kind === 'hang') return { kind: 'timeout', message, code: 'timeout', durationNs };
  if (kind === 'crash' || kind === 'exit') return { kind: 'panic', message, code: 'panic', durationNs };
  return { kind: 'error', message, code: kind === 'refused' ? 'plugin_start' : 'host_fault', durationNs };
}

function cancelled(durationNs: number): PluginAnswer {
  return { kind: 'cancelled', message: 'The call was cancelled.', code: 'cancelled', durationNs };
}

/** The answer, or another one as soon as nobody waits for it. */
async function unlessAborted(
  answer: Promise<PluginAnswer>,
  signal: AbortSignal,
  instead: () => PluginAnswer,
): Promise<PluginAnswer> {
  if (signal.aborted) return instead();
  return new Promise((resolve) => {
    const gone = () => resolve(instead());
    signal.addEventListener('abort', gone, { once: true });
    void answer.then((one) => {
      signal.removeEventListener('abort', gone);
      resolve(one);
    });
  });
}

/** A signal that any number of calls may listen to. */
export function sharedSignal(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}
