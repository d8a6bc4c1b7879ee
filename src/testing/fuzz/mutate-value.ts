import { isFields } from '../../hosts/json-fields.js';
import { stringifyExact } from '../../support/exact-json.js';
import { diceFrom } from './dice.js';

/** Values that readers get wrong. */
const EDGES: readonly unknown[] = [
  ...[null, true, false, '', [], {}, 0, -0, -1, 1, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53 + 2],
  ...[2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n, 2n ** 64n, 10n ** 40n],
  ...[
    '\0',
    '\ud83d',
    '\ude00x',
    '\ufeff',
    'null',
    '%s%n',
    '__proto__',
    '../..',
    'a'.repeat(5000),
    '\u{1f600}'.repeat(300),
  ],
  ...[[[]], [null], [1, 'a', null], { '': '' }, { a: { b: { c: {} } } }],
];

/**
 * How deep a value may be wrapped: well below what the ABI lets pass, for an answer may hold what it was asked and be a
 * little deeper, or beyond it.
 */
const DEEP = 100;
const TOO_DEEP = 150;

/** A body with one change to a value, which a number chooses. The value itself stays as it is. */
export function mutated(value: unknown, plan: number): string {
  return jsonOf(changed(value, diceFrom(plan)));
}

/** JSON, also of bigints; a number beyond all bounds is null, as in every JSON. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (error instanceof TypeError) return stringifyExact(value);
    throw error;
  }
}

/** The value with a change in it, somewhere on a way down that the dice choose; only what lies on that way is copied. */
function changed(value: unknown, dice: () => number): unknown {
  const keys = Array.isArray(value) ? value.length : isFields(value) ? Object.keys(value) : 0;
  const count = typeof keys === 'number' ? keys : keys.length;
  if (count === 0 || dice() % 4 === 0) return instead(value, dice);
  const at = dice() % count;
  const kind = dice() % 16;
  if (Array.isArray(value)) {
    if (kind === 0) return value.toSpliced(at, 1);
    if (kind === 1) return [...value, ...new Array(1 + (dice() % 500)).fill(value[at])];
    return value.with(at, changed(value[at], dice));
  }
  const key = (keys as string[])[at] as string;
  const { [key]: old, ...rest } = value as Record<string, unknown>;
  if (kind < 2) return rest;
  if (kind === 2) return { ...rest, [`${key}\ud83d`]: old };
  return { ...(value as Record<string, unknown>), [key]: changed(old, dice) };
}

/** What stands in the place of a value. */
function instead(value: unknown, dice: () => number): unknown {
  const kind = dice() % 8;
  if (kind === 0) return wrap(value, dice() % 4 === 0 ? TOO_DEEP : 1 + (dice() % DEEP));
  if (kind === 1) return typeof value === 'string' ? value.repeat(1 + (dice() % 64)) : jsonOf(value);
  if (kind === 2 && typeof value === 'number') return value + 0.5;
  return EDGES[dice() % EDGES.length];
}

function wrap(value: unknown, times: number): unknown {
  let wrapped = value;
  for (let i = 0; i < times; i++) wrapped = i % 2 === 0 ? [wrapped] : { a: wrapped };
  return wrapped;
}
