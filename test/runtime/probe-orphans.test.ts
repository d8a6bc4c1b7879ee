import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { groupMembers, processesWithVariable, processName } from '../../src/support/process-group.js';
import { compilePortable, FOREIGN, foreignProbe, lacking } from './foreign.js';
import { runs } from './harness.js';

// The first of them may have to make wine's folder.
vi.setConfig({ testTimeout: 300_000 });

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-orphans-'));
const driver = path.join(folder, 'driver.cjs');
const here = JSON.stringify(import.meta.dirname);

beforeAll(async () => {
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'probe-driver.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: driver,
    external: ['koffi'],
    // Where cpex's own files are: not beside the driver.
    define: { __dirname: here, 'import.meta.dirname': here },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Processes whose parent is the given one. Linux only. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false;
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}

/** Processes of wine in a folder of its own, when nobody else keeps wine awake there. */
function wineLeft(prefix: string): string[] {
  const members = processesWithVariable('WINEPREFIX', prefix);
  const others = members.filter((pid) => processesWithVariable('CPEX_PROBE_CHANNEL', 'none').includes(pid));
  return others.length > 0 ? [] : members.map((pid) => processName(pid) ?? String(pid));
}

for (const target of FOREIGN) {
  const reason = await lacking(target);
  describe.skipIf(reason !== undefined)(`a plugin for ${target}${reason === undefined ? '' : ` (${reason})`}`, () => {
    test.each(['spin', 'hang', 'ask'])('is gone when the CLI is killed while it is in %s', async (method) => {
      const plugin = compilePortable(target, folder);
      const cli = spawn(process.execPath, [driver, target, plugin, folder, method], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await Promise.race([once(cli.stdout, 'data'), once(cli, 'exit')])) as [unknown];
      if (!Buffer.isBuffer(line)) throw new Error(`The driver ended early: ${line}`);
      const leader = Number(line.toString());
      const children = childrenOf(cli.pid ?? 0);
      expect(groupMembers(leader)).toContain(leader);
      expect(children).toContain(leader);
      const exited = once(cli, 'exit');
      cli.kill('SIGKILL');
      await exited;
      // Under wine the program that kept it awake is among them.
      await vi.waitUntil(() => groupMembers(leader).length === 0 && !children.some(runs), { timeout: 60_000 });
    });

    // The other targets have no server that could stay.
    if (target === 'windows-x64')
      test('leaves no server of wine behind', async () => {
        const { env } = await foreignProbe(target);
        const prefix = env.WINEPREFIX ?? '';
        // This process keeps wine awake too, as long as it lives.
        for (const pid of childrenOf(process.pid)) if (processName(pid)?.includes('cpex-probe')) process.kill(pid);
        await vi.waitUntil(() => wineLeft(prefix).length === 0, { timeout: 120_000, interval: 500 });
      });
  });
}
