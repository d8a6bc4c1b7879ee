import { equalJson } from '../../hosts/exact-equal.js';
import { isFields } from '../../hosts/json-fields.js';
import type { Aspect } from './ids.js';

/**
 * What a change means for those who use the plugin: `breaking` takes something away or gives it another meaning,
 * `addition` gives them more, `change` is neither.
 */
export type ChangeKind = 'breaking' | 'addition' | 'change';

/** One difference between two builds of a plugin. */
export interface Change {
  readonly aspect: Aspect;
  readonly kind: ChangeKind;
  /** What differs, as a sentence about the newer build. */
  readonly message: string;
}

/** Members that only people read. */
const TEXTS = new Set(['about', 'help', 'description', 'summary', 'title', 'name', 'license', 'repository', 'author']);

/** Members by which items of a list are told apart, in order of preference. */
const KEYS = ['verb', 'long', 'name', 'id', 'method', 'path'];

/**
 * Compares two declarations member by member: what is gone, what is new, what reads differently. Items of lists are told
 * apart by their names where they have them, else by their values.
 * @param path where the declarations stand, for messages
 */
export function compareDeclarations(aspect: Aspect, before: unknown, after: unknown, path: string): Change[] {
  if (equalJson(before, after)) return [];
  if (before === undefined) return [added(aspect, after, path)];
  if (after === undefined) return [{ aspect, kind: 'breaking', message: `${path} is gone.` }];
  if (Array.isArray(before) && Array.isArray(after)) {
    return compareMembers(aspect, byKey(before), byKey(after), (key) => `${path}[${key}]`);
  }
  if (isFields(before) && isFields(after)) {
    return compareMembers(aspect, before, after, (key) => (path === '' ? key : `${path}.${key}`));
  }
  const text = TEXTS.has(path.split('.').at(-1)?.toLowerCase() ?? '');
  const message = `${path} is ${JSON.stringify(after)}; it was ${JSON.stringify(before)}.`;
  return [{ aspect, kind: text ? 'change' : 'breaking', message }];
}

/** The type of each place in a value; what items of lists have in common counts as one place. */
export function shapeOf(value: unknown, path = ''): Map<string, string> {
  const shape = new Map([[path, typeOf(value)]]);
  if (Array.isArray(value)) for (const item of value) join(shape, shapeOf(item, `${path}[]`));
  else if (isFields(value))
    for (const [key, item] of Object.entries(value)) join(shape, shapeOf(item, `${path}.${key}`));
  return shape;
}

/** What a reader of the older shape would miss in the newer one, and what is new there. */
export function compareShapes(before: unknown, after: unknown, what: string): Change[] {
  const [older, newer] = [shapeOf(before), shapeOf(after)];
  const changes: Change[] = [];
  const place = (path: string) => (path === '' ? 'the result' : path.replace(/^\./, ''));
  for (const [path, type] of older) {
    const now = newer.get(path);
    if (now === type || hasGone(path, older, newer)) continue;
    const how = now === undefined ? `no longer has ${place(path)}` : `has ${now} at ${place(path)}, which was ${type}`;
    changes.push({ aspect: 'schemas', kind: 'breaking', message: `${what} ${how}.` });
  }
  for (const path of newer.keys()) {
    if (older.has(path) || hasGone(path, newer, older)) continue;
    changes.push({ aspect: 'schemas', kind: 'addition', message: `${what} also has ${place(path)}.` });
  }
  return changes;
}

/** Whether a place above this one is missing or of another type already: that says it all. */
function hasGone(path: string, own: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  for (let at = Math.max(path.lastIndexOf('.'), path.lastIndexOf('[')); at >= 0; ) {
    const above = path.slice(0, at);
    if (own.get(above) !== other.get(above)) return true;
    at = Math.max(above.lastIndexOf('.'), above.lastIndexOf('['));
  }
  return false;
}

function compareMembers(
  aspect: Aspect,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  path: (key: string) => string,
): Change[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => compareDeclarations(aspect, before[key], after[key], path(key)));
}

/** Something new that users must give takes the old way of calling away from them. */
function added(aspect: Aspect, value: unknown, path: string): Change {
  const required = isFields(value) && value.required === true;
  return {
    aspect,
    kind: required ? 'breaking' : 'addition',
    message: `${path} is new${required ? ' and has to be given' : ''}.`,
  };
}

function byKey(list: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    list.map((item) => {
      if (typeof item === 'string') return [item, item];
      const key = isFields(item) ? KEYS.find((name) => typeof item[name] === 'string') : undefined;
      return [key === undefined ? JSON.stringify(item) : String((item as Record<string, unknown>)[key]), item];
    }),
  );
}

function join(into: Map<string, string>, other: ReadonlyMap<string, string>): void {
  for (const [path, type] of other) {
    const known = into.get(path);
    into.set(path, known === undefined || known === type ? type : 'a value of several types');
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'bigint') return 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
