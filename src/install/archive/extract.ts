import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { isCpexError } from '../../support/errors.js';
import type { ArchivedFile, OpenArchive } from './open-archive.js';
import { archiveError } from './refuse.js';

const STORED = 0;
const DEFLATED = 8;

/**
 * Unpacks one file into a new one with mode 0600. What comes out must have the size and the checksum
 * that the archive states; more than that is never written.
 * @throws CpexError `CPEX_E_INSTALL_ARCHIVE`
 */
export async function extractFile(archive: OpenArchive, file: ArchivedFile, destination: string): Promise<void> {
  const { entry, name } = file;
  const refuse = (why: string, cause?: unknown) => archiveError(archive.shown, `${JSON.stringify(name)} ${why}`, cause);
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw refuse(`is compressed by method ${entry.compressionMethod}, which hosts do not know`);
  }
  let size = 0;
  let sum = 0;
  const meter = new Transform({
    transform(piece: Buffer, _encoding, done) {
      size += piece.length;
      sum = crc32(piece, sum);
      if (size > file.size) done(refuse('unpacks to more bytes than the archive says'));
      else done(null, piece);
    },
  });
  try {
    const source = await archive.zip.openReadStreamPromise(entry);
    await pipeline(source, meter, createWriteStream(destination, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    await rm(destination, { force: true });
    if (isCpexError(error)) throw error;
    throw refuse(`cannot be unpacked (${(error as Error).message})`, error);
  }
  if (size === file.size && sum === entry.crc32) return;
  await rm(destination, { force: true });
  throw refuse(
    size === file.size
      ? 'does not have the checksum that the archive states'
      : 'unpacks to fewer bytes than the archive says',
  );
}
