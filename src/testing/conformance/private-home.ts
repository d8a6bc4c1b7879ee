import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../../support/files.js';

/** Variables that name a folder of the user's, and its name below the home that stands in for it. */
const HOMES: Readonly<Record<string, string>> = {
  HOME: '.',
  USERPROFILE: '.',
  XDG_CONFIG_HOME: '.config',
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
  XDG_CACHE_HOME: '.cache',
};

/** A home and a folder for temporary files that only the children of one test have. */
export interface PrivateHome {
  /** Absolute path of the home. */
  readonly path: string;
  /** Absolute path of the folder for temporary files. */
  readonly scratch: string;
  /** The environment of such a child. */
  readonly env: Readonly<Record<string, string>>;
}

/** Lets `use` run children with a home of their own, which is taken away afterwards. */
export async function withPrivateHome<T>(use: (home: PrivateHome) => Promise<T>): Promise<T> {
  const home = await temporaryFolder('home');
  const scratch = await temporaryFolder('scratch');
  const homes = Object.entries(HOMES).map(([name, below]) => [name, path.join(home.path, below)] as const);
  const env = { ...ownEnvironment(), ...Object.fromEntries(homes), TMPDIR: scratch.path, TMP: scratch.path };
  try {
    return await use({ path: home.path, scratch: scratch.path, env });
  } finally {
    await Promise.all([home.remove(), scratch.remove()]);
  }
}

/** The variables of this process, to add to. */
export function ownEnvironment(): Record<string, string> {
  const set = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(set);
}

/** Every file and link below a folder, by its path there. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
