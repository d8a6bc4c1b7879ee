import { describe, expect, it } from 'vitest';
import { accountText } from '../../src/pipeline/cpex/account-text.js';
import { changeLines } from '../../src/pipeline/cpex/change-text.js';
import { changesBetween } from '../../src/pipeline/cpex/changes.js';
import { entry, failure, HOOK, PAYLOAD, request, result, scripted } from './cpex-bench.js';

describe('a change as text', () => {
  it.each([
    [{ path: 'payload.a', before: 1, after: 2 }, ['payload.a: 1 → 2']],
    [{ path: 'payload.a', after: { b: [1, 'x'] } }, ['payload.a: + { "b": [ 1, "x" ] }']],
    [{ path: 'payload.a', before: null }, ['payload.a: - null']],
    [
      { path: 'payload["\u001b[2J"]', before: 'a', after: '\u202e\u0007' },
      ['payload["\\x1b[2J"]: "a" → "\\u202e\\u0007"'],
    ],
    [{ path: 'p', before: 9007199254740993n, after: 1 }, ['p: 9007199254740993 → 1']],
  ])('names place and values: case %#', (change, lines) => expect(changeLines(change, 74)).toEqual(lines));

  it('shows of long texts the part that differs, on lines that fit', () => {
    const [before, after] = ['ada@example.org', '[EMAIL]'].map(
      (what) => `${'x'.repeat(5000)}${what}${'y'.repeat(5000)}`,
    );
    const [change] = changesBetween('payload.text', before, after);
    expect(String(change?.before).length).toBeLessThan(1100);
    for (const width of [60, 74, 154]) {
      const lines = changeLines(change ?? { path: '' }, width);
      expect(lines).toHaveLength(3);
      expect(lines[0]).toBe('payload.text');
      expect(lines[1]).toMatch(/^ {2}- …x+ada@example\.orgy*…$/);
      expect(lines[2]).toMatch(/^ {2}\+ …x+\[EMAIL\]y+…$/);
      expect(lines.every((line) => line.length <= width)).toBe(true);
    }
  });
});

describe('the account of a run', () => {
  it('tells each phase with what was changed, who was left out, the verdict and what came after it', async () => {
    const changed = { ...PAYLOAD, args: { query: 'other' } };
    const host = scripted([
      [entry('changes'), () => result({ continue_processing: true, modified_payload: changed })],
      [entry('fails', { onError: 'ignore' }), () => failure('panic')],
      [entry('shouts', { mode: 'audit' }), () => result({ continue_processing: true, modified_payload: PAYLOAD })],
      [
        entry('objects', { mode: 'audit' }),
        () => result({ continue_processing: false, violation: { code: 'no', reason: 'so' } }),
      ],
      [entry('off', { mode: 'disabled' }), () => result({ continue_processing: true })],
      [
        entry('denies', { mode: 'concurrent' }),
        () =>
          result({
            continue_processing: false,
            violation: { code: 'no', reason: 'why\u001b[2J', description: 'at\nlength' },
          }),
      ],
      [entry('later', { mode: 'fire_and_forget' }), () => failure('timeout')],
    ]);
    const ran = await host.invoke(HOOK, request());
    const text = accountText(ran, await ran.background(), 80).replace(/\d+\.\d ms/g, 'N ms');
    expect(text.split('\n')).toEqual([
      'sequential',
      '  ✓ changes  allow, payload modified  N ms',
      '      payload.args.query: "plugins" → "other"',
      '  ✗ fails    error panic, the run goes on  N ms',
      '      it ends with panic',
      'audit',
      '  ✓ shouts   allow, payload modified and discarded: audit may not modify  N ms',
      '      payload.args.query: "other" → "plugins"',
      '  ! objects  deny, passed over: audit may not deny  N ms',
      '      no: so',
      'concurrent',
      '  ✗ denies   deny  N ms',
      '      no: why\\x1b[2J',
      'not called',
      '  · off      its mode is disabled',
      '  · later    "denies" denied before',
      '',
      'deny by denies: no: why\\x1b[2J  N ms',
      '  at\\x0alength',
    ]);
  });

  it('says what goes on after an allow, and that nobody was called', async () => {
    const one = scripted([[entry('later', { mode: 'fire_and_forget' }), () => failure('timeout')]]);
    const ran = await one.invoke(HOOK, request());
    const text = accountText(ran, await ran.background(), 80).replace(/\d+\.\d ms/g, 'N ms');
    expect(text.split('\n')).toEqual([
      'No plugin was called before the verdict.',
      '',
      'allow  N ms',
      '',
      'fire_and_forget',
      '  ✗ later  timeout  N ms',
      '      it ends with timeout',
    ]);
  });

  it('says that a hook is for nobody', async () => {
    const host = scripted([[entry('off', { mode: 'disabled' }), () => failure('error')]]);
    const ran = await host.invoke(HOOK, request());
    expect(accountText(ran, await ran.background(), 80)).toMatch(
      /^No plugin was called for tool_pre_invoke\.\nnot called\n {2}· off {2}its mode is disabled\n\nallow /,
    );
  });

  it('shows some changes and the number of the rest', async () => {
    const many = { name: 'x', args: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, n])) };
    const host = scripted([[entry('a'), () => result({ continue_processing: true, modified_payload: many })]]);
    const ran = await host.invoke(HOOK, request({ payload: { name: 'x', args: {} } }));
    const lines = accountText(ran, await ran.background(), 80).split('\n');
    expect(lines.filter((line) => line.includes('payload.args.k'))).toHaveLength(12);
    expect(lines).toContain('      … 28 more; --json has them');
  });
});
