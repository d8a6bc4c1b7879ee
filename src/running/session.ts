import path from 'node:path';
import { engineFor, startLimit } from '../build/engine.js';
import { recordedProgram } from '../build/recorded-program.js';
import { type BuiltSubject, resolveSubject } from '../build/subject.js';
import { deadlinesFor, type Invocation, type OpenPlugin, openPlugin } from '../host-process/reference-host.js';
import { inForm } from '../hosts/form.js';
import { findProfile } from '../hosts/registry.js';
import type { RunContext } from '../model/context.js';
import type { Contract } from '../model/contract.js';
import type { Finding } from '../model/finding.js';
import type { HookEvaluation, Registration } from '../model/profile.js';
import type { RunInput, RunRequest } from '../model/run-request.js';
import type { Deadlines, Ending, Engine } from '../model/session.js';
import { findProject } from '../project/find.js';
import { hostTarget } from '../project/targets/host.js';
import { resolveTarget } from '../project/targets/normalise.js';
import { endingError, SessionFailure } from '../runtime/failure.js';
import { sessionFolder } from '../runtime/process/private-folder.js';
import { CpexError } from '../support/errors.js';
import { lateSignal } from '../support/late-signal.js';
import { TextTail } from '../support/text-tail.js';
import { attachedSubject } from './attached-subject.js';
import { keepCommandWords } from './command-words-file.js';
import { DEBUG_LIMIT_MS } from './debug-limit.js';
import type { RunSessionOptions } from './session-options.js';

/** Longest line that a plugin prints in one piece, in characters. */
const LINE_LIMIT = 16 * 1024;

/** How long a plugin is watched after its shutdown, in milliseconds; a thread that lives on shows then. */
const LINGER_MS = 50;

/** A call that the words of a command line came to, with its answer. */
export interface Answer {
  readonly contract: Contract;
  readonly request: Extract<RunRequest, { kind: 'call' }>;
  readonly invocation: Invocation;
  /** The host's reading of a hook's result. */
  readonly evaluation?: HookEvaluation;
  /** What the result of a step or an event breaks. */
  readonly findings?: readonly Finding[];
}

/** A registered plugin that takes calls until it is closed. */
export interface RunSession {
  readonly subject: BuiltSubject;
  readonly registration: Registration;
  readonly pid: number;
  /** Resolves when the plugin's process is gone. */
  readonly ended: Promise<Ending>;
  /** Makes one call, or returns the help text that was asked for. Rejects as our errors do. */
  ask(words: readonly string[], input: RunInput): Promise<Answer | string>;
  close(): Promise<Ending>;
}

/** Builds when stale, starts the plugin in the reference host and registers it. */
export async function openRunSession(options: RunSessionOptions, context: RunContext): Promise<RunSession> {
  const engine = await engineOf(options, context);
  const subject = await subjectOf(options, context);
  const { profile, project } = subject;
  refuseCodec(options.codec, profile);
  const patient = options.debug && profile.transport !== 'native';
  const folder = await sessionFolder('run', profile.transport);
  const printed = {
    stdout: new TextTail(LINE_LIMIT, (line) => options.printed('stdout', line)),
    stderr: new TextTail(LINE_LIMIT, (line) => options.printed('stderr', line)),
  };
  const late = lateSignal(context.signal, options.graceMs ?? 0);
  const finish = async () => {
    late.stop();
    printed.stdout.end();
    printed.stderr.end();
    await folder.remove();
  };
  const open = () =>
    openPlugin({
      artefact: subject.artefact,
      target: subject.target.name,
      profile,
      engine,
      cwd: folder.path,
      services: {
        pluginId: project?.manifest.id ?? path.parse(subject.artefact).name,
        // A project keeps its state from run to run; a bare library starts anew each time.
        ...(project === undefined ? {} : { stateFolder: path.join(project.root, '.cpex', 'state') }),
        configFolder: project === undefined ? folder.path : path.join(project.root, 'config'),
        allowNet: options.allowNet,
        ...(options.script === undefined ? {} : { script: options.script }),
        ...(options.archive === undefined ? {} : { archives: { workspace: options.archive } }),
        cancelled: () => context.signal.aborted,
        observe: options.observe,
      },
      ...(options.codec === undefined ? {} : { codecs: [options.codec] }),
      deadlines: limitsFor(options.timeout ?? (patient ? DEBUG_LIMIT_MS : undefined), engine),
      signal: options.graceMs === undefined ? context.signal : late.signal,
      lingerMs: LINGER_MS,
      trace: options.trace,
      ...(options.spawned === undefined ? {} : { spawned: options.spawned }),
      // What hosts of processes pass over, and a correct plugin does not do.
      ...(profile.transport === 'native'
        ? {}
        : { breach: ({ test: id, message }) => options.complain({ id, severity: 'warn', message }) }),
      output: (stream, bytes) => printed[stream].push(bytes),
    });
  let plugin: OpenPlugin;
  try {
    plugin = await open();
  } catch (error) {
    await finish();
    throw asError(error);
  }
  const close = () => plugin.close().finally(finish);
  try {
    const config = options.config ?? project?.manifest.test?.config ?? {};
    const { registration = NOBODY, invocation, findings } = await plugin.register(config);
    if (registration === NOBODY && options.unregistered !== true) throw notRegistered(invocation, findings);
    for (const finding of findings) options.complain(finding);
    if (project !== undefined && profile.contract.capabilities.has('command')) {
      await keepCommandWords(project.root, registration);
    }
    if (options.codec !== undefined && (registration.codec ?? 'json') !== options.codec && registration !== NOBODY) {
      const text = `The plugin does not take ${options.codec}: all bodies are JSON.`;
      context.emit({ type: 'note', level: 'warn', text });
    }
    const { timeout } = options;
    const made = { subject, plugin, registration, config, ...(timeout === undefined ? {} : { timeout }) };
    const { pid, ended } = plugin.session;
    return {
      subject: { ...subject, profile: plugin.profile },
      registration,
      pid,
      ended,
      ask: (words, input) => ask(made, words, input, options.piece),
      close,
    };
  } catch (error) {
    await close();
    throw asError(error);
  }
}

/** The plugin to start, or the one that runs already. */
async function subjectOf(options: RunSessionOptions, context: RunContext): Promise<BuiltSubject> {
  const { reattach } = options;
  if (reattach !== undefined) return attachedSubject(reattach, options, context);
  const subject = await resolveSubject(options, context);
  const { process: rules } = subject.profile;
  // Certificates are for one run of one host: nobody could reattach.
  if (!options.debug || rules?.transport !== 'grpc' || !rules.autoMtls) return subject;
  context.emit({ type: 'note', level: 'info', text: 'Started without auto_mtls: others could not reattach.' });
  return { ...subject, profile: { ...subject.profile, process: { ...rules, autoMtls: false } } };
}

/** The time limits of `--timeout`; without it, an emulator has longer to start than this machine. */
function limitsFor(timeout: number | undefined, engine: Engine): Deadlines {
  const usual = deadlinesFor(timeout);
  return { ...usual, start: timeout ?? startLimit(engine) ?? usual.start };
}

/** A codec of another host would be ignored. */
function refuseCodec(codec: string | undefined, { name, protocol }: BuiltSubject['profile']): void {
  if (codec === undefined || codec === 'json' || protocol.inCodec?.(codec) !== undefined) return;
  throw new CpexError('CPEX_E_USAGE', `The host "${name}" knows no codec but JSON.`, {
    remedy: 'Leave --codec away, or name a plugin for the host cpex.',
  });
}

/** What is to load the plugin; asked before anything is built for a target that nothing here runs. */
async function engineOf(options: RunSessionOptions, context: RunContext): Promise<Engine> {
  const { engine, runner, plugin } = options;
  const usual = options.reattach === undefined ? 'cpex' : 'go-plugin';
  const project = plugin === undefined ? await findProject(context.cwd) : undefined;
  const recorded = plugin === undefined ? undefined : await recordedProgram(path.resolve(context.cwd, plugin));
  const host = options.host ?? project?.manifest.host ?? recorded?.host ?? usual;
  const form = options.as ?? (options.host === undefined ? recorded?.form : undefined);
  return engineFor(
    {
      target: options.target === undefined ? hostTarget() : resolveTarget(options.target),
      transport: inForm(findProfile(host), form).transport,
      ...(engine === undefined ? {} : { engine }),
      ...(runner === undefined ? {} : { runner }),
      ...(project === undefined ? {} : { manifest: project.manifest }),
    },
    context,
  );
}

/** Who a plugin is that did not say so. */
const NOBODY: Registration = { id: '', version: '', author: '', capabilities: {}, raw: undefined };

interface Made {
  readonly subject: BuiltSubject;
  readonly plugin: OpenPlugin;
  readonly registration: Registration;
  readonly config: unknown;
  /** Milliseconds that the user gives a call. */
  readonly timeout?: number;
}

async function ask(
  { plugin, registration, config, timeout }: Made,
  words: readonly string[],
  input: RunInput,
  piece: RunSessionOptions['piece'],
): Promise<Answer | string> {
  const { profile } = plugin;
  const request = profile.protocol.readWords(words, input, registration);
  if (request.kind === 'help') return request.text;
  await request.check?.();
  const { contract } = profile;
  try {
    const again = profile.protocol.registration({ config, again: true }).method;
    if (request.method === again && isRegistration(profile, again) && input.data === undefined) {
      return { contract, request, invocation: (await plugin.register(config, { again: true })).invocation };
    }
    const deadline = timeout ?? request.deadlineMs;
    const invocation = await plugin.invoke(request.method, request.request, {
      ...(piece === undefined ? {} : { onPiece: piece(request.form) }),
      ...(deadline === undefined ? {} : { deadline }),
    });
    if (invocation.envelope.ok !== true) return { contract, request, invocation };
    if (request.form === 'step' || request.form === 'event') {
      const findings = profile.resultFindings?.(request.method, request.request, invocation.envelope.result) ?? [];
      return { contract, request, invocation, findings };
    }
    if (request.form !== 'hook') return { contract, request, invocation };
    const evaluation = profile.evaluate?.(request.request, invocation.envelope.result);
    return { contract, request, invocation, ...(evaluation === undefined ? {} : { evaluation }) };
  } catch (error) {
    throw asError(error);
  }
}

/** Whether a host registers again under a name of its own. */
function isRegistration({ protocol }: BuiltSubject['profile'], method: string): boolean {
  return protocol.registration({ config: {} }).method !== method;
}

function notRegistered({ envelope, end }: Invocation, findings: readonly Finding[]): CpexError {
  const { error } = envelope;
  if (envelope.ok === false && error !== undefined) {
    const code = error.code === '' ? '' : ` (${error.code})`;
    return new CpexError('CPEX_E_PLUGIN_ANSWER', `The plugin does not register: ${error.message}${code}`);
  }
  const seen = findings.filter(({ severity }) => severity !== 'info');
  return new CpexError('CPEX_E_PLUGIN_ENVELOPE', 'The answer to the registration breaks the rules of the host.', {
    evidence: [
      `code ${end.code}, ${end.body.byteLength} bytes`,
      ...seen.flatMap(({ message, evidence = [] }) => [message, ...evidence]),
    ],
    remedy: 'cpex test shows each broken rule with its clause.',
  });
}

/** A plugin that died, hung or refused is an error of kind child, never our stack. */
function asError(error: unknown): unknown {
  if (!(error instanceof SessionFailure)) return error;
  // Only the user cancels a session here.
  if (error.ending.kind === 'cancelled') return new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
  return endingError(error.ending);
}
