import { CpexError } from '../../support/errors.js';
import { writeFileAtomic } from '../../support/files.js';
import { BinaryError } from '../binary-error.js';
import { FileSource } from '../file-source.js';
import { FILE_TYPE, type MachOHeader, processorName, readHeader } from './header.js';
import { Slice } from './slice.js';

/** Offsets and sizes in a universal header have 32 bits. */
const LARGEST = 2 ** 32 - 1;
const FAT_MAGIC = 0xcafebabe;
const FAT_HEADER_BYTES = 8;
const FAT_ENTRY_BYTES = 20;

/**
 * Slices begin at multiples of their processor's page size, as a power of two: macOS maps them
 * straight from the file.
 */
const ALIGNMENT: Readonly<Record<string, number>> = { x64: 12, arm64: 14 };

interface Thin {
  readonly file: string;
  readonly header: MachOHeader;
  readonly processor: string;
  readonly alignment: number;
  readonly bytes: Buffer;
}

/**
 * Joins thin dylibs, or thin executables, of different processors into one universal file, each of them byte for byte as
 * it is, so that its signature stays valid. The result does not depend on the order of the slices.
 * The output appears whole or not at all; it may have the name of one of the slices.
 *
 * @throws CpexError `CPEX_E_UNIVERSAL` for slices that cannot be joined, `CPEX_E_AUDIT_FILE` and
 * `CPEX_E_AUDIT_TOO_LARGE` for those that cannot be read.
 */
export async function writeUniversal(slices: readonly string[], output: string): Promise<void> {
  if (slices.length === 0) throw new CpexError('CPEX_E_UNIVERSAL', 'A universal library needs at least one slice.');
  const thin: Thin[] = [];
  for (const file of slices) {
    const next = await readThin(file);
    const [first] = thin;
    if (first !== undefined && first.header.fileType !== next.header.fileType) {
      throw unfit(next.file, `is of another kind than ${first.file}`);
    }
    const same = thin.find((one) => one.header.cpuType === next.header.cpuType);
    if (same !== undefined) throw unfit(next.file, `is for ${next.processor}, and so is ${same.file}`);
    thin.push(next);
  }
  await writeFileAtomic(output, join(thin), { mode: 0o755 });
}

async function readThin(file: string): Promise<Thin> {
  const source = await FileSource.open(file);
  try {
    const magic = (await source.read(0, 4)).toString('hex');
    if (magic === 'cafebabe' || magic === 'cafebabf') throw unfit(file, 'is universal already');
    const header = await headerOf(file, source);
    const processor = processorName(header.cpuType, header.cpuSubtype);
    if (header.fileType !== FILE_TYPE.DYLIB && header.fileType !== FILE_TYPE.EXECUTE) {
      throw unfit(file, 'is neither a dylib nor an executable, but another kind of Mach-O file');
    }
    const alignment = ALIGNMENT[processor];
    if (alignment === undefined) throw unfit(file, `is for ${processor}; universal plugins hold x64 and arm64`);
    return { file, header, processor, alignment, bytes: await source.read(0, source.size) };
  } finally {
    await source.close();
  }
}

async function headerOf(file: string, source: FileSource): Promise<MachOHeader> {
  try {
    return await readHeader(new Slice(source, 0, source.size));
  } catch (error) {
    if (!(error instanceof BinaryError)) throw error;
    throw unfit(file, 'is no 64-bit Mach-O file');
  }
}

function unfit(file: string, why: string): CpexError {
  return new CpexError('CPEX_E_UNIVERSAL', `${file} ${why}.`, {
    remedy: 'Give one thin dylib for each processor: those of darwin-x64 and darwin-arm64.',
  });
}

/** The bytes of the universal file: the header, and each slice at its alignment. */
function join(thin: readonly Thin[]): Buffer {
  // The order of lipo, which puts those with large alignments last to save room.
  const ordered = [...thin].sort((a, b) => a.alignment - b.alignment || a.header.cpuType - b.header.cpuType);
  const head = Buffer.alloc(FAT_HEADER_BYTES + ordered.length * FAT_ENTRY_BYTES);
  head.writeUInt32BE(FAT_MAGIC, 0);
  head.writeUInt32BE(ordered.length, 4);
  const pieces: Buffer[] = [head];
  let end = head.length;
  for (const [index, { file, header, alignment, bytes }] of ordered.entries()) {
    const offset = Math.ceil(end / 2 ** alignment) * 2 ** alignment;
    if (offset + bytes.length > LARGEST) throw unfit(file, 'makes the universal file larger than 4 GiB');
    const entry = [header.cpuType, header.cpuSubtype, offset, bytes.length, alignment];
    for (const [place, value] of entry.entries()) {
      head.writeUInt32BE(value, FAT_HEADER_BYTES + index * FAT_ENTRY_BYTES + place * 4);
    }
    pieces.push(Buffer.alloc(offset - end), bytes);
    end = offset + bytes.length;
  }
  return Buffer.concat(pieces);
}
