import type { ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import type { CrashFacts } from '../../model/crash.js';
import type { Ending } from '../../model/session.js';
import { onExit } from '../../support/cleanup.js';
import { offspring, processName, signalGroup } from '../../support/process-group.js';
import { TextTail } from '../../support/text-tail.js';
import type { LastMoment } from '../wire/recorder.js';
import { childStartError, SESSION_VARIABLE } from './environment.js';
import { readOutput } from './plugin-output.js';
import { describeThreads, type ThreadStacks, type ThreadState, threadStates } from './thread-evidence.js';

/** Characters of the child's stderr that an ending quotes. */
const STDERR_TAIL = 64 * 1024;
/** Between SIGABRT, which lets a runtime print its stacks, and SIGKILL. */
const ABORT_GRACE_MS = 2000;
/** While a session is younger, no machine has given out so many process ids that they come round. */
const RECENT_MS = 10_000;
/** How long the threads of a child that hangs have to say where they are. */
const STACKS_MS = 3000;
/** How long output that is still in the pipes may take after the process is gone. */
const DRAIN_MS = 500;

/** What a supervisor has to know of a child, whatever engine it runs. */
export interface Watched {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Value of `SESSION_VARIABLE` in everything that the child starts. */
  readonly token: string;
  /** What the child prints; null for a stream that somebody else reads. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Closes the files and every stream that is still open. */
  close(): void;
  /** Nothing of ours is in the child: a plugin that is refused does not end it. */
  readonly foreign?: true;
  /** The ending for a child that the system could not start; our own failure when absent. */
  unstartable?(cause: Error): Ending;
  /** The ending for a child that ended by itself, where that is no end of a session in its course. */
  judge?(end: OwnEnd): Ending | undefined;
  /** How far the plugin has come; until `close`. */
  lastMoment(): LastMoment;
  /** Resolves when nothing more will come over a channel that is none of the process's own pipes. */
  readonly drained?: Promise<unknown>;
  /** The signal of a crash that the exit status does not show; `said` is the end of what was printed to stderr. */
  crashed?(code: number | null, said: string): string | undefined;
  /** What the child told of its own crash, once it has crashed. */
  crash?(): ToldCrash | undefined;
  /** Asks the child what its threads do, and waits for that as long as this, in milliseconds. */
  stacks?(limitMs: number): Promise<ToldStacks | undefined>;
}

/** How a child came to its end by itself. */
export interface OwnEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderrTail: string;
}

/** What the threads of a child said of themselves before it was killed. */
export interface ToldStacks {
  /** The plugin's runtime prints stacks of its own and ends the process then. */
  readonly printing: boolean;
  /** Takes as long as reading debug information does. */
  describe(): Promise<ThreadStacks>;
}

/** A crash that the child itself told of. */
export interface ToldCrash {
  readonly signal: string;
  readonly fault: CrashFacts;
  /** The plugin's functions in words, the innermost first. Takes as long as reading debug information does. */
  frames(): Promise<readonly string[]>;
}

/** Watches a child to its end: kills it when it must, takes along what it started, and says how it ended. */
export class Supervisor {
  /** Resolves when the process is gone and its output has been read. */
  readonly ended: Promise<Ending>;

  private readonly started = performance.now();
  private decided: Ending | undefined;
  private exited = false;
  /** Until the threads of a child that hangs have been described. */
  private asking: Promise<void> | undefined;
  private shutDown = false;
  private readonly late: string[] = [];
  /** What the plugin started and left running, by name. */
  private left: readonly string[] = [];
  private readonly stderr = new TextTail(STDERR_TAIL);
  private readonly forget: () => void;

  /**
   * @param output receives what the plugin prints
   * @param onUnstartable called when the system could not start the child at all
   */
  constructor(
    private readonly child: Watched,
    output: ((stream: 'stdout' | 'stderr', bytes: Uint8Array) => void) | undefined,
    onUnstartable: (error: Error) => void,
  ) {
    this.forget = onExit(() => this.cancel());
    const processGone = readOutput(child, (stream, bytes) => {
      if (stream === 'stderr') this.stderr.push(bytes);
      // What a runtime prints because it is killed is evidence, and no output of the plugin.
      if (this.asking === undefined) output?.(stream, bytes);
    });
    this.ended = new Promise((resolve) => {
      const finish = (ending: Ending) => {
        this.forget();
        child.close();
        resolve(ending);
      };
      child.process.once('error', (cause) => {
        if (this.exited) return;
        this.exited = true;
        const error = childStartError(cause);
        onUnstartable(error);
        finish(child.unstartable?.(cause) ?? { kind: 'harness-fault', message: error.message });
      });
      child.process.once('exit', (code, signal) => {
        this.exited = true;
        this.left = this.killAll();
        processGone();
        // Not on `close` alone: a process that left the group may hold the pipes for ever.
        // And not on time alone: after a pause of this process, what is in the pipes is read first.
        let judged = false;
        const judge = () => {
          // `close` may still come between the timer and what it puts off; by then the files are closed.
          if (judged) return;
          judged = true;
          clearTimeout(drained);
          void this.classify(code, signal).then(finish);
        };
        const drained = setTimeout(() => setImmediate(judge), DRAIN_MS);
        const closed = new Promise((done) => child.process.once('close', done));
        void Promise.all([closed, child.drained]).then(judge);
      });
    });
  }

  /** The plugin was not loaded; a child of ours ends by itself. */
  refused(ending: Ending & { kind: 'refused' }): void {
    this.decide(ending);
    if (this.exited) return;
    if (this.child.foreign === true) signalGroup(this.child.pid, 'SIGKILL');
    else this.killSoon();
  }

  /** The last that the child printed to stderr. */
  get stderrTail(): string {
    return this.stderr.text;
  }

  /** The host's own code failed. */
  fault(message: string): void {
    this.decide({ kind: 'harness-fault', message });
    signalGroup(this.child.pid, 'SIGKILL');
  }

  /** The child proved that the plugin was shut down in order. */
  proven(): void {
    this.shutDown = true;
  }

  /** The plugin asked for something after its shutdown. */
  lateRequest(method: string): void {
    this.late.push(method);
  }

  /**
   * A deadline has passed: notes and asks what the threads do, then kills the group, first so that runtimes print stacks.
   *
   * @param awaited what did not come, where that is no call: `its handshake line`
   */
  expire(deadlineMs: number, awaited?: string): void {
    if (this.exited || this.decided !== undefined) return;
    const { touched, ...moment } = this.child.lastMoment();
    if (!touched) {
      this.fault(`The child did not come up within ${deadlineMs} ms: the machine is too busy or too slow.`);
      return;
    }
    if (this.child.crash?.() !== undefined) {
      // It told of a crash and could not end.
      signalGroup(this.child.pid, 'SIGKILL');
      return;
    }
    const states = threadStates(this.child.pid);
    this.decided = {
      kind: 'hang',
      deadlineMs,
      threads: describeThreads(states),
      ...moment,
      stderrTail: '',
      ...(awaited === undefined ? {} : { awaited }),
    };
    this.asking = this.askAndKill(states, this.decided);
  }

  private async askAndKill(states: readonly ThreadState[], ending: Ending & { kind: 'hang' }): Promise<void> {
    const told = await this.child.stacks?.(STACKS_MS);
    // A runtime that prints its own stacks ends the process itself.
    if (told?.printing !== true) signalGroup(this.child.pid, 'SIGABRT');
    this.killSoon();
    if (told !== undefined) this.decided = { ...ending, threads: describeThreads(states, await told.describe()) };
  }

  /** Kills everything at once because the caller wants to. */
  cancel(): void {
    if (this.exited) return;
    this.decide({ kind: 'cancelled' });
    signalGroup(this.child.pid, 'SIGKILL');
  }

  /** The first reason counts: what follows is its consequence. */
  private decide(ending: Ending): void {
    this.decided ??= ending;
  }

  private killSoon(): void {
    if (this.exited) return;
    const timer = setTimeout(() => signalGroup(this.child.pid, 'SIGKILL'), ABORT_GRACE_MS);
    this.child.process.once('exit', () => clearTimeout(timer));
  }

  /**
   * Ends what the plugin forked: its group, and what has left the group but carries the session's
   * mark. Returns the names of what was still running.
   */
  private killAll(): string[] {
    const recent = performance.now() - this.started < RECENT_MS;
    const { group, marked } = offspring(this.child.pid, SESSION_VARIABLE, this.child.token, recent);
    const names: string[] = [];
    for (const pid of new Set([...group, ...marked])) {
      const name = processName(pid);
      if (name === undefined) continue;
      names.push(
        /child\.cjs|cpex-(?:probe|gohost)/.test(name)
          ? `process ${pid}, a fork of the plugin's own`
          : `process ${pid}, ${name}`,
      );
    }
    signalGroup(this.child.pid, 'SIGKILL');
    for (const pid of marked) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
    return names;
  }

  private async classify(code: number | null, signal: NodeJS.Signals | null): Promise<Ending> {
    await this.asking;
    this.stderr.end();
    const stderrTail = this.stderr.text;
    if (this.decided !== undefined)
      return 'stderrTail' in this.decided ? { ...this.decided, stderrTail } : this.decided;
    const judged = this.child.judge?.({ code, signal, stderrTail });
    if (judged !== undefined) return judged;
    const { touched, ...moment } = this.child.lastMoment();
    if (!touched) {
      const how = signal === null ? `code ${code}` : signal;
      return {
        kind: 'harness-fault',
        message: `The child ended with ${how} before it reached the plugin.\n${stderrTail}`,
      };
    }
    const told = this.child.crash?.();
    const fatal = told?.signal ?? signal ?? this.child.crashed?.(code, stderrTail);
    if (fatal !== undefined) {
      const fault = told === undefined ? {} : { fault: told.fault };
      return { kind: 'crash', signal: fatal, ...moment, stderrTail, frames: (await told?.frames()) ?? [], ...fault };
    }
    if (code === 0 && this.shutDown) {
      return {
        kind: 'clean',
        ...(this.late.length === 0 ? {} : { lateRequests: this.late }),
        ...(this.left.length === 0 ? {} : { leftovers: this.left }),
      };
    }
    return { kind: 'exit', code: code ?? 0, ...moment, stderrTail };
  }
}
