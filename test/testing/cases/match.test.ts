import { describe, expect, it } from 'vitest';
import { MATCHERS, match, matchInOrder } from '../../../src/testing/cases/match.js';

/** An expectation, values that meet it, values that do not. */
type Row = readonly [name: string, expected: unknown, good: readonly unknown[], bad: readonly unknown[]];

const ROWS: readonly Row[] = [
  ['a number', 3, [3, 3n], [4, '3', null, undefined, [3]]],
  [
    'a 64-bit integer',
    9007199254740993n,
    [9007199254740993n],
    [9007199254740992, 9007199254740992n, '9007199254740993'],
  ],
  ['null', null, [null], [undefined, 0, '']],
  ['text', 'a', ['a'], ['b', 'A', undefined]],
  [
    'a subset',
    { a: { b: 1 } },
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }],
    [{}, { a: 1 }, { a: { b: 2 } }, null, [], 'a'],
  ],
  ['an empty object', {}, [{}, { a: 1 }], [null, [], 'a', undefined]],
  ['a list', [1, { a: 1 }], [[1, { a: 1, b: 2 }]], [[1], [1, { a: 1 }, 2], [{ a: 1 }, 1], {}]],
  ['$equal', { $equal: { a: [1] } }, [{ a: [1] }], [{ a: [1], b: 2 }, { a: [1, 2] }, {}, undefined]],
  ['$equal of a matcher', { $equal: { $any: true } }, [{ $any: true }], [1, {}]],
  ['$regex', { $regex: '^h\\p{L}+o$' }, ['hello', 'hällo'], ['hello!', 5, undefined]],
  ['$any', { $any: true }, [1, null, '', {}], [undefined]],
  ['$absent', { $absent: true }, [undefined], [null, 0, '']],
  ['$not', { $not: { a: 1 } }, [{ a: 2 }, null, undefined], [{ a: 1 }, { a: 1, b: 2 }]],
  ['$contains in text', { $contains: 'ell' }, ['hello'], ['help', 5, undefined]],
  ['$contains in a list', { $contains: { a: 1 } }, [[0, { a: 1, b: 2 }]], [[], [{ a: 2 }], { a: 1 }]],
  ['$length', { $length: 2 }, ['ab', [1, 2], { a: 1, b: 2 }], ['a', [], {}, 2, null, undefined]],
  ['$type number', { $type: 'number' }, [1, 1.5, 2n ** 60n], ['1', null]],
  ['$type null', { $type: 'null' }, [null], [undefined, {}]],
  ['$type array', { $type: 'array' }, [[]], [{}]],
  ['$type object', { $type: 'object' }, [{}], [[], null]],
  ['$type string', { $type: 'string' }, [''], [1]],
  ['$type boolean', { $type: 'boolean' }, [false], [0]],
  ['$bytes', { $bytes: 'hö' }, ['aMO2'], ['aMO2=', 'hö', 'aMO2\n', 'aMP/', 5, null, undefined]],
  ['$json', { $json: { a: [1] } }, ['{"a":[1],"b":2}'], ['{"a":[2]}', '{"a":[1]', '', 5, { a: [1] }, undefined]],
  ['$bytes of $json', { $bytes: { $json: null } }, ['bnVsbA=='], ['bnVs', '', null]],
  ['$oneOf', { $oneOf: [1, { a: { $type: 'string' } }] }, [1, { a: 'x', b: 1 }], [2, { a: 1 }, undefined]],
];

describe.each(ROWS)('%s', (_, expected, good, bad) => {
  it.each(good.map((value) => [value]))('matches %o', (value) => {
    expect(match(value, expected)).toEqual([]);
  });
  it.each(bad.map((value) => [value]))('does not match %o', (value) => {
    expect(match(value, expected)).not.toEqual([]);
  });
});

describe('a mismatch', () => {
  it('says where, in words that name the path', () => {
    const actual = { items: [{ 'odd key': { deep: [1, 2] } }] };
    const expected = { items: [{ 'odd key': { deep: [1, { $oneOf: [3, 4] }] } }] };
    expect(match(actual, expected, 'result')).toEqual([
      { path: 'result.items[0]["odd key"].deep[1]', expected: 'one of [3,4]', actual: '2' },
    ]);
  });

  it('is there for each place', () => {
    expect(match({ a: 1, b: 2, c: 3 }, { a: 0, b: 2, c: 0, d: 0 }).map(({ path }) => path)).toEqual(['a', 'c', 'd']);
  });

  it('shows long values shortened and 64-bit integers whole', () => {
    const [first] = match({ text: 'x'.repeat(1000), n: 2n ** 63n }, { n: 1 }, 'result');
    expect(first).toEqual({ path: 'result.n', expected: '1', actual: '9223372036854775808' });
    const [second] = match('x'.repeat(1000), 'y');
    expect(second?.actual.length).toBeLessThan(210);
  });

  it('is expected by every matcher of the list', () => {
    for (const name of MATCHERS)
      expect(ROWS.some(([, expected]) => JSON.stringify(expected, text).includes(name))).toBe(true);
  });
});

describe('a list in order', () => {
  const seen = [
    { level: 'info', message: 'one' },
    { level: 'warn', message: 'two' },
    { level: 'info', message: 'three' },
  ];

  it('may have others in between', () => {
    expect(matchInOrder(seen, [{ message: 'one' }, { message: 'three' }], 'logs')).toEqual([]);
    expect(matchInOrder(seen, [], 'logs')).toEqual([]);
  });

  it('uses each entry once', () => {
    expect(matchInOrder(seen, [{ level: 'info' }, { level: 'info' }], 'logs')).toEqual([]);
    expect(matchInOrder(seen, [{ level: 'warn' }, { level: 'warn' }], 'logs')).toEqual([
      { path: 'logs[1]', expected: '{"level":"warn"}', actual: '[{"level":"info","message":"three"}]' },
    ]);
  });

  it('says when the order is wrong, or nothing more came', () => {
    expect(matchInOrder(seen, [{ message: 'three' }, { message: 'one' }], 'logs')).toEqual([
      { path: 'logs[1]', expected: '{"message":"one"}', actual: 'nothing more' },
    ]);
  });
});

function text(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
