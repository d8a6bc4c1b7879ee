import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { effectOf, ON_ERROR, OUTCOMES, PHASES } from '../../src/pipeline/cpex/effects.js';
import { CAPABILITIES } from '../../src/pipeline/cpex/slots.js';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/hosts/cpex.md'), 'utf8');

it('docs/hosts/cpex.md has the tables as the code has them', async () => {
  const { withPipelineTables } = await import(path.join(root, 'scripts/pipeline-table.mjs'));
  expect(await withPipelineTables(page)).toBe(page);
});

it('docs/hosts/cpex.md says what each mode, outcome and on_error comes to', () => {
  for (const mode of PHASES) {
    const section = page.split(`### \`${mode}\``)[1]?.split('###')[0] ?? '';
    for (const outcome of OUTCOMES) {
      for (const onError of ON_ERROR) {
        const row = section
          .split('\n')
          .map((line) => line.split('|').map((cell) => cell.trim()))
          .find(
            ([, what, when = '']) => what === `\`${outcome}\`` && (when === 'any' || when.includes(`\`${onError}\``)),
          );
        const effect = effectOf(mode, outcome, onError);
        expect(row?.[3], `${mode} ${outcome} ${onError}`).toBe(effect.verdict === 'deny' ? '**deny**' : 'goes on');
        expect(row?.[8]).toBe(effect.disables ? 'disabled' : 'stays');
      }
    }
  }
  for (const capability of CAPABILITIES) expect(page).toContain(`\`${capability}\``);
});
