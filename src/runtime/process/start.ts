import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { getSystemErrorMap } from 'node:util';
import type { Ending, InFlight, Phase, ProcessStage, SessionOptions } from '../../model/session.js';
import { SessionFailure } from '../failure.js';
import type { LastMoment } from '../wire/recorder.js';
import { childStartError, SESSION_VARIABLE, sessionEnvironment } from './environment.js';
import { machineFor } from './examine-executable.js';
import { tellGuardian } from './guardian.js';
import { howEnded, refusedStart, type StartRefusal } from './refused-start.js';
import { type OwnEnd, Supervisor } from './supervisor.js';

export type { StartRefusal } from './refused-start.js';

/** Time for a process whose start is refused to end by itself, so that its exit code is known, in milliseconds. */
const LAST_WORDS_MS = 500;

/** What it takes to start a plugin that is a program of its own. */
export interface ProcessStart {
  /** Words of a runner, the executable, its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment; only the mark of the session is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Its services, deadlines, `signal` and `output` are used. */
  readonly session: SessionOptions;
  /** The transport reads stdout itself; else what comes there is output of the plugin. */
  readonly takesStdout: boolean;
  readonly stdin: 'pipe' | 'ignore';
  /** What has to come first, and the step of the start that fails without it. */
  readonly awaits: Awaited;
}

/** What the host waits for while a plugin starts: `{ stage: 'handshake', what: 'its handshake line' }`. */
export interface Awaited {
  readonly stage: ProcessStage;
  readonly what: string;
}

/** A plugin's process that has been started, and is watched. */
export interface StartedProcess {
  readonly pid: number;
  /** Value of `SESSION_VARIABLE` in everything that it starts. */
  readonly token: string;
  readonly stdin: Writable | undefined;
  /** To be read to its end by the transport when it takes stdout, else not at all. */
  readonly stdout: Readable;
  /** The last that came over stderr, at most 64 KiB. */
  stderrTail(): string;
  readonly supervisor: Supervisor;
  /** Notes how far the plugin has come, for the ending: the flight recorder of a process. */
  moment(phase: Phase, inFlight?: InFlight): void;
  /** Notes what the host waits for next. */
  awaits(next: Awaited): void;
  /** The plugin takes calls: the limit for its start no longer holds, and an end is no refused start any more. */
  up(): void;
  /**
   * Refuses the plugin for what was seen: gives it a moment to end by itself, adds what is known of its end, kills its
   * group. Resolves with the session's ending.
   */
  refuse(refusal: StartRefusal): Promise<Ending>;
  /** Resolves with the exit code when the process is gone; null when a signal ended it. */
  readonly exitCode: Promise<number | null>;
}

/**
 * Starts a plugin's program in a process group of its own, under the eyes of the guardian and of a supervisor that
 * keeps the limit for the start. Rejects with a `SessionFailure` when the session was cancelled before, and for a
 * program that the system does not start; with CPEX_E_CHILD_START where the file is not to blame.
 */
export async function startProcess(start: ProcessStart): Promise<StartedProcess> {
  const { session } = start;
  if (session.signal?.aborted === true) throw new SessionFailure({ kind: 'cancelled' });
  // The system blames the program for a folder that is missing.
  if (!existsSync(start.cwd)) throw childStartError(new Error(`There is no folder ${start.cwd}.`));
  const token = randomBytes(12).toString('hex');
  tellGuardian(['expect', token]);
  const child = spawnGroup(start, token);
  const started = new Started(start, child, token);
  void started.supervisor.ended.then(() => tellGuardian(['forget', token]));
  if (child.pid === undefined) throw new SessionFailure(await started.supervisor.ended);
  tellGuardian(['guard', token, child.pid]);
  const { argv, cwd, env } = start;
  session.spawned?.({ argv, cwd, env: sessionEnvironment(env, token), mark: SESSION_VARIABLE, pid: child.pid });
  return started;
}

function spawnGroup({ argv, cwd, env, stdin }: ProcessStart, token: string): ChildProcess {
  const [command = '', ...args] = argv;
  try {
    return spawn(command, args, {
      cwd,
      env: sessionEnvironment(env, token),
      detached: true,
      windowsHide: true,
      stdio: [stdin, 'pipe', 'pipe'],
    });
  } catch (cause) {
    // A NUL byte in an argument, more variables than the system takes.
    tellGuardian(['forget', token]);
    throw childStartError(cause);
  }
}

class Started implements StartedProcess {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly supervisor: Supervisor;
  readonly exitCode: Promise<number | null>;

  private last: LastMoment = { touched: true, phase: 'load' };
  private awaited: Awaited | undefined;
  private refusal: StartRefusal | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly start: ProcessStart,
    child: ChildProcess,
    readonly token: string,
  ) {
    const { session, takesStdout } = start;
    const { stdin, stdout, stderr } = child as ChildProcess & { stdout: Readable; stderr: Readable };
    this.pid = child.pid ?? 0;
    this.awaited = start.awaits;
    this.stdout = stdout;
    // A plugin that does not read what it is sent is no failure of ours.
    this.stdin = stdin?.on('error', () => undefined);
    this.exitCode = once(child, 'exit').then(
      ([code]) => code as number | null,
      () => null,
    );
    this.supervisor = new Supervisor(
      {
        process: child,
        pid: this.pid,
        token,
        stdout: takesStdout ? null : stdout,
        stderr,
        foreign: true,
        lastMoment: () => this.last,
        unstartable: (cause) => this.unstartable(cause),
        judge: (end) => this.endedEarly(end),
        close: () => {
          for (const stream of [stdin, stdout, stderr]) stream?.destroy();
        },
      },
      session.output,
      () => undefined,
    );
    const { start: limit } = session.deadlines;
    this.timer = setTimeout(() => this.supervisor.expire(limit, this.awaited?.what), limit);
    const cancel = () => this.supervisor.cancel();
    session.signal?.addEventListener('abort', cancel, { once: true });
    void this.supervisor.ended.then(() => {
      clearTimeout(this.timer);
      session.signal?.removeEventListener('abort', cancel);
    });
  }

  stderrTail(): string {
    return this.supervisor.stderrTail;
  }

  moment(phase: Phase, inFlight?: InFlight): void {
    this.last = { touched: true, phase, ...(inFlight === undefined ? {} : { inFlight }) };
  }

  awaits(next: Awaited): void {
    this.awaited = next;
  }

  up(): void {
    this.awaited = undefined;
    clearTimeout(this.timer);
    if (this.last.phase === 'load') this.moment('idle');
  }

  async refuse(refusal: StartRefusal): Promise<Ending> {
    // An end that comes by itself is judged with what is known of it.
    this.refusal = refusal;
    const timer = setTimeout(() => {
      this.supervisor.refused(this.failed(refusal, this.stderrTail()));
    }, LAST_WORDS_MS);
    const ending = await this.supervisor.ended;
    clearTimeout(timer);
    return ending;
  }

  private unstartable(cause: Error): Ending {
    return this.failed({ stage: 'spawn', message: `The plugin could not be started: ${systemWords(cause)}.` }, '');
  }

  /** The ending of a process that ended by itself before it was up; undefined once it is. */
  private endedEarly({ stderrTail, ...end }: OwnEnd): Ending | undefined {
    if (this.refusal !== undefined) return this.failed(this.refusal, stderrTail, end);
    if (this.awaited === undefined) return undefined;
    const { stage, what } = this.awaited;
    const message = `The plugin ${howEnded(end)} before it sent ${what}.`;
    return this.failed({ stage, message, endTold: true }, stderrTail, end);
  }

  private failed(refusal: StartRefusal, stderrTail: string, end?: Omit<OwnEnd, 'stderrTail'>): RefusedEnding {
    const { argv, env, session } = this.start;
    const { artefact, target } = session;
    const machine = machineFor(target, argv[0] !== artefact);
    return refusedStart(refusal, {
      executable: artefact,
      machine,
      env,
      stderrTail,
      ...(end === undefined ? {} : { end }),
    });
  }
}

type RefusedEnding = Ending & { kind: 'refused' };

/** What the system said, without the names that Node puts around it: `permission denied`. */
function systemWords(cause: Error): string {
  const { errno } = cause as NodeJS.ErrnoException;
  return errno === undefined ? cause.message : (getSystemErrorMap().get(errno)?.[1] ?? cause.message);
}
