import type { BinaryFacts } from '../../model/binary.js';
import type { FileSource } from '../file-source.js';
import { HEAD_BYTES, recognise } from '../recognise.js';

export interface PeOptions {
  /** Symbols to look for in the symbol table when they are not exported. */
  readonly wanted: readonly string[];
}

/** Reads a PE file (PE32+). Throws `BinaryError` for anything that contradicts itself. */
export async function readPe(source: FileSource, _options: PeOptions): Promise<BinaryFacts> {
  return recognise(await source.read(0, HEAD_BYTES), source.size);
}
