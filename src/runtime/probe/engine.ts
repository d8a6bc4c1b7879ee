import type { Duplex } from 'node:stream';
import type { Engine, NativeRules, Session, SessionOptions } from '../../model/session.js';
import { CpexError } from '../../support/errors.js';
import { SessionFailure } from '../failure.js';
import { Supervisor } from '../process/supervisor.js';
import { type LaunchedProbe, launchProbe } from './launch.js';
import { ProbeSession } from './probe-session.js';
import type { ReadyProbe } from './program.js';

/**
 * The engine that loads a plugin in the C probe, by itself or under a runner such as qemu or wine.
 *
 * `start` rejects as the other engine does, and with CPEX_E_PROBE_CHANNEL when the probe ended, or was still
 * silent at the deadline, before it had said a word: then the runner is at fault and no plugin.
 * @param prepare makes the runner ready; asked once, before the first session
 */
export function probeEngine(prepare: () => Promise<ReadyProbe>): Engine {
  return channelEngine('probe', prepare);
}

/** The same for any host that speaks over the probe's channel. */
export function channelEngine(name: string, prepare: () => Promise<ReadyProbe>): Engine {
  let ready: Promise<ReadyProbe> | undefined;
  return {
    name,
    transport: 'native',
    start: async (options) => {
      if (options.signal?.aborted === true) throw new SessionFailure({ kind: 'cancelled' });
      ready ??= prepare();
      return start(options, await ready);
    },
  };
}

async function start(options: SessionOptions, probe: ReadyProbe): Promise<Session> {
  const { native, signal, deadlines } = options;
  if (native === undefined) {
    throw new CpexError('CPEX_E_TRANSPORT', 'The probe needs a host profile with a native entry.');
  }
  const child = await launchProbe(options, probe);
  let unstartable: Error | undefined;
  const supervisor = new Supervisor(child, options.output, (error) => {
    unstartable = error;
  });
  const cancel = () => supervisor.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  void supervisor.ended.then(() => signal?.removeEventListener('abort', cancel));
  const timer = setTimeout(() => supervisor.expire(deadlines.start), deadlines.start);
  try {
    const session = await speak(options, probe, child, supervisor, native);
    const failed = session === undefined ? await supervisor.ended : await session.ready;
    if (unstartable !== undefined) throw unstartable;
    if (failed === undefined && session !== undefined) return session;
    if (failed?.kind === 'harness-fault' && !child.log.lastMoment().touched) {
      throw silent(failed.message, probe);
    }
    throw new SessionFailure(failed ?? (await supervisor.ended));
  } finally {
    clearTimeout(timer);
  }
}

/** The session once the channel is up; undefined when the probe ended before. */
async function speak(
  options: SessionOptions,
  probe: ReadyProbe,
  child: LaunchedProbe,
  supervisor: Supervisor,
  rules: NativeRules,
): Promise<ProbeSession | undefined> {
  const stream = await Promise.race<Duplex | undefined>([child.connected, supervisor.ended.then(() => undefined)]);
  if (stream === undefined) return undefined;
  const artefact = probe.windows ? windowsPath(options.artefact) : options.artefact;
  const session = new ProbeSession(
    options,
    child.pid,
    supervisor,
    stream,
    child.log,
    rules,
    artefact,
    probe.experiments ?? true,
  );
  // A connection was paused when it had proven itself.
  stream.resume();
  return session;
}

/** As wine spells a path of the system below it: everything is on drive Z. */
function windowsPath(file: string): string {
  return process.platform === 'win32' ? file : `Z:${file.replaceAll('/', '\\')}`;
}

function silent(said: string, { argv, file }: ReadyProbe): CpexError {
  return new CpexError('CPEX_E_PROBE_CHANNEL', 'The probe did not open its channel.', {
    evidence: [`started: ${[...argv, file].join(' ')}`, ...said.trim().split('\n')],
    remedy: 'Start it by hand: it should say that it is started by cpex. If not, its runner is at fault.',
  });
}
