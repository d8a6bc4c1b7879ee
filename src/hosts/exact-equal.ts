import { isFields } from './json-fields.js';

/**
 * Whether two JSON values are the same value: the order of keys does not count, the order of items
 * does, and numbers compare by value, bigints with numbers too.
 */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  // Mixed kinds compare by mathematical value, without rounding; only `===` tells them apart.
  if (isNumeric(a) && isNumeric(b)) return a <= b && a >= b;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalJson(item, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]))
  );
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
