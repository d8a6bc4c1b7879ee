import { equalJson } from '../../hosts/exact-equal.js';
import { isFields } from '../../hosts/json-fields.js';
import { stringifyExact } from '../../support/exact-json.js';
import type { Change } from './types.js';

/** Places that one list of changes names; what lies beyond is told by their number. */
const MOST_CHANGES = 64;
/** Characters that one value of a change may have, written as JSON. */
const LONGEST_VALUE = 1024;

/** Where two JSON values differ, from the outside in: the smallest places that explain it, bounded in number and size. */
export function changesBetween(path: string, before: unknown, after: unknown): Change[] {
  const found: Change[] = [];
  collect(path, before, after, found);
  return found;
}

function collect(path: string, before: unknown, after: unknown, found: Change[]): void {
  if (found.length >= MOST_CHANGES || equalJson(before, after)) return;
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
  found.push({
    path,
    ...(before === undefined ? {} : { before: bounded(before) }),
    ...(after === undefined ? {} : { after: bounded(after) }),
  });
}

/** A value as it is, or, where it is long, its beginning as text. */
function bounded(value: unknown): unknown {
  const text = typeof value === 'string' ? value : stringifyExact(value);
  if (text.length <= LONGEST_VALUE) return value;
  const shown = [...text.slice(0, LONGEST_VALUE)].slice(0, -1).join('');
  return `${shown}… (${text.length} characters)`;
}

function member(path: string, name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
