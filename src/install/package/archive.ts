import { ZipFile } from 'yazl';

/** One file of an archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: Buffer;
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
}

/** Near the earliest time that an archive can hold, and in local time: an archive knows no zone. */
const time = () => new Date(1980, 1, 1);

const REGULAR_FILE = 0o100000;

/**
 * Writes a zip whose bytes follow from names, contents and modes alone: fixed times and compression,
 * entries in the order given. Compressed sizes follow from the zlib of the running Node.
 */
export async function writeArchive(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, bytes, mode } of entries) {
    zip.addBuffer(bytes, name, {
      mtime: time(),
      forceDosTimestamp: true,
      mode: REGULAR_FILE | mode,
      compressionLevel: 9,
    });
  }
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
