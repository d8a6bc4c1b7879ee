import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { processesWithVariable } from '../../../src/support/process-group.js';

const RUN = path.resolve(import.meta.dirname, '../../../bin/run.cjs');

/** Variable that marks every process of one command; whatever the plugin starts inherits it. */
const MARK = 'CPEX_TEST_MARK';

/** How long processes may take to disappear after their command, in milliseconds. */
const GONE_MS = 20_000;

/** Longest that a command may take before it is killed where nothing else is said, in milliseconds. */
const LIMIT_MS = 240_000;

export interface CliOptions {
  readonly cwd?: string;
  /** Written to stdin, which is closed afterwards. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Longest that it may take before it is killed, in milliseconds; a few minutes when absent. */
  readonly limitMs?: number;
}

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is still running. */
export interface RunningCli {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Ids of this command's processes, those of the plugin included. */
  readonly pids: () => number[];
  /** Resolves at the end, after it was checked that nothing is left over. */
  readonly result: Promise<CliResult>;
}

/**
 * Runs the built `cpex` in a folder of its own with pipes for stdin, stdout and stderr. After each
 * command no process of it may be left, nor a folder `cpex-*` in its TMPDIR.
 */
export class Cli {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex test ü ')));

  /** Runs a command to its end. */
  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const running = this.start(args, options);
    running.process.stdin?.end(options.input ?? '');
    return running.result;
  }

  /** Starts a command and leaves its stdin open. */
  start(args: readonly string[], options: CliOptions = {}): RunningCli {
    const { mark, temporary, env } = this.surroundings(options.env);
    const child = spawn(process.execPath, [RUN, ...args], {
      cwd: options.cwd ?? this.folder,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.limitMs ?? LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
    const stdout = () => Buffer.concat(out).toString('utf8');
    const stderr = () => Buffer.concat(err).toString('utf8');
    const ended = new Promise<CliResult>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, stdout: stdout(), stderr: stderr() }));
    });
    const result = ended.then(async (value) => {
      await this.expectNothingLeft(mark, temporary);
      return value;
    });
    return { process: child, stdout, stderr, pids: () => processesWithVariable(MARK, mark), result };
  }

  /** Environment with a mark and a TMPDIR of its own, for commands that a test starts in another way. */
  surroundings(more: Readonly<Record<string, string>> = {}): {
    mark: string;
    temporary: string;
    env: Record<string, string>;
  } {
    const mark = randomUUID();
    const temporary = path.join(this.folder, `tmp-${mark}`);
    mkdirSync(temporary);
    const env = { ...process.env, NO_COLOR: '1', CI: 'true', TMPDIR: temporary, [MARK]: mark, ...more };
    return { mark, temporary, env };
  }

  /** Waits until every process of a command is gone and checks that its temporary folders are. */
  async expectNothingLeft(mark: string, temporary: string): Promise<void> {
    await vi.waitFor(() => expect(processesWithVariable(MARK, mark)).toEqual([]), { timeout: GONE_MS, interval: 20 });
    expect(readdirSync(temporary).filter((name) => name.startsWith('cpex-'))).toEqual([]);
    rmSync(temporary, { recursive: true, force: true });
  }

  /** Ids of the processes that carry a mark. */
  pidsOf(mark: string): number[] {
    return processesWithVariable(MARK, mark);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
