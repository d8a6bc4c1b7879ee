type Cleanup = () => unknown;

/** One registry per process: the bundles hold a copy of this module each. */
const KEY = Symbol.for('cpex.cleanups');
const holder = globalThis as { [KEY]?: Set<Cleanup> };

function pending(): Set<Cleanup> {
  holder[KEY] ??= new Set();
  return holder[KEY];
}

/**
 * Registers work for the way out (Ctrl-C, SIGTERM, an error): temporary files, child processes.
 * Returns a function that withdraws it once the normal path has done the work.
 */
export function onExit(work: Cleanup): () => void {
  pending().add(work);
  return () => pending().delete(work);
}

/** Runs everything that is still registered, newest first. Failures do not stop the rest. */
export async function runCleanups(): Promise<void> {
  const work = [...pending()].reverse();
  pending().clear();
  for (const one of work) {
    try {
      await one();
    } catch {
      // The way out goes on: what cannot be removed now is named by the caller's own error.
    }
  }
}
