import { describe, expect, it } from 'vitest';
import { CATALOGUE, catalogueOf } from '../../../src/testing/conformance/catalogue.js';
import { ALL_DEFECTS } from './defects.js';

describe('the table of broken plugins', () => {
  it('names no test that is not in the catalogue', () => {
    const known = new Set(catalogueOf('cpex').map(({ id }) => id));
    expect(ALL_DEFECTS.flatMap(({ fires }) => Object.keys(fires)).filter((id) => !known.has(id))).toEqual([]);
  });

  it('keeps the ids, levels and weights of the catalogue', () => {
    expect(CATALOGUE.map(({ id, level, severity }) => `${level} ${id} ${severity}`)).toMatchSnapshot();
  });
});
