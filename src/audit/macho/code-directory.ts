import { createHash } from 'node:crypto';
import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';

const MAGIC = 0xfade0c02;
const ADHOC = 0x2;
/** Version of the format from which a directory may cover more than 4 GiB. */
const WITH_LONG_LIMIT = 0x20300;

/** Algorithms by hashType, and how many bytes of their digest are kept. */
const HASHES: Readonly<Record<number, readonly [algorithm: string, bytes: number]>> = {
  1: ['sha1', 20],
  2: ['sha256', 32],
  3: ['sha256', 20],
  4: ['sha384', 48],
};

/** Pages that macOS knows, as powers of two. */
const [SMALLEST_PAGE, LARGEST_PAGE] = [12, 16];

/** The list of hashes that a signature consists of. */
export interface CodeDirectory {
  /** Marked as signed by nobody: the hashes alone protect it. */
  readonly adhoc: boolean;
  /** Bytes from the start of the library that the pages cover. */
  readonly codeLimit: number;
  readonly pageBytes: number;
  /** Lower-case hex, for each page. */
  readonly pages: readonly string[];
  /** Lower-case hex for the other parts of the signature, by their slot; those without a hash are absent. */
  readonly special: ReadonlyMap<number, string>;
  /** The digest of some bytes in the form of `pages`. */
  digest(bytes: Uint8Array): string;
}

/** Reads a code directory. Throws `BinaryError` for one that contradicts itself or that macOS would not take. */
export function parseDirectory(blob: Bytes): CodeDirectory {
  if (blob.u32(0) !== MAGIC) throw new BinaryError('malformed', 'Its code directory does not begin as one does.');
  const [hashOffset, specialCount, pageCount] = [blob.u32(16), blob.u32(24), blob.u32(28)];
  const [hashSize, hashType, pageShift] = [blob.u8(36), blob.u8(37), blob.u8(39)];
  const [algorithm, kept] = HASHES[hashType] ?? [];
  if (algorithm === undefined || kept !== hashSize) {
    throw new BinaryError('malformed', `Its hashes are of an unknown kind (${hashType}, ${hashSize} bytes each).`);
  }
  if (pageShift < SMALLEST_PAGE || pageShift > LARGEST_PAGE) {
    throw new BinaryError('malformed', `Its pages have 2^${pageShift} bytes.`);
  }
  const hashes = blob.part(hashOffset, pageCount * hashSize);
  const special = new Map<number, string>();
  for (let slot = 1; slot <= specialCount; slot++) {
    const hash = blob.hex(hashOffset - slot * hashSize, hashSize);
    if (!/^0*$/.test(hash)) special.set(slot, hash);
  }
  const long = blob.u32(8) >= WITH_LONG_LIMIT ? blob.u64(56) : 0;
  return {
    adhoc: (blob.u32(12) & ADHOC) !== 0,
    codeLimit: long === 0 ? blob.u32(32) : long,
    pageBytes: 2 ** pageShift,
    pages: Array.from({ length: pageCount }, (_, index) => hashes.hex(index * hashSize, hashSize)),
    special,
    digest: (bytes) =>
      createHash(algorithm)
        .update(bytes)
        .digest('hex')
        .slice(0, 2 * kept),
  };
}
