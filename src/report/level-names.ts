/** What each level of tests is about. */
export const LEVEL_NAMES: Readonly<Record<number, string>> = {
  1: 'smoke',
  2: 'envelope and metadata',
  3: 'memory',
  4: 'hostile input',
  5: 'host callbacks',
  6: 'concurrency',
  7: 'life cycle',
  8: 'hygiene',
  9: 'fuzzing and sanitizers',
  10: 'torture',
};

/** The same for plugins that are judged over the transport of their host alone. */
const PROCESS_LEVEL_NAMES: Readonly<Record<number, string>> = {
  1: 'start and end',
  2: 'calls and answers',
  3: 'cancelling and overlap',
};

/** What a level is about, for the tests of one run. */
export function levelName(level: number, results: readonly { readonly id: string }[]): string {
  const names = results.some(({ id }) => /^(?:con|gop|tau)\./.test(id)) ? PROCESS_LEVEL_NAMES : LEVEL_NAMES;
  return names[level] ?? '';
}
