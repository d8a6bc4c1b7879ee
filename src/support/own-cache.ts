import { mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from './errors.js';

/** Whether a file of a cache is there, and nobody else can have written it: what is run from a cache is code. */
export async function isOurs(file: string): Promise<boolean> {
  try {
    const [facts, folder] = await Promise.all([stat(file), stat(path.dirname(file))]);
    if (process.platform !== 'win32') {
      const mine = process.getuid?.();
      if ([facts, folder].some(({ uid, mode }) => uid !== mine || (mode & 0o022) !== 0)) return false;
    }
    const now = new Date();
    await utimes(path.dirname(file), now, now).catch(() => undefined);
    return facts.isFile() && facts.size > 0;
  } catch {
    return false;
  }
}

/**
 * Fills a folder of a cache beside its place and puts it there whole, so that several processes may do so at once.
 * @param file the one that has to be there afterwards, below `home`
 */
export async function placeWhole(home: string, file: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const draft = await mkdtemp(path.join(path.dirname(home), '.draft-'));
  try {
    await fill(draft);
    await rename(draft, home).catch(async (error) => {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
      // Another process was faster, or something damaged lies there.
      if (await isOurs(file)) return;
      await rm(home, { recursive: true, force: true });
      await rename(draft, home);
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Milliseconds after its last use in which a folder stays: another process may be about to run what lies there. */
const IN_USE_MS = 24 * 3600_000;

/** Removes the folders of a shelf that were not used for a day, but for `keep` and the `kept` that were used last. */
export async function pruneShelf(shelf: string, prefix: string, kept: number, keep?: string): Promise<void> {
  const names = await readdir(shelf).catch(() => []);
  const homes = names.filter((name) => name.startsWith(prefix)).map((name) => path.join(shelf, name));
  const used = await Promise.all(
    homes.map(async (home) => ({ home, at: (await stat(home).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  const old = used.filter(({ home }) => home !== keep).sort((one, other) => other.at - one.at);
  for (const { home, at } of old.slice(kept)) {
    if (Date.now() - at > IN_USE_MS) await rm(home, { recursive: true, force: true });
  }
}
