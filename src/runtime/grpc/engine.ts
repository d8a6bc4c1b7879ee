import type { GrpcRules } from '../../model/process.js';
import type { Ending, Engine, Session, SessionOptions } from '../../model/session.js';
import { CpexError } from '../../support/errors.js';
import { SessionFailure } from '../failure.js';
import { privateFolder } from '../process/private-folder.js';
import type { StartRefusal } from '../process/refused-start.js';
import { type StartedProcess, startProcess } from '../process/start.js';
import { Tracer } from '../process/tracer.js';
import { startedCarrier } from './carrier.js';
import { makeCertificate, type OneRunCertificate } from './certificates.js';
import { checksumRefusal } from './checksum.js';
import { pluginEnvironment } from './environment.js';
import { establish } from './establish.js';
import { type FirstLine, readFirstLine } from './first-line.js';
import { type Handshake, noHandshake, readHandshake } from './handshake.js';
import { LogOutput } from './log-output.js';

/** How the engine starts executables. */
export interface GrpcEngineOptions {
  /** Words that come before the executable: a runner for a foreign target. */
  readonly under: readonly string[];
}

/** Between the end of a process's stdout and its own, in milliseconds. */
const ENDING_MS = 500;
/** Between the end of the shutdown call and the kill, in milliseconds; what go-plugin's host waits. */
const STOP_MS = 2000;

/**
 * The engine that starts a plugin as a process which serves gRPC, as go-plugin's host does.
 *
 * `start` rejects with a `SessionFailure` when the executable cannot be started, its handshake is refused, or nothing
 * answers where it says that it listens.
 */
export function grpcEngine(options: GrpcEngineOptions): Engine {
  return { name: 'grpc', transport: 'grpc', start: (session) => start(session, options) };
}

async function start(options: SessionOptions, engine: GrpcEngineOptions): Promise<Session> {
  const rules = options.process;
  if (rules?.transport !== 'grpc') {
    throw new CpexError('CPEX_E_TRANSPORT', 'The gRPC engine needs a host profile whose plugins serve gRPC.');
  }
  if (rules.reattach !== undefined) {
    const { attach } = await import('./attached.js');
    return attach(options, rules.reattach);
  }
  const wrongFile = await checksumRefusal(options.artefact, rules.checksum);
  if (wrongFile !== undefined) throw new SessionFailure(wrongFile);
  const certificate = rules.autoMtls ? await makeCertificate() : undefined;
  const tracer = new Tracer(options.trace);
  const log = new LogOutput(options.output);
  const { started, folder } = await startWithFolder(options, rules, engine, certificate, log);
  const over = started.supervisor.ended.then((ending) => {
    log.end();
    throw new SessionFailure(explained(ending, rules));
  });
  over.catch(() => undefined);
  const first = readFirstLine(started.stdout, (bytes) => log.printed(bytes));
  const line = await Promise.race([first, over]);
  // Whoever ends closes stdout a moment before: the exit code says more.
  if (line.kind === 'ended') await Promise.race([over, new Promise((resolve) => setTimeout(resolve, ENDING_MS))]);
  const handshake = await accepted(started, line, rules, tracer);
  const slow = engine.under.length > 0;
  return establish({
    options,
    carrier: startedCarrier(started, folder),
    handshake,
    tracer,
    stopLimit: slow ? Math.max(STOP_MS, options.deadlines.stop) : STOP_MS,
    refuse: (refusal) => started.refuse(refusal),
    up: () => started.up(),
    awaits: (what) => started.awaits({ stage: 'connect', what }),
    ...(certificate === undefined ? {} : { certificate }),
  });
}

/** What go-plugin's library and its kin in other languages print to stderr without the right cookie. */
const WITHOUT_COOKIE = /not meant to be executed directly/i;

/** An ending with what to do about it, where the plugin does not take the host for the one that it is made for. */
function explained(ending: Ending, { cookie }: GrpcRules): Ending {
  if (ending.kind !== 'refused' || !ending.evidence?.some((line) => WITHOUT_COOKIE.test(line))) return ending;
  return {
    ...ending,
    remedy: `The plugin does not take the magic cookie ${cookie.key}: compare process.cookie of cpex.yaml with the handshake in the plugin.`,
  };
}

/** Starts the process with a folder of its own for its sockets and the host's. */
async function startWithFolder(
  options: SessionOptions,
  rules: GrpcRules,
  { under }: GrpcEngineOptions,
  certificate: OneRunCertificate | undefined,
  log: LogOutput,
): Promise<{ readonly started: StartedProcess; readonly folder: string }> {
  const sockets = privateFolder();
  try {
    const started = await startProcess({
      argv: [...under, options.artefact, ...(rules.args ?? [])],
      cwd: options.cwd,
      env: pluginEnvironment({
        rules,
        hostEnv: options.env ?? process.env,
        ...(rules.ownSocketFolder ? {} : { folder: sockets.folder }),
        ...(certificate === undefined ? {} : { certificate: certificate.certificate }),
      }),
      session: { ...options, output: (stream, bytes) => log.process(stream, bytes) },
      takesStdout: true,
      stdin: 'ignore',
      awaits: { stage: 'handshake', what: 'its handshake line' },
    });
    void started.supervisor.ended.then(() => sockets.remove());
    return { started, folder: sockets.folder };
  } catch (error) {
    sockets.remove();
    throw error;
  }
}

/** The handshake that the host goes on with. Rejects with a `SessionFailure` once the process is gone. */
async function accepted(
  started: StartedProcess,
  line: FirstLine,
  rules: GrpcRules,
  tracer: Tracer,
): Promise<Handshake> {
  const body = Buffer.from(line.text);
  tracer.record({ direction: 'to-host', kind: 'life', id: 0, method: 'handshake', body, wire: 'line' });
  const read = line.kind === 'line' ? readHandshake(line.text, rules) : noHandshake(line);
  if (!('stage' in read)) return read;
  const refusal: StartRefusal = read;
  throw new SessionFailure(await started.refuse(refusal));
}
