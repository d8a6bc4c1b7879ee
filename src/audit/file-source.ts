import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { CpexError, systemCode } from '../support/errors.js';
import { BinaryError, requireEndWithin } from './binary-error.js';
import { Bytes } from './bytes.js';

/** Largest file that is looked at, in bytes. */
export const LARGEST_FILE = 2 ** 30;
/** Largest single table that is read into memory, in bytes. */
const LARGEST_PIECE = 2 ** 27;

/** An open file of which pieces are read on demand. */
export class FileSource {
  private constructor(
    private readonly handle: FileHandle,
    /** Size in bytes when it was opened. */
    readonly size: number,
  ) {}

  /**
   * Opens a regular file for reading. Throws `CPEX_E_AUDIT_FILE` or `CPEX_E_AUDIT_TOO_LARGE`.
   * The caller closes it.
   */
  static async open(file: string): Promise<FileSource> {
    try {
      // A pipe would block `open` for ever, so look before opening, and again at what was opened.
      if (!(await stat(file)).isFile()) throw notRegular(file);
      const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      try {
        const facts = await handle.stat();
        if (!facts.isFile()) throw notRegular(file);
        if (facts.size > LARGEST_FILE) throw tooLarge(file, facts.size);
        return new FileSource(handle, facts.size);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined || error instanceof CpexError) throw error;
      const why = code === 'ENOENT' ? 'There is no such file' : `It cannot be read (${code})`;
      throw new CpexError('CPEX_E_AUDIT_FILE', `${why}: ${file}`, { cause: error });
    }
  }

  /** Reads a range that must lie within the file; otherwise, or when it is huge, a `BinaryError`. */
  async piece(offset: number, length: number, littleEndian: boolean, what: string): Promise<Bytes> {
    if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0)) {
      throw new BinaryError('malformed', `The place or size of ${what} makes no sense.`);
    }
    requireEndWithin(what, offset + length, this.size, offset);
    if (length > LARGEST_PIECE) {
      throw new BinaryError('malformed', `The size of ${what} is ${length} bytes, more than any plugin needs.`, offset);
    }
    return new Bytes(await this.read(offset, length), littleEndian, offset, what);
  }

  /** Up to `length` bytes from `offset`; shorter only at the end of the file. */
  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, this.size - offset)));
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await this.handle.read(buffer, done, buffer.length - done, offset + done);
      if (bytesRead === 0) throw new BinaryError('truncated', 'The file became shorter while it was read.', offset);
      done += bytesRead;
    }
    return buffer;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

function notRegular(file: string): CpexError {
  return new CpexError('CPEX_E_AUDIT_FILE', `It is not a regular file: ${file}`);
}

function tooLarge(file: string, size: number): CpexError {
  return new CpexError('CPEX_E_AUDIT_TOO_LARGE', `The file is too large to check: ${file}`, {
    evidence: [`size: ${size} bytes`, `limit: ${LARGEST_FILE} bytes`],
  });
}
