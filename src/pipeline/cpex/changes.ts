import { equalJson } from '../../hosts/exact-equal.js';
import { isFields } from '../../hosts/json-fields.js';
import { stringifyExact } from '../../support/exact-json.js';
import type { Change } from './types.js';

/** Places that one list of changes names. */
export const MOST_CHANGES = 64;
/** Characters that one value of a change may have, written as JSON. */
const LONGEST_VALUE = 1024;
/** Characters of a long text that are shown before the first that differs. */
const LEAD = 64;

/**
 * Where two JSON values differ, from the outside in: the smallest places that explain it, bounded in size and number.
 * One more than `MOST_CHANGES` says that there are others.
 */
export function changesBetween(path: string, before: unknown, after: unknown): Change[] {
  const found: Change[] = [];
  collect(path, before, after, found);
  return found;
}

function collect(path: string, before: unknown, after: unknown, found: Change[]): void {
  if (found.length > MOST_CHANGES || equalJson(before, after)) return;
  if (isFields(before) && isFields(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const own = (of: Readonly<Record<string, unknown>>) => (Object.hasOwn(of, name) ? of[name] : undefined);
      collect(member(path, name), own(before), own(after), found);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      collect(`${path}[${index}]`, before[index], after[index], found);
    }
    return;
  }
  const from = commonStart(before, after);
  found.push({
    path,
    ...(before === undefined ? {} : { before: bounded(before, from) }),
    ...(after === undefined ? {} : { after: bounded(after, from) }),
  });
}

/** Where the part of two texts begins that says how they differ: some characters before the first other one. */
function commonStart(before: unknown, after: unknown): number {
  if (typeof before !== 'string' || typeof after !== 'string') return 0;
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  return same <= LEAD ? 0 : same - LEAD;
}

/** A value as it is, or, where it is long, as text from there on and cut. */
function bounded(value: unknown, from: number): unknown {
  const text = typeof value === 'string' ? value : stringifyExact(value);
  if (text.length <= LONGEST_VALUE) return value;
  // No half of a character at either end.
  const part = text.slice(from, from + LONGEST_VALUE).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
  const end = from + LONGEST_VALUE < text.length ? '…' : '';
  return `${from > 0 ? '…' : ''}${part}${end} (${text.length} characters)`;
}

function member(path: string, name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
