import { isSafeNumber, parse, stringify } from 'lossless-json';
import { scanJson } from './json-scan.js';

/** Deepest nesting of a text that people write; more would be a mistake, or an attack on the parser. */
const MAX_DEPTH = 1000;

/** A number that no double holds. */
export class NumberTooLarge extends SyntaxError {
  constructor(text: string) {
    super(`The number ${text.slice(0, 40)} is beyond the range of a double`);
  }
}

/**
 * Parses JSON without losing an integer: safe integers and fractions are numbers, integers beyond
 * 2^53 are bigints. Throws a SyntaxError for what is not one JSON value, for duplicate keys, for
 * half characters, for numbers beyond a double and for nesting beyond 1000 levels.
 */
export function parseExact(text: string): unknown {
  const { problem, hasLongNumber } = scanJson(text, MAX_DEPTH);
  if (problem?.kind === 'depth') throw new SyntaxError(sentence(problem.message));
  const value = parseNumbers(text, hasLongNumber);
  if (problem !== undefined) throw new SyntaxError(`${sentence(problem.message)} (position ${problem.position})`);
  return value;
}

/**
 * Parses a text whose nesting is known to be bounded; says nothing of duplicate keys.
 * @param hasLongNumber whether some number needs the slow way to stay exact
 */
export function parseNumbers(text: string, hasLongNumber: boolean): unknown {
  if (!hasLongNumber) {
    try {
      return JSON.parse(text);
    } catch {
      // lossless-json words the error better.
    }
  }
  return parse(text, undefined, { parseNumber: exactNumber });
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Writes JSON: bigints as integers, bytes as base64; undefined values are left out.
 * @param indent blanks per level; everything on one line when absent
 */
export function stringifyExact(value: unknown, indent?: number): string {
  // Several times as fast, and the same text.
  if (isPlain(value)) return JSON.stringify(value, undefined, indent) ?? 'null';
  return stringify(value, bytesAsBase64, indent) ?? 'null';
}

/** Whether a value holds nothing but what JSON.stringify writes exactly. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  if (Array.isArray(value)) return value.every(isPlain);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) {
    if (!isPlain((value as Readonly<Record<string, unknown>>)[name])) return false;
  }
  return true;
}

function bytesAsBase64(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

/** Turns every bigint that a number can hold exactly into that number; the rest stays. */
export function exactNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(exactNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, exactNumbers(one)]));
}

/**
 * A number of a JSON text: a bigint where a number would not be exact, which holds for integers only. Throws for what
 * no double holds: it would be written as null.
 */
function exactNumber(text: string): number | bigint {
  if (/^-?\d+$/.test(text) && !isSafeNumber(text)) return BigInt(text);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new NumberTooLarge(text);
  return value;
}
