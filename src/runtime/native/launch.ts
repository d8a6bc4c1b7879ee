import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, readFileSync, readSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import type { SessionOptions } from '../../model/session.js';
import { openAnonymousFile } from '../../support/anonymous-file.js';
import { CpexError } from '../../support/errors.js';
import { childStartError, sessionEnvironment } from '../process/environment.js';
import { SHARED_FILE } from '../wire/frame.js';
import { type LastMoment, RECORDER_SIZE, readRecorder } from '../wire/recorder.js';
import { DESCRIPTOR_NAMES, type Guardian, HIGH_DESCRIPTOR, type LaunchConfig } from './launch-config.js';

/** Concurrent calls and all file work of the child share libuv's pool: four threads would be four hung calls. */
const POOL_THREADS = '16';

/** A child that has been started, and this side's ends of its private channels. */
export interface Launched {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Value of `SESSION_VARIABLE` in everything that the child starts. */
  readonly token: string;
  readonly calls: Duplex;
  readonly control: Duplex;
  readonly callbacks: Duplex;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Shared files: the first is written here, the second by the child. */
  readonly requests: number;
  readonly replies: number;
  /** What the flight recorder says; until `close`. */
  lastMoment(): LastMoment;
  /** Closes the files and every stream that is still open. */
  close(): void;
}

/** How the child is to work, apart from the plugin. */
export interface ChildSettings {
  /** Bundle to run. */
  readonly entry: string;
  readonly guardian: Guardian;
  readonly mapping: boolean;
}

/** Starts the child. Throws CPEX_E_CHILD_START. */
export function launch(options: SessionOptions, token: string, child: ChildSettings): Launched {
  if (options.native === undefined) {
    throw new CpexError('CPEX_E_TRANSPORT', 'The native engine needs a host profile with a native entry.');
  }
  const files = [
    openAnonymousFile(RECORDER_SIZE),
    openAnonymousFile(SHARED_FILE),
    openAnonymousFile(SHARED_FILE),
  ] as const;
  const [recorder, requests, replies] = files;
  const closeFiles = () => {
    for (const file of files) closeSync(file);
  };
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', recorder, requests, replies];
  const roomy = hasRoom();
  // Growing the descriptor table makes Linux wait for every processor, 8 ms and more, but only once
  // a process has threads. With this in it the table is large before Node starts.
  if (roomy) stdio.push(...Array<'ignore'>(HIGH_DESCRIPTOR - stdio.length).fill('ignore'), recorder);
  const config: LaunchConfig = {
    artefact: options.artefact,
    ...options.native,
    descriptors: Object.fromEntries(
      DESCRIPTOR_NAMES.map((name, index) => [name, index + 3]),
    ) as LaunchConfig['descriptors'],
    guardian: child.guardian,
    mapping: child.mapping,
    roomy,
  };
  let started: ChildProcess;
  try {
    started = spawn(process.execPath, [child.entry, JSON.stringify(config)], {
      cwd: options.cwd,
      env: { ...sessionEnvironment(options.env, token), UV_THREADPOOL_SIZE: POOL_THREADS },
      // A group of its own, so that whatever the plugin starts can be ended with it.
      detached: true,
      windowsHide: true,
      stdio,
    });
  } catch (cause) {
    closeFiles();
    throw childStartError(cause);
  }
  const streams = started.stdio as unknown as [null, Readable, Readable, Duplex, Duplex, Duplex, Duplex];
  const [, stdout, stderr, calls, control, callbacks, lifeline] = streams;
  // Nothing is ever read from the lifeline; an error on it only says that the child is gone.
  lifeline?.on('error', () => undefined);
  return {
    process: started,
    pid: started.pid ?? 0,
    token,
    calls,
    control,
    callbacks,
    stdout,
    stderr,
    requests,
    replies,
    lastMoment: () => {
      const page = Buffer.alloc(RECORDER_SIZE);
      readSync(recorder, page, 0, RECORDER_SIZE, 0);
      return readRecorder(page);
    },
    close: () => {
      for (const stream of streams) stream?.destroy();
      closeFiles();
    },
  };
}

/** True where a child can be given a descriptor of that number, and gains from it. */
function hasRoom(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return Number(soft) > 2 * HIGH_DESCRIPTOR;
  } catch {
    return false;
  }
}
