import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { packageRoot } from '../../src/support/package-root.js';
import { groupMembers } from '../../src/support/process-group.js';
import { Bench, runs } from './harness.js';

const bench = new Bench();
const driver = path.join(bench.folder, 'driver.cjs');
const here = JSON.stringify(import.meta.dirname);
let plugin = '';

beforeAll(async () => {
  plugin = bench.compile('behaviour');
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'driver.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: driver,
    // Where cpex's own files are: not beside the driver.
    define: { __dirname: here, 'import.meta.dirname': here },
  });
});
afterAll(() => bench.remove());

/** The CLI is killed while the plugin spins, sleeps, or waits for an answer. */
const MOMENTS = [
  ['kernel', 'spin'],
  ['kernel', 'hang'],
  ['kernel', 'stay'],
  ['process', 'spin'],
] as const;

test.each(MOMENTS)('nothing outlives a CLI that is killed (guardian: %s, plugin in: %s)', async (guardian, method) => {
  const child = path.join(packageRoot(), 'dist', 'child.cjs');
  const cli = spawn(process.execPath, [driver, child, plugin, bench.folder, guardian, method], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([once(cli.stdout, 'data'), once(cli, 'exit')])) as [unknown];
  if (!Buffer.isBuffer(line)) throw new Error(`The driver ended early: ${line}`);
  const leader = Number(line.toString());
  const grandchild = bench.pidFrom('grandchild.pid');
  expect(groupMembers(leader)).toEqual(expect.arrayContaining([leader, grandchild]));
  const exited = once(cli, 'exit');
  cli.kill('SIGKILL');
  await exited;
  await vi.waitUntil(() => groupMembers(leader).length === 0 && !runs(grandchild), { timeout: 10_000 });
  const folders = ['/dev/shm', tmpdir()].filter((folder) => existsSync(folder));
  const names = folders.flatMap((folder) => readdirSync(folder));
  expect(names.filter((name) => name.startsWith(`cpex-${cli.pid}-`))).toEqual([]);
});
