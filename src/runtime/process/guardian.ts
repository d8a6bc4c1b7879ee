import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from '../../support/package-root.js';

/** What the guardian is told, one JSON array per line. */
export type GuardianLine =
  /** A process with this mark in its environment may come up from now on. */
  | readonly ['expect', token: string]
  /** It has: the leader of its group. */
  | readonly ['guard', token: string, leader: number]
  /** A folder to remove with the process. */
  | readonly ['folder', token: string, folder: string]
  /** The process is gone, with all that it started. */
  | readonly ['forget', token: string];

/** The one guardian of this process: see `src/host-process/guardian.ts`. */
interface Watch {
  guardian: ChildProcess | undefined;
  /** What a guardian that comes later has to be told again. */
  readonly lines: Map<string, GuardianLine[]>;
}

/** One per process: the bundles hold a copy of this module each. */
const KEY = Symbol.for('cpex.guardian');
const holder = globalThis as { [KEY]?: Watch };

function watch(): Watch {
  holder[KEY] ??= { guardian: undefined, lines: new Map() };
  return holder[KEY];
}

/**
 * Tells the guardian something about a session, and starts it when there is none. It kills what it was told of when
 * this process goes away in whatever manner. To be called before the step that it is about.
 */
export function tellGuardian(line: GuardianLine): void {
  const { lines } = watch();
  const [word, token] = line;
  if (word === 'forget') lines.delete(token);
  else lines.set(token, [...(lines.get(token) ?? []), line]);
  const { guardian } = watch();
  if (guardian !== undefined) send(guardian, line);
  else if (word !== 'forget') start();
}

/** Has the guardian end a process that runs already, and all that it started, until `gone` resolves. */
export function guardProcess(token: string, leader: number, gone: Promise<unknown>): void {
  tellGuardian(['expect', token]);
  tellGuardian(['guard', token, leader]);
  void gone.then(() => tellGuardian(['forget', token]));
}

function start(): void {
  // Who looks at a list of processes sees whose it is.
  const args = [path.join(packageRoot(), 'dist', 'guardian.cjs'), String(process.pid)];
  const guardian = spawn(process.execPath, args, {
    // A group of its own: Ctrl-C is meant for this process. Away from folders that somebody may want to remove.
    detached: true,
    cwd: path.dirname(process.execPath),
    env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot },
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = (told: boolean) => {
    if (watch().guardian !== guardian) return;
    watch().guardian = undefined;
    // Somebody has killed it; one that fails by itself would do so again.
    if (told && watch().lines.size > 0) start();
  };
  guardian.once('exit', (_code, signal) => gone(signal !== null)).once('error', () => gone(false));
  guardian.stdin?.on('error', () => undefined);
  guardian.unref();
  (guardian.stdin as unknown as { unref?(): void } | null)?.unref?.();
  watch().guardian = guardian;
  for (const lines of watch().lines.values()) for (const line of lines) send(guardian, line);
}

function send(guardian: ChildProcess, line: GuardianLine): void {
  guardian.stdin?.write(`${JSON.stringify(line)}\n`);
}
