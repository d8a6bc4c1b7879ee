import { isFields } from '../../hosts/json-fields.js';

/**
 * Delta debugging: takes pieces out of a list for as long as `fails` holds for the rest. `smallest` is the size of the
 * smallest piece that is tried. Returns the list that is left.
 */
export async function shrinkList<T>(
  list: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
  smallest = 1,
): Promise<T[]> {
  let left = [...list];
  for (
    let size = Math.ceil(left.length / 2);
    size >= smallest && left.length > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < left.length; ) {
      const without = [...left.slice(0, at), ...left.slice(at + size)];
      if (await fails(without)) left = without;
      else at += size;
    }
  }
  return left;
}

/** Makes a JSON value simpler, from the outside in, for as long as `fails` holds. Returns the one that is left. */
export async function shrinkValue(value: unknown, fails: (value: unknown) => Promise<boolean>): Promise<unknown> {
  for (const simple of simpler(value)) if (await fails(simple)) return shrinkValue(simple, fails);
  if (typeof value === 'string') {
    return (await shrinkList([...value], (some) => fails(some.join('')))).join('');
  }
  if (Array.isArray(value)) {
    let items = await shrinkList(value as unknown[], fails);
    for (const index of items.keys()) {
      const smaller = await shrinkValue(items[index], (one) => fails(items.with(index, one)));
      items = items.with(index, smaller);
    }
    return items;
  }
  if (!isFields(value)) return value;
  let members = await shrinkList(Object.entries(value), (some) => fails(Object.fromEntries(some)));
  for (const index of members.keys()) {
    const [key, inside] = members[index] as [string, unknown];
    const smaller = await shrinkValue(inside, (one) => fails(Object.fromEntries(members.with(index, [key, one]))));
    members = members.with(index, [key, smaller]);
  }
  return Object.fromEntries(members);
}

/** What may stand in for a value, simplest first; nothing for one that is simple already. */
function simpler(value: unknown): unknown[] {
  if (value === null || value === 0 || value === '' || typeof value === 'boolean') return [];
  if (typeof value === 'string') return [''];
  if (typeof value === 'number' || typeof value === 'bigint') return [0, 1].filter((one) => one !== value);
  if (Array.isArray(value)) return value.length === 0 ? [] : [0, [], ...value];
  return isFields(value) && Object.keys(value).length > 0 ? [0, {}, ...Object.values(value)] : [];
}
