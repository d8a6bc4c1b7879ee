import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ArtefactKind } from '../model/target.js';
import { isProgram, programOf } from './find-programs.js';

/** What libraries are called; `.so.1.2` is one as well. */
export const LIBRARY = /\.(?:so(?:\.\d+)*|dylib|dll)$/i;
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
 * Files below a folder that are named like libraries, and programs: those that a `build.json` describes, and where a
 * host starts its plugins, whatever looks like one. Follows no symbolic links, skips build
 * caches (folders with a CACHEDIR.TAG) and stops at fixed bounds.
 */
export async function findLibraries(folder: string, kind: ArtefactKind = 'library'): Promise<FoundLibraries> {
  const files: string[] = [];
  const programs = new Set<string>();
  let entries = 0;
  const waiting = [{ folder, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for await (const entry of await opendir(next.folder)) {
      if (++entries > MOST_ENTRIES || files.length >= MOST_LIBRARIES) return found(files, programs, true);
      const full = path.join(next.folder, entry.name);
      if (entry.isFile() && LIBRARY.test(entry.name)) files.push(full);
      const program = entry.isFile() ? await programAt(full, kind) : undefined;
      if (program !== undefined) programs.add(program);
      const walk = entry.isDirectory() && next.depth < DEEPEST && !SKIPPED.has(entry.name);
      if (walk && !(await isCache(full))) waiting.push({ folder: full, depth: next.depth + 1 });
    }
  }
  return found(files, programs, false);
}

function found(files: readonly string[], programs: ReadonlySet<string>, cut: boolean): FoundLibraries {
  return { files: [...files, ...programs].sort(), cut };
}

async function programAt(file: string, kind: ArtefactKind): Promise<string | undefined> {
  const told = path.basename(file) === 'build.json' ? await programOf(file) : undefined;
  if (told !== undefined && (await stat(told).catch(() => undefined))?.isFile() === true) return told;
  return kind === 'executable' && (await isProgram(file)) ? file : undefined;
}

async function isCache(folder: string): Promise<boolean> {
  try {
    return (await stat(path.join(folder, 'CACHEDIR.TAG'))).isFile();
  } catch {
    return false;
  }
}
