import { describe, expect, it } from 'vitest';
import { compareDeclarations, compareShapes } from '../../../src/testing/baseline/changes.js';
import { owedBump, versionProblem } from '../../../src/testing/baseline/owed.js';

const told = (before: unknown, after: unknown) =>
  compareDeclarations('methods', before, after, 'command').map(({ kind, message }) => `${kind}: ${message}`);

describe('declarations', () => {
  it('are the same whatever the order of their items', () => {
    expect(told(['a', 'b'], ['b', 'a'])).toEqual([]);
    expect(told([{ verb: 'x' }, { verb: 'y' }], [{ verb: 'y' }, { verb: 'x' }])).toEqual([]);
  });

  it('break when something is taken away or means something else', () => {
    expect(told(['a', 'b'], ['b'])).toEqual(['breaking: command[a] is gone.']);
    const arg = (type: string) => [{ verb: 'x', args: [{ long: 'n', value_type: type }] }];
    expect(told(arg('int'), arg('string'))).toEqual([
      'breaking: command[x].args[n].value_type is "string"; it was "int".',
    ]);
  });

  it('grow by what is new, and break where it has to be given', () => {
    const args = (...list: object[]) => [{ verb: 'x', args: list }];
    expect(told(args(), args({ long: 'n', required: false }))).toEqual(['addition: command[x].args[n] is new.']);
    expect(told(args(), args({ long: 'n', required: true }))).toEqual([
      'breaking: command[x].args[n] is new and has to be given.',
    ]);
  });

  it('only change where people alone read them', () => {
    expect(told([{ verb: 'x', about: 'a' }], [{ verb: 'x', about: 'b' }])).toEqual([
      'change: command[x].about is "b"; it was "a".',
    ]);
  });
});

describe('shapes', () => {
  const kinds = (before: unknown, after: unknown) =>
    compareShapes(before, after, 'It').map(({ kind, message }) => `${kind}: ${message}`);

  it('do not depend on values or on the length of lists', () => {
    expect(kinds({ a: 1, b: [{ c: 'x' }] }, { a: 2, b: [{ c: 'y' }, { c: 'z' }] })).toEqual([]);
  });

  it('break at the highest place that is gone or of another type, and nowhere below', () => {
    expect(kinds({ a: { b: { c: 1 } } }, {})).toEqual(['breaking: It no longer has a.']);
    expect(kinds({ a: { b: 1 } }, { a: [1] })).toEqual(['breaking: It has a list at a, which was an object.']);
  });

  it('grow', () => {
    expect(kinds({ a: 1 }, { a: 1, b: { c: 1 } })).toEqual(['addition: It also has b.']);
  });
});

describe('the version', () => {
  it.each([
    [['breaking', 'change'], '1.2.3', 'major'],
    [['addition'], '1.2.3', 'minor'],
    [['change'], '1.2.3', 'patch'],
    [[], '1.2.3', 'none'],
    [['breaking'], '0.2.3', 'minor'],
    [['addition'], '0.2.3', 'patch'],
  ] as const)('owes for %s after %s a step: %s', (kinds, before, owed) => {
    expect(owedBump(kinds, before)).toBe(owed);
  });

  it.each([
    ['1.2.3', '1.3.0', 'minor', undefined],
    ['1.2.3', '2.0.0', 'minor', undefined],
    ['1.2.3', '1.2.4', 'minor', 'The changes since 1.2.3 owe a minor step, so 1.3.0 at least; it is 1.2.4.'],
    ['1.2.3', '1.2.3', 'patch', 'The changes since 1.2.3 owe a patch, so 1.2.4 at least; it is still 1.2.3.'],
    ['1.2.3', '1.2.2', 'none', 'The version goes back from 1.2.3 to 1.2.2.'],
    ['1.2.3', '1.2.3', 'none', undefined],
    ['one', 'two', 'major', undefined],
  ] as const)('%s → %s, owing a step %s', (before, after, owed, problem) => {
    expect(versionProblem(before, after, owed)).toBe(problem);
  });
});
