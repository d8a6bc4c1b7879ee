import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CATALOGUE } from '../../src/testing/conformance/catalogue.js';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/boundary-defects.md'), 'utf8');

it('docs/boundary-defects.md names tests that there are', () => {
  const known = new Set<string>(CATALOGUE.map(({ id }) => id));
  const ids = [...page.matchAll(/`([a-z]+\.[a-z0-9-]+)`/g)].map(([, id = '']) => id);
  expect(ids.filter((id) => !known.has(id))).toEqual([]);
  const tests = [...page.matchAll(/`(test\/[^`]+)` “([^”]+)”/g)];
  expect(tests.length).toBe(page.split('`test/').length - 1);
  expect(ids.length + tests.length).toBeGreaterThan(60);
  const missing = tests.filter(
    ([, file = '', title = '']) => !readFileSync(path.join(root, file), 'utf8').includes(title),
  );
  expect(missing.map(([whole]) => whole)).toEqual([]);
});
