import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, catalogueOf } from '../../../src/testing/conformance/catalogue.js';
import { ALL_DEFECTS } from './defects.js';

const plugins = path.resolve(import.meta.dirname, '../../plugins');

describe('the table of broken plugins', () => {
  it('has a plugin for every conformance test that this version can judge', () => {
    const fired = new Set(ALL_DEFECTS.flatMap(({ fires }) => Object.keys(fires)));
    // Those of other hosts have tables of their own, such as that in test/testing/cliproxy.
    const judged = catalogueOf('cpex')
      .filter(({ run }) => run !== undefined)
      .map(({ id }) => id);
    expect(judged.filter((id) => !fired.has(id))).toEqual([]);
    expect(judged.length).toBeGreaterThan(15);
  });

  it('names no test that is not in the catalogue', () => {
    const known = new Set(catalogueOf('cpex').map(({ id }) => id));
    expect(ALL_DEFECTS.flatMap(({ fires }) => Object.keys(fires)).filter((id) => !known.has(id))).toEqual([]);
  });

  it('has a row for every broken plugin in C, Go and Rust', () => {
    const files = ['broken', 'broken-go', 'broken-rust'].flatMap((folder) =>
      readdirSync(path.join(plugins, folder))
        .filter((name) => /\.(c|go|rs)$/.test(name) && !/^(abi|good)\./.test(name))
        .map((name) => `${folder}/${path.parse(name).name}`),
    );
    const rows = ALL_DEFECTS.map(({ plugin }) => plugin);
    // This one crashes at a moment that nobody can tell; it has a test of its own.
    expect(files.filter((file) => !rows.includes(file))).toEqual(['broken/crash-idle']);
    expect(new Set(rows).size).toBe(rows.length);
  });

  it('keeps the ids, levels and weights of the catalogue', () => {
    expect(CATALOGUE.map(({ id, level, severity }) => `${level} ${id} ${severity}`)).toMatchSnapshot();
  });
});
