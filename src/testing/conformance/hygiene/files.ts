import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../../../support/files.js';
import type { Subject } from '../../subject.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { isWritable, targetOf } from './descriptors.js';
import { callAll, environmentOfCpex, texts } from './snapshot.js';

/** Variables that name a folder of the user's, and its name below the home that stands in for it. */
const HOMES: Readonly<Record<string, string>> = {
  HOME: '.',
  USERPROFILE: '.',
  XDG_CONFIG_HOME: '.config',
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
  XDG_CACHE_HOME: '.cache',
};

/** Whether the plugin writes only where files of a while belong: below the folder that TMPDIR names. */
export async function writesNoFiles(id: string, subject: Subject): Promise<TestOutcome> {
  const home = await temporaryFolder('home');
  const scratch = await temporaryFolder('scratch');
  try {
    const env = { ...environmentOfCpex(), ...homeVariables(home.path), TMPDIR: scratch.path, TMP: scratch.path };
    return await probeTest(id, subject, { needs: ['proc'], env, watch: { prepare: 'snapshot' } }, async (trial) => {
      const { perform, folder } = trial;
      const known = new Set(texts(await perform('state.before'), 'fd').map(targetOf));
      await callAll(trial);
      const open = texts(await perform('state.now'), 'fd')
        .filter(isWritable)
        .map(targetOf);
      await perform('state.end');
      const made = [
        ...(await filesBelow(home.path)).map((file) => `in the user's home: ${file}`),
        ...(await filesBelow(folder)).map((file) => `in the working folder: ${file}`),
        ...open
          .filter((file) => isForeign(file, known, [home.path, scratch.path, folder]))
          .map((file) => `open: ${file}`),
      ];
      if (made.length === 0) return [];
      return [
        {
          ...fault(id, 'The plugin writes files where nobody expects them.', made.slice(0, 8)),
          remedy: 'Keep state with the host (its storage methods), and files of a while below TMPDIR.',
        },
      ];
    });
  } finally {
    await Promise.all([home.remove(), scratch.remove()]);
  }
}

/** Variables that let a folder stand in for the user's home. */
export function homeVariables(home: string): Record<string, string> {
  return Object.fromEntries(Object.entries(HOMES).map(([name, below]) => [name, path.join(home, below)]));
}

/** Every file and link below a folder, by its path there. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** A file of the disk that is open for writing, and lies in none of the folders that are looked at anyway. */
function isForeign(file: string, known: ReadonlySet<string>, folders: readonly string[]): boolean {
  if (known.has(file) || !path.isAbsolute(file) || /^\/(dev|proc|sys)\/|^\/memfd:| \(deleted\)$/.test(file))
    return false;
  return !folders.some((folder) => file.startsWith(`${folder}${path.sep}`));
}
