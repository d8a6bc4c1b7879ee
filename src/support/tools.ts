import { onExit } from './cleanup.js';
import { CpexError, systemCode } from './errors.js';
import { signalGroup } from './process-group.js';
import { TextTail } from './text-tail.js';

export interface ToolOptions {
  readonly cwd?: string;
  /** The whole environment of the tool; that of cpex itself when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until the tool is killed. Every tool has a limit. */
  readonly timeout: number;
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Receives each complete line of stdout and stderr as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Bytes of stdout and stderr each to keep, the last ones; 1 MiB when absent. */
  readonly keep?: number;
  /**
   * The tool has the terminal: it may ask there, for a password, and what it prints goes to stderr as it
   * comes, so that nothing is kept. Ctrl-C reaches it from the terminal.
   */
  readonly terminal?: boolean;
}

export interface ToolResult {
  /** Exit code; undefined when a signal ended the tool or it never started. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  /** True when the executable was not there. */
  readonly missing: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly command: readonly string[];
}

/** Time between SIGTERM and SIGKILL, in milliseconds. */
const GRACE_MS = 2000;

/**
 * Runs a compiler, linker, git or the like to its end. The only place that starts tools.
 * Never throws for what the tool did; keeps the last part of its output in bounded memory.
 * An abort or the time limit ends the tool and everything it started; an abort throws `CPEX_E_INTERRUPTED`.
 */
export async function runTool(command: string, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  if (options.signal?.aborted) throw interrupted(command);
  const { execa } = await import('execa');
  const stdout = new TextTail(options.keep ?? 1 << 20, (line) => options.onLine?.(line, 'stdout'));
  const stderr = new TextTail(options.keep ?? 1 << 20, (line) => options.onLine?.(line, 'stderr'));
  const { terminal = false } = options;
  const child = execa(command, args, {
    // A group of its own, so that what the tool starts can be ended with it; but only one group has the terminal.
    detached: process.platform !== 'win32' && !terminal,
    buffer: false,
    reject: false,
    encoding: 'buffer',
    ...(terminal
      ? { stdin: 'inherit', stdout: 2, stderr: 2 }
      : { stdin: options.input === undefined ? 'ignore' : 'pipe', stdout: 'pipe', stderr: 'pipe' }),
    windowsHide: true,
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env, extendEnv: false }),
  });
  child.stdout?.on('data', (bytes: Uint8Array) => stdout.push(bytes));
  child.stderr?.on('data', (bytes: Uint8Array) => stderr.push(bytes));
  const guard = guardTree(child.pid, options);
  const result = await child.finally(guard.release);
  stdout.end();
  stderr.end();
  if (options.signal?.aborted) throw interrupted(command);
  return {
    code: result.exitCode,
    signal: result.signal,
    timedOut: guard.timedOut(),
    missing: result.code === 'ENOENT',
    stdout: stdout.text,
    stderr: stderr.text,
    command: [command, ...args],
  };
}

/** Ends the process tree on abort, at the time limit and when cpex leaves early. */
function guardTree(pid: number | undefined, options: ToolOptions) {
  let timedOut = false;
  let force: NodeJS.Timeout | undefined;
  const send = options.terminal === true ? signalOne : signalGroup;
  const end = () => {
    if (pid === undefined) return;
    send(pid, 'SIGTERM');
    force ??= setTimeout(() => send(pid, 'SIGKILL'), GRACE_MS);
  };
  const limit = setTimeout(() => {
    timedOut = true;
    end();
  }, options.timeout);
  options.signal?.addEventListener('abort', end, { once: true });
  const forget = onExit(() => pid !== undefined && send(pid, 'SIGKILL'));
  return {
    timedOut: () => timedOut,
    release: () => {
      // What outlived its leader after an abort would be left over.
      if (force !== undefined && pid !== undefined && options.terminal !== true) signalGroup(pid, 'SIGKILL');
      clearTimeout(limit);
      clearTimeout(force);
      options.signal?.removeEventListener('abort', end);
      forget();
    },
  };
}

/** Ends a tool that shares our group; one that runs with other rights, as under sudo, cannot be reached. */
function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  }
}

function interrupted(command: string): CpexError {
  return new CpexError('CPEX_E_INTERRUPTED', `Interrupted while ${command} was running.`);
}
