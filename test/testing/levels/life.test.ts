import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { findProfile } from '../../../src/hosts/registry.js';
import { badConfig, changeOf, otherConfig } from '../../../src/testing/conformance/configuration.js';
import { compileC } from '../support/compile.js';
import { complaints, judged, judgedLibrary } from '../support/judged.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-life-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('level 7', () => {
  test('sees every defect in C, Go and Rust, and nothing in good plugins', { timeout: 900_000 }, async () => {
    const results = await judged('life.*');
    expect(complaints(results)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(25);
  });

  test.each(['asks', 'foreign-thread'])(
    'has nothing against %s, which asks its host',
    { timeout: 300_000 },
    async (name) => {
      expect(complaints(await judgedLibrary(compileC(name, folder), 'c', /^life\./))).toEqual([]);
    },
  );
});

describe('configurations', () => {
  const config = { greeting: 'hello', times: 2, loud: false, list: ['a'] };

  it('of the same shape with other values', () => {
    expect(otherConfig({ config })).toEqual({ greeting: 'hello-2', times: 3, loud: true, list: ['a-2'] });
    expect(otherConfig({ config: undefined })).toEqual({});
  });

  it('of another shape are bad in one value alone', () => {
    expect(badConfig({ config })).toEqual({ greeting: 'hello-2', times: 3, loud: true, list: 'no list' });
    expect(badConfig({ config: { loud: true } })).toEqual({ loud: [false] });
  });

  it.each(['cpex', 'cliproxy'] as const)('reach a plugin of %s with plugin.reconfigure', (host) => {
    const profile = findProfile(host);
    expect(changeOf(profile, config)?.method).toBe('plugin.reconfigure');
  });
});
