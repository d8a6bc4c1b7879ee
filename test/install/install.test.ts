import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readRecord } from '../../src/install/record.js';
import { compilePlugin } from './support/c-plugin.js';
import { tree, type Workplace, workplace } from './support/workplace.js';

const places: Workplace[] = [];
let at: Workplace;
beforeEach(() => {
  at = workplace();
  places.push(at);
});
afterAll(() => {
  for (const one of places) one.remove();
});

describe('install', () => {
  it('places the library, records it and leaves nothing else', async () => {
    const library = compilePlugin(at.root, 'v1', { id: 'good' });
    const result = await at.install(library);
    expect(result.outcome).toBe('installed');
    expect(result.file).toBe(path.join(at.plugins, 'linux-x64', 'good.so'));
    expect(readFileSync(result.file)).toEqual(readFileSync(library));
    expect(statSync(result.file).mode & 0o7777).toBe(0o755);
    expect(tree(at.plugins)).toEqual(['.cpex/installed.json', 'linux-x64/good.so']);
    expect(await readRecord(at.plugins)).toEqual([
      expect.objectContaining({
        id: 'good',
        version: '1.0.0',
        target: 'linux-x64',
        host: 'cpex',
        source: library,
        previous: [],
      }),
    ]);
  });
});
