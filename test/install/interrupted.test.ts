import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inspectPlugin } from '../../src/install/inspect.js';
import { listPlugins } from '../../src/install/list.js';
import { readRecord } from '../../src/install/record.js';
import type { FaultPoint } from '../../src/install/transaction.js';
import { compilePlugin } from './support/c-plugin.js';
import { fakeEngine } from './support/fake-engine.js';
import { tree, type Workplace, workplace } from './support/workplace.js';

const home = workplace('interrupted');
const driver = path.join(home.root, 'driver.cjs');
const libraries = new Map<string, string>();
const POINTS: readonly FaultPoint[] = [
  'journal',
  'copied',
  'kept',
  'prepared',
  'placed',
  'removed',
  'recorded',
  'pruned',
];
/** From this step on the new state is there. */
const isDone = (point: FaultPoint) => POINTS.indexOf(point) >= POINTS.indexOf('placed');

beforeAll(async () => {
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    libraries.set(version, compilePlugin(home.root, version, { id: 'good', version }));
  }
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    const name = path.join('host', version);
    mkdirSync(path.join(home.root, name), { recursive: true });
    libraries.set(
      `host-${version}`,
      compilePlugin(path.join(home.root, name), `good-v${version}`, { host: 'cliproxy', version }),
    );
  }
  libraries.set('other', compilePlugin(home.root, 'other', { id: 'other' }));
  const entryPoints = [path.join(import.meta.dirname, 'support', 'driver.ts')];
  await build({
    entryPoints,
    outfile: driver,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['koffi'],
    // Schemas are looked up from the repository.
    define: { __dirname: JSON.stringify(import.meta.dirname) },
    logLevel: 'error',
  });
});
afterAll(() => home.remove());

let at: Workplace;
let round = 0;
beforeEach(() => {
  const plugins = path.join(home.root, `plugins-${round++}`);
  at = { ...home, plugins };
});

const library = (version: string) => libraries.get(version) ?? '';
const bytesOf = (version: string) => readFileSync(library(version));
const choice = () => ({ id: 'good', to: at.plugins, project: false });
const file = () => path.join(at.plugins, 'linux-x64', 'good.so');

/** Runs a change in a process of its own; resolves with its exit code or the signal that ended it. */
function drive(order: {
  verb: string;
  source?: string;
  id?: string;
  host?: string;
  dieAt?: string;
}): Promise<number | string> {
  const words = [driver, JSON.stringify({ cwd: home.root, to: at.plugins, ...order })];
  // A killed process cannot remove its private copy: it goes with the folder of this test.
  const env = { ...process.env, TMPDIR: home.root };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal ?? '')));
}

const install = (version: string, dieAt?: string) =>
  drive({ verb: 'install', source: library(version), ...(dieAt === undefined ? {} : { dieAt }) });

/** The file, its record and what is kept all tell the same story, and nothing is left over. */
async function consistent(version: string, previous: readonly string[]): Promise<void> {
  expect(readFileSync(file())).toEqual(bytesOf(version));
  const [entry] = await readRecord(at.plugins);
  expect([entry?.version, entry?.previous.map((one) => one.version)]).toEqual([version, previous]);
  expect(await inspectPlugin('good', choice(), at.context)).toMatchObject({ state: 'intact' });
  const files = tree(at.plugins);
  expect(files.filter((name) => !name.includes('previous'))).toEqual(['.cpex/installed.json', 'linux-x64/good.so']);
  expect(files.filter((name) => name.includes('previous'))).toHaveLength(previous.length);
}

describe('killed with SIGKILL', () => {
  it.each(POINTS)('after "%s" of a first install', async (point) => {
    expect(await install('1.0.0', point)).toBe('SIGKILL');
    await listPlugins(choice(), at.context);
    if (isDone(point)) await consistent('1.0.0', []);
    else expect(tree(at.plugins)).toEqual([]);
    expect(await install('1.0.0')).toBe(0);
    await consistent('1.0.0', []);
  });

  it.each(POINTS)('after "%s" of an update', async (point) => {
    expect(await install('1.0.0')).toBe(0);
    expect(await install('1.1.0', point)).toBe('SIGKILL');
    // Even before anything is mended, a host finds one whole version or the other.
    expect(readFileSync(file())).toEqual(bytesOf(isDone(point) ? '1.1.0' : '1.0.0'));
    await listPlugins(choice(), at.context);
    await consistent(isDone(point) ? '1.1.0' : '1.0.0', isDone(point) ? ['1.0.0'] : []);
    expect(await install('1.2.0')).toBe(0);
    await consistent('1.2.0', isDone(point) ? ['1.1.0', '1.0.0'] : ['1.0.0']);
  });

  it.each(POINTS)('after "%s" of a rollback', async (point) => {
    expect([await install('1.0.0'), await install('1.1.0')]).toEqual([0, 0]);
    expect(await drive({ verb: 'rollback', id: 'good', dieAt: point })).toBe('SIGKILL');
    await listPlugins(choice(), at.context);
    if (isDone(point)) await consistent('1.0.0', ['1.1.0']);
    else await consistent('1.1.0', ['1.0.0']);
  });

  it.each(POINTS)('after "%s" of an uninstall', async (point) => {
    expect([await install('1.0.0'), await install('1.1.0')]).toEqual([0, 0]);
    expect(await drive({ verb: 'uninstall', id: 'good', dieAt: point })).toBe('SIGKILL');
    await listPlugins(choice(), at.context);
    if (isDone(point)) expect(tree(at.plugins)).toEqual(['.cpex/installed.json']);
    else await consistent('1.1.0', ['1.0.0']);
    expect(existsSync(file())).toBe(!isDone(point));
  });
});

describe('killed with SIGKILL where file names hold versions', () => {
  const host = 'cliproxy';
  const platform = () => path.join(at.plugins, 'linux', 'amd64');
  const versions = () => tree(platform()).filter((name) => name.endsWith('.so'));
  const place = (version: string, dieAt?: string) =>
    drive({ verb: 'install', host, source: library(`host-${version}`), ...(dieAt === undefined ? {} : { dieAt }) });
  const settled = async (version: string, previous: readonly string[]) => {
    const [entry] = await readRecord(at.plugins);
    expect([entry?.version, entry?.previous.map((one) => one.version)]).toEqual([version, previous]);
    expect(versions()).toEqual([`good-v${version}.so`]);
    expect(tree(platform())).toEqual([`good-v${version}.so`]);
    expect(readFileSync(path.join(platform(), `good-v${version}.so`))).toEqual(bytesOf(`host-${version}`));
    expect(await inspectPlugin('good', { ...choice(), host }, at.context)).toMatchObject({ state: 'intact' });
  };

  it.each(POINTS)('after "%s" of an update', async (point) => {
    expect(await place('1.0.0')).toBe(0);
    expect(await place('1.1.0', point)).toBe('SIGKILL');
    // A host that starts now finds the newer one, or the older one alone.
    const expected = isDone(point) ? 'good-v1.1.0.so' : 'good-v1.0.0.so';
    expect(versions().at(-1)).toBe(expected);
    await listPlugins({ ...choice(), host }, at.context);
    await settled(isDone(point) ? '1.1.0' : '1.0.0', isDone(point) ? ['1.0.0'] : []);
    expect(await place('1.2.0')).toBe(0);
    await settled('1.2.0', isDone(point) ? ['1.1.0', '1.0.0'] : ['1.0.0']);
  });

  it.each(POINTS)('after "%s" of a rollback', async (point) => {
    expect([await place('1.0.0'), await place('1.1.0')]).toEqual([0, 0]);
    expect(await drive({ verb: 'rollback', id: 'good', host, dieAt: point })).toBe('SIGKILL');
    await listPlugins({ ...choice(), host }, at.context);
    if (isDone(point)) await settled('1.0.0', ['1.1.0']);
    else await settled('1.1.0', ['1.0.0']);
  });
});

describe('at the same time', () => {
  it('two installs of one id leave one of them whole', async () => {
    expect(await Promise.all([install('1.0.0'), install('1.1.0')])).toEqual([0, 0]);
    const [entry] = await readRecord(at.plugins);
    const last = entry?.version ?? '';
    await consistent(last, [last === '1.0.0' ? '1.1.0' : '1.0.0']);
  });

  it('installs of different ids both stay', async () => {
    const both = [install('1.0.0'), drive({ verb: 'install', source: library('other') })];
    expect(await Promise.all(both)).toEqual([0, 0]);
    expect((await readRecord(at.plugins)).map((one) => one.id)).toEqual(['good', 'other']);
  });

  it('an uninstall and an update follow one another', async () => {
    expect(await install('1.0.0')).toBe(0);
    expect(await Promise.all([drive({ verb: 'uninstall', id: 'good' }), install('1.1.0')])).toEqual([0, 0]);
    const plugins = await readRecord(at.plugins);
    expect(existsSync(file())).toBe(plugins.length === 1);
    if (plugins.length === 1) await consistent('1.1.0', []);
  });

  it('what was interrupted is mended by whoever comes next, in the same process too', async () => {
    expect(await install('1.0.0', 'placed')).toBe('SIGKILL');
    const options = { allowDowngrade: false, force: false, dryRun: false };
    const result = await at.install(library('1.1.0'), { ...options, to: at.plugins }, { engine: fakeEngine });
    expect(result.plugin.previous.map((one) => one.version)).toEqual(['1.0.0']);
    expect(at.notes).toContain('Completed a change that was interrupted.');
  });
});
