import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
export const bin = path.join(root, 'bin', 'run.cjs');

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Milliseconds; 120,000 when absent. */
  readonly timeout?: number;
}

/** Whether a tool can be started and ends well. */
export function isThere(tool: string, arg = '--version'): boolean {
  return spawnSync(tool, [arg]).status === 0;
}

/** Runs the built cpex in a pipe, as a script would. */
export function cpex(args: readonly string[], options: CliOptions = {}): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    encoding: 'utf8',
    cwd: options.cwd ?? root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...options.env },
    input: options.input ?? '',
    timeout: options.timeout ?? 120_000,
  });
  return { status, stdout, stderr };
}
