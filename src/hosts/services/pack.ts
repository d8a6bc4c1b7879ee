import type { Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { ScriptedFile } from '../../model/script.js';
import { END_OF_ARCHIVE, padding, type UstarMember, ustarHeader } from './ustar.js';

/** An archive as the pieces that it is put together from, in order and without gaps. */
export interface Pack {
  readonly size: number;
  readonly pieces: readonly Piece[];
}

/** Bytes that are held, or a file that is read when it is asked for. */
export interface Piece {
  readonly start: number;
  readonly size: number;
  readonly bytes?: Uint8Array;
  /** Absolute path; absent where there are bytes. */
  readonly file?: string;
  /** Time of the file's last change when it was packed. */
  readonly mtimeMs?: number;
}

/** An archive that is held as a whole. */
export function bytesOf(bytes: Uint8Array): Pack {
  return { size: bytes.length, pieces: bytes.length === 0 ? [] : [{ start: 0, size: bytes.length, bytes }] };
}

/** Files of a script as a tar file, under the names as they stand. Throws a ServiceError for what does not fit. */
export function packFiles(files: Readonly<Record<string, ScriptedFile>>): Pack {
  const packer = new Packer();
  for (const [name, written] of Object.entries(files)) {
    const file = typeof written === 'string' ? { text: written } : written;
    const { text = '', repeat = 1, base64, executable = false, link } = file;
    const content = base64 === undefined ? Buffer.from(text.repeat(repeat), 'utf8') : Buffer.from(base64, 'base64');
    const folder = name.endsWith('/');
    const mode = link !== undefined ? 0o777 : folder || executable ? 0o755 : 0o644;
    const size = folder || link !== undefined ? 0 : content.length;
    packer.header({ name, mode, size, ...(link === undefined ? {} : { link }) });
    if (size > 0) packer.content({ size, bytes: content });
  }
  return packer.end();
}

/**
 * A folder as a tar file: names in the order of their bytes, no owners, no times, modes 644 and 755, so that equal
 * folders give equal bytes. Contents stay on disk until they are read. Symbolic links are packed as links; pipes,
 * sockets and devices are left out. Throws a ServiceError `unpackable`, and what the file system says.
 */
export async function packFolder(root: string): Promise<Pack> {
  const packer = new Packer();
  await addFolder(packer, root, '');
  return packer.end();
}

async function addFolder(packer: Packer, folder: string, below: string): Promise<void> {
  const names = (await readdir(folder)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) {
    const file = path.join(folder, name);
    const facts = await lstat(file);
    const packed = `${below}${name}`;
    if (facts.isDirectory()) {
      packer.header({ name: `${packed}/`, mode: 0o755, size: 0 });
      await addFolder(packer, file, `${packed}/`);
    } else if (facts.isSymbolicLink()) {
      packer.header({ name: packed, mode: 0o777, size: 0, link: await readlink(file) });
    } else if (facts.isFile()) {
      packer.header({ name: packed, mode: modeOf(facts), size: facts.size });
      if (facts.size > 0) packer.content({ size: facts.size, file, mtimeMs: facts.mtimeMs });
    }
  }
}

/** Whether it can be run is all that is kept of a file's mode, so that a umask changes nothing. */
function modeOf(facts: Stats): number {
  return (facts.mode & 0o100) === 0 ? 0o644 : 0o755;
}

class Packer {
  private readonly pieces: Piece[] = [];
  private size = 0;
  /** Bytes that have no piece yet: headers and zeros between contents. */
  private held: Buffer[] = [];
  private heldSize = 0;

  header(member: UstarMember): void {
    this.hold(ustarHeader(member));
  }

  content(piece: Omit<Piece, 'start'>): void {
    this.flush();
    this.pieces.push({ ...piece, start: this.size });
    this.size += piece.size;
    this.hold(Buffer.alloc(padding(piece.size)));
  }

  end(): Pack {
    this.hold(Buffer.alloc(END_OF_ARCHIVE));
    this.flush();
    return { size: this.size, pieces: this.pieces };
  }

  private hold(bytes: Buffer): void {
    this.held.push(bytes);
    this.heldSize += bytes.length;
  }

  private flush(): void {
    if (this.heldSize === 0) return;
    this.pieces.push({ start: this.size, size: this.heldSize, bytes: Buffer.concat(this.held) });
    this.size += this.heldSize;
    this.held = [];
    this.heldSize = 0;
  }
}
