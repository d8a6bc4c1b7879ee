import { NumberTooLarge, parseNumbers } from '../support/exact-json.js';
import { type JsonProblem, scanJson } from '../support/json-scan.js';
import { printable } from '../support/printable.js';

/** Deepest nesting that crosses the ABI. */
export const MAX_DEPTH = 128;

/** A body read by the rules of `docs/abi.md` section 7: a value, or the rule that it breaks. */
export type JsonReading =
  /** Integers beyond 2^53 are bigints. */
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly rule: 'utf8' | 'bom' | 'grammar' | 'duplicate-key' | 'depth' | 'lone-surrogate' | 'range';
      /** What is wrong and where, to be put after "the body is no JSON that the ABI allows:". */
      readonly message: string;
    };

/**
 * Reads one JSON value from bytes: strict UTF-8 without a byte order mark, RFC 8259, no key twice,
 * no half characters, at most 128 levels, integers exact, no number beyond a double. Never throws.
 */
export function readStrictJson(bytes: Uint8Array): JsonReading {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { ok: false, rule: 'bom', message: 'it starts with a byte order mark' };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { ok: false, rule: 'utf8', message: `byte ${firstBadByte(bytes)} is not UTF-8` };
  }
  const { problem, hasLongNumber } = scanJson(text, MAX_DEPTH);
  const broken = problem && refusal(problem);
  // A deep text must not reach a parser that recurses; the other problems are worth less than a syntax error.
  if (broken?.rule === 'depth') return broken;
  try {
    const value = parseNumbers(text, hasLongNumber);
    return broken ?? { ok: true, value };
  } catch (error) {
    if (error instanceof NumberTooLarge) return broken ?? { ok: false, rule: 'range', message: error.message };
    // lossless-json also objects to repeated keys, which have a rule of their own.
    const repeated = problem?.kind === 'duplicate-key' && (error as Error).message.startsWith('Duplicate key');
    return broken !== undefined && repeated
      ? broken
      : { ok: false, rule: 'grammar', message: printable((error as Error).message) };
  }
}

function refusal(problem: JsonProblem): Extract<JsonReading, { ok: false }> {
  return { ok: false, rule: problem.kind, message: `${problem.message} (position ${problem.position})` };
}

/** Index of the first byte that no valid UTF-8 text could have there; the length for a cut last character. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  // Prefixes of valid text are valid but for a cut character at their end, which streaming tolerates.
  while (good < bad) {
    const middle = (good + bad + 1) >> 1;
    if (startsWell(bytes.subarray(0, middle))) good = middle;
    else bad = middle - 1;
  }
  return good;
}

function startsWell(prefix: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(prefix, { stream: true });
    return true;
  } catch {
    return false;
  }
}
