// Taking samples so that they can be compared on a machine that also does other things.

/** Middle of a list of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Least of a list: the sample that was disturbed least. */
export function best(values) {
  return Math.min(...values);
}

/**
 * Runs all arms in turn, `rounds` times, after one turn that does not count, and returns the samples
 * of each arm. Whatever slows the machine down for a while meets all arms alike.
 *
 * @param arms functions by name, each of which returns one sample (or a promise of one)
 */
export async function interleave(arms, rounds) {
  const samples = Object.fromEntries(Object.keys(arms).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, arm] of Object.entries(arms)) {
      const sample = await arm();
      if (round >= 0) samples[name].push(sample);
    }
  }
  return samples;
}
