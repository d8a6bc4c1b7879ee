import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderError } from '../../src/report/error-text.js';
import { wrap } from '../../src/report/wrap.js';
import { CpexError } from '../../src/support/errors.js';

describe('wrap', () => {
  it('keeps every word, and lines within the width unless one word is longer', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 5, max: 40 }), (list, width) => {
        const lines = wrap(list.join('  '), width);
        expect(lines.join(' ').split(' ')).toEqual(list);
        for (const line of lines) if (line.includes(' ')) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('the evidence of an error', () => {
  const rendered = (evidence: string[]) =>
    stripVTControlCharacters(renderError(new CpexError('CPEX_E_HOOK_UNKNOWN', 'No.', { evidence })));

  it('breaks a list of names between the names', () => {
    const names = Array.from({ length: 20 }, (_, at) => `name_number_${at}`);
    const lines = rendered([`hooks: ${names.join(', ')}`])
      .split('\n')
      .slice(1, -1);
    expect(lines[0]).toMatch(/^ {2}│ hooks: name_number_0, /);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.map((line) => line.replace(/^ {2}│ (hooks:)? +/, '')).join(' ')).toBe(names.join(', '));
  });

  it('keeps a command whole, to be copied', () => {
    const command = `command: ${Array.from({ length: 30 }, (_, at) => `--flag-${at}`).join(' ')}`;
    expect(rendered([command])).toContain(`\n  │ ${command}\n`);
  });
});
