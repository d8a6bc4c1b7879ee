import { parseExact, stringifyExact } from '../../support/exact-json.js';

/** Where an expectation was not met: a path into the value, what was wanted, what was there. */
export interface Mismatch {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

/**
 * Compares a value with an expectation. Objects match as a subset, arrays element by element;
 * an object whose only key starts with `$` is a matcher. Returns every mismatch.
 */
export function match(actual: Json, expected: Json, path = ''): Mismatch[] {
  if (isFields(expected)) {
    const [key, ...more] = Object.keys(expected);
    if (key?.startsWith('$') && more.length === 0) return matcher(key, actual, expected[key], path);
    return subset(actual, expected, path);
  }
  if (Array.isArray(expected)) return elements(actual, expected, path, match);
  return same(actual, expected) ? [] : [mismatch(path, expected, actual)];
}

/** Finds each expectation in a list, in order; others may lie between. Returns what was not found. */
export function matchInOrder(actual: readonly Json[], expected: readonly Json[], path: string): Mismatch[] {
  let from = 0;
  for (const [index, one] of expected.entries()) {
    const found = actual.findIndex((value, at) => at >= from && match(value, one).length === 0);
    if (found === -1) {
      const rest = actual.slice(from);
      return [
        { path: `${path}[${index}]`, expected: show(one), actual: rest.length === 0 ? 'nothing more' : show(rest) },
      ];
    }
    from = found + 1;
  }
  return [];
}

function matcher(name: string, actual: Json, argument: Json, path: string): Mismatch[] {
  const fail = (wanted: string): Mismatch[] => [{ path: path || '(value)', expected: wanted, actual: show(actual) }];
  switch (name) {
    case '$equal':
      return exact(actual, argument, path);
    case '$regex':
      return typeof actual === 'string' && new RegExp(String(argument), 'u').test(actual) ? [] : fail(`/${argument}/`);
    case '$any':
      return actual === undefined ? fail('anything') : [];
    case '$absent':
      return actual === undefined ? [] : fail('nothing');
    case '$not':
      return match(actual, argument).length > 0 ? [] : fail(`not ${show(argument)}`);
    case '$contains':
      return contains(actual, argument) ? [] : fail(`something that contains ${show(argument)}`);
    case '$length':
      return lengthOf(actual) === Number(argument) ? [] : fail(`length ${argument}`);
    case '$type':
      return typeName(actual) === argument ? [] : fail(`a value of type ${argument}`);
    case '$bytes': {
      const text = bytesText(actual);
      return text === undefined ? fail('base64 of text') : match(text, argument, path);
    }
    case '$json': {
      const value = typeof actual === 'string' ? jsonValue(actual) : undefined;
      return value === undefined ? fail('text that is JSON') : match(value, argument, path);
    }
    case '$oneOf':
      return Array.isArray(argument) && argument.some((one) => match(actual, one).length === 0)
        ? []
        : fail(`one of ${show(argument)}`);
    default:
      return [
        { path: path || '(value)', expected: 'a known matcher', actual: `${name} (known: ${MATCHERS.join(', ')})` },
      ];
  }
}

/** Names of the matchers, for messages and the docs. */
export const MATCHERS = [
  '$equal',
  '$regex',
  '$any',
  '$absent',
  '$not',
  '$contains',
  '$length',
  '$type',
  '$bytes',
  '$json',
  '$oneOf',
] as const;

/** What `$type` can name. */
export const TYPE_NAMES: readonly string[] = ['null', 'boolean', 'number', 'string', 'array', 'object'];

function subset(actual: Json, expected: Fields, path: string): Mismatch[] {
  if (!isFields(actual)) return [mismatch(path, expected, actual)];
  return Object.entries(expected).flatMap(([key, value]) => match(actual[key], value, join(path, key)));
}

function exact(actual: Json, expected: Json, path: string): Mismatch[] {
  if (Array.isArray(expected)) return elements(actual, expected, path, exact);
  if (!isFields(expected)) return same(actual, expected) ? [] : [mismatch(path, expected, actual)];
  if (!isFields(actual)) return [mismatch(path, expected, actual)];
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) => exact(actual[key], expected[key], join(path, key)));
}

function elements(
  actual: Json,
  expected: readonly Json[],
  path: string,
  compare: (actual: Json, expected: Json, path: string) => Mismatch[],
): Mismatch[] {
  if (!Array.isArray(actual)) return [mismatch(path, expected, actual)];
  if (actual.length !== expected.length) {
    const count = `${expected.length} element${expected.length === 1 ? '' : 's'}`;
    const wanted = expected.length === 0 ? count : `${count}, ${show(expected)}`;
    return [{ path: path || '(value)', expected: wanted, actual: show(actual) }];
  }
  return expected.flatMap((value, index) => compare(actual[index], value, `${path}[${index}]`));
}

function contains(actual: Json, part: Json): boolean {
  if (typeof actual === 'string') return actual.includes(String(part));
  return Array.isArray(actual) && actual.some((value) => match(value, part).length === 0);
}

function lengthOf(value: Json): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isFields(value) ? Object.keys(value).length : -1;
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'number';
  return typeof value;
}

/** The UTF-8 text behind standard base64. */
function bytesText(value: Json): string | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonValue(text: string): Json | undefined {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

/** Equal scalars. A 64-bit integer is a bigint on one side and perhaps a number on the other. */
function same(actual: Json, expected: Json): boolean {
  if (typeof actual === 'bigint' || typeof expected === 'bigint') {
    return isNumeric(actual) && isNumeric(expected) && BigInt(actual) === BigInt(expected);
  }
  return Object.is(actual, expected);
}

function isNumeric(value: Json): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
}

function isFields(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  const part = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : `[${JSON.stringify(key)}]`;
  return path === '' || part.startsWith('[') ? `${path}${part}` : `${path}.${part}`;
}

function mismatch(path: string, expected: Json, actual: Json): Mismatch {
  return { path: path || '(value)', expected: show(expected), actual: show(actual) };
}

/** Longest text of a value in a message, in characters. */
const SHOW_LIMIT = 200;

/** A value as JSON on one line, shortened. */
export function show(value: Json): string {
  if (value === undefined) return 'nothing';
  const text = stringifyExact(value);
  return text.length > SHOW_LIMIT ? `${text.slice(0, SHOW_LIMIT)}…` : text;
}
