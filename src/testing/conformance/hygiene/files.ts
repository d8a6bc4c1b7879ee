import path from 'node:path';
import type { Subject } from '../../subject.js';
import { filesBelow, withPrivateHome } from '../private-home.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { isWritable, targetOf } from './descriptors.js';
import { callAll, texts } from './snapshot.js';

/** Whether the plugin writes only where files of a while belong: below the folder that TMPDIR names. */
export async function writesNoFiles(id: string, subject: Subject): Promise<TestOutcome> {
  return withPrivateHome(({ path: home, scratch, env }) =>
    probeTest(id, subject, { needs: ['proc'], env, watch: { prepare: 'snapshot' } }, async (trial) => {
      const { perform, folder } = trial;
      const known = new Set(texts(await perform('state.before'), 'fd').map(targetOf));
      await callAll(trial);
      const open = texts(await perform('state.now'), 'fd')
        .filter(isWritable)
        .map(targetOf);
      await perform('state.end');
      const made = [
        ...(await filesBelow(home)).map((file) => `in the user's home: ${file}`),
        ...(await filesBelow(folder)).map((file) => `in the working folder: ${file}`),
        ...open.filter((file) => isForeign(file, known, [home, scratch, folder])).map((file) => `open: ${file}`),
      ];
      if (made.length === 0) return [];
      return [
        {
          ...fault(id, 'The plugin writes files where nobody expects them.', made.slice(0, 8)),
          remedy: 'Keep state with the host (its storage methods), and files of a while below TMPDIR.',
        },
      ];
    }),
  );
}

/** A file of the disk that is open for writing, and lies in none of the folders that are looked at anyway. */
function isForeign(file: string, known: ReadonlySet<string>, folders: readonly string[]): boolean {
  if (known.has(file) || !path.isAbsolute(file)) return false;
  if (/^\/(dev|proc|sys)\/|^\/memfd:| \(deleted\)$/.test(file)) return false;
  return !folders.some((folder) => file.startsWith(`${folder}${path.sep}`));
}
