import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';

const LIBRARY = /\.(?:so(?:\.\d+)*|dylib|dll)$/i;
const DEEPEST = 12;
const MOST_ENTRIES = 100_000;
const MOST_LIBRARIES = 1000;
/** Folders that hold other people's libraries or intermediate copies. */
const SKIPPED = new Set(['.git', 'node_modules', '.cpex']);

export interface FoundLibraries {
  /** Absolute paths, sorted. */
  readonly files: readonly string[];
  /** The walk was cut short: there is more than anyone wants checked at once. */
  readonly cut: boolean;
}

/**
 * Files below a folder that are named like libraries. Follows no symbolic links, skips build
 * caches (folders with a CACHEDIR.TAG) and stops at fixed bounds.
 */
export async function findLibraries(folder: string): Promise<FoundLibraries> {
  const files: string[] = [];
  let entries = 0;
  const waiting = [{ folder, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for await (const entry of await opendir(next.folder)) {
      if (++entries > MOST_ENTRIES || files.length >= MOST_LIBRARIES) return { files: files.sort(), cut: true };
      const full = path.join(next.folder, entry.name);
      if (entry.isFile() && LIBRARY.test(entry.name)) files.push(full);
      const walk = entry.isDirectory() && next.depth < DEEPEST && !SKIPPED.has(entry.name);
      if (walk && !(await isCache(full))) waiting.push({ folder: full, depth: next.depth + 1 });
    }
  }
  return { files: files.sort(), cut: false };
}

async function isCache(folder: string): Promise<boolean> {
  try {
    return (await stat(path.join(folder, 'CACHEDIR.TAG'))).isFile();
  } catch {
    return false;
  }
}
