import type { MachOFacts } from '../../model/binary.js';
import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import { type CodeDirectory, parseDirectory } from './code-directory.js';
import type { Range } from './load-commands.js';
import type { Slice } from './slice.js';

/** The blobs of a signature; all numbers in them are big-endian. */
const MAGIC = { SUPER_BLOB: 0xfade0cc0, DIRECTORY: 0xfade0c02, CMS: 0xfade0b01 } as const;
const SLOT = { DIRECTORY: 0, ALTERNATE_FIRST: 0x1000, ALTERNATE_LAST: 0x1004, CMS: 0x10000 } as const;
const BLOB_HEAD_BYTES = 8;
const MOST_BLOBS = 64;
/** One for each algorithm that is in use. */
const MOST_DIRECTORIES = 3;
const MOST_SIGNATURE_BYTES = 2 ** 25;
/** Wrong pages that are named one by one. */
const MOST_PAGES_NAMED = 4;
const STEP = 2 ** 20;

type Signature = Pick<MachOFacts, 'signature' | 'signatureProblems'>;

interface Blob {
  readonly slot: number;
  readonly bytes: Bytes;
}

/**
 * Reads the signature that LC_CODE_SIGNATURE points at and computes the hashes of all pages anew.
 * Whatever is wrong inside the signature is a problem in the answer, not an error.
 */
export async function readSignature(slice: Slice, range: Range | undefined): Promise<Signature> {
  if (range === undefined) return { signature: 'none', signatureProblems: [] };
  const whole = await slice.piece(range.offset, range.size, 'the code signature', false);
  try {
    const blobs = readBlobs(whole);
    const directories = blobs.filter((one) => isDirectory(one.slot)).map((one) => parseDirectory(one.bytes));
    if (directories.length === 0) return { signature: 'adhoc', signatureProblems: ['It holds no code directory.'] };
    const cms = blobs.some((one) => one.slot === SLOT.CMS && one.bytes.length > BLOB_HEAD_BYTES);
    const problems: string[] = [];
    for (const directory of directories) {
      problems.push(...contradictions(directory, range, cms), ...wrongBlobs(directory, blobs));
      problems.push(...(await wrongPages(slice, directory)));
    }
    return { signature: cms ? 'signed' : 'adhoc', signatureProblems: [...new Set(problems)] };
  } catch (error) {
    if (!(error instanceof BinaryError)) throw error;
    return { signature: 'adhoc', signatureProblems: [error.message] };
  }
}

function isDirectory(slot: number): boolean {
  return slot === SLOT.DIRECTORY || (slot >= SLOT.ALTERNATE_FIRST && slot <= SLOT.ALTERNATE_LAST);
}

function readBlobs(whole: Bytes): Blob[] {
  if (whole.length > MOST_SIGNATURE_BYTES) throw new BinaryError('malformed', 'It is larger than any signature.');
  if (whole.u32(0) !== MAGIC.SUPER_BLOB) throw new BinaryError('malformed', 'It does not begin as a signature does.');
  const length = whole.u32(4);
  const count = whole.u32(8);
  if (count > MOST_BLOBS) throw new BinaryError('malformed', `It has ${count} parts.`);
  const used = whole.part(0, length);
  const blobs = Array.from({ length: count }, (_, index) => {
    const slot = used.u32(12 + index * 8);
    const offset = used.u32(16 + index * 8);
    return { slot, bytes: used.part(offset, used.u32(offset + 4)) };
  });
  if (new Set(blobs.map((one) => one.slot)).size < count) throw new BinaryError('malformed', 'A part occurs twice.');
  // Every part is hashed for every directory, and every directory costs hashing the whole file.
  if (blobs.reduce((sum, one) => sum + one.bytes.length, 0) > length) {
    throw new BinaryError('malformed', 'Its parts overlap.');
  }
  const directories = blobs.filter((one) => isDirectory(one.slot)).length;
  if (directories > MOST_DIRECTORIES) throw new BinaryError('malformed', `It has ${directories} code directories.`);
  return blobs;
}

function contradictions(directory: CodeDirectory, range: Range, cms: boolean): string[] {
  const problems: string[] = [];
  if (directory.codeLimit !== range.offset) {
    problems.push(`It covers ${directory.codeLimit} bytes, but ${range.offset} bytes come before it.`);
  }
  const pages = Math.ceil(directory.codeLimit / directory.pageBytes);
  if (directory.pages.length !== pages) {
    problems.push(`It has hashes of ${directory.pages.length} pages, but there are ${pages}.`);
  }
  if (!cms && !directory.adhoc) problems.push('It names no signer, and is not marked as ad hoc either.');
  return problems;
}

/** Parts of the signature, such as entitlements, whose hash in the directory is another. */
function wrongBlobs(directory: CodeDirectory, blobs: readonly Blob[]): string[] {
  return blobs.flatMap(({ slot, bytes }) => {
    const expected = directory.special.get(slot);
    if (expected === undefined || isDirectory(slot)) return [];
    return directory.digest(bytes.raw()) === expected ? [] : [`The hash of its part ${slot} is wrong.`];
  });
}

async function wrongPages(slice: Slice, directory: CodeDirectory): Promise<string[]> {
  const { pages, pageBytes, codeLimit } = directory;
  const wrong: number[] = [];
  const pagesAtOnce = Math.max(1, Math.floor(STEP / pageBytes));
  for (let first = 0; first < pages.length; first += pagesAtOnce) {
    const start = first * pageBytes;
    const content = await slice.raw(start, Math.max(0, Math.min(pagesAtOnce * pageBytes, codeLimit - start)));
    for (const [index, expected] of pages.slice(first, first + pagesAtOnce).entries()) {
      const page = content.subarray(index * pageBytes, (index + 1) * pageBytes);
      if (page.length > 0 && directory.digest(page) !== expected) wrong.push(first + index);
    }
  }
  if (wrong.length === 0) return [];
  const named = wrong.slice(0, MOST_PAGES_NAMED).map((page) => `0x${(page * pageBytes).toString(16)}`);
  const more = wrong.length > named.length ? ` and ${wrong.length - named.length} more` : '';
  return [`The hashes of the pages at ${named.join(', ')}${more} are wrong.`];
}
