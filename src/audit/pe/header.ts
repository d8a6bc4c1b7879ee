import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';

/** Bits of the file header's characteristics. */
export const FILE_FLAG = { RELOCS_STRIPPED: 1, EXECUTABLE: 2, DLL: 0x2000 } as const;
/** Bits of the optional header's DllCharacteristics. */
export const DLL_FLAG = {
  HIGH_ENTROPY_VA: 0x20,
  DYNAMIC_BASE: 0x40,
  NX_COMPAT: 0x100,
  GUARD_CF: 0x4000,
} as const;
/** Indexes of the data directories. */
export const DIRECTORY = {
  EXPORT: 0,
  IMPORT: 1,
  SECURITY: 4,
  DEBUG: 6,
  TLS: 9,
  DELAY_IMPORT: 13,
  DOTNET: 14,
} as const;

/** More than any linker makes. */
const MOST_SECTIONS = 2000;
const MOST_DIRECTORIES = 16;
/** `PE\0\0`. */
const SIGNATURE = 0x4550;
const MAGIC: Readonly<Record<number, 32 | 64>> = { 267: 32, 523: 64 };

/** Where one of the tables lies: an address relative to the image, and bytes. */
export interface Directory {
  readonly address: number;
  readonly size: number;
}

/** The headers of an image. Addresses are relative to `imageBase` unless a name says otherwise. */
export interface PeHeader {
  readonly bits: 32 | 64;
  readonly machine: number;
  readonly flags: number;
  readonly dllFlags: number;
  readonly timestamp: number;
  readonly symbols: { readonly offset: number; readonly count: number };
  readonly imageBase: number;
  readonly sectionAlignment: number;
  readonly imageSize: number;
  readonly headersSize: number;
  /** Where the section headers begin, in the file. */
  readonly sectionsAt: number;
  readonly sectionCount: number;
  /** Undefined for a table that the image does not have. */
  directory(index: number): Directory | undefined;
}

/** Reads and checks the headers. Throws `BinaryError` for what no linker writes. */
export async function readHeader(source: FileSource): Promise<PeHeader> {
  const dos = await source.piece(0, 64, true, 'the DOS header');
  const start = dos.u32(60);
  const coff = await source.piece(start, 24, true, 'the PE header');
  if (coff.u32(0) !== SIGNATURE) throw new BinaryError('malformed', 'The PE signature is missing.', start);
  const optionalSize = coff.u16(20);
  const optional = await source.piece(start + 24, optionalSize, true, 'the optional header');
  const bits = MAGIC[optional.u16(0)];
  if (bits === undefined) {
    const magic = optional.u16(0).toString(16);
    throw new BinaryError('malformed', `The optional header's magic is 0x${magic}, which means nothing.`, start + 24);
  }
  const sectionCount = coff.u16(6);
  if (sectionCount > MOST_SECTIONS) throw new BinaryError('malformed', `There are ${sectionCount} sections.`);
  return {
    bits,
    machine: coff.u16(4),
    flags: coff.u16(22),
    timestamp: coff.u32(8),
    symbols: { offset: coff.u32(12), count: coff.u32(16) },
    sectionCount,
    sectionsAt: start + 24 + optionalSize,
    ...readOptional(optional, bits),
  };
}

function readOptional(optional: Bytes, bits: 32 | 64) {
  const wide = bits === 64;
  const countAt = wide ? 108 : 92;
  const count = Math.min(optional.u32(countAt), MOST_DIRECTORIES);
  const directories = optional.part(countAt + 4, count * 8, 'the data directories');
  return {
    imageBase: wide ? optional.u64(24) : optional.u32(28),
    sectionAlignment: optional.u32(32),
    imageSize: optional.u32(56),
    headersSize: optional.u32(60),
    dllFlags: optional.u16(70),
    directory: (index: number): Directory | undefined => {
      if (index >= count) return undefined;
      const found = { address: directories.u32(index * 8), size: directories.u32(index * 8 + 4) };
      return found.address === 0 ? undefined : found;
    },
  };
}
