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
