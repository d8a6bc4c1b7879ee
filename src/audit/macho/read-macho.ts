import type { BinaryFacts } from '../../model/binary.js';
import type { FileSource } from '../file-source.js';
import { HEAD_BYTES, recognise } from '../recognise.js';

export interface MachOOptions {
  /** Symbols to look for in the full symbol table when they are not exported. */
  readonly wanted: readonly string[];
}

/** Reads a thin or universal Mach-O file. Throws `BinaryError` for anything that contradicts itself. */
export async function readMachO(source: FileSource, _options: MachOOptions): Promise<BinaryFacts> {
  return recognise(await source.read(0, HEAD_BYTES), source.size);
}
