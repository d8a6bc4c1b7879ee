import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere, root } from './cli.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex pack ü '));
const prefix = path.join(folder, 'prefix');
const env = {
  ...process.env,
  NO_COLOR: '1',
  XDG_CACHE_HOME: path.join(folder, 'cache'),
  XDG_DATA_HOME: path.join(folder, 'data'),
};

function npm(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  expect({ args, status, stderr: status === 0 ? '' : stderr }).toEqual({ args, status: 0, stderr: '' });
  return stdout;
}

function cpex(args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(path.join(prefix, 'node_modules/.bin/cpex'), args, {
    cwd,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Packs the repository, installs the tarball in an empty folder without scripts, as a user gets it. */
beforeAll(() => {
  mkdirSync(prefix, { recursive: true });
  // --ignore-scripts: dist/ is there already, and building it again would disturb the other tests.
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], root);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  npm(['init', '-y'], prefix);
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', path.join(folder, tarball)], prefix);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed tarball', () => {
  it('brings koffi and nothing else', () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies)).toEqual(['koffi']);
    const installed = readdirSync(path.join(prefix, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['@koromix', 'cpex', 'koffi']);
  });

  it('names no download host in its lock file', () => {
    const lock = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/"resolved": *"http/);
  });

  it.skipIf(!isThere('cc', '--version'))(
    'brings the plugins of the self-test, which needs no project (needs cc)',
    () => {
      const { status, stdout } = cpex(['test', '--selftest', '--only', 'meta.stable', '--only', 'mem.alias'], folder);
      expect({ status, stdout }).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/✓ 2 ids shown to fire, \d+ good plugins silent/),
      });
    },
    280_000,
  );

  const languages = [
    ['c', ['cc', 'cmake']],
    ['go', ['go']],
    ['rust', ['cargo']],
  ] as const;
  for (const [lang, tools] of languages) {
    const missing = tools.filter((tool) => !isThere(tool, tool === 'go' ? 'version' : '--version'));
    it.skipIf(missing.length > 0)(
      `goes from new to installed in ${lang}, in a path with blanks and umlauts (needs ${tools.join(' and ')})`,
      () => {
        const name = `packed-${lang}`;
        const project = path.join(folder, name);
        const run = (args: readonly string[], cwd: string) => {
          const result = cpex(args, cwd);
          expect({ args, ...result }).toMatchObject({ args, status: 0 });
          return result;
        };
        run(['new', name, '--lang', lang, '--author', 'Ada', '--no-git'], folder);
        for (const hidden of ['.gitignore', '.editorconfig', '.cpex/scaffold.json', '.github/workflows/cpex.yml']) {
          expect(existsSync(path.join(project, hidden)), hidden).toBe(true);
        }
        run(['build'], project);
        expect(run(['test'], project).stdout).toMatch(/✓ \d+ passed/);
        run(['install', '--to', path.join(folder, 'plugins')], project);
        const listed = JSON.parse(run(['list', '--to', path.join(folder, 'plugins'), '--json'], folder).stdout);
        expect(JSON.stringify(listed)).toContain(name);
      },
      280_000,
    );
  }
});
