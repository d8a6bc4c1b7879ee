import type { BinaryFacts, PeFacts, SegmentFacts } from '../../model/binary.js';
import type { FileSource } from '../file-source.js';
import { type Extent, readDebugDirectory, readTlsCallbacks, signatureExtent } from './directories.js';
import { readExports } from './exports.js';
import { DIRECTORY, DLL_FLAG, FILE_FLAG, type PeHeader, readHeader } from './header.js';
import { Image } from './image.js';
import { readImports } from './imports.js';
import { peMachineName } from './machine.js';
import { debugBytes, readToolchain } from './making.js';
import { headerSection, readSections, type Section } from './sections.js';
import { findInSymbolTable, readSymbolTable } from './symbols.js';

export interface PeOptions {
  /** Symbols to look for in the symbol table when they are not exported. */
  readonly wanted: readonly string[];
}

/**
 * Reads a PE image of either word size; the rules refuse those of 32 bits. Throws `BinaryError` for
 * anything that contradicts itself.
 */
export async function readPe(source: FileSource, options: PeOptions): Promise<BinaryFacts> {
  const header = await readHeader(source);
  const symbolTable = await readSymbolTable(source, header);
  const sections = await readSections(source, header, symbolTable.strings);
  const image = new Image(source, [headerSection(source, header), ...sections]);
  const offered = await readExports(image, header);
  const exported = new Set(offered.exports.map((one) => one.name));
  const missing = options.wanted.filter((name) => !exported.has(name));
  const tlsCallbacks = await readTlsCallbacks(image, header);
  const debug = await readDebugDirectory(source, image, header);
  const signature = signatureExtent(source, header);
  const ends = [
    header.sectionsAt,
    header.headersSize,
    symbolTable.end,
    debug.end,
    ...sections.map((one) => one.fileEnd),
  ];
  const facts: PeFacts = {
    ...offered,
    ...(await readImports(image, header)),
    ...switches(header),
    ...(debug.pdb === undefined ? {} : { pdb: debug.pdb }),
    hidden: await findInSymbolTable(source, header, symbolTable, missing),
    reproducible: debug.reproducible,
    tlsCallbacks,
    constructors: tlsCallbacks,
    sections: sections.map((one) => sectionFacts(one, header)),
    signed: signature !== undefined,
    toolchain: await readToolchain(source, sections),
    debugBytes: debugBytes(sections),
    stripped: symbolTable.stripped,
    overlayBytes: overlayBytes(source.size, Math.max(...ends), signature),
    loadedBytes: header.imageSize,
  };
  const role = facts.dll ? 'library' : 'executable';
  const arch = peMachineName(header.machine);
  const kind = header.bits === 64 ? 'PE32+' : 'PE32 (32-bit)';
  const description = `${kind} ${facts.dll ? 'shared library' : 'executable'} for windows ${arch}`;
  return { format: 'pe', role, description, os: 'windows', arch, bits: header.bits, littleEndian: true, pe: facts };
}

/** Bytes behind all that the headers describe. A signature comes last, on a multiple of eight. */
function overlayBytes(size: number, end: number, signature: Extent | undefined): number {
  if (signature === undefined) return Math.max(0, size - end);
  const before = signature.start - Math.ceil(end / 8) * 8;
  return Math.max(0, before) + Math.max(0, size - signature.end);
}

function switches(header: PeHeader) {
  const dllFlag = (bit: number) => (header.dllFlags & bit) !== 0;
  return {
    dll: (header.flags & FILE_FLAG.DLL) !== 0,
    managed: header.directory(DIRECTORY.DOTNET) !== undefined,
    dynamicBase: dllFlag(DLL_FLAG.DYNAMIC_BASE),
    relocatable: (header.flags & FILE_FLAG.RELOCS_STRIPPED) === 0,
    highEntropy: dllFlag(DLL_FLAG.HIGH_ENTROPY_VA),
    nxCompatible: dllFlag(DLL_FLAG.NX_COMPAT),
    controlFlowGuard: dllFlag(DLL_FLAG.GUARD_CF),
    timestamp: header.timestamp,
  };
}

function sectionFacts(section: Section, header: PeHeader): SegmentFacts & { readonly name: string } {
  const { name, address, memorySize, fileSize, readable, writable, executable } = section;
  return { name, address, memorySize, fileSize, alignment: header.sectionAlignment, readable, writable, executable };
}
