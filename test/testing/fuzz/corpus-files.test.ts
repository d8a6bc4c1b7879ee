import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../src/support/files.js';
import { readCorpus, saveCase } from '../../../src/testing/fuzz/corpus-files.js';
import type { FuzzCase } from '../../../src/testing/fuzz/types.js';

const folder = await temporaryFolder('corpus');
afterAll(() => folder.remove());

const register = { do: 'register' } as const;
const call = (body: Uint8Array | string) => ({ do: 'call', method: 'hook.invoke', body: Buffer.from(body) }) as const;

const CASES: readonly (readonly [name: RegExp, one: FuzzCase])[] = [
  [/^hook\.invoke\/[0-9a-f]{12}\.json$/, { steps: [register, call('{"a":1}')] }],
  [/^hook\.invoke\/[0-9a-f]{12}\.bin$/, { steps: [register, call(Uint8Array.of(0xff, 0, 10))] }],
  [
    /^sequences\/[0-9a-f]{12}\.yaml$/,
    { steps: [call('{}'), { do: 'shutdown' }, { do: 'init' }, { do: 'register', again: true }] },
  ],
  [
    /^sequences\/[0-9a-f]{12}\.yaml$/,
    {
      steps: [register, call('{}')],
      answers: [null, { code: -1, body: Buffer.alloc(0) }, { code: 0, body: Buffer.from([0xc0, 0x20]) }],
    },
  ],
];

describe('the corpus', () => {
  it.each(CASES)('%s is read as it was written', async (name, one) => {
    const place = path.join(folder.path, String(name).length.toString(), JSON.stringify(one).length.toString());
    const file = await saveCase(place, one, 'what was seen');
    const [read, ...more] = await readCorpus(place);
    expect(more).toEqual([]);
    expect(read?.name).toMatch(name);
    expect(read?.file).toBe(file);
    expect(read?.case).toEqual(one);
    // The same case is the same file.
    expect(await saveCase(place, one, 'what was seen')).toBe(file);
  });

  it('takes any file below a method for a body, and no README or hidden file', async () => {
    const place = path.join(folder.path, 'foreign');
    mkdirSync(path.join(place, 'hook.invoke'), { recursive: true });
    writeFileSync(path.join(place, 'README.md'), 'about');
    writeFileSync(path.join(place, 'hook.invoke', '.gitkeep'), '');
    writeFileSync(path.join(place, 'hook.invoke', 'crash-1a2b'), '{"');
    expect((await readCorpus(place)).map(({ name }) => name)).toEqual(['hook.invoke/crash-1a2b']);
  });

  it('is empty where there is no folder', async () => {
    expect(await readCorpus(path.join(folder.path, 'none'))).toEqual([]);
  });

  it.each(['steps: 1', 'steps: [jump]', 'steps: [{call: x}]', 'steps: []\nanswers: [{code: 0}]', '{'])(
    'refuses "%s"',
    async (text) => {
      const place = path.join(folder.path, 'bad');
      mkdirSync(path.join(place, 'sequences'), { recursive: true });
      writeFileSync(path.join(place, 'sequences', 'one.yaml'), text);
      await expect(readCorpus(place)).rejects.toMatchObject({ code: 'CPEX_E_CASE_INVALID' });
    },
  );
});
