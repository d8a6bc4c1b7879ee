import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { processesWithVariable } from '../../../src/support/process-group.js';
import { runs } from '../harness.js';
import { guardianOf } from './guardian-of.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-guarded-'));
const sockets = path.join(folder, 's');
const driver = path.join(folder, 'driver.cjs');
const here = JSON.stringify(import.meta.dirname);
let rounds = 0;

beforeAll(async () => {
  mkdirSync(sockets);
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
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A shell that has a child in its group and one that has left it, and says so. */
const FAMILY = 'sleep 601 & setsid sleep 602 & echo ready; exec sleep 603';

interface Cli {
  readonly process: ChildProcess;
  readonly mark: string;
  /** Resolves when the driver prints a word. */
  said(word: string): Promise<void>;
}

function startCli(program = FAMILY): Cli {
  const mark = `round-${process.pid}-${rounds++}`;
  const cli = spawn(process.execPath, [driver, folder, mark, program], {
    env: { ...process.env, TMPDIR: sockets },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  cli.stdout.on('data', (text) => {
    printed += text;
  });
  const said = async (word: string) => {
    while (!printed.includes(word)) {
      if (cli.exitCode !== null) throw new Error(`The driver ended early with code ${cli.exitCode}.`);
      await Promise.race([once(cli.stdout, 'data'), once(cli, 'exit')]);
    }
  };
  return { process: cli, mark, said };
}

/** Kills a CLI; resolves when nothing of it is left: no process, no guardian, no folder. */
async function killAndWait({ process: cli, mark }: Cli): Promise<void> {
  const exited = once(cli, 'exit');
  cli.kill('SIGKILL');
  await exited;
  // The guardian is the last to go.
  await vi.waitUntil(() => guardianOf(cli.pid).length === 0, { timeout: 30_000, interval: 20 });
  expect(processesWithVariable('CPEX_TEST_MARK', mark)).toEqual([]);
  expect(readdirSync(sockets)).toEqual([]);
}

describe.runIf(process.platform === 'linux')('when the CLI is killed', { timeout: 120_000 }, () => {
  test('everything that its plugin started is gone, and its folder', async () => {
    const cli = startCli();
    await cli.said('up');
    await vi.waitUntil(() => processesWithVariable('CPEX_TEST_MARK', cli.mark).length === 3, { timeout: 10_000 });
    // For sockets, and to work in.
    expect(readdirSync(sockets)).toHaveLength(2);
    expect(guardianOf(cli.process.pid)).toHaveLength(1);
    await killAndWait(cli);
  });

  test('nothing is left at whatever moment of the start that happens', async () => {
    for (let round = 0; round < 16; round++) {
      const cli = startCli();
      await cli.said('starting');
      // From before the guardian is there to after the plugin is up, by steps of what a start takes.
      for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setTimeout(resolve, 3));
      await killAndWait(cli);
    }
  });

  test('a plugin that goes on forking is ended too', async () => {
    const cli = startCli('(while :; do setsid sleep 604 & sleep 0.05; done) & echo ready; exec sleep 605');
    await cli.said('up');
    await vi.waitUntil(() => processesWithVariable('CPEX_TEST_MARK', cli.mark).length >= 4, { timeout: 10_000 });
    await killAndWait(cli);
  });

  test('another guardian takes the place of one that was killed, and knows what it knew', async () => {
    const cli = startCli();
    await cli.said('up');
    const [first = 0] = guardianOf(cli.process.pid);
    process.kill(first, 'SIGKILL');
    await vi.waitUntil(() => guardianOf(cli.process.pid).some((pid) => pid !== first), { timeout: 10_000 });
    // It can be seen before it has been told.
    cli.process.kill('SIGUSR2');
    await cli.said('alive');
    await killAndWait(cli);
    expect(runs(first)).toBe(false);
  });
});
