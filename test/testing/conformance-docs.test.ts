import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, catalogueOf } from '../../src/testing/conformance/catalogue.js';
import { clauseOf } from '../../src/testing/conformance/policy.js';

const docs = path.resolve(import.meta.dirname, '../../docs');
const page = (name: string) => readFileSync(path.join(docs, name), 'utf8');

describe('docs/conformance.md', () => {
  const text = page('conformance.md');

  it('has a row with an anchor for every test', () => {
    expect(CATALOGUE.map(({ id }) => id).filter((id) => !text.includes(`| <a id="${id}"></a>`))).toEqual([]);
  });

  it('links to clauses that are stated where it says', () => {
    const links = [...text.matchAll(/\]\(([\w/.-]+)#([\w-]+)\)/g)];
    expect(links.length).toBeGreaterThan(CATALOGUE.length);
    const broken = links.filter(([, file = '', anchor = '']) => {
      const there = page(file);
      return !there.includes(`<a id="${anchor}"></a>`) && !there.includes(`## ${anchor.replace('-', ' ')}`);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it.each(['cpex', 'cliproxy'])('names a stated clause for every test of %s', (profile) => {
    const stated = new Set(
      [...`${page('abi.md')}${page('hosts/cliproxy.md')}`.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id),
    );
    const clauses = catalogueOf(profile).map((test) => clauseOf(test, profile).toLowerCase());
    expect(clauses.filter((clause) => !stated.has(clause))).toEqual([]);
  });
});
