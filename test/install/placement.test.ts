import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rollbackPlugin, uninstallPlugin } from '../../src/install/change-installed.js';
import { inspectPlugin } from '../../src/install/inspect.js';
import { listPlugins } from '../../src/install/list.js';
import { readRecord } from '../../src/install/record.js';
import type { InstallOptions, InstallSeams } from '../../src/install/service.js';
import { compilePlugin } from './support/c-plugin.js';
import { fakeEngine } from './support/fake-engine.js';
import { tree, type Workplace, workplace } from './support/workplace.js';

let at: Workplace;
beforeEach(() => {
  at = workplace('placement');
});
afterEach(() => at.remove());

const cache = workplace('placement-plugins');
afterAll(() => cache.remove());

/** A library with that id and version; compiled once. */
function library(version: string, id = 'good'): string {
  const name = `${id}-${version}`;
  const file = path.join(cache.root, `${name}.so`);
  return existsSync(file) ? file : compilePlugin(cache.root, name, { id, version });
}

const install = (version: string, options: Partial<InstallOptions> = {}, seams: InstallSeams = {}) =>
  at.install(library(version), options, { engine: fakeEngine, ...seams });
const choice = (more = {}) => ({ id: 'good', to: at.plugins, project: false, force: false, ...more });
const refused = (code: string, exit = 5) => expect.objectContaining({ code, exit });
const target = () => path.join(at.plugins, 'linux-x64');
const installed = () => path.join(target(), 'good.so');
const bytesOf = (version: string) => readFileSync(library(version));
const kept = (version: string) => {
  const mark = createHash('sha256').update(bytesOf(version)).digest('hex').slice(0, 16);
  return `.cpex/previous/linux-x64/good/${version}-${mark}.so`;
};

describe('versions', () => {
  it('that are replaced are kept, three at most, and can be gone back to', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0']) await install(version);
    expect(tree(at.plugins)).toEqual(
      ['.cpex/installed.json', kept('1.1.0'), kept('1.2.0'), kept('1.3.0'), 'linux-x64/good.so'].sort(),
    );
    const back = await rollbackPlugin(choice(), at.context);
    expect([back.before.version, back.after?.version]).toEqual(['1.4.0', '1.3.0']);
    expect(readFileSync(installed())).toEqual(bytesOf('1.3.0'));
    const [entry] = await readRecord(at.plugins);
    expect(entry?.previous.map((one) => one.version)).toEqual(['1.4.0', '1.2.0', '1.1.0']);
    expect(tree(at.plugins)).toEqual(
      ['.cpex/installed.json', kept('1.1.0'), kept('1.2.0'), kept('1.4.0'), 'linux-x64/good.so'].sort(),
    );
    await rollbackPlugin(choice(), at.context);
    expect(readFileSync(installed())).toEqual(bytesOf('1.4.0'));
  });

  it.each([
    ['1.10.0', '1.9.0'],
    ['1.0.0', '1.0.0-rc.1'],
    ['2.0.0-rc.10', '2.0.0-rc.9'],
  ])('%s is not replaced by %s without being told', async (newer, older) => {
    await install(newer);
    await expect(install(older)).rejects.toEqual(refused('CPEX_E_INSTALL_DOWNGRADE'));
    expect(readFileSync(installed())).toEqual(bytesOf(newer));
    expect(await install(older, { allowDowngrade: true })).toMatchObject({ outcome: 'updated' });
    expect(await install(newer)).toMatchObject({ outcome: 'updated', plugin: { previous: [{ version: older }] } });
  });

  it('that are there already are left alone', async () => {
    const first = await install('1.0.0');
    const again = await install('1.0.0');
    expect(again.outcome).toBe('unchanged');
    expect(again.plugin).toEqual(first.plugin);
    expect(tree(at.plugins)).toEqual(['.cpex/installed.json', 'linux-x64/good.so']);
  });

  it('come back when the file was lost', async () => {
    await install('1.0.0');
    rmSync(installed());
    expect(await inspectPlugin('good', choice(), at.context)).toMatchObject({ state: 'missing' });
    await install('1.0.0');
    expect(await inspectPlugin('good', choice(), at.context)).toMatchObject({ state: 'intact' });
  });

  it('are not gone back to when the kept file was changed', async () => {
    await install('1.0.0');
    await install('1.1.0');
    appendFileSync(path.join(at.plugins, kept('1.0.0')), 'x');
    await expect(rollbackPlugin(choice(), at.context)).rejects.toEqual(refused('CPEX_E_INSTALL_DIGEST'));
    expect(readFileSync(installed())).toEqual(bytesOf('1.1.0'));
  });

  it('cannot be gone back to when there are none', async () => {
    await install('1.0.0');
    await expect(rollbackPlugin(choice(), at.context)).rejects.toEqual(refused('CPEX_E_INSTALL_NO_PREVIOUS', 2));
  });
});

describe('the record', () => {
  it('of a file in the place of the folder is refused', async () => {
    const file = path.join(at.root, 'file');
    writeFileSync(file, '');
    await expect(listPlugins(choice({ to: file }), at.context)).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_PATH',
      message: expect.stringContaining('is no folder'),
    });
  });

  it('fits its schema', async () => {
    await install('1.0.0');
    await install('1.1.0');
    await at.install(library('3.0.0', 'other'), {}, { engine: fakeEngine });
    const check = new Ajv2020().compile(JSON.parse(readFileSync('schemas/installed.json', 'utf8')));
    const record = JSON.parse(readFileSync(path.join(at.plugins, '.cpex', 'installed.json'), 'utf8'));
    expect(check(record), JSON.stringify(check.errors)).toBe(true);
    const { plugins } = await listPlugins(choice(), at.context);
    expect(plugins.map((one) => `${one.id} ${one.version}`)).toEqual(['good 1.1.0', 'other 3.0.0']);
  });

  it.each([
    ['is no JSON', '{'],
    ['comes from a newer cpex', '{"v":2,"plugins":[]}'],
    ['names a path for an id', '{"v":1,"plugins":[{"id":"../x","target":"linux-x64","previous":[]}]}'],
    ['names a path for a target', '{"v":1,"plugins":[{"id":"x","target":"../..","previous":[]}]}'],
  ])('that %s stops everything', async (_name, text) => {
    await install('1.0.0');
    writeFileSync(path.join(at.plugins, '.cpex', 'installed.json'), text);
    const broken = refused('CPEX_E_INSTALL_RECORD', 3);
    await expect(install('1.1.0')).rejects.toEqual(broken);
    await expect(uninstallPlugin(choice(), at.context)).rejects.toEqual(broken);
    await expect(listPlugins(choice(), at.context)).rejects.toEqual(broken);
    expect(readFileSync(installed())).toEqual(bytesOf('1.0.0'));
  });

  it('is not there where nothing was installed, and nothing is made', async () => {
    expect(await listPlugins(choice(), at.context)).toEqual({ folder: at.plugins, plugins: [] });
    await expect(uninstallPlugin(choice(), at.context)).rejects.toEqual(refused('CPEX_E_INSTALL_UNKNOWN', 2));
    expect(existsSync(at.plugins)).toBe(false);
  });
});

describe('uninstall', () => {
  it('removes the file, what was kept and the entry, and nothing else', async () => {
    await install('1.0.0');
    await install('1.1.0');
    await at.install(library('1.0.0', 'other'), {}, { engine: fakeEngine });
    writeFileSync(path.join(target(), 'foreign.so'), 'foreign');
    writeFileSync(path.join(target(), '.cpex-000000000000.tmp'), 'not ours');
    const { before } = await uninstallPlugin(choice(), at.context);
    expect(before.version).toBe('1.1.0');
    expect(tree(at.plugins)).toEqual(
      ['.cpex/installed.json', 'linux-x64/.cpex-000000000000.tmp', 'linux-x64/foreign.so', 'linux-x64/other.so'].sort(),
    );
    expect((await readRecord(at.plugins)).map((one) => one.id)).toEqual(['other']);
  });

  it('leaves a file alone that was changed since', async () => {
    await install('1.0.0');
    appendFileSync(installed(), 'x');
    await expect(uninstallPlugin(choice(), at.context)).rejects.toEqual(refused('CPEX_E_INSTALL_FOREIGN'));
    expect(existsSync(installed())).toBe(true);
    await uninstallPlugin(choice({ force: true }), at.context);
    expect(existsSync(installed())).toBe(false);
  });

  it('suggests the id that was meant', async () => {
    await install('1.0.0');
    const error = await uninstallPlugin(choice({ id: 'godo' }), at.context).catch((one) => one);
    expect(error.message).toContain('Did you mean "good"?');
  });
});

describe('a file that cpex did not put there', () => {
  it('is not overwritten, unless forced, and then kept', async () => {
    mkdirSync(target(), { recursive: true });
    writeFileSync(installed(), 'precious');
    await expect(install('1.0.0')).rejects.toEqual(refused('CPEX_E_INSTALL_FOREIGN'));
    expect(readFileSync(installed(), 'utf8')).toBe('precious');
    await install('1.0.0', { force: true });
    expect(readFileSync(installed())).toEqual(bytesOf('1.0.0'));
    await rollbackPlugin(choice(), at.context);
    expect(readFileSync(installed(), 'utf8')).toBe('precious');
  });

  it('under an id that differs only in case is not shadowed', async () => {
    await install('1.0.0');
    const twin = at.install(library('1.0.0', 'Good'), {}, { engine: fakeEngine });
    await expect(twin).rejects.toEqual(refused('CPEX_E_INSTALL_ID'));
  });
});

describe('paths', () => {
  it.each([
    ['the folder of the target', () => target(), () => undefined],
    ['the state folder', () => path.join(at.plugins, '.cpex'), () => undefined],
    [
      'the folder of locks',
      () => path.join(at.plugins, '.cpex', 'locks'),
      () => mkdirSync(path.join(at.plugins, '.cpex')),
    ],
    ['the library itself', () => installed(), () => mkdirSync(target())],
  ])('with a symbolic link for %s are refused', async (_name, link, prepare) => {
    const elsewhere = path.join(at.root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(path.join(elsewhere, 'good.so'), 'theirs');
    mkdirSync(at.plugins);
    prepare();
    symlinkSync(link() === installed() ? path.join(elsewhere, 'good.so') : elsewhere, link());
    await expect(install('1.0.0', { force: true })).rejects.toEqual(refused('CPEX_E_INSTALL_PATH'));
    expect(tree(elsewhere)).toEqual(['good.so']);
    expect(readFileSync(path.join(elsewhere, 'good.so'), 'utf8')).toBe('theirs');
  });

  it('with a symbolic link for the plugins folder are refused, and the real one is named', async () => {
    mkdirSync(path.join(at.root, 'real'));
    symlinkSync('real', at.plugins);
    const error = await install('1.0.0').catch((one) => one);
    expect(error).toEqual(refused('CPEX_E_INSTALL_PATH'));
    expect(error.remedy).toContain(path.join(at.root, 'real'));
  });

  it('where a file is in the way are refused', async () => {
    writeFileSync(at.plugins, 'a file');
    await expect(install('1.0.0')).rejects.toEqual(refused('CPEX_E_INSTALL_PATH'));
  });

  it('that are exchanged for a link in the middle of it lead nowhere', async () => {
    await install('1.0.0');
    const elsewhere = path.join(at.root, 'elsewhere');
    mkdirSync(elsewhere);
    const exchange = (point: string) => {
      if (point !== 'journal') return;
      renameSync(target(), path.join(at.root, 'moved'));
      symlinkSync(elsewhere, target());
    };
    await expect(install('1.1.0', {}, { fault: exchange })).rejects.toEqual(refused('CPEX_E_INSTALL_PATH'));
    expect(tree(elsewhere)).toEqual([]);
    expect(readFileSync(path.join(at.root, 'moved', 'good.so'))).toEqual(bytesOf('1.0.0'));
    expect(tree(path.join(at.root, 'moved'))).toEqual(['good.so']);
  });

  it('with a link in the place of the temporary file are not followed', async () => {
    await install('1.0.0');
    const victim = path.join(at.root, 'victim');
    writeFileSync(victim, 'precious');
    const temporary = '.cpex-0123456789ab.tmp';
    symlinkSync(victim, path.join(target(), temporary));
    await expect(install('1.1.0', {}, { temporary })).rejects.toThrow('EEXIST');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readFileSync(installed())).toEqual(bytesOf('1.0.0'));
  });

  it.each(['with spaces', 'ünïcödé 目录', "quote'$(x)", `${'long/'.repeat(60)}end`])('named %j work', async (name) => {
    const to = path.join(at.root, name);
    const { file } = await install('1.0.0', { to });
    expect(file).toBe(path.join(to, 'linux-x64', 'good.so'));
    await install('1.1.0', { to });
    await rollbackPlugin(choice({ to }), at.context);
    expect(readFileSync(file)).toEqual(bytesOf('1.0.0'));
    await uninstallPlugin(choice({ to }), at.context);
    expect(tree(to)).toEqual(['.cpex/installed.json']);
  });

  it('are relative to the working folder, and --project means the project', async () => {
    expect((await install('1.0.0', { to: 'sub/plugins' })).folder).toBe(path.join(at.root, 'sub', 'plugins'));
    await expect(install('1.0.0', { project: true })).rejects.toEqual(
      refused('CPEX_E_NO_PROJECT', expect.anything() as never),
    );
  });
});

describe('modes', () => {
  it.each([0o000, 0o077])('are the same under umask %o, and foreign bits are dropped', async (mask) => {
    const copy = path.join(at.root, 'copy.so');
    writeFileSync(copy, bytesOf('1.0.0'));
    chmodSync(copy, 0o6777);
    const before = process.umask(mask);
    try {
      await at.install(copy, {}, { engine: fakeEngine });
    } finally {
      process.umask(before);
    }
    expect(statSync(installed()).mode & 0o7777).toBe(0o755);
    expect(statSync(target()).mode & 0o022).toBe(0);
    expect(statSync(path.join(at.plugins, '.cpex', 'installed.json')).mode & 0o022).toBe(0);
  });
});

describe('a loaded library', () => {
  it('stays what it was for those who have it open', async () => {
    await install('1.0.0');
    const descriptor = openSync(installed(), 'r');
    await install('1.1.0');
    const held = Buffer.alloc(bytesOf('1.0.0').length + 1);
    expect(readSync(descriptor, held, 0, held.length, 0)).toBe(bytesOf('1.0.0').length);
    expect(held.subarray(0, -1)).toEqual(bytesOf('1.0.0'));
    expect(readFileSync(installed())).toEqual(bytesOf('1.1.0'));
  });
});

describe('a dry run', () => {
  it('checks everything and makes nothing', async () => {
    const first = await install('1.0.0', { dryRun: true });
    expect(first).toMatchObject({
      outcome: 'planned',
      file: installed(),
      plan: { steps: [{ kind: 'place', path: installed() }] },
    });
    expect(existsSync(at.plugins)).toBe(false);
    await install('1.1.0');
    await expect(install('1.0.0', { dryRun: true })).rejects.toEqual(refused('CPEX_E_INSTALL_DOWNGRADE'));
    const second = await install('1.2.0', { dryRun: true });
    expect(second.plan.steps[0]).toMatchObject({ replaces: 'good 1.1.0' });
    expect(readFileSync(installed())).toEqual(bytesOf('1.1.0'));
  });
});

describe('the lock', () => {
  const locks = () => path.join(at.plugins, '.cpex', 'locks');
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19];
  const put = (name: string) => {
    mkdirSync(locks(), { recursive: true });
    writeFileSync(path.join(locks(), name), '');
  };

  it('of a living process is waited for', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      const { pid = 0 } = child;
      put(`${pid}.${startOf(pid)}.${machine}.000000000000`);
      await expect(install('1.0.0', {}, { lockWaitMs: 100 })).rejects.toEqual(refused('CPEX_E_INSTALL_BUSY', 3));
      expect(existsSync(installed())).toBe(false);
    } finally {
      child.kill('SIGKILL');
      await new Promise((done) => child.once('exit', done));
    }
    expect((await install('1.0.0', {}, { lockWaitMs: 5000 })).outcome).toBe('installed');
    expect(tree(locks())).toEqual([]);
  });

  it('of a process whose number went to another is passed over', async () => {
    put(`${process.pid}.1.${machine}.000000000000`);
    expect((await install('1.0.0', {}, { lockWaitMs: 100 })).outcome).toBe('installed');
  });

  it('leaves files alone that are no locks', async () => {
    put('README');
    await install('1.0.0', {}, { lockWaitMs: 100 });
    expect(tree(locks())).toEqual(['README']);
  });

  it('lets two installs follow one another', async () => {
    const both = await Promise.all([
      install('1.0.0'),
      at.install(library('1.0.0', 'other'), {}, { engine: fakeEngine }),
    ]);
    expect(both.map((one) => one.outcome)).toEqual(['installed', 'installed']);
    expect((await readRecord(at.plugins)).map((one) => one.id)).toEqual(['good', 'other']);
  });
});

/** Only root can mount a file system of its own; without it these cannot be tested. */
const canMount = (() => {
  const folder = workplace('mount');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder.root], { stdio: 'ignore' });
    execFileSync('umount', [folder.root], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    folder.remove();
  }
})();

describe.skipIf(!canMount)('on a file system of its own (needs root)', () => {
  const mount = (options: string) => {
    mkdirSync(at.plugins, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at.plugins]);
  };
  afterEach(() => execFileSync('umount', [at.plugins]));

  it('a full disk leaves the old version and no temporary file', async () => {
    // Room for the old version with its record, and for a part of the new one.
    const pages = Math.ceil(bytesOf('1.0.0').length / 4096);
    mount(`size=${(pages + 5) * 4096}`);
    await install('1.0.0');
    const before = tree(at.plugins);
    await expect(install('1.1.0')).rejects.toEqual(refused('CPEX_E_INSTALL_NO_SPACE', 3));
    expect(tree(at.plugins)).toEqual(before);
    expect(readFileSync(installed())).toEqual(bytesOf('1.0.0'));
    expect((await readRecord(at.plugins)).map((one) => one.version)).toEqual(['1.0.0']);
  });

  it('so does a disk without inodes', async () => {
    mount('nr_inodes=8');
    await install('1.0.0');
    for (let index = 0; ; index++) {
      try {
        writeFileSync(path.join(at.plugins, `fill-${index}`), '');
      } catch {
        break;
      }
    }
    await expect(install('1.1.0')).rejects.toEqual(refused('CPEX_E_INSTALL_NO_SPACE', 3));
    expect(readFileSync(installed())).toEqual(bytesOf('1.0.0'));
    expect(existsSync(path.join(at.plugins, '.cpex', 'journal.json'))).toBe(false);
  });

  it('a read-only folder is refused and can still be listed', async () => {
    mount('size=1m');
    await install('1.0.0');
    execFileSync('mount', ['-o', 'remount,ro', at.plugins]);
    await expect(install('1.1.0')).rejects.toEqual(refused('CPEX_E_INSTALL_FOLDER', 3));
    await expect(uninstallPlugin(choice(), at.context)).rejects.toEqual(refused('CPEX_E_INSTALL_FOLDER', 3));
    expect((await listPlugins(choice(), at.context)).plugins).toHaveLength(1);
    expect(await inspectPlugin('good', choice(), at.context)).toMatchObject({ state: 'intact' });
  });
});

describe('a folder that nobody may write to', () => {
  it.skipIf(process.getuid?.() === 0)('is refused (needs a user other than root)', async () => {
    mkdirSync(at.plugins);
    chmodSync(at.plugins, 0o555);
    await expect(install('1.0.0')).rejects.toEqual(refused('CPEX_E_INSTALL_FOLDER', 3));
  });

  it('info tells a changed file and a link from an intact one', async () => {
    await install('1.0.0');
    appendFileSync(installed(), 'x');
    expect(await inspectPlugin('good', choice(), at.context)).toMatchObject({ state: 'changed' });
    rmSync(installed());
    symlinkSync(library('1.0.0'), installed());
    expect(lstatSync(installed()).isSymbolicLink()).toBe(true);
    expect(await inspectPlugin('good', choice(), at.context)).toMatchObject({ state: 'changed' });
  });
});
