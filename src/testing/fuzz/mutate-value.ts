import { isFields } from '../../hosts/json-fields.js';
import { stringifyExact } from '../../support/exact-json.js';

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

/** How deep a value may be wrapped: beyond what the ABI lets pass, and short of what a parser of ours would mind. */
const DEEPEST = 160;

/** A place in a value: the container and the key in it. */
interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string | number;
}

/** A body with one change to a value, which a number chooses. The value itself stays as it is. */
export function mutated(value: unknown, plan: number): string {
  const whole = { value: structuredClone(value) };
  const places: Place[] = [{ holder: whole, key: 'value' }];
  for (let at = 0; at < places.length; at++) {
    const inside = take(places[at] as Place);
    if (Array.isArray(inside)) for (const key of inside.keys()) places.push({ holder: inside, key });
    else if (isFields(inside)) for (const key of Object.keys(inside)) places.push({ holder: inside, key });
  }
  const pick = (plan >>> 5) % places.length;
  change(places[pick] as Place, plan & 31, plan >>> 20);
  return jsonOf(whole.value);
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

function take({ holder, key }: Place): unknown {
  return (holder as Record<string | number, unknown>)[key];
}

function put({ holder, key }: Place, value: unknown): void {
  // A key such as __proto__ has to become a member like any other.
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

function change(place: Place, kind: number, detail: number): void {
  const { holder, key } = place;
  const old = take(place);
  if (kind < 16) put(place, EDGES[detail % EDGES.length]);
  else if (kind < 20) remove(holder, key);
  else if (kind < 22) put(place, wrap(old, 1 + (detail % DEEPEST)));
  else if (kind < 24 && Array.isArray(holder)) holder.push(...new Array(1 + (detail % 500)).fill(old));
  else if (kind < 24) put({ holder, key: `${key}\ud83d` }, old);
  else if (kind < 27 && typeof old === 'string') put(place, old.repeat(1 + (detail % 64)));
  else if (kind < 27) put(place, String(old));
  else if (kind < 29 && typeof old === 'number') put(place, old + 0.5);
  else put(place, EDGES[(detail * 7 + kind) % EDGES.length]);
}

function remove(holder: Place['holder'], key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete (holder as Record<string, unknown>)[key];
}

function wrap(value: unknown, times: number): unknown {
  let wrapped = value;
  for (let i = 0; i < times; i++) wrapped = i % 2 === 0 ? [wrapped] : { a: wrapped };
  return wrapped;
}
