import { readFileSync } from 'node:fs';
import path from 'node:path';

// Present in the CommonJS bundle, absent in the ESM sources.
declare const __dirname: string | undefined;

/**
 * The folder that holds cpex's own package.json, templates, schemas and dist: the repository when
 * run from the sources, the installed package when run from the bundle.
 */
export function packageRoot(): string {
  const start = typeof __dirname === 'string' ? __dirname : import.meta.dirname;
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (isOurs(path.join(folder, 'package.json'))) return folder;
    if (path.dirname(folder) === folder) throw new Error(`cpex's own package.json is missing above ${start}`);
  }
}

function isOurs(file: string): boolean {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name === 'cpex';
  } catch {
    return false;
  }
}

/** Version of this cpex, from its package.json. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
