import { type FileHandle, open } from 'node:fs/promises';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { isCpexError } from '../../support/errors.js';
import { type ArchiveFrame, readFrame } from './frame.js';
import { decodeName, foldedName, nameProblem } from './names.js';
import { ARCHIVE_LIMITS, type ArchiveLimits, archiveError, RATIO_FROM } from './refuse.js';

/** A plain file in an archive whose name and place were found to be in order. */
export interface ArchivedFile {
  readonly name: string;
  /** Bytes once it is unpacked, as the archive says. */
  readonly size: number;
  readonly entry: Entry;
}

/** An archive whose structure was checked; nothing of it was unpacked yet. */
export interface OpenArchive {
  /** How messages call it. */
  readonly shown: string;
  /** Plain files; folders are left out. */
  readonly files: readonly ArchivedFile[];
  readonly zip: ZipFile;
  readonly limits: ArchiveLimits;
  close(): void;
}

const ENCRYPTED = 1;
const SIZES_FOLLOW = 8;
/** Bytes of the longest record that may follow a file whose sizes were not known before. */
const LONGEST_DESCRIPTOR = 24;

/**
 * Opens an archive and checks all of its structure: names, kinds, sizes, that the two headers of each
 * file agree, and that every byte belongs to one thing only.
 * @throws CpexError `CPEX_E_INSTALL_ARCHIVE`
 */
export async function openArchive(file: string, shown: string, limits = ARCHIVE_LIMITS): Promise<OpenArchive> {
  const handle = await open(file, 'r');
  let zip: ZipFile | undefined;
  try {
    const frame = await readFrame(handle, shown, limits);
    zip = await yauzl.openPromise(file, { decodeStrings: false, autoClose: false });
    const files = await readEntries(zip, handle, frame, shown, limits);
    const opened = zip;
    return { shown, files, zip: opened, limits, close: () => opened.close() };
  } catch (error) {
    zip?.close();
    if (isCpexError(error)) throw error;
    throw archiveError(shown, `it is damaged (${(error as Error).message})`, error);
  } finally {
    await handle.close();
  }
}

async function readEntries(
  zip: ZipFile,
  handle: FileHandle,
  frame: ArchiveFrame,
  shown: string,
  limits: ArchiveLimits,
): Promise<ArchivedFile[]> {
  const files: ArchivedFile[] = [];
  const names = new Map<string, string>();
  const extents: Extent[] = [];
  let directory = 0;
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    const name = checkedName(entry, shown);
    const folded = foldedName(name);
    const twin = names.get(folded);
    if (twin !== undefined)
      throw archiveError(shown, `it holds ${quoted(name)} and ${quoted(twin)}, which are the same name`);
    names.set(folded, name);
    checkKind(entry, name, shown);
    total += entry.uncompressedSize;
    checkSizes(entry, name, total, shown, limits);
    extents.push(await checkLocal(zip, handle, entry, name, shown));
    directory += 46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    if (!name.endsWith('/')) files.push({ name, size: entry.uncompressedSize, entry });
  }
  if (frame.directoryStart + directory !== frame.directoryEnd) {
    throw archiveError(shown, 'its directory holds more than its end record says');
  }
  checkExtents(extents, frame.directoryStart, shown);
  return files;
}

function checkedName(entry: Entry, shown: string): string {
  const name = decodeName(entry.fileNameRaw);
  if (name === undefined)
    throw archiveError(shown, `entry ${quoted(entry.fileNameRaw.toString('latin1'))} is no UTF-8`);
  const problem = nameProblem(name);
  if (problem !== undefined) throw archiveError(shown, `entry ${quoted(name)} ${problem}`);
  return name;
}

function checkKind(entry: Entry, name: string, shown: string): void {
  const maker = entry.versionMadeBy >> 8;
  // Unix and macOS keep the kind of a file; others know files and folders only, by their names.
  const kind = maker === 3 || maker === 19 ? (entry.externalFileAttributes >>> 16) & 0o170000 : 0;
  const folder = name.endsWith('/');
  if (kind !== 0 && kind !== (folder ? 0o040000 : 0o100000)) {
    throw archiveError(shown, `entry ${quoted(name)} is not a regular file`);
  }
  if (folder && entry.uncompressedSize !== 0) throw archiveError(shown, `folder ${quoted(name)} has contents`);
  if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) throw archiveError(shown, `entry ${quoted(name)} is encrypted`);
}

function checkSizes(entry: Entry, name: string, total: number, shown: string, limits: ArchiveLimits): void {
  const { uncompressedSize: size, compressedSize: packed } = entry;
  if (size > limits.file)
    throw archiveError(shown, `entry ${quoted(name)} unpacks to ${size} bytes, more than ${limits.file}`);
  if (total > limits.total) throw archiveError(shown, `it unpacks to more than ${limits.total} bytes`);
  if (size > RATIO_FROM && size > packed * limits.ratio) {
    throw archiveError(shown, `entry ${quoted(name)} unpacks to more than ${limits.ratio} times its size, as bombs do`);
  }
}

/** Bytes that one entry takes, from its header to the end of its data. */
interface Extent {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** A record of sizes may follow. */
  readonly followed: boolean;
}

/** The header before the data says the same as the directory: readers go by the one or the other. */
async function checkLocal(
  zip: ZipFile,
  handle: FileHandle,
  entry: Entry,
  name: string,
  shown: string,
): Promise<Extent> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  const flags = entry.generalPurposeBitFlag;
  const followed = (flags & SIZES_FOLLOW) !== 0;
  const raw = Buffer.alloc(entry.fileNameLength);
  await handle.read(raw, 0, raw.length, entry.relativeOffsetOfLocalHeader + 30);
  const sizes = localSizes(local.compressedSize, local.uncompressedSize, local.extraField);
  const agrees =
    local.fileNameLength === entry.fileNameLength &&
    raw.equals(entry.fileNameRaw) &&
    local.compressionMethod === entry.compressionMethod &&
    ((local.generalPurposeBitFlag ^ flags) & (ENCRYPTED | SIZES_FOLLOW)) === 0 &&
    (followed ||
      (local.crc32 === entry.crc32 && sizes.packed === entry.compressedSize && sizes.size === entry.uncompressedSize));
  if (!agrees) throw archiveError(shown, `the two headers of entry ${quoted(name)} contradict one another`);
  const start = entry.relativeOffsetOfLocalHeader;
  return { name, start, end: local.fileDataStart + entry.compressedSize, followed };
}

/** The sizes of a local header, from its 64-bit field where it refers to that. */
function localSizes(packed: number, size: number, extra: Buffer): { packed: number; size: number } {
  const full = 0xffffffff;
  if (packed !== full && size !== full) return { packed, size };
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1 || at + 20 > extra.length) continue;
    return { size: Number(extra.readBigUInt64LE(at + 4)), packed: Number(extra.readBigUInt64LE(at + 12)) };
  }
  return { packed, size };
}

/** From the first byte to the directory, every byte belongs to one entry. */
function checkExtents(extents: Extent[], directoryStart: number, shown: string): void {
  let end = 0;
  let slack = 0;
  for (const one of extents.sort((a, b) => a.start - b.start)) {
    if (one.start < end) throw archiveError(shown, `entry ${quoted(one.name)} overlaps another`);
    if (one.start - end > slack)
      throw archiveError(shown, `there are bytes before entry ${quoted(one.name)} that belong to nothing`);
    ({ end } = one);
    slack = one.followed ? LONGEST_DESCRIPTOR : 0;
  }
  if (end > directoryStart) throw archiveError(shown, 'its last entry reaches into its directory');
  if (directoryStart - end > slack)
    throw archiveError(shown, 'there are bytes before its directory that belong to nothing');
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}
