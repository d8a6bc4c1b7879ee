import path from 'node:path';

/** A file's path for people: relative to `cwd` where it lies below, absolute elsewhere. */
export function shortPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
