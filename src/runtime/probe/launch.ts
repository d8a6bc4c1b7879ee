import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Duplex, Readable } from 'node:stream';
import type { SessionOptions } from '../../model/session.js';
import { childStartError, sessionEnvironment } from '../process/environment.js';
import type { Watched } from '../process/supervisor.js';
import { type Loopback, listenOnLoopback } from './loopback.js';
import { ProbeLog } from './probe-log.js';
import type { ReadyProbe } from './program.js';
import { windowsCrash } from './windows-status.js';

/** Tells the probe where its channel is. */
const CHANNEL_VARIABLE = 'CPEX_PROBE_CHANNEL';

/** Number of the descriptor that a probe's channel is handed on as. */
const CHANNEL_DESCRIPTOR = 3;

/** A probe that has been started, and the stream that it will speak over. */
export interface LaunchedProbe extends Watched {
  readonly log: ProbeLog;
  /** Resolves with the channel when it is up; never when the probe ends before. */
  readonly connected: Promise<Duplex>;
}

/** Starts a probe in a process group of its own. Throws CPEX_E_CHILD_START. */
export async function launchProbe(options: SessionOptions, probe: ReadyProbe): Promise<LaunchedProbe> {
  const token = randomBytes(12).toString('hex');
  const loopback = probe.windows ? await listen() : undefined;
  const [command = probe.file, ...args] = [...probe.argv, probe.file];
  // stdout is the result's, also while a person works with a debugger.
  const [input, output] = probe.foreground ? (['inherit', 2] as const) : (['ignore', 'pipe'] as const);
  const stdio: StdioOptions = [input, output, output, ...(loopback === undefined ? (['pipe'] as const) : [])];
  let started: ChildProcess;
  try {
    started = spawn(command, args, {
      cwd: options.cwd,
      env: {
        ...sessionEnvironment(options.env, token),
        ...probe.env,
        [CHANNEL_VARIABLE]: loopback?.address ?? `fd:${CHANNEL_DESCRIPTOR}`,
      },
      // A group of its own, so that whatever the plugin starts can be ended with it.
      detached: probe.foreground !== true,
      windowsHide: true,
      stdio,
    });
  } catch (cause) {
    loopback?.close();
    throw childStartError(cause);
  }
  const [, stdout = null, stderr = null, inherited] = started.stdio as (Duplex | null)[];
  const log = new ProbeLog({ plugin: options.artefact, probe: probe.file });
  const connected = loopback?.connected ?? Promise.resolve(inherited as Duplex);
  let channel: Duplex | undefined;
  void connected.then((stream) => {
    channel = stream;
  });
  // Without a connection there is nothing to wait for.
  const drained = loopback === undefined ? {} : { drained: whenEnded(() => channel, started) };
  return {
    process: started,
    pid: started.pid ?? 0,
    token,
    stdout: stdout as Readable | null as Readable,
    stderr: stderr as Readable | null as Readable,
    log,
    connected,
    ...drained,
    lastMoment: () => log.lastMoment(),
    crash: () => log.crash,
    stacks: (limitMs) => {
      log.ask?.();
      return log.ask === undefined ? Promise.resolve(undefined) : log.stacks.told(limitMs);
    },
    crashed: (code, said) => probe.crashed?.(code, said) ?? (probe.windows ? windowsCrash(code) : undefined),
    close: () => {
      loopback?.close();
      for (const stream of [stdout, stderr, inherited, channel]) stream?.destroy();
    },
  };
}

async function listen(): Promise<Loopback> {
  try {
    return await listenOnLoopback();
  } catch (cause) {
    throw childStartError(cause);
  }
}

/** Resolves once the process is gone and its connection, if there was one, has been read to its end. */
function whenEnded(channel: () => Duplex | undefined, child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => {
      const stream = channel();
      if (stream === undefined || stream.closed) resolve();
      else stream.once('close', () => resolve());
    });
  });
}
