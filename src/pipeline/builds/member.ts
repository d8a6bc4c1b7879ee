import { DEFAULT_DEADLINES, type Invocation, type OpenPlugin, openPlugin } from '../../host-process/reference-host.js';
import { cpexProfile } from '../../hosts/cpex/profile.js';
import type { Finding } from '../../model/finding.js';
import type { BuildScope, Registration, ServiceEvent } from '../../model/profile.js';
import type { ServiceScript } from '../../model/script.js';
import type { TraceRecord } from '../../model/session.js';
import { hostTarget } from '../../project/targets/host.js';
import { endingError, SessionFailure } from '../../runtime/failure.js';
import { nativeEngine } from '../../runtime/native/engine.js';
import type { ErrorCode } from '../../support/codes/index.js';
import { CpexError, isCpexError } from '../../support/errors.js';
import { Redaction } from '../cpex/redaction.js';
import type { PlannedPlugin } from './types.js';

/** What all plugins of one build have in common. */
export interface MemberOptions {
  /** Working folder of the children. */
  readonly cwd: string;
  /** Kills them. */
  readonly signal: AbortSignal;
  readonly allowNet: boolean;
  readonly script?: ServiceScript;
  /** Archives by id, with absolute paths. */
  readonly archives: Readonly<Record<string, string>>;
  /** Folder for stored values that outlive the build; they end with it when absent. */
  readonly stateFolder?: string;
  /** Root for `host.config.read`. */
  readonly configFolder?: string;
  readonly codecs?: readonly string[];
  readonly observe: (plugin: string, event: ServiceEvent) => void;
  /** Resolves when a plugin may go on after it has logged output of a step; at once when absent. */
  readonly logRoom?: (plugin: string) => Promise<void>;
  readonly output: (plugin: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly trace?: (plugin: string, record: TraceRecord) => void;
}

/** How a call of a plugin came out: never rejects. */
export type Outcome =
  | { readonly kind: 'result'; readonly result: unknown; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'error';
      readonly message: string;
      /** How the plugin's process ended, where it did. */
      readonly code?: ErrorCode;
    };

/** A registered plugin of a build, in a process of its own. */
export interface Member {
  readonly plugin: PlannedPlugin;
  readonly name: string;
  readonly registration: Registration;
  /** Rules of the contract that the registration breaks although the plugin can be used. */
  readonly findings: readonly Finding[];
  /** Why the plugin cannot be called any more. */
  readonly gone: string | undefined;
  invoke(method: string, request: unknown, deadlineMs: number): Promise<Outcome>;
  /** From now on the plugin is told that its call was cancelled; `false` takes it back. */
  cancel(cancelled: boolean): void;
  begin(scope: BuildScope): () => void;
  /** Kills the plugin with everything that it started. */
  kill(): void;
  close(): Promise<void>;
}

/**
 * Starts a plugin and registers it.
 * @throws CpexError `CPEX_E_BUILD_PLUGIN` with the plugin's name and what was the matter
 */
export async function openMember(plugin: PlannedPlugin, options: MemberOptions): Promise<Member> {
  const { name } = plugin;
  const { observe, logRoom, output, trace, stateFolder, configFolder, script, codecs } = options;
  const redaction = new Redaction(plugin.config);
  let cancelled = false;
  let open: OpenPlugin | undefined;
  try {
    open = await openPlugin({
      artefact: plugin.artefact,
      target: hostTarget().name,
      profile: cpexProfile,
      engine: nativeEngine(),
      cwd: options.cwd,
      signal: options.signal,
      deadlines: DEFAULT_DEADLINES,
      services: {
        pluginId: name,
        allowNet: options.allowNet,
        archives: options.archives,
        cancelled: () => cancelled,
        observe: (event) => observe(name, redaction.event(event)),
        ...(logRoom === undefined ? {} : { logRoom: () => logRoom(name) }),
        ...(script === undefined ? {} : { script }),
        ...(stateFolder === undefined ? {} : { stateFolder }),
        ...(configFolder === undefined ? {} : { configFolder }),
      },
      output: (stream, bytes) => output(name, stream, redaction.bytes(bytes)),
      ...(codecs === undefined ? {} : { codecs }),
      ...(trace === undefined
        ? {}
        : { trace: (record) => trace(name, { ...record, body: redaction.bytes(record.body, true) }) }),
    });
    const { registration, invocation, findings } = await open.register(plugin.config);
    const { error } = invocation.envelope;
    if (error !== undefined) throw unusable(name, `it does not register: ${error.message} (${error.code})`);
    const broken = findings.filter(({ severity }) => severity === 'fail');
    if (registration === undefined || broken.length > 0) {
      const [first, ...more] = broken;
      throw unusable(name, first?.message ?? 'its registration cannot be used.', more, first?.remedy);
    }
    const cancel = (now: boolean) => {
      cancelled = now;
    };
    return memberOf({ plugin, open, registration, findings, redaction }, cancel);
  } catch (error) {
    await open?.close();
    throw startError(name, error, redaction);
  }
}

/** Why a plugin cannot be used, without values of its configuration. */
function startError(name: string, error: unknown, redaction: Redaction): unknown {
  if (error instanceof SessionFailure && error.ending.kind === 'cancelled') {
    return new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
  }
  const known = error instanceof SessionFailure ? endingError(error.ending) : error;
  if (!isCpexError(known)) return known;
  const { message, evidence, remedy } = known;
  const whole = known === error ? message : `The plugin ${name} cannot be used: ${message}`;
  return new CpexError('CPEX_E_BUILD_PLUGIN', redaction.text(whole), {
    evidence: evidence.map((line) => redaction.text(line)),
    ...(remedy === undefined ? {} : { remedy }),
    cause: error,
  });
}

interface Opened extends Pick<Member, 'plugin' | 'registration' | 'findings'> {
  readonly open: OpenPlugin;
  readonly redaction: Redaction;
}

function memberOf(
  { plugin, open, registration, findings, redaction }: Opened,
  cancel: (cancelled: boolean) => void,
): Member {
  let gone: string | undefined;
  let inFlight = 0;
  return {
    plugin,
    name: plugin.name,
    registration,
    findings,
    get gone() {
      return gone;
    },
    invoke: async (method, request, deadlineMs) => {
      if (gone !== undefined) return { kind: 'error', message: gone };
      inFlight++;
      try {
        // A hook that hears of the output of a step of its own plugin must not wait for that step.
        const invocation = await open.invoke(method, request, {
          deadline: deadlineMs,
          ...(inFlight > 1 ? { concurrent: true } : {}),
        });
        return clean(outcomeOf(method, request, invocation), redaction);
      } catch (error) {
        if (!(error instanceof SessionFailure)) throw error;
        gone = `The plugin is gone since ${method}.`;
        const { code, message } = endingError(error.ending);
        return { kind: 'error', message: redaction.text(message), code };
      } finally {
        inFlight--;
      }
    },
    cancel,
    begin: (scope) => open.begin(scope),
    kill: () => open.session.kill(),
    close: async () => void (await open.close()),
  };
}

/** What the host repeats of a plugin's words does not quote its configuration. */
function clean(outcome: Outcome, redaction: Redaction): Outcome {
  if (outcome.kind === 'error') return { ...outcome, message: redaction.text(outcome.message) };
  return { ...outcome, result: redaction.withoutSecrets(outcome.result) };
}

function outcomeOf(method: string, request: unknown, { envelope }: Invocation): Outcome {
  if (envelope.ok === true) {
    const own = cpexProfile.resultFindings?.(method, request, envelope.result) ?? [];
    const findings = [...envelope.findings, ...own];
    const bad = findings.find(({ severity }) => severity === 'fail');
    if (bad !== undefined) return { kind: 'error', message: bad.message };
    return { kind: 'result', result: envelope.result, findings };
  }
  const { error } = envelope;
  const said = error === undefined ? envelope.findings[0]?.message : `${error.message} (${error.code})`;
  return { kind: 'error', message: said ?? 'The answer is no envelope.' };
}

function unusable(name: string, why: string, more: readonly Finding[] = [], remedy?: string): CpexError {
  return new CpexError('CPEX_E_BUILD_PLUGIN', `The plugin ${name} cannot be used: ${why}`, {
    evidence: more.map(({ message }) => message),
    ...(remedy === undefined ? {} : { remedy }),
  });
}
