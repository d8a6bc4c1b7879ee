import { mkdir, readdir, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from '../../support/digest.js';
import { systemCode } from '../../support/errors.js';
import { writeFileAtomic } from '../../support/files.js';

/** Keys and values of one plugin in one scope. */
export interface KeyValueStore {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array): Promise<void>;
  /** False when there was no such key. */
  delete(key: string): Promise<boolean>;
  /** In the order of their UTF-16 units, so that two runs list alike. */
  list(prefix: string): Promise<string[]>;
}

/** A store that ends with the session. */
export function memoryStore(): KeyValueStore {
  const values = new Map<string, Uint8Array>();
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => values.delete(key),
    list: async (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}

/**
 * A store on disk: one file per key, replaced atomically. As no file is shared between keys, sets
 * from several processes need no lock: each is whole, and the last one stays.
 */
export function diskStore(folder: string): KeyValueStore {
  let swept: Promise<void> | undefined;
  const fileOf = (key: string) => path.join(folder, `${sha256Hex(key)}.kv`);
  return {
    get: async (key) => (await readEntry(fileOf(key)))?.value,
    set: async (key, value) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      swept ??= sweep(folder);
      await swept;
      await writeFileAtomic(fileOf(key), Buffer.concat([Buffer.from(`${JSON.stringify(key)}\n`), value]), {
        mode: 0o600,
      });
    },
    delete: async (key) => {
      try {
        // Of several that delete it at once, one is told that it was there.
        await unlink(fileOf(key));
        return true;
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return false;
        throw error;
      }
    },
    list: async (prefix) => {
      const entries = await Promise.all((await filesOf(folder)).map((name) => readEntry(path.join(folder, name))));
      return entries.flatMap((entry) => (entry?.key.startsWith(prefix) ? [entry.key] : [])).sort();
    },
  };
}

/** Folder of a plugin's persistent store; ids that differ in case only do not share one. */
export function storeFolder(stateFolder: string, pluginId: string): string {
  const mark = sha256Hex(pluginId).slice(0, 8);
  const name = pluginId
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, 64);
  return path.join(stateFolder, 'kv', `${name}-${mark}`);
}

/** An entry is its key as a JSON string, a line feed, and the value's bytes. */
async function readEntry(file: string): Promise<{ key: string; value: Uint8Array } | undefined> {
  try {
    const bytes = await readFile(file);
    const end = bytes.indexOf(0x0a);
    return { key: JSON.parse(bytes.toString('utf8', 0, end)) as string, value: bytes.subarray(end + 1) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Milliseconds after which nobody writes a value any more: its host was killed. */
const ABANDONED_MS = 600_000;

/** Removes what killed hosts left half written. What cannot be removed does no harm. */
async function sweep(folder: string): Promise<void> {
  const halves = (await readdir(folder)).filter((name) => name.endsWith('.tmp'));
  for (const name of halves) {
    const file = path.join(folder, name);
    const facts = await stat(file).catch(() => undefined);
    if (facts !== undefined && Date.now() - facts.mtimeMs > ABANDONED_MS) await unlink(file).catch(() => {});
  }
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.kv$/.test(name));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
