import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileC, missingTools } from '../testing/support/compile.js';
import { cpex } from './cli.js';

const missing = missingTools('cc');
let folder: string;
let library: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-unwritable-')));
  mkdirSync(path.join(folder, 'a-folder'));
  writeFileSync(path.join(folder, 'a-file'), '');
  if (missing === undefined) library = compileC('asks', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missing !== undefined)(
  `a place that cannot be written${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const before = () => readdirSync(folder).sort();

    it.each(['a-folder', 'a-file/report', ...(existsSync('/proc') ? ['/proc/report'] : [])])(
      'for a report is told, not called a bug: %s',
      (place) => {
        const names = before();
        const words = ['test', library, '--only', 'entry.one', '--reporter', `junit=${place}`];
        const { status, stdout, stderr } = cpex(words, { cwd: folder });
        expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
        expect(stderr).toContain('✗ The report cannot be written to');
        expect(stderr).not.toMatch(/^ +at /m);
        expect(before()).toEqual(names);
      },
    );

    it('for a recording is told as well', () => {
      const words = ['run', '--plugin', library, '--record', 'a-file/case.yaml', 'plugin.quiesce'];
      const { status, stderr } = cpex(words, { cwd: folder });
      expect(status).toBe(3);
      expect(stderr).toContain('✗ The case cannot be written to');
      expect(stderr).toContain('CPEX_E_OUTPUT');
    });
  },
);
