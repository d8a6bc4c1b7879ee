import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contractData } from '../../src/project/contract-data.js';
import { packageRoot } from '../../src/support/package-root.js';
import { workFolder } from '../scaffold/temporary.js';
import { missingToolchain } from './toolchain.js';

vi.setConfig({ testTimeout: 300_000 });

const missing = missingToolchain();
const CAPABILITIES = Object.keys(contractData('cliproxy').capabilities);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe.skipIf(missing !== undefined)(
  `cpex with a Go plugin for cliproxy${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let folder: Awaited<ReturnType<typeof workFolder>>;
    beforeAll(async () => {
      folder = await workFolder();
    });
    afterAll(() => folder.remove());

    const cpex = (cwd: string, ...args: string[]) =>
      new Promise<Outcome>((resolve) => {
        const env = { ...process.env, USER: 'ada', CPEX_CODE_CACHE: 'off' };
        const words = [path.join(packageRoot(), 'bin/run.cjs'), ...args];
        execFile(process.execPath, words, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
        );
      });

    it('passes every check and case unedited, with all capabilities', async () => {
      const capabilities = CAPABILITIES.flatMap((name) => ['--capability', name]);
      const made = await cpex(
        folder.path,
        'new',
        'All.Of_it',
        '--lang',
        'go',
        '--host',
        'cliproxy',
        '--no-git',
        ...capabilities,
      );
      expect(made.code, made.stderr).toBe(0);
      expect(made.stderr).toContain('replace the placeholder of repository: in cpex.yaml');
      const root = path.join(folder.path, 'All.Of_it');
      const tested = await cpex(root, 'test', '--json');
      const report = JSON.parse(tested.stdout) as {
        ok: boolean;
        result: { results: { suite: string; verdict: string; id: string }[] };
      };
      expect({ code: tested.code, ok: report.ok }, tested.stdout.slice(0, 4000)).toEqual({ code: 0, ok: true });
      const cases = report.result.results.filter(({ suite }) => suite === 'cases');
      expect(cases.length).toBeGreaterThanOrEqual(CAPABILITIES.length);
      expect(cases.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
      const checked = await cpex(root, 'check', '.', '--json');
      expect(checked.code, checked.stdout.slice(0, 4000)).toBe(0);
      expect(checked.stdout).toContain('project.repository');
    });
  },
);
