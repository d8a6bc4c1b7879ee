/** What no test from outside can show, however often it passes; reports say so, too. */
export const CANNOT_CLAIM: readonly string[] = [
  "that there are no data races, unless a build with a thread sanitizer or the language's own race detector ran",
  'that the heap of Go or Rust loses nothing, where the loss is smaller than the noise of the runtime (C none, Rust about 1, Go 4 to 65 bytes for each call)',
  'that every byte of an answer was initialised, unless valgrind ran',
  'that what a provider answers is right',
  'that a plugin keeps a time limit on a machine that it shares with others',
  'that a plugin behaves in its host as it does here, when it looks for the difference',
];
