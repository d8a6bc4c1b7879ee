import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hostTarget } from '../../../src/project/targets/host.js';
import { packageRoot } from '../../../src/support/package-root.js';
import { processesWithVariable } from '../../../src/support/process-group.js';
import { fixturePlugin, RULES, write as writeMessage } from '../grpc/fixture.js';
import { Bench, framesKit } from '../harness.js';
import { guardianOf } from './guardian-of.js';
import type { DriverWish } from './transports-driver.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-killed-'));
const temporary = path.join(folder, 't');
const driver = path.join(folder, 'driver.cjs');
const here = JSON.stringify(import.meta.dirname);
const libraries = new Bench();
const programs = new Bench(framesKit);
let rounds = 0;

beforeAll(async () => {
  mkdirSync(temporary);
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'transports-driver.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: driver,
    logLevel: 'error',
    // Where cpex's own files are: not beside the driver.
    define: { __dirname: here, 'import.meta.dirname': here },
  });
});
afterAll(() => {
  libraries.remove();
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

type Wish = Omit<DriverWish, 'childEntry' | 'options'> & { readonly options: Partial<DriverWish['options']> };

const CALL = (body: string) => Buffer.from(body).toString('base64');

/** A plugin for each transport that leaves a process of its own and then does not return. */
const PLUGINS: readonly (readonly [name: string, make: () => Wish])[] = [
  [
    'a library',
    () => ({
      transport: 'native',
      options: {
        artefact: libraries.compile('behaviour'),
        cwd: libraries.folder,
        native: { entry: 'cpex_plugin_init', abiVersion: 1 },
      },
      calls: [
        ['fork', ''],
        ['spin', ''],
      ],
    }),
  ],
  [
    'a program of the same calls',
    () => ({
      transport: 'stdio',
      options: {
        artefact: programs.compile('behaviour'),
        cwd: programs.folder,
        process: { transport: 'stdio', wire: 'cpex-frames', abiVersion: 1 },
      },
      calls: [
        ['daemon', ''],
        ['spin', ''],
      ],
    }),
  ],
  [
    'a plugin of go-plugin',
    () => ({
      transport: 'grpc',
      options: { artefact: fixturePlugin(), process: RULES },
      calls: [
        ['fixture.v1.Fixture/Misbehave', line('orphan')],
        ['fixture.v1.Fixture/Misbehave', line('hang')],
      ],
    }),
  ],
  [
    'a plugin of tau',
    () => {
      const artefact = path.resolve('test/plugins/tau/plugin.mjs');
      const call = { session_id: 's', tool_call_id: 'a', name: 'wait_tool', arguments: {} };
      return {
        transport: 'stdio',
        options: { artefact, process: { transport: 'stdio', wire: 'tau-lines' } },
        calls: [['tool_call', CALL(JSON.stringify(call))]],
      };
    },
  ],
];

function line(text: string): string {
  return Buffer.from(writeMessage('Line', { text })).toString('base64');
}

/** Starts the plugin in a program that is killed once it has said the word. */
async function killAt(
  wish: Wish,
  word: string,
  delayMs: number,
): Promise<{ mark: string; pid: number; before: number }> {
  const mark = `killed-${process.pid}-${rounds++}`;
  const { artefact = '', cwd = folder } = wish.options;
  const env = { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: temporary, CPEX_TEST_MARK: mark };
  const options = { target: hostTarget().name, env, ...wish.options, artefact, cwd };
  const whole: DriverWish = { ...wish, childEntry: path.join(packageRoot(), 'dist', 'child.cjs'), options };
  const cli = spawn(process.execPath, [driver, JSON.stringify(whole)], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  cli.stdout.on('data', (text) => {
    printed += text;
  });
  while (!printed.includes(`${word}\n`)) {
    if (cli.exitCode !== null) throw new Error(`The driver ended early with code ${cli.exitCode}.`);
    await Promise.race([once(cli.stdout, 'data'), once(cli, 'exit')]);
  }
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const before = processesWithVariable('CPEX_TEST_MARK', mark).length;
  const exited = once(cli, 'exit');
  cli.kill('SIGKILL');
  await exited;
  return { mark, before, pid: cli.pid ?? 0 };
}

describe.runIf(process.platform === 'linux').each(PLUGINS)('%s', { timeout: 300_000 }, (_name, make) => {
  let wish: Wish | undefined;

  // While a call hangs, and at moments from the first line of the start on.
  test.each([
    ['calling', 0],
    ['starting', 0],
    ['starting', 20],
    ['starting', 60],
    ['up', 0],
  ])('leaves nothing when the CLI is killed %s, %i ms later', async (word, delayMs) => {
    wish ??= make();
    const { mark, pid, before } = await killAt(wish, word, delayMs);
    if (word !== 'starting') expect(before).toBeGreaterThan(0);
    await vi.waitUntil(() => guardianOf(pid).length === 0, { timeout: 30_000, interval: 20 });
    // The kernel ends a library's process by itself, without a guardian that could be waited for.
    await vi.waitUntil(
      () => processesWithVariable('CPEX_TEST_MARK', mark).length === 0 && readdirSync(temporary).length === 0,
      { timeout: 10_000, interval: 20 },
    );
  });
});
