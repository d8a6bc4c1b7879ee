import { ServiceError } from './service-error.js';

/** Bytes of a header, and what the content of a file is filled up to. */
export const BLOCK = 512;

/** Two blocks of zeros: what a tar file ends with, and the whole of one that holds nothing. */
export const END_OF_ARCHIVE = 2 * BLOCK;

/** Largest file that twelve octal digits less one can tell the size of, in bytes. */
const MAX_SIZE = 8 ** 11 - 1;

/** One member of an archive, as its header describes it. */
export interface UstarMember {
  /** With slashes; a folder's ends with one. Written as it stands. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of its content; 0 for folders and links. */
  readonly size: number;
  /** Where a symbolic link points to; absent for files and folders. */
  readonly link?: string;
}

/**
 * The header of a member in the format POSIX calls ustar. Owner and time are left at zero, so that the same
 * files always give the same bytes. Throws a ServiceError where the format has no room for a name or a size.
 */
export function ustarHeader({ name, mode, size, link }: UstarMember): Buffer {
  const header = Buffer.alloc(BLOCK);
  const { prefix, rest } = splitName(name);
  header.write(rest, 0);
  if (size > MAX_SIZE) throw new ServiceError('unpackable', `${JSON.stringify(name)} has ${size} bytes, too many.`);
  writeOctal(header, mode & 0o7777, 100, 8);
  writeOctal(header, 0, 108, 8);
  writeOctal(header, 0, 116, 8);
  writeOctal(header, size, 124, 12);
  writeOctal(header, 0, 136, 12);
  header.fill(' ', 148, 156);
  header.write(link !== undefined ? '2' : name.endsWith('/') ? '5' : '0', 156);
  if (link !== undefined) {
    if (Buffer.byteLength(link) > 100) throw tooLong(link);
    header.write(link, 157);
  }
  header.write('ustar\0' + '00', 257, 'latin1');
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** How many zeros follow a content of this many bytes. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** A name of more than 100 bytes is split at a slash, with at most 155 bytes before it. */
function splitName(name: string): { readonly prefix: string; readonly rest: string } {
  if (Buffer.byteLength(name) <= 100) return { prefix: '', rest: name };
  for (let at = name.indexOf('/'); at !== -1 && at < name.length - 1; at = name.indexOf('/', at + 1)) {
    const prefix = name.slice(0, at);
    const rest = name.slice(at + 1);
    if (at > 0 && Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(rest) <= 100) return { prefix, rest };
  }
  throw tooLong(name);
}

function writeOctal(header: Buffer, value: number, at: number, length: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}

function tooLong(name: string): ServiceError {
  return new ServiceError('unpackable', `The name ${JSON.stringify(name)} is too long for a tar file.`);
}
