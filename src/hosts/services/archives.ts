import { type FileHandle, open, stat } from 'node:fs/promises';
import type { ScriptedArchive } from '../../model/script.js';
import { systemCode } from '../../support/errors.js';
import { bytesOf, type Pack, type Piece, packFiles, packFolder } from './pack.js';
import { ServiceError } from './service-error.js';
import { END_OF_ARCHIVE } from './ustar.js';

/** The archive of a step's sources where nobody says otherwise. */
const WORKSPACE = 'workspace';

export interface ArchiveOptions {
  /** Archives by id: the path of a file, which is handed out as it is, or of a folder, which is packed. */
  readonly archives?: Readonly<Record<string, string>>;
  /** Archives of a script, which come before those on disk. */
  readonly scripted?: Readonly<Record<string, ScriptedArchive>>;
  /** Most bytes of one piece. */
  readonly limit: number;
}

/**
 * The archives that a plugin may read in one session. A folder is a tar file that is made as it is read, from
 * the names and sizes that it had when it was first asked for.
 */
export class Archives {
  private readonly packs = new Map<string, Promise<Pack>>();

  constructor(private readonly options: ArchiveOptions) {}

  /** Bytes of the whole archive. Throws a ServiceError `not_found` where there is none of this id. */
  async size(id: string): Promise<number> {
    return (await this.pack(id)).size;
  }

  /** At most so many bytes from an offset on; none beyond the end. Throws as `size` does, and `changed`. */
  async read(id: string, offset: number | bigint, max: number | bigint): Promise<Uint8Array> {
    const { size, pieces } = await this.pack(id);
    const from = Math.min(Number(offset), size);
    const to = Math.min(from + Math.min(Number(max), this.options.limit), size);
    const result = Buffer.alloc(to - from);
    for (let at = firstPiece(pieces, from); at < pieces.length; at++) {
      const piece = pieces[at] as Piece;
      if (piece.start >= to) break;
      const begin = Math.max(from, piece.start);
      const end = Math.min(to, piece.start + piece.size);
      const target = result.subarray(begin - from, end - from);
      if (piece.bytes !== undefined) target.set(piece.bytes.subarray(begin - piece.start, end - piece.start));
      else await readFileInto(piece, target, begin - piece.start);
    }
    return result;
  }

  private pack(id: string): Promise<Pack> {
    const known = this.packs.get(id);
    if (known !== undefined) return known;
    const pack = this.make(id);
    this.packs.set(id, pack);
    // What failed may be there the next time.
    pack.catch(() => this.packs.delete(id));
    return pack;
  }

  private async make(id: string): Promise<Pack> {
    const { archives = {}, scripted = {} } = this.options;
    const script = Object.hasOwn(scripted, id) ? scripted[id] : undefined;
    if (script !== undefined) {
      return script.base64 === undefined
        ? packFiles(script.files ?? {})
        : bytesOf(Buffer.from(script.base64, 'base64'));
    }
    const file = Object.hasOwn(archives, id) ? archives[id] : undefined;
    if (file !== undefined) return packPath(id, file);
    if (id === WORKSPACE) return bytesOf(Buffer.alloc(END_OF_ARCHIVE));
    throw new ServiceError('not_found', `There is no archive ${JSON.stringify(id)}.`);
  }
}

async function packPath(id: string, file: string): Promise<Pack> {
  try {
    const facts = await stat(file);
    if (facts.isDirectory()) return await packFolder(file);
    if (!facts.isFile()) throw new ServiceError('not_found', `The archive ${JSON.stringify(id)} is no file or folder.`);
    const pieces = [{ start: 0, size: facts.size, file, mtimeMs: facts.mtimeMs }].filter(({ size }) => size > 0);
    return { size: facts.size, pieces };
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new ServiceError('not_found', `The archive ${JSON.stringify(id)} is not there any more.`);
  }
}

/** Index of the piece that holds an offset; the pieces lie without gaps. */
function firstPiece(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { start, size } = pieces[middle] as Piece;
    if (start + size <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Reads a part of a file that must be as it was when its size was written down. */
async function readFileInto({ file = '', size, mtimeMs }: Piece, target: Uint8Array, position: number): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const facts = await handle.stat();
    if (facts.size !== size || facts.mtimeMs !== mtimeMs) throw changed(file);
    for (let done = 0; done < target.length; ) {
      const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
      if (bytesRead === 0) throw changed(file);
      done += bytesRead;
    }
  } catch (error) {
    throw systemCode(error) === 'ENOENT' ? changed(file) : error;
  } finally {
    await handle?.close();
  }
}

function changed(file: string): ServiceError {
  return new ServiceError('changed', `${JSON.stringify(file)} changed while its archive was read.`);
}
