import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPluginName } from '../../src/hosts/cliproxy/file-name.js';
import { cliproxyRevision } from '../../src/hosts/cliproxy/revision.js';
import { variantOf } from '../../src/pipeline/cliproxy/cpu-variant.js';
import { candidateFolders, discover } from '../../src/pipeline/cliproxy/discover.js';
import { byRank } from '../../src/pipeline/cliproxy/order.js';

const LINUX = { goos: 'linux', goarch: 'amd64', extension: '.so' };
let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'cpex-discovery-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const layoutOf = (revision: string) => cliproxyRevision(revision).layout;

function place(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), '');
  }
}

async function find(revision: string, pins: Readonly<Record<string, string>> = {}, variant?: string) {
  const layout = layoutOf(revision);
  const folders = candidateFolders(root, layout, LINUX, variant);
  const { selected, skipped, failure } = await discover(folders, layout, '.so', new Map(Object.entries(pins)));
  const short = (file: string) => path.relative(root, file);
  return {
    selected: selected.map((file) => [file.id, file.version, short(file.path)]),
    skipped: skipped.map((one) => [short(one.path), one.reason]),
    failure,
  };
}

describe('discovery of plugin files', () => {
  it('looks into the folder of the platform first, then into the plugins folder, not deeper', async () => {
    place('b.so', 'a.so', 'linux/amd64/c.so', 'linux/arm64/d.so', 'linux/amd64/deep/e.so', 'readme.txt');
    const { selected, skipped } = await find('v7.2.140');
    expect(selected.map(([id]) => id)).toEqual(['c', 'a', 'b']);
    expect(skipped).toEqual([]);
  });

  it('takes the highest version, versions before none, and the first folder in a tie', async () => {
    place('x-v1.9.0.so', 'x-v1.10.so', 'x.so', 'linux/amd64/y-v2.so', 'y-v2.so', 'z-v1.beta.so', 'z-v1.alpha.so');
    const { selected, skipped } = await find('v7.2.140');
    expect(selected).toEqual([
      ['y', '2', 'linux/amd64/y-v2.so'],
      ['x', '1.10', 'x-v1.10.so'],
      ['z', '1.beta', 'z-v1.beta.so'],
    ]);
    expect(skipped.map(([file]) => file).sort()).toEqual(['x-v1.9.0.so', 'x.so', 'y-v2.so', 'z-v1.alpha.so']);
  });

  it('takes a pinned version, and nothing where that is missing', async () => {
    place('x-v1.0.0.so', 'x-v2.0.0.so');
    expect((await find('v7.2.140', { x: '1.0.0' })).selected).toEqual([['x', '1.0.0', 'x-v1.0.0.so']]);
    const absent = await find('v7.2.140', { x: '3.0.0' });
    expect(absent.selected).toEqual([]);
    expect(absent.skipped).toContainEqual(['x-v2.0.0.so', 'the configuration pins x to version 3.0.0']);
  });

  it('ignores links and bad names, which the real host does without a word', async () => {
    place('good.so', '.hidden.so', 'sp ace.so', `${'n'.repeat(129)}.so`, 'UPPER.SO');
    symlinkSync(path.join(root, 'good.so'), path.join(root, 'link.so'));
    mkdirSync(path.join(root, 'folder.so'));
    const { selected, skipped } = await find('v7.2.140');
    expect(selected.map(([id]) => id)).toEqual(['UPPER', 'good']);
    expect(skipped).toContainEqual(['link.so', 'it is a symbolic link, which the host ignores']);
    expect(skipped).toContainEqual(['folder.so', 'it is no regular file, which the host ignores']);
    expect(skipped).toContainEqual(['sp ace.so', '"sp ace" cannot be the id of a plugin']);
    expect(skipped).toHaveLength(5);
  });

  it('reads no versions at v7.2.28, takes the first file, and knows the variant of the processor', async () => {
    place('linux/amd64-v3/a.so', 'linux/amd64-v4/b.so', 'linux/amd64/a.so', 'a.so', 'my-v2.so');
    const { selected } = await find('v7.2.28', {}, 'v3');
    expect(selected).toEqual([
      ['a', '', 'linux/amd64-v3/a.so'],
      ['my-v2', '', 'my-v2.so'],
    ]);
  });

  it('gives up as the host does when a folder cannot be read', async () => {
    place('linux');
    const { selected, failure } = await find('v7.2.140');
    expect(selected).toEqual([]);
    expect(failure).toMatch(/^pluginhost: failed to select plugin files: open .*linux.amd64/);
  });

  it('reads an id that ends like a version as the host does', () => {
    expect(readPluginName('/p/my-v2.so', true)).toEqual({ file: { id: 'my', version: '2', path: '/p/my-v2.so' } });
    expect(readPluginName('/p/-v2.so', true)).toHaveProperty('problem');
    expect(readPluginName('/p/a-vx.so', true)).toMatchObject({ file: { id: 'a-vx', version: '' } });
    expect(readPluginName('/p/a-v1-v2.0.so', true)).toMatchObject({ file: { id: 'a-v1', version: '2.0' } });
  });

  it('knows the levels of amd64', () => {
    const v2 = ['pni', 'ssse3', 'sse4_1', 'sse4_2', 'popcnt'];
    const v3 = ['avx', 'avx2', 'bmi1', 'bmi2', 'fma'];
    expect(variantOf(new Set())).toBe('v1');
    expect(variantOf(new Set(v2))).toBe('v2');
    expect(variantOf(new Set([...v2, ...v3.slice(1)]))).toBe('v2');
    expect(variantOf(new Set([...v2, ...v3]))).toBe('v3');
    expect(variantOf(new Set(['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl']))).toBe('v4');
  });

  it('orders by priority, then by the bytes of the id', () => {
    const ranked = [
      { id: 'b', priority: 0 },
      { id: 'a', priority: 0 },
      { id: 'B', priority: 0 },
      { id: 'z', priority: 5 },
      { id: 'low', priority: -1 },
    ];
    expect(ranked.sort(byRank).map(({ id }) => id)).toEqual(['z', 'B', 'a', 'b', 'low']);
  });
});
