import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliproxyRevision } from '../../src/hosts/cliproxy/revision.js';
import { findProfile } from '../../src/hosts/registry.js';
import { adviceFor } from '../../src/install/advice/advice.js';
import { rollbackPlugin, uninstallPlugin } from '../../src/install/change-installed.js';
import { inspectPlugin } from '../../src/install/inspect.js';
import { listPlugins } from '../../src/install/list.js';
import type { InstallOptions } from '../../src/install/service.js';
import { compareVersions } from '../../src/install/versions.js';
import { cpuVariant } from '../../src/pipeline/cliproxy/cpu-variant.js';
import { candidateFolders, discover } from '../../src/pipeline/cliproxy/discover.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { compilePlugin } from './support/c-plugin.js';
import { fakeEngine } from './support/fake-engine.js';
import { tree, type Workplace, workplace } from './support/workplace.js';

const cache = workplace('cliproxy-libraries');
afterAll(() => cache.remove());
let at: Workplace;
beforeEach(() => {
  at = workplace('cliproxy');
});
afterEach(() => at.remove());

/** A library that registers with that version, under a file name of its own; compiled once. */
function library(version: string, name = 'sample.so'): string {
  const folder = path.join(cache.root, version);
  const made = path.join(folder, 'made.so');
  if (!existsSync(made)) compilePlugin(folder, 'made', { host: 'cliproxy', version });
  const file = path.join(folder, name);
  if (!existsSync(file)) copyFileSync(made, file);
  return file;
}

const install = (version: string, options: Partial<InstallOptions> = {}, name?: string) =>
  at.install(library(version, name), { host: 'cliproxy', ...options }, { engine: fakeEngine });
const choice = (more = {}) => ({ id: 'sample', to: at.plugins, project: false, force: false, ...more });
const own = (name: string) => path.join(at.plugins, 'linux', 'amd64', name);
const inHost = () => tree(at.plugins).filter((name) => !name.startsWith('.cpex/'));
const put = (name: string, content = 'someone else put it here') => {
  const file = path.join(at.plugins, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
};

describe('the file', () => {
  it('has its version in its name, and is the only one in the folders of the host', async () => {
    await install('1.0.0');
    expect(inHost()).toEqual(['linux/amd64/sample-v1.0.0.so']);
    const { plan } = await install('1.1.0');
    expect(plan.steps).toEqual([
      expect.objectContaining({ kind: 'place', path: own('sample-v1.1.0.so'), replaces: 'sample 1.0.0' }),
      { kind: 'remove', path: own('sample-v1.0.0.so') },
    ]);
    expect(inHost()).toEqual(['linux/amd64/sample-v1.1.0.so']);
    // What is kept ends in .so too; the host looks into no folder but its own two.
    expect(tree(at.plugins).filter((name) => name.startsWith('.cpex/previous/'))).toHaveLength(1);
    expect(await install('1.1.0')).toMatchObject({ outcome: 'unchanged' });
  });

  it('has none for a revision that reads none', async () => {
    const host = 'cliproxy@v7.2.28';
    await install('1.0.0', { host });
    const { plugin } = await install('1.1.0', { host });
    expect(inHost()).toEqual(['linux/amd64/sample.so']);
    expect(plugin).toMatchObject({ version: '1.1.0', host, previous: [{ version: '1.0.0' }] });
  });

  it('gets one when the host does', async () => {
    await install('1.0.0', { host: 'cliproxy@v7.2.28' });
    await install('1.1.0');
    expect(inHost()).toEqual(['linux/amd64/sample-v1.1.0.so']);
    await rollbackPlugin(choice(), at.context);
    expect(inHost()).toEqual(['linux/amd64/sample.so']);
    expect(readFileSync(own('sample.so'))).toEqual(readFileSync(library('1.0.0')));
  });

  it('comes back with a rollback, goes with an uninstall, and is compared by info, whatever host is named', async () => {
    await install('1.0.0');
    await install('1.1.0');
    expect(await listPlugins(choice(), at.context)).toMatchObject({ plugins: [{ id: 'sample', version: '1.1.0' }] });
    const back = await rollbackPlugin(choice(), at.context);
    expect(back).toMatchObject({
      file: own('sample-v1.0.0.so'),
      after: { version: '1.0.0' },
      notes: [expect.stringContaining('plugins.configs.sample.store')],
    });
    expect(inHost()).toEqual(['linux/amd64/sample-v1.0.0.so']);
    expect(await inspectPlugin('sample', choice(), at.context)).toMatchObject({
      state: 'intact',
      file: own('sample-v1.0.0.so'),
    });
    await uninstallPlugin(choice(), at.context);
    expect(tree(at.plugins)).toEqual(['.cpex/installed.json']);
  });

  it('is not taken back over one that somebody put in its place', async () => {
    await install('1.0.0');
    await install('1.1.0');
    put('linux/amd64/sample-v1.0.0.so');
    await expect(rollbackPlugin(choice(), at.context)).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_FOREIGN' });
    expect(inHost()).toEqual(['linux/amd64/sample-v1.0.0.so', 'linux/amd64/sample-v1.1.0.so']);
    await rollbackPlugin(choice({ force: true }), at.context);
    expect(inHost()).toEqual(['linux/amd64/sample-v1.0.0.so']);
  });

  it('does not replace a stranger, unless it is told to, and then keeps it', async () => {
    put('linux/amd64/sample-v1.0.0.so');
    await expect(install('1.0.0')).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_FOREIGN' });
    const { plugin } = await install('1.0.0', { force: true });
    expect(plugin.previous).toMatchObject([{ version: '0.0.0-unknown' }]);
    expect(tree(at.plugins).filter((name) => name.includes('0.0.0-unknown'))).toHaveLength(1);
    expect(inHost()).toEqual(['linux/amd64/sample-v1.0.0.so']);
  });

  it('does not replace a stranger that stands in the way of an update, even when told to', async () => {
    await install('1.0.0');
    put('linux/amd64/sample-v1.1.0.so');
    await expect(install('1.1.0', { force: true })).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_FOREIGN',
      remedy: 'Move it away.',
    });
    expect(inHost()).toEqual(['linux/amd64/sample-v1.0.0.so', 'linux/amd64/sample-v1.1.0.so']);
  });

  it('that was changed is kept under a name of its own when an update is forced', async () => {
    await install('1.0.0');
    writeFileSync(own('sample-v1.0.0.so'), 'changed');
    await expect(install('1.1.0')).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_FOREIGN' });
    await install('1.1.0', { force: true });
    expect(inHost()).toEqual(['linux/amd64/sample-v1.1.0.so']);
    const kept = tree(at.plugins).find((name) => name.includes('0.0.0-unknown')) ?? '';
    expect(readFileSync(path.join(at.plugins, kept), 'utf8')).toBe('changed');
  });

  it('that was lost is put back', async () => {
    await install('1.0.0');
    rmSync(own('sample-v1.0.0.so'));
    await install('1.1.0');
    expect(inHost()).toEqual(['linux/amd64/sample-v1.1.0.so']);
  });
});

describe('what the host does not mind', () => {
  const loose = { host: 'cliproxy', capabilities: { usage_plugin: true, stream_chunk_interceptor: true } } as const;

  it('does not keep a plugin from being installed, and is said', async () => {
    const file = compilePlugin(at.root, 'loose', loose);
    const { outcome, findings } = await at.install(file, { host: 'cliproxy' });
    expect(outcome).toBe('installed');
    expect(findings).toContainEqual(
      expect.objectContaining({ severity: 'warn', message: expect.stringContaining('"stream_chunk_interceptor"') }),
    );
  });

  it.each<[string, object, object]>([
    ['no capability', {}, { capabilities: {} }],
    ['a blank author', {}, { author: ' ' }],
    ['a later schema', {}, { schema: 9 }],
  ])('ends where it would not use the plugin: %s', async (_name, options, more) => {
    const file = compilePlugin(at.root, 'unused', { host: 'cliproxy', ...options, ...more });
    await expect(at.install(file, { host: 'cliproxy' })).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_TRIAL',
      exit: 5,
    });
    expect(existsSync(at.plugins)).toBe(false);
  });
});

describe('id and version', () => {
  it('come from the name of the file', async () => {
    const { plugin, findings } = await install('1.0.0', {}, 'other-name-v2.5.so');
    expect(plugin).toMatchObject({ id: 'other-name', version: '2.5' });
    expect(findings).toContainEqual(
      expect.objectContaining({
        id: 'install.version',
        message: 'The plugin registers as version "1.0.0"; it is installed as 2.5, and the host goes by that.',
      }),
    );
  });

  it('may hold a v in what the plugin says', async () => {
    const { plugin, findings } = await install('v3.1.4');
    expect(plugin.version).toBe('3.1.4');
    expect(findings.filter((one) => one.id === 'install.version')).toEqual([]);
  });

  it.each([
    ['dev', undefined, 'The version "dev" cannot stand in a file name.'],
    ['1.0.0', 'über.so', 'über.so does not name a plugin: "über" cannot be the id of a plugin.'],
    ['1.0.0', 'nul.so', 'The plugin is called "nul": Windows keeps this name for a device.'],
  ])('%s in %s is refused', async (version, name, message) => {
    await expect(install(version, {}, name)).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_ID', message });
    expect(existsSync(at.plugins)).toBe(false);
  });

  it.each([
    ['1.10', '1.9', 1],
    ['2024.1.2.3', '2024.1.2.10', -1],
    ['1.0', '1.0.0', 0],
    ['1.0.0-rc.1', '1.0.0', -1],
    ['2b', '2a', 1],
  ])('%s against %s', (one, other, expected) => {
    expect(compareVersions(one, other)).toBe(expected);
  });
});

describe('other files of the same id', () => {
  it('that the host would take instead are named', async () => {
    const rival = put('linux/amd64/sample-v2.0.0.so');
    const { notes } = await install('1.0.0');
    expect(notes).toEqual([`The host takes ${rival} for sample and not the new file: remove it, or move it away.`]);
    expect((await install('1.0.0', { dryRun: true })).notes).toEqual(notes);
  });

  it('that the host would delete are named, also before anything is done', async () => {
    const files = [put('linux/amd64/sample-v0.9.0.so'), put('sample.so')];
    put('linux/amd64/another.so');
    put('linux/amd64/sample.txt');
    put('linux/amd64/sample-v3.0.0/sample-v3.0.0.so');
    symlinkSync(library('1.0.0'), own('sample-v9.0.0.so'));
    const expected = files.map(
      (file) => `${file} is for sample too. The host deletes it when it next loads its plugins.`,
    );
    expect((await install('1.0.0', { dryRun: true })).notes).toEqual(expected);
    expect((await install('1.0.0')).notes).toEqual(expected);
  });

  it('of a revision without versions count by their folder', async () => {
    const host = 'cliproxy@v7.2.28';
    const later = put('sample.so');
    expect((await install('1.0.0', { host })).notes).toEqual([`${later} is for sample too. The host passes over it.`]);
  });

  it('that the update itself removes are not named', async () => {
    await install('1.0.0');
    expect((await install('1.1.0')).notes).toEqual([]);
  });

  it('in the folder of a processor come first for a revision that has such folders', async () => {
    const variant = await cpuVariant('amd64');
    const rival = put(`linux/amd64-${variant}/sample.so`);
    const { notes } = await install('1.0.0', { host: 'cliproxy@v7.2.28' });
    expect(notes).toEqual([`The host takes ${rival} for sample and not the new file: remove it, or move it away.`]);
    await uninstallPlugin(choice(), at.context);
    expect((await install('1.0.0')).notes).toEqual([]);
  });

  it.each([
    [['linux/amd64/sample-v1.0.0.so', 'sample-v1.10.0.so', 'linux/amd64/sample-v1.9.0.so']],
    [['linux/amd64/sample.so', 'sample.so', 'sample-v0.1.so']],
    [['linux/amd64/sample-v1.5.0.so', 'sample-v1.5.0.so']],
    [['linux/amd64/sample-v1.5.0-rc.1.so', 'sample-v2b.so']],
  ])('are judged as the host chooses among %j', async (names) => {
    for (const name of names) put(name);
    const { file, notes } = await install('1.5.0', { force: true });
    const { layout: search } = cliproxyRevision('v7.2.140');
    const folders = candidateFolders(at.plugins, search, { goos: 'linux', goarch: 'amd64', extension: '.so' });
    const { selected } = await discover(folders, search, '.so', new Map());
    const [chosen] = selected.map((one) => one.path);
    if (chosen === file) expect(notes.join()).not.toContain('The host takes');
    else expect(notes).toEqual([expect.stringContaining(`The host takes ${chosen} for sample`)]);
  });
});

describe('a host on Windows', () => {
  it('is said to keep what it has loaded', async () => {
    const { plugin } = await install('1.0.0', { dryRun: true });
    const { warnings } = adviceFor({ name: 'cliproxy' }) ?? {};
    const file = path.join(at.plugins, 'windows', 'amd64', 'sample-v1.0.0.dll');
    const situation = { plugin, file, gone: undefined, config: undefined, pinned: false, cwd: at.root };
    const place = { profile: findProfile('cliproxy'), target: TARGETS['windows-x64'], folder: at.plugins };
    expect(await warnings?.({ ...situation, ...place })).toEqual([
      'A host that has the plugin loaded goes on with the version that it has.',
    ]);
    const before = { profile: findProfile('cliproxy@v7.2.28'), target: TARGETS['windows-x64'], folder: at.plugins };
    expect(await warnings?.({ ...situation, ...before })).toEqual([
      expect.stringContaining('Windows lets nobody replace'),
    ]);
  });
});
