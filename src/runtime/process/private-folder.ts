import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Transport } from '../../model/session.js';
import { type TemporaryFolder, temporaryError, temporaryFolder } from '../../support/files.js';
import { tellGuardian } from './guardian.js';

/**
 * Longest path of a folder for sockets, in bytes: macOS allows 104 for a socket with its NUL, and plugins append names
 * of up to 40.
 */
const MAX_FOLDER = 60;

/**
 * Makes a folder with a short path that nobody else can look into; the guardian removes it when nobody else does.
 * @throws CpexError `CPEX_E_TEMPORARY`
 */
export function privateFolder(): { readonly folder: string; remove(): void } {
  const folder = path.join(shortTemporary(), `cpex-${randomBytes(6).toString('hex')}`);
  const token = randomBytes(12).toString('hex');
  tellGuardian(['folder', token, folder]);
  const remove = () => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // A plugin may make folders in it that nobody can look into.
    }
    tellGuardian(['forget', token]);
  };
  try {
    // Fails where there is something already: whoever made it could look inside.
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    tellGuardian(['forget', token]);
    throw temporaryError(path.dirname(folder), error);
  }
  return { folder, remove };
}

/** The working folder of a plugin; that of a process goes away also when cpex is killed. Rejects with `CPEX_E_TEMPORARY`. */
export async function sessionFolder(purpose: string, transport: Transport): Promise<TemporaryFolder> {
  if (transport === 'native') return temporaryFolder(purpose);
  const { folder, remove } = privateFolder();
  return { path: folder, remove: async () => remove() };
}

function shortTemporary(): string {
  const usual = realpathSync(tmpdir());
  if (process.platform === 'win32' || Buffer.byteLength(usual) + '/cpex-'.length + 12 <= MAX_FOLDER) return usual;
  return realpathSync('/tmp');
}
