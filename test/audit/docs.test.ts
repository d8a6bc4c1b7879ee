import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ELF_RULES } from '../../src/audit/rules/catalogue.js';
import { auditDocument } from '../../src/audit/rules/document.js';

const root = path.resolve(import.meta.dirname, '../..');

it('docs/audit.md is what the rules say', async () => {
  await expect(auditDocument()).toMatchFileSnapshot('../../docs/audit.md');
});

it('the rules and every other check name only clauses that docs/abi.md states', () => {
  const stated = new Set(readFileSync(path.join(root, 'docs/abi.md'), 'utf8').match(/(?<=^\*\*)ABI-[A-Z]+-\d+/gm));
  const named = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => readFileSync(path.join(root, 'src', name), 'utf8').match(/ABI-[A-Z]+-\d+/g) ?? []);
  expect(named.length).toBeGreaterThan(30);
  expect([...new Set(named)].filter((clause) => !stated.has(clause))).toEqual([]);
  expect(ELF_RULES.find((rule) => rule.id === 'elf.entry')?.clause).toBe('ABI-LOAD-003');
});
