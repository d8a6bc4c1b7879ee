import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../../support/errors.js';
import { ServiceError } from './service-error.js';

export interface ConfigSource {
  /** Folder on disk; absent means that there are no files. */
  readonly folder?: string;
  /** Files by their path, which come before those on disk. */
  readonly scripted?: Readonly<Record<string, string>>;
  /** Largest file in bytes. */
  readonly limit: number;
}

/**
 * Reads a file of the configuration folder; undefined when it is not there. Throws a ServiceError
 * for a path that leaves the folder, by its words or by a symbolic link, and for what is no file.
 */
export async function readConfigFile(source: ConfigSource, requested: string): Promise<Uint8Array | undefined> {
  const relative = plainPath(requested);
  const { scripted = {}, folder } = source;
  for (const [name, text] of Object.entries(scripted)) {
    if (path.posix.normalize(name) === relative) return Buffer.from(text, 'utf8');
  }
  return folder === undefined ? undefined : readInside(folder, relative, source.limit);
}

/** The path with single slashes and without dots; refuses everything that could point elsewhere. */
function plainPath(requested: string): string {
  const refuse = (why: string) => new ServiceError('invalid_path', `The path ${JSON.stringify(requested)} ${why}.`);
  if (requested === '') throw refuse('is empty');
  if (requested.includes('\0')) throw refuse('contains a NUL');
  if (requested.includes('\\')) throw refuse('contains a backslash; use /');
  if (requested.startsWith('/') || /^[A-Za-z]:/.test(requested)) throw refuse('is not relative');
  if (requested.split('/').includes('..')) throw refuse('contains ".."');
  return path.posix.normalize(requested);
}

async function readInside(folder: string, relative: string, limit: number): Promise<Uint8Array | undefined> {
  try {
    const root = await realpath(folder);
    const file = await realpath(path.join(root, relative));
    const below = path.relative(root, file);
    if (below === '..' || below.startsWith(`..${path.sep}`) || path.isAbsolute(below)) {
      throw new ServiceError(
        'invalid_path',
        `The path ${JSON.stringify(relative)} leads out of the configuration folder.`,
      );
    }
    return await readPlainFile(file, relative, limit);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ELOOP' || code === 'ENAMETOOLONG') {
      throw new ServiceError('invalid_path', `The path ${JSON.stringify(relative)} cannot be followed (${code}).`);
    }
    throw error;
  }
}

async function readPlainFile(file: string, shown: string, limit: number): Promise<Uint8Array> {
  const refuse = () => new ServiceError('not_a_file', `${JSON.stringify(shown)} is not a plain file.`);
  if (!(await lstat(file)).isFile()) throw refuse();
  // The path was resolved just now: a link or a pipe in its place means that somebody swapped it.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await open(file, flags);
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw refuse();
    if (facts.size > limit) {
      throw new ServiceError('too_large', `${JSON.stringify(shown)} has ${facts.size} bytes; the limit is ${limit}.`);
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
