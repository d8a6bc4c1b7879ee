import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshFolder, missingFor, removeFolders, replaceIn } from './projects.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
afterAll(removeFolders);

const BIN = path.resolve('bin/run.cjs');
const noGit = spawnSync('git', ['--version']).status !== 0;

function cpex(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [BIN, ...args], { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
}

function newProject(language: string): string {
  const parent = freshFolder('projects');
  const { status, stderr } = cpex(['new', 'p', '--lang', language, '--author', 'A', '--git'], parent);
  if (status !== 0) throw new Error(stderr);
  return path.join(parent, 'p');
}

describe.skipIf(noGit)('a new project (needs git)', () => {
  it.each(['c', 'go', 'rust'])('keeps cpex-toolchains.lock under version control: %s', (language) => {
    const root = newProject(language);
    writeFileSync(path.join(root, 'cpex-toolchains.lock'), '{}');
    // Exit code 1: no rule ignores it.
    expect(spawnSync('git', ['check-ignore', 'cpex-toolchains.lock'], { cwd: root }).status).toBe(1);
    expect(spawnSync('git', ['check-ignore', 'dist/x'], { cwd: root }).status).toBe(0);
  });
});

describe.skipIf(missingFor('c') !== undefined || noGit || process.platform === 'win32')(
  'cpex build for a release',
  () => {
    let root: string;
    beforeAll(() => {
      root = newProject('c');
    });

    it('records its tools, accepts them, and refuses others with 3 and one object', () => {
      const none = cpex(['build', '--locked', '--json'], root);
      expect(none.status).toBe(3);
      expect(JSON.parse(none.stdout)).toMatchObject({ ok: false, error: { code: 'CPEX_E_BUILD_LOCKED_TOOLS' } });
      expect(existsSync(path.join(root, 'dist'))).toBe(false);

      const file = path.join(root, 'cpex-toolchains.lock');
      const written = cpex(['build', '--json'], root, { CPEX_BUILD_LOCK: '1' });
      expect(JSON.parse(written.stdout)).toMatchObject({ ok: true, result: { toolLock: { file, changed: true } } });
      const good = cpex(['build'], root, { CPEX_BUILD_LOCKED: '1' });
      expect({ status: good.status, stdout: good.stdout }).toMatchObject({ status: 0 });

      replaceIn(file, '"sha256": "', '"sha256": "0000');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/0000([0-9a-f]{60})[0-9a-f]{4}"/, '0000$1"'));
      const refused = cpex(['build', '--locked'], root);
      expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 3, stdout: '' });
      expect(refused.stderr).toMatch(/ {2}cmake {2}wanted \S+ sha256 0000\S+ {2}found \S+ sha256 \S+/);
      expect(refused.stderr).toContain('CPEX_E_BUILD_LOCKED_TOOLS');
    });

    it.each([
      ['--lock', '--locked'],
      ['--lock', '--debug'],
      ['--lock', '--check-reproducible'],
      ['--check-reproducible', '--debug'],
      ['--check-reproducible', '--dry-run'],
    ])('refuses %s with %s', (one, two) => {
      const { status, stdout } = cpex(['build', one, two, '--json'], root);
      expect(status).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'CPEX_E_USAGE' } });
    });

    it('says of each target whether two builds are the same, and leaves dist alone', () => {
      const fresh = newProject('c');
      const good = cpex(['build', '--check-reproducible'], fresh);
      expect(good.stdout).toMatch(/^✓ \S+ {2}same sha256 [0-9a-f]{64}\n$/);
      expect({ status: good.status, dist: existsSync(path.join(fresh, 'dist')) }).toEqual({ status: 0, dist: false });
      const script = `\nstring(RANDOM LENGTH 16 stamp)\ntarget_compile_definitions(p PRIVATE STAMP="\${stamp}")\n`;
      const cmake = path.join(fresh, 'CMakeLists.txt');
      writeFileSync(cmake, readFileSync(cmake, 'utf8') + script);
      const logic = path.join(fresh, 'src/plugin.c');
      writeFileSync(
        logic,
        `${readFileSync(logic, 'utf8')}\n__attribute__((visibility("default"))) const char plugin_stamp[] = STAMP;\n`,
      );
      const bad = cpex(['build', '--check-reproducible', '--json'], fresh);
      expect(bad.status).toBe(1);
      const { ok, result } = JSON.parse(bad.stdout);
      expect({ ok, same: result.targets[0].same }).toEqual({ ok: false, same: false });
      expect(result.targets[0].differences[0]).toMatchObject({ section: '.rodata', symbol: 'plugin_stamp' });
    });
  },
);

describe('cpex ci', () => {
  it('ends with 1 when the workflow is stale, and with 0 when it was brought up to date', () => {
    const root = newProject('rust');
    expect(cpex(['ci', '--check'], root).status).toBe(0);
    const stale = cpex(['ci', '--check', '--json'], root, { CPEX_CI_TARGET: 'linux-x64, windows-x64' });
    expect(stale.status).toBe(1);
    expect(JSON.parse(stale.stdout)).toMatchObject({ ok: false, result: { ok: false, action: 'update' } });
    const written = cpex(['ci', 'github', '--target', 'linux-x64', '--target', 'windows-x64'], root);
    expect(written).toMatchObject({ status: 0, stderr: '' });
    expect(written.stdout).toContain('Updated .github/workflows/cpex.yml');
    expect(cpex(['ci', '--check'], root).status).toBe(0);
    const edited = path.join(root, '.github/workflows/cpex.yml');
    replaceIn(edited, 'fail-fast: false', 'fail-fast: true');
    const refused = cpex(['ci'], root);
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^- {6}fail-fast: true$/m);
    expect(cpex(['ci', '--check', '--force'], root).status).toBe(2);
    expect(cpex(['ci', 'gitlab'], root).status).toBe(2);
  });
});
