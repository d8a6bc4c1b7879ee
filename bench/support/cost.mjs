// What a child process costs.
//
// CPU is user and system time of the child and of everything that it has waited for, by
// getrusage(RUSAGE_CHILDREN) before and after: microseconds, where /proc/self/stat counts in steps
// of 10 ms. One child at a time, so the difference belongs to it alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { environment } from './package.mjs';

const RUSAGE_CHILDREN = -1;
const usage = Buffer.alloc(256);
let getrusage;

/** CPU milliseconds of all children that this process has waited for. */
function childCpu() {
  if (process.platform === 'win32') throw new Error('The benchmarks need getrusage: run them on Linux or macOS.');
  getrusage ??= koffi.load(null).func('int getrusage(int who, void *usage)');
  getrusage(RUSAGE_CHILDREN, usage);
  const seconds = Number(usage.readBigInt64LE(0)) + Number(usage.readBigInt64LE(16));
  const micros = usage.readInt32LE(8) + usage.readInt32LE(24);
  return seconds * 1e3 + micros / 1e3;
}

/**
 * Runs a command to its end and returns `{ cpu, wall, stdout }`, in milliseconds.
 * Throws when it fails: a figure of a command that did nothing says nothing.
 *
 * @param options.stderr `ignore` throws away what may be more than can be kept
 */
export function run(argv, { cwd, env = {}, stderr = 'pipe' } = {}) {
  const cpuBefore = childCpu();
  const before = performance.now();
  const child = spawnSync(argv[0], argv.slice(1), {
    cwd,
    env: environment(env),
    stdio: ['ignore', 'pipe', stderr],
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const wall = performance.now() - before;
  if (child.status !== 0) {
    const said = child.error?.message ?? `${child.stdout}${child.stderr ?? ''}`.trim().slice(-2000);
    throw new Error(`${argv.join(' ')} ended with ${child.status ?? child.signal}: ${said}`);
  }
  return { cpu: childCpu() - cpuBefore, wall, stdout: child.stdout };
}

const witness = fileURLToPath(new URL('witness.cjs', import.meta.url));

/**
 * Runs a Node program and returns `{ cpu, peak }` of that process alone, without the tools that it
 * starts: milliseconds, and bytes resident at the most.
 *
 * @param options.stderr `ignore` throws it away at once, `counted` sends it through a pipe to a program that counts it
 */
export function runAlone(argv, { cwd, env = {}, stderr } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'cpex-bench-'));
  const file = path.join(folder, 'witness.json');
  const program = [process.execPath, '--require', witness, ...argv];
  const counted = ['sh', '-c', '"$@" 2>&1 >/dev/null | wc -c', 'sh', ...program];
  try {
    run(stderr === 'counted' ? counted : program, {
      cwd,
      stderr: stderr === 'ignore' ? 'ignore' : 'pipe',
      env: { ...env, CPEX_BENCH_WITNESS: file },
    });
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
