import type { TargetArch } from '../../model/target.js';
import { BinaryError } from '../binary-error.js';
import type { Slice } from './slice.js';

/** Bytes of the header of a 64-bit file. */
export const HEADER_BYTES = 32;

/** Values of filetype. */
export const FILE_TYPE = { OBJECT: 1, EXECUTE: 2, CORE: 4, DYLIB: 6, BUNDLE: 8 } as const;
/** Bits of flags. */
export const HEADER_FLAG = { TWO_LEVEL: 0x80, ALLOW_STACK_EXECUTION: 0x20000, PIE: 0x200000 } as const;

/** The header of a 64-bit little-endian file. */
export interface MachOHeader {
  readonly cpuType: number;
  readonly cpuSubtype: number;
  readonly fileType: number;
  readonly commands: number;
  /** Bytes of all load commands together. */
  readonly commandBytes: number;
  readonly flags: number;
}

/** What the first four bytes of a thin file say of its word size and byte order; undefined when it is none. */
export function thinKind(magic: number): { readonly bits: 32 | 64; readonly littleEndian: boolean } | undefined {
  return THIN_KINDS[magic];
}

/** By the magic number as a little-endian word. */
const THIN_KINDS: Readonly<Record<number, { readonly bits: 32 | 64; readonly littleEndian: boolean }>> = {
  4277009103: { bits: 64, littleEndian: true },
  4277009102: { bits: 32, littleEndian: true },
  3489328638: { bits: 64, littleEndian: false },
  3472551422: { bits: 32, littleEndian: false },
};

const PROCESSORS: Readonly<Record<number, TargetArch | (string & {})>> = {
  7: 'x86 (32-bit)',
  12: 'Arm (32-bit)',
  18: 'PowerPC (32-bit)',
  16777223: 'x64',
  16777228: 'arm64',
  16777234: 'PowerPC (64-bit)',
  33554444: 'arm64_32',
};

/** Low bits of the subtype that make arm64 into arm64e, which ordinary processes do not load. */
const ARM64E = 2;

/** The processor in cpex's words, or the format's own name for any other. */
export function processorName(cpuType: number, cpuSubtype: number): TargetArch | (string & {}) {
  const name = PROCESSORS[cpuType] ?? `processor ${cpuType}`;
  return name === 'arm64' && (cpuSubtype & 0xffffff) === ARM64E ? 'arm64e' : name;
}

/** Reads the header of a 64-bit little-endian file. Throws `BinaryError` for what is none. */
export async function readHeader(slice: Slice): Promise<MachOHeader> {
  const head = await slice.piece(0, HEADER_BYTES, 'the Mach-O header');
  const kind = thinKind(head.u32(0));
  if (kind === undefined || kind.bits === 32 || !kind.littleEndian) {
    throw new BinaryError('malformed', 'It does not begin as a 64-bit little-endian Mach-O file does.', slice.start);
  }
  return {
    cpuType: head.u32(4),
    cpuSubtype: head.u32(8),
    fileType: head.u32(12),
    commands: head.u32(16),
    commandBytes: head.u32(20),
    flags: head.u32(24),
  };
}
