/** Largest number that the host reads in a part of a version. */
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Compares dotted numbers as the host does: 1.10 is above 1.9, and missing parts are 0.
 * @returns undefined where a part is no number
 */
function compareNumbers(one: string, other: string): number | undefined {
  const left = one.split('.');
  const right = other.split('.');
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const a = part(left, at);
    const b = part(right, at);
    if (a === undefined || b === undefined) return undefined;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

function part(parts: readonly string[], at: number): bigint | undefined {
  const text = parts[at] ?? '0';
  if (!/^\+?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  return number > INT64_MAX ? undefined : number;
}

/** Whether a file of this version takes the place of another one that was found before it. */
export function isPreferred(candidate: string, current: string): boolean {
  if (candidate === '') return false;
  if (current === '') return true;
  const compared = compareNumbers(candidate, current);
  return compared === undefined ? Buffer.compare(Buffer.from(candidate), Buffer.from(current)) > 0 : compared > 0;
}
