import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { systemCode } from '../support/errors.js';

export interface CopyFacts {
  /** Lower-case hex, of the bytes that were written. */
  readonly sha256: string;
  readonly size: number;
}

const PIECE = 1 << 20;

/**
 * Copies a plain file into one that must not exist yet, and puts it on the disk. The digest is that
 * of the very bytes that were written. On failure the new file is gone.
 * @param mode permission bits of the new file, whatever the umask
 */
export async function copyNew(source: string, destination: string, mode: number): Promise<CopyFacts> {
  const from = await openPlain(source);
  try {
    const to = await open(destination, 'wx', 0o600);
    try {
      const facts = await pump(from, to);
      await to.chmod(mode);
      await to.sync();
      await to.close();
      return facts;
    } catch (error) {
      await to.close().catch(() => undefined);
      await rm(destination, { force: true });
      throw error;
    }
  } finally {
    await from.close();
  }
}

/** SHA-256 and size of a plain file; undefined when nothing is there. Does not follow a link. */
export async function digestOf(file: string): Promise<CopyFacts | undefined> {
  let handle: FileHandle;
  try {
    handle = await openPlain(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return await pump(handle, undefined);
  } finally {
    await handle.close();
  }
}

/** Opens for reading what is a plain file and no link; throws with a system code for all else. */
async function openPlain(file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw Object.assign(new Error('not a plain file'), { code: 'ELOOP' });
}

async function pump(from: FileHandle, to: FileHandle | undefined): Promise<CopyFacts> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  let size = 0;
  for (;;) {
    const { bytesRead } = await from.read(piece, 0, PIECE, null);
    if (bytesRead === 0) return { sha256: hash.digest('hex'), size };
    const part = piece.subarray(0, bytesRead);
    hash.update(part);
    size += bytesRead;
    for (let written = 0; to !== undefined && written < bytesRead; ) {
      written += (await to.write(part, written)).bytesWritten;
    }
  }
}
