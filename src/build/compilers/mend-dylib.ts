import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../../support/files.js';

/** Numbers of Mach-O's load commands and section types, and of its signatures. */
const MAGIC = 0xfeedfacf;
const DYSYMTAB = 0xb;
const SEGMENT_64 = 0x19;
const UUID = 0x1b;
const UUID_BYTES = 16;
const SIGNATURE = 0x1d;
const LAZY_POINTERS = 7;
const STUBS = 8;
const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const SHA256 = 2;

/** A section with a place in the table of indirect symbols. */
interface Indirect {
  readonly type: number;
  readonly first: number;
  readonly count: number;
}

/** Offsets in the file; undefined for what it does not have. */
interface Layout {
  /** The table of indirect symbols. */
  readonly table: number | undefined;
  readonly entries: number;
  readonly sections: readonly Indirect[];
  readonly uuid: number | undefined;
  readonly signature: number | undefined;
}

/**
 * zig's linker (0.17) leaves functions that have an entry in the table of offsets out of the list for
 * lazy pointers, and never writes the end of that list: it holds whatever was in memory, which also goes into
 * the library's UUID. The list is that of the stubs, so it is copied from it; the UUID is made from the
 * content, and the signature's digests are made to fit. Anything else is left as it is.
 * @returns whether the file was changed
 */
export async function mendDylib(file: string): Promise<boolean> {
  const bytes = await readFile(file);
  if (!mendBytes(bytes)) return false;
  await writeFileAtomic(file, bytes, { mode: 0o755 });
  return true;
}

/** Does the same to the bytes of a thin 64-bit library; false where it holds nothing to mend. */
export function mendBytes(bytes: Buffer): boolean {
  try {
    const layout = readLayout(bytes);
    if (layout === undefined) return false;
    const changed = [mendIndirectSymbols(bytes, layout), mendUuid(bytes, layout)].filter(
      (range) => range !== undefined,
    );
    if (layout.signature !== undefined) {
      for (const { from, to } of changed) renewDigests(bytes, layout.signature, from, to);
    }
    return changed.length > 0;
  } catch (error) {
    // A header that points outside the file: whoever reads it next says so.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Bytes that were changed, the end not included. */
interface Range {
  readonly from: number;
  readonly to: number;
}

function mendIndirectSymbols(bytes: Buffer, { table, entries, sections }: Layout): Range | undefined {
  const stubs = sections.filter((one) => one.type === STUBS);
  const lazy = sections.filter((one) => one.type === LAZY_POINTERS);
  const [source, target] = [stubs[0], lazy[0]];
  if (table === undefined || source === undefined || target === undefined) return undefined;
  if (stubs.length + lazy.length > 2 || source.count !== target.count) return undefined;
  if (Math.max(source.first, target.first) + source.count > entries) return undefined;
  const good = bytes.subarray(table + 4 * source.first, table + 4 * (source.first + source.count));
  const from = table + 4 * target.first;
  return replace(bytes, from, good);
}

/** A UUID of version 8, which is for values of one's own, from everything but itself and the signature. */
function mendUuid(bytes: Buffer, { uuid, signature }: Layout): Range | undefined {
  if (uuid === undefined) return undefined;
  const hash = createHash('sha256');
  hash.update(bytes.subarray(0, uuid)).update(bytes.subarray(uuid + UUID_BYTES, signature ?? bytes.length));
  const value = hash.digest().subarray(0, UUID_BYTES);
  value[6] = ((value[6] ?? 0) & 0x0f) | 0x80;
  value[8] = ((value[8] ?? 0) & 0x3f) | 0x80;
  return replace(bytes, uuid, value);
}

function replace(bytes: Buffer, from: number, good: Uint8Array): Range | undefined {
  const to = from + good.length;
  if (to > bytes.length) throw new RangeError('outside the file');
  if (bytes.subarray(from, to).equals(good)) return undefined;
  bytes.set(good, from);
  return { from, to };
}

function readLayout(bytes: Buffer): Layout | undefined {
  if (bytes.readUInt32LE(0) !== MAGIC) return undefined;
  const sections: Indirect[] = [];
  let table: number | undefined;
  let entries = 0;
  let uuid: number | undefined;
  let signature: number | undefined;
  let at = 32;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    const command = bytes.readUInt32LE(at);
    if (command === SEGMENT_64) sections.push(...readSections(bytes, at));
    if (command === UUID) uuid = at + 8;
    if (command === SIGNATURE) signature = bytes.readUInt32LE(at + 8);
    if (command === DYSYMTAB) {
      table = bytes.readUInt32LE(at + 56);
      entries = bytes.readUInt32LE(at + 60);
    }
    at += Math.max(8, bytes.readUInt32LE(at + 4));
  }
  return { table, entries, sections, uuid, signature };
}

function readSections(bytes: Buffer, segment: number): Indirect[] {
  const found: Indirect[] = [];
  const count = bytes.readUInt32LE(segment + 64);
  for (let index = 0; index < count; index++) {
    const at = segment + 72 + 80 * index;
    const type = bytes.readUInt32LE(at + 64) & 0xff;
    if (type !== STUBS && type !== LAZY_POINTERS) continue;
    const each = type === STUBS ? bytes.readUInt32LE(at + 72) : 8;
    const size = Number(bytes.readBigUInt64LE(at + 40));
    if (each > 0) found.push({ type, first: bytes.readUInt32LE(at + 68), count: Math.floor(size / each) });
  }
  return found;
}

/** An ad-hoc signature is a list of digests, one for each page. */
function renewDigests(bytes: Buffer, signature: number, from: number, to: number): void {
  if (bytes.readUInt32BE(signature) !== SUPER_BLOB) return;
  for (let index = 0; index < bytes.readUInt32BE(signature + 8); index++) {
    const directory = signature + bytes.readUInt32BE(signature + 12 + 8 * index + 4);
    if (bytes.readUInt32BE(directory) !== CODE_DIRECTORY) continue;
    if (bytes.readUInt8(directory + 37) !== SHA256 || bytes.readUInt8(directory + 36) !== 32) continue;
    const slots = directory + bytes.readUInt32BE(directory + 16);
    const pageSize = 2 ** bytes.readUInt8(directory + 39);
    const limit = bytes.readUInt32BE(directory + 32);
    for (let page = Math.floor(from / pageSize); page * pageSize < Math.min(to, limit); page++) {
      const content = bytes.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit));
      createHash('sha256')
        .update(content)
        .digest()
        .copy(bytes, slots + 32 * page);
    }
  }
}
