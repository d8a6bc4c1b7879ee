import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SourceHashes } from '../sources.js';

const HEADER = /\.(?:h|hh|hpp|inc)$/;
/** What cgo compiles, and what that includes. */
const CODE = /\.(?:go|c|cc|cpp|cxx|m|h|hh|hpp|inc)$/;
/** A package that has the compiler search in other folders. */
const SEARCHES = /#cgo\b[^\n]*-I/;
/** An include with a folder in it; in Go files it may stand in a line comment. */
const INCLUDES = /^\s*(?:\/\/)?\s*#\s*include\s+["<]([^">\n]*\/[^">\n]*)[">]/gm;

/**
 * The C headers of a project whose change Go does not see: it looks at those in the folder of the package that
 * includes them and at no others (golang/go#24355). All of them, where a package reaches into the folder of another.
 * @param root absolute folder of the project
 * @returns names and digests, in the order of the sources
 */
export function untrackedHeaders(root: string, sources: SourceHashes): readonly (readonly [string, string])[] {
  const packages = new Set([...sources.keys()].filter((file) => file.endsWith('.go')).map(folderOf));
  const headers = [...sources].filter(([file]) => HEADER.test(file));
  const outside = headers.filter(([file]) => !packages.has(folderOf(file)));
  const shared = outside.length < headers.length && packages.size > 1;
  return shared && reachesAcross(root, sources, packages) ? headers : outside;
}

function reachesAcross(root: string, sources: SourceHashes, packages: ReadonlySet<string>): boolean {
  return [...sources.keys()].some((file) => {
    const folder = folderOf(file);
    if (!CODE.test(file)) return false;
    const text = read(path.join(root, file));
    if (SEARCHES.test(text)) return true;
    return [...text.matchAll(INCLUDES)].some(([, name = '']) => {
      const included = path.posix.join(folder, name);
      return sources.has(included) && folderOf(included) !== folder && packages.has(folderOf(included));
    });
  });
}

/** A file that has vanished is the tool's business. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function folderOf(file: string): string {
  return path.posix.dirname(file);
}
