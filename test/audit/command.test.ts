import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD_SOURCE, hasTool, Workbench } from './c-library.js';

const bench = new Workbench();
afterAll(() => bench.remove());
const program = path.resolve(import.meta.dirname, '../../bin/run.cjs');

function check(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'check', ...args], {
    cwd: bench.folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.skipIf(!hasTool('gcc'))('cpex check (needs gcc)', () => {
  beforeAll(() => {
    bench.library('good', GOOD_SOURCE);
    bench.library('bad', 'int cpex_plugin_init(void) { return 0; }');
  });

  it('ends with 0 for a good library, 1 for a fault, 2 for a mistake', () => {
    expect(check('good.so')).toMatchObject({ status: 0, stderr: '' });
    expect(check('bad.so')).toMatchObject({ status: 1, stdout: expect.stringContaining('✗ elf.entry') });
    expect(check('absent.so')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('CPEX_E_AUDIT_FILE'),
    });
    expect(check()).toMatchObject({ status: 2 });
    expect(check('good.so', '--target', 'linux-x46')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Did you mean linux-x64?'),
    });
    expect(check('good.so', '--host', 'nobody')).toMatchObject({ status: 2 });
  });

  it('takes entry, target and glibc from flags', () => {
    expect(check('good.so', '--entry', 'other_init').stdout).toContain('other_init is not exported');
    expect(check('good.so', '--glibc', '2.1').stdout).toContain('at most 2.1 is allowed');
    expect(check('good.so', '--target', 'windows/amd64').stdout).toContain('does not fit windows-x64');
  });

  it('prints one object with --json', () => {
    const good = JSON.parse(check('good.so', '--json').stdout);
    expect(good).toMatchObject({ ok: true, command: 'check', result: { ok: true, reports: [{ language: 'c' }] } });
    const bad = JSON.parse(check('bad.so', '--json').stdout);
    expect(bad).toMatchObject({
      ok: false,
      result: { reports: [{ findings: [{ id: 'elf.entry', severity: 'fail' }] }] },
    });
  });
});
