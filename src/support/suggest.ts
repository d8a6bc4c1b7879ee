/** Fewest characters that say which name somebody began to write. */
const SHORTEST_BEGINNING = 4;

/** The candidate nearest to a word, when it is near enough to have been meant, or the only one that the word begins. */
export function nearest(word: string, among: Iterable<string>): string | undefined {
  const candidates = [...among];
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== undefined || word.length < SHORTEST_BEGINNING) return best;
  const begun = candidates.filter((one) => one.toLowerCase().startsWith(word.toLowerCase()));
  return begun.length === 1 ? begun[0] : undefined;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === undefined ? '' : ` Did you mean "${found}"?`;
}

/** What was expected in place of a word, with all that there is where none of it is near: `a hook (x, y)`. */
export function orAll(what: string, word: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  return nearest(word, all) === undefined ? `${what} (${all.join(', ')})` : what;
}

/** Levenshtein distance with transpositions of neighbours. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(value);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
