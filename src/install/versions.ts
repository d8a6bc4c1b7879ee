import semverCompare from 'semver/functions/compare.js';
import semverValid from 'semver/functions/valid.js';

/**
 * Which of two versions is the newer one: below, at or above 0. Semantic versions by their rules; others, which
 * some hosts allow, by their numbers from left to right, then as text.
 */
export function compareVersions(one: string, other: string): number {
  if (semverValid(one) !== null && semverValid(other) !== null) return semverCompare(one, other);
  const left = one.split(/[.+-]/);
  const right = other.split(/[.+-]/);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const compared = comparePart(left[at] ?? '0', right[at] ?? '0');
    if (compared !== 0) return compared;
  }
  return 0;
}

function comparePart(one: string, other: string): number {
  const numbers = /^\d+$/.test(one) && /^\d+$/.test(other);
  const [a, b] = numbers ? [BigInt(one), BigInt(other)] : [one, other];
  return a < b ? -1 : a > b ? 1 : 0;
}
