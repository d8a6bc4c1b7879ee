import { chmodSync } from 'node:fs';
import path from 'node:path';
import { write } from './projects.js';

/** An executable script, for POSIX systems. */
export function script(folder: string, name: string, text: string): string {
  write(folder, name, `#!/bin/sh\n${text}\n`);
  chmodSync(path.join(folder, name), 0o755);
  return path.join(folder, name);
}

/** Writes a script that stands for a compiler, as a build does. */
export function writeScript(file: { readonly path: string; readonly text: string }): void {
  write(path.dirname(file.path), path.basename(file.path), file.text);
  chmodSync(file.path, 0o755);
}
