import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePlugin } from './support/c-plugin.js';
import { tree, workplace } from './support/workplace.js';

const at = workplace('install-cli');
const home = path.join(at.root, 'home ä');
const scratch = path.join(at.root, 'tmp');
const defaultFolder = path.join(home, '.local', 'share', 'cpex', 'plugins');
afterAll(() => at.remove());

beforeAll(() => {
  mkdirSync(home);
  mkdirSync(scratch);
  compilePlugin(at.root, 'v1', { id: 'good' });
  compilePlugin(at.root, 'v2', { id: 'good', version: '2.0.0' });
  compilePlugin(at.root, 'crash', { init: 'abort();' });
  const sign = path.join(at.root, 'started');
  compilePlugin(at.root, 'hang', { init: `fclose(fopen(${JSON.stringify(sign)}, "w")); for (;;) pause();` });
});

interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as users run it, with a home and a folder for temporary files of its own. */
function start(words: readonly string[], cwd = at.root) {
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: scratch, NO_COLOR: '1', CI: 'true' };
  const child = spawn(process.execPath, [path.resolve('bin/run.cjs'), ...words], { cwd, env });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (piece) => (texts.stdout += piece));
  child.stderr.on('data', (piece) => (texts.stderr += piece));
  const finished = new Promise<Finished>((done) => child.once('close', (exit) => done({ exit, ...texts })));
  return { child, finished };
}

const cpex = (...words: string[]) => start(words).finished;

describe('the commands', () => {
  it('install, show, go back and remove, in the user data folder', async () => {
    expect(await cpex('list')).toMatchObject({ exit: 0, stdout: `No plugins are installed in ${defaultFolder}.\n` });
    const file = path.join(defaultFolder, 'linux-x64', 'good.so');
    const first = await cpex('install', 'v1.so');
    expect(first).toMatchObject({ exit: 0, stderr: '' });
    expect(first.stdout).toContain(`Installed good 1.0.0\n  ${file}\n`);
    expect((await cpex('install', 'v2.so')).stdout).toContain('Installed good 2.0.0 (was 1.0.0)');
    expect((await cpex('install', 'v1.so')).exit).toBe(5);
    expect((await cpex('list')).stdout).toMatch(/\ngood {2}2\.0\.0 {2}linux-x64 {2}\d{4}-\d\d-\d\d\n$/);
    expect((await cpex('rollback', 'good')).stdout).toContain('good is 1.0.0 again (was 2.0.0)');
    const info = await cpex('info', 'good');
    expect(info.stdout).toContain('state      intact');
    expect(info.stdout).toContain('kept       2.0.0');
    appendFileSync(file, 'x');
    expect(await cpex('info', 'good')).toMatchObject({ exit: 1 });
    expect(await cpex('uninstall', 'good')).toMatchObject({ exit: 5 });
    expect(await cpex('uninstall', 'good', '--force')).toMatchObject({ exit: 0 });
    expect(tree(defaultFolder)).toEqual(['.cpex/installed.json']);
  });

  it('remove a plugin whose file is gone already', async () => {
    expect(await cpex('install', 'v1.so', '--to', 'gone')).toMatchObject({ exit: 0 });
    rmSync(path.join(at.root, 'gone', 'linux-x64', 'good.so'));
    expect((await cpex('info', 'good', '--dir', 'gone')).stdout).toContain('state      missing');
    expect(await cpex('uninstall', 'good', '--dir', 'gone')).toMatchObject({ exit: 0, stderr: '' });
    expect(tree(path.join(at.root, 'gone'))).toEqual(['.cpex/installed.json']);
  });

  it.skipIf(process.platform !== 'linux')('end where a folder can never be made', async () => {
    expect(await cpex('install', 'v1.so', '--to', '/proc/plugins')).toMatchObject({ exit: 3, stdout: '' });
  });

  it('print one JSON object', async () => {
    const good = JSON.parse((await cpex('install', 'v1.so', '--to', 'json', '--json')).stdout);
    expect(good).toMatchObject({
      ok: true,
      command: 'install',
      result: { outcome: 'installed', plugin: { id: 'good' } },
    });
    const list = JSON.parse((await cpex('list', '--dir', 'json', '--json')).stdout);
    expect(list.result.plugins).toEqual([good.result.plugin]);
    const bad = await cpex('install', 'crash.so', '--to', 'json', '--json');
    expect(JSON.parse(bad.stdout)).toMatchObject({ ok: false, error: { code: 'CPEX_E_INSTALL_TRIAL', exit: 5 } });
    expect(bad.exit).toBe(5);
  });

  it.each([
    [['install', 'nothing.so'], 2, 'CPEX_E_INSTALL_SOURCE'],
    [['install'], 2, 'CPEX_E_NO_PROJECT'],
    [['install', 'crash.so'], 5, 'SIGABRT'],
    [['install', 'crash.c'], 5, 'CPEX_E_INSTALL_AUDIT'],
    [['install', 'v1.so', '--host', 'cliproxy'], 5, 'cliproxy_plugin_init'],
    [['install', 'v1.so', '--host', 'tau'], 5, 'not an executable'],
    [['info', 'nobody'], 2, 'CPEX_E_INSTALL_UNKNOWN'],
    [['rollback', 'nobody'], 2, 'CPEX_E_INSTALL_UNKNOWN'],
  ])('%j ends with %i and says %s', async (words, exit, text) => {
    const done = await cpex(...words);
    expect(done.exit).toBe(exit);
    expect(done.stdout).toBe('');
    expect(done.stderr).toContain(text);
  });

  it('leave nothing in the folder for temporary files', () => {
    expect(readdirSync(scratch)).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  it('in a trial start ends the plugin, removes the copy and exits with 130', async () => {
    const { child, finished } = start(['install', 'hang.so', '--to', 'interrupted']);
    while (!readdirSync(at.root).includes('started')) await new Promise((next) => setImmediate(next));
    child.kill('SIGINT');
    expect((await finished).exit).toBe(130);
    expect(readdirSync(scratch)).toEqual([]);
    expect(readdirSync(at.root)).not.toContain('interrupted');
  });
});

describe('a project', () => {
  it('has a plugins folder of its own with --project', async () => {
    const root = path.join(at.root, 'project');
    mkdirSync(root);
    writeFileSync(
      path.join(root, 'cpex.yaml'),
      'manifest: 1\nid: good\nversion: 1.0.0\nauthor: A\nlanguage: c\nhost: cpex\ncapabilities:\n  - hook:elicit\n',
    );
    const { finished } = start(['install', '../v1.so', '--project'], root);
    expect(await finished).toMatchObject({ exit: 0 });
    expect(tree(path.join(root, '.cpex'))).toEqual(['plugins/.cpex/installed.json', 'plugins/linux-x64/good.so']);
  });
});
