import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { services } from '../hosts/ask.js';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-store-')));
const script = path.join(root, 'writer.mjs');
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(async () => {
  const entry = path.join(import.meta.dirname, 'store-writer.ts');
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    ...{ entryPoints: [entry], outfile: script, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
    banner: { js: banner },
  });
});

function writer(...words: string[]): ChildProcess {
  return spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Every stored value, by key; all have to be whole. */
async function valuesOf(stateFolder: string): Promise<Map<string, string>> {
  const { ask } = services({ stateFolder, pluginId: 'shared' });
  const { result } = (await ask('host.kv.list', { scope: 'plugin' })) as { result: { keys: string[] } };
  const found = await Promise.all(
    result.keys.map(async (key) => {
      const answer = (await ask('host.kv.get', { scope: 'plugin', key })) as { result: { value: string } };
      return [key, Buffer.from(answer.result.value, 'base64').toString()] as const;
    }),
  );
  return new Map(found);
}

describe('the store of a plugin', () => {
  it('has whole values whenever its host is killed', async () => {
    const stateFolder = path.join(root, 'killed');
    for (let time = 0; time < 8; time++) {
      const running = writer(stateFolder, 'k', '8', '0');
      await once(running.stdout as NodeJS.ReadableStream, 'data');
      // Somewhere in the midst of writing: it goes on for ever.
      await new Promise((resolve) => setTimeout(resolve, time * 7));
      running.kill('SIGKILL');
      await once(running, 'close');
      const values = await valuesOf(stateFolder);
      expect([...values.keys()]).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7']);
      for (const value of values.values()) expect(value).toMatch(/^([a-z])\1{1023}$/);
    }
  });

  it('is swept of what killed hosts left half written', async () => {
    const stateFolder = path.join(root, 'killed');
    const [store = ''] = readdirSync(path.join(stateFolder, 'kv'));
    const folder = path.join(stateFolder, 'kv', store);
    const old = path.join(folder, '.half.kv.tmp');
    const young = path.join(folder, '.other.kv.tmp');
    for (const file of [old, young]) writeFileSync(file, 'hal');
    utimesSync(old, 0, 0);
    const { ask } = services({ stateFolder, pluginId: 'shared' });
    await ask('host.kv.set', { scope: 'plugin', key: 'k0', value: Buffer.from('new').toString('base64') });
    expect((await valuesOf(stateFolder)).get('k0')).toBe('new');
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
    // No file of the store is anything but a value: what is half written lies beside it under another name.
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.kv'))) {
      expect(readFileSync(path.join(folder, name), 'utf8')).toMatch(/^"k\d"\n/);
    }
  });

  it('keeps what sixteen processes store at once', async () => {
    const stateFolder = path.join(root, 'sixteen');
    const all = Array.from({ length: 16 }, (_, at) => writer(stateFolder, `w${at}-`, '4', '3'));
    const codes = await Promise.all(all.map(async (one) => (await once(one, 'close'))[0] as number));
    expect(codes).toEqual(Array(16).fill(0));
    const values = await valuesOf(stateFolder);
    expect(values.size).toBe(64);
    expect(new Set(values.values())).toEqual(new Set(['c'.repeat(1024)]));
  });

  it('keeps one whole value where sixteen processes store under one key', async () => {
    const stateFolder = path.join(root, 'one');
    const all = Array.from({ length: 16 }, () => writer(stateFolder, 'same', '1', '5'));
    const codes = await Promise.all(all.map(async (one) => (await once(one, 'close'))[0] as number));
    expect(codes).toEqual(Array(16).fill(0));
    const values = await valuesOf(stateFolder);
    expect([...values]).toEqual([['same0', expect.stringMatching(/^([a-e])\1{1023}$/)]]);
  });
});
