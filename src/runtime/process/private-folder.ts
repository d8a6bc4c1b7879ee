import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tellGuardian } from './guardian.js';

/**
 * Longest path of a folder for sockets, in bytes: macOS allows 104 for a socket with its NUL, and plugins append names
 * of up to 40.
 */
const MAX_FOLDER = 60;

/**
 * Makes a folder with a short path that nobody else can look into. The guardian removes it with the session; call the
 * returned function when the session has ended.
 */
export function makePrivateFolder(token: string): { readonly folder: string; remove(): void } {
  const folder = path.join(shortTemporary(), `cpex-${randomBytes(6).toString('hex')}`);
  tellGuardian(['folder', token, folder]);
  // Fails where there is something already: whoever made it could look inside.
  mkdirSync(folder, { mode: 0o700 });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function shortTemporary(): string {
  const usual = realpathSync(tmpdir());
  if (process.platform === 'win32' || Buffer.byteLength(usual) + '/cpex-'.length + 12 <= MAX_FOLDER) return usual;
  return realpathSync('/tmp');
}
