import { BinaryError, requireEndWithin } from '../binary-error.js';
import type { FileSource } from '../file-source.js';
import { DIRECTORY, type PeHeader } from './header.js';
import type { Image } from './image.js';

const MOST_CALLBACKS = 1024;
const MOST_DEBUG_ENTRIES = 64;
const DEBUG_ENTRY_SIZE = 28;
/** Types of debug entries. */
const CODEVIEW = 2;
const REPRODUCIBLE = 16;
/** Bytes of a CodeView record before its path. */
const CODEVIEW_HEAD = 24;
const LONGEST_PATH = 4096;

/** How many functions the loader calls for each thread, the first one included, before any of the plugin's own. */
export async function readTlsCallbacks(image: Image, header: PeHeader): Promise<number> {
  const directory = header.directory(DIRECTORY.TLS);
  if (directory === undefined) return 0;
  const size = header.bits / 8;
  const table = await image.at(directory.address, 4 * size + 8, 'the TLS directory');
  const pointer = size === 8 ? table.u64(3 * size) : table.u32(3 * size);
  if (pointer === 0) return 0;
  // This one address is absolute: where the list would be if the image lay at its preferred place.
  const list = await image.from(pointer - header.imageBase, MOST_CALLBACKS * size, 'the TLS callbacks');
  for (let count = 0; count < MOST_CALLBACKS; count++) {
    if ((size === 8 ? list.u64(count * size) : list.u32(count * size)) === 0) return count;
  }
  throw new BinaryError('malformed', 'The list of TLS callbacks has no end.');
}

/** What the debug directory says about how the image was made. */
export interface DebugFacts {
  readonly pdb?: string;
  readonly reproducible: boolean;
  /** End of the last record in the file; 0 when there is none. */
  readonly end: number;
}

export async function readDebugDirectory(source: FileSource, image: Image, header: PeHeader): Promise<DebugFacts> {
  const directory = header.directory(DIRECTORY.DEBUG);
  const facts: { pdb?: string; reproducible: boolean; end: number } = { reproducible: false, end: 0 };
  const count = Math.floor((directory?.size ?? 0) / DEBUG_ENTRY_SIZE);
  if (directory === undefined || count === 0) return facts;
  if (count > MOST_DEBUG_ENTRIES) throw new BinaryError('malformed', `There are ${count} debug entries.`);
  const table = await image.at(directory.address, count * DEBUG_ENTRY_SIZE, 'the debug directory');
  for (let at = 0; at < count * DEBUG_ENTRY_SIZE; at += DEBUG_ENTRY_SIZE) {
    const type = table.u32(at + 12);
    const size = table.u32(at + 16);
    const offset = table.u32(at + 24);
    if (type === REPRODUCIBLE) facts.reproducible = true;
    if (offset === 0 || size === 0) continue;
    const length = Math.min(size, CODEVIEW_HEAD + LONGEST_PATH);
    const record = await source.piece(offset, length, true, 'a debug record');
    facts.end = Math.max(facts.end, Math.min(offset + size, source.size));
    if (type !== CODEVIEW || length <= CODEVIEW_HEAD || record.text(0, 4) !== 'RSDS') continue;
    facts.pdb = record.text(CODEVIEW_HEAD, length - CODEVIEW_HEAD).split('\\u{0}')[0] ?? '';
  }
  return facts;
}

/** A range of bytes in the file. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Where the attached signatures lie in the file; undefined when there are none. */
export function signatureExtent(source: FileSource, header: PeHeader): Extent | undefined {
  // Of all tables this one alone is named by its place in the file: it is not loaded.
  const directory = header.directory(DIRECTORY.SECURITY);
  if (directory === undefined || directory.size === 0) return undefined;
  const end = directory.address + directory.size;
  requireEndWithin('its signature', end, source.size, directory.address);
  return { start: directory.address, end };
}
