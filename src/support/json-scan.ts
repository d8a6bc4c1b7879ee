/** What is wrong with a JSON text beyond its grammar. */
export interface JsonProblem {
  readonly kind: 'depth' | 'duplicate-key' | 'lone-surrogate';
  /** Index of the character where it was noticed. */
  readonly position: number;
  readonly message: string;
}

export interface JsonScan {
  readonly problem?: JsonProblem;
  /** True when a number needs more than JavaScript's own reader to stay exact. */
  readonly hasLongNumber: boolean;
}

/** Numbers with fewer digits than this are exact as they are, unless they have an exponent. */
const LONG_NUMBER = 16;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/**
 * Looks through a JSON text once, without recursion, for what a grammar does not catch: nesting
 * beyond a limit, a key that an object has twice, escapes that make half a character. The grammar
 * itself is left to the parser; a text that breaks it is scanned as far as it goes.
 */
export function scanJson(text: string, maxDepth: number): JsonScan {
  const open: (Set<string> | undefined)[] = [];
  let keyNext = false;
  let digits = 0;
  let hasLongNumber = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character >= 0x30 && character <= 0x39) {
      digits++;
      if (digits >= LONG_NUMBER) hasLongNumber = true;
      continue;
    }
    const inNumber = digits > 0;
    digits = 0;
    switch (character) {
      case QUOTE: {
        const string = scanString(text, at);
        if (string.problem !== undefined) return { problem: string.problem, hasLongNumber };
        const keys = keyNext ? open[open.length - 1] : undefined;
        if (keys !== undefined) {
          const key = unescapeKey(text.slice(at + 1, string.end), string.escaped);
          if (keys.has(key)) return { problem: duplicate(key, at), hasLongNumber };
          keys.add(key);
        }
        keyNext = false;
        at = string.end;
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        if (open.length === maxDepth) return { problem: tooDeep(at, maxDepth), hasLongNumber };
        open.push(character === 0x7b ? new Set() : undefined);
        keyNext = character === 0x7b;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        keyNext = false;
        break;
      case 0x45: // E
      case 0x65: // e
        // A short text, and maybe more than a double holds.
        hasLongNumber ||= inNumber;
        break;
      case 0x2c: // ,
        keyNext = open[open.length - 1] !== undefined;
        break;
    }
  }
  return { hasLongNumber };
}

interface StringScan {
  /** Index of the closing quote, or of the text's end. */
  readonly end: number;
  readonly escaped: boolean;
  readonly problem?: JsonProblem;
}

function scanString(text: string, start: number): StringScan {
  let escaped = false;
  let at = start + 1;
  for (; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) break;
    if (character !== BACKSLASH) continue;
    escaped = true;
    const unit = escapedUnit(text, at);
    if (unit === undefined || unit < 0xd800 || unit > 0xdfff) {
      at++;
      continue;
    }
    const low = unit < 0xdc00 ? escapedUnit(text, at + 6) : undefined;
    if (low === undefined || low < 0xdc00 || low > 0xdfff) return { end: at, escaped, problem: loneSurrogate(at) };
    at += 11;
  }
  return { end: at, escaped };
}

/** The UTF-16 unit that `\uXXXX` at a place stands for; undefined for any other text. */
function escapedUnit(text: string, at: number): number | undefined {
  if (text.charCodeAt(at) !== BACKSLASH || text.charCodeAt(at + 1) !== 0x75) return undefined;
  const hex = text.slice(at + 2, at + 6);
  return /^[0-9a-fA-F]{4}$/.test(hex) ? Number.parseInt(hex, 16) : undefined;
}

function unescapeKey(raw: string, escaped: boolean): string {
  if (!escaped) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    // A bad escape is the parser's to report.
    return raw;
  }
}

function duplicate(key: string, position: number): JsonProblem {
  const shown = JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key);
  return { kind: 'duplicate-key', position, message: `the key ${shown} comes twice in one object` };
}

function tooDeep(position: number, limit: number): JsonProblem {
  return { kind: 'depth', position, message: `it is nested deeper than ${limit} levels` };
}

function loneSurrogate(position: number): JsonProblem {
  return { kind: 'lone-surrogate', position, message: 'an escape makes half of a surrogate pair' };
}
