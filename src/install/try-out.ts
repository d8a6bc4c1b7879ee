import { openPlugin, type Registered } from '../host-process/reference-host.js';
import type { Finding } from '../model/finding.js';
import type { HostProfile, Registration } from '../model/profile.js';
import type { Deadlines, Ending, Engine } from '../model/session.js';
import type { TargetName } from '../model/target.js';
import { describeEnding, endingEvidence, SessionFailure } from '../runtime/failure.js';
import { CpexError } from '../support/errors.js';
import { shellWord } from '../support/shell-word.js';

export interface TryOutOptions {
  /** Absolute path of the private copy. */
  readonly file: string;
  /** Path by which the user knows it. */
  readonly shown: string;
  readonly target: TargetName;
  readonly profile: HostProfile;
  readonly engine: Engine;
  /** Fresh folder in which the plugin may work. */
  readonly cwd: string;
  readonly config: unknown;
  /** Go by what the host takes; findings that fail are returned with the others, as warnings. */
  readonly tolerant?: boolean;
  readonly signal: AbortSignal;
  readonly deadlines?: Deadlines;
}

/** Time limits of a trial start in milliseconds. */
const DEADLINES: Deadlines = { start: 10_000, call: 10_000, stop: 5_000 };

/**
 * Starts the plugin in a child, lets it register and shuts it down. Returns who it says it is.
 * Throws `CPEX_E_INSTALL_TRIAL` for everything that a host would trip over.
 */
export async function tryOut(options: TryOutOptions): Promise<{ registration: Registration; findings: Finding[] }> {
  const { shown, signal, profile } = options;
  const { registered, ending } = await start(options);
  if (ending.kind === 'cancelled' || signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
  if (ending.kind === 'harness-fault') throw new CpexError('CPEX_E_HOST_FAULT', describeEnding(ending));
  if (registered === undefined || ending.kind !== 'clean') {
    const remedy = noExecution(ending)
      ? NO_EXECUTION
      : `See it again: cpex run ${profile.protocol.registration({ config: {} }).method} --plugin ${shellWord(shown)} --host ${profile.name} --trace`;
    throw failed(describeEnding(ending), endingEvidence(ending), remedy);
  }
  const { envelope } = registered.invocation;
  if (envelope.ok === false) {
    const { code = '', message = '' } = envelope.error ?? {};
    const remedy = 'If it needs a configuration, give one with --config.';
    throw failed(`The plugin refuses to register: ${message}`, [`code: ${code}`], remedy);
  }
  const bad = registered.findings.filter((one) => one.severity === 'fail');
  const taken = bad.length === 0 || options.tolerant === true;
  if (!taken || registered.registration === undefined) {
    const evidence = bad.map((one) => `${one.id}: ${one.message}`);
    const remedy = `cpex test ${shellWord(shown)} --host ${profile.name} shows more.`;
    throw failed('The plugin breaks the rules when it registers.', evidence, remedy);
  }
  return {
    registration: registered.registration,
    findings: registered.findings.map((one) => (one.severity === 'fail' ? { ...one, severity: 'warn' } : one)),
  };
}

async function start(options: TryOutOptions): Promise<{ registered?: Registered; ending: Ending }> {
  try {
    const plugin = await openPlugin({
      artefact: options.file,
      target: options.target,
      profile: options.profile,
      engine: options.engine,
      cwd: options.cwd,
      services: { pluginId: 'trial', allowNet: false, script: {} },
      deadlines: options.deadlines ?? DEADLINES,
      signal: options.signal,
    });
    try {
      const registered = await plugin.register(options.config);
      return { registered, ending: await plugin.close() };
    } catch (error) {
      await plugin.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof SessionFailure) return { ending: error.ending };
    throw error;
  }
}

const NO_EXECUTION = 'The folder for temporary files may forbid execution (noexec): set TMPDIR to another.';

function noExecution(ending: Ending): boolean {
  return ending.kind === 'refused' && /failed to map segment|Operation not permitted/.test(ending.message);
}

function failed(message: string, evidence: readonly string[], remedy: string): CpexError {
  return new CpexError('CPEX_E_INSTALL_TRIAL', `The trial start failed. ${message}`, { evidence, remedy });
}
