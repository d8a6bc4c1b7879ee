import type { BinaryFacts, BinaryRole, MachOFacts } from '../../model/binary.js';
import { BinaryError } from '../binary-error.js';
import type { FileSource } from '../file-source.js';
import { CodeMap } from './code-map.js';
import { FILE_TYPE, HEADER_BYTES, HEADER_FLAG, type MachOHeader, processorName, readHeader } from './header.js';
import { installName, readLibraries, runPaths } from './libraries.js';
import { COMMAND, LoadCommands } from './load-commands.js';
import { readPlatform, readToolchain } from './making.js';
import { NAME_BYTES, nameThin, roleWords } from './name-thin.js';
import { inFile, SECTION_TYPE } from './segments.js';
import { readSignature } from './signature.js';
import { Slice } from './slice.js';
import { SYMBOL_BYTES } from './symbol-table.js';
import { hiddenNames, readSymbols, readSymbolTable } from './symbols.js';
import { readUniversal, sliceCount } from './universal.js';

export interface MachOOptions {
  /** Symbols to look for in the full symbol table when they are not exported. */
  readonly wanted: readonly string[];
  /** What is read in depth; all else is named only. */
  readonly role: BinaryRole;
}

/**
 * Reads a thin or universal Mach-O file. Files of 32 bits or big-endian are named only, and so are those that were
 * not asked for and object files. Throws `BinaryError` for anything that contradicts itself.
 */
export async function readMachO(source: FileSource, options: MachOOptions): Promise<BinaryFacts> {
  const count = sliceCount(await source.read(0, 8));
  if (count === undefined) return readThin(new Slice(source, 0, source.size), options);
  const entries = await readUniversal(source, count);
  const slices: BinaryFacts[] = [];
  for (const { slice, cpuType, cpuSubtype } of entries) {
    const facts = await readThin(slice, options);
    if (facts.arch !== processorName(cpuType, cpuSubtype)) {
      const message = `The header promises a slice for ${processorName(cpuType, cpuSubtype)}, but it is for ${facts.arch}.`;
      throw new BinaryError('malformed', message, slice.start);
    }
    slices.push(facts);
  }
  return universalFacts(slices, source.size - Math.max(...entries.map(({ slice }) => slice.start + slice.size)));
}

function universalFacts(slices: readonly BinaryFacts[], appended: number): BinaryFacts {
  const roles = new Set(slices.map((one) => one.role));
  const role = roles.size === 1 ? (slices[0]?.role ?? 'other') : 'other';
  const names = slices.map((one) => one.arch).join(', ');
  const os = slices.every((one) => one.os === 'darwin') ? { os: 'darwin' as const } : {};
  return {
    format: 'macho',
    role,
    description: `universal Mach-O ${roleWords(role)} for ${names}`,
    ...os,
    arch: 'universal',
    bits: slices.some((one) => one.bits === 64) ? 64 : 32,
    littleEndian: true,
    slices: slices.map((one) =>
      one.macho === undefined
        ? one
        : { ...one, macho: { ...one.macho, overlayBytes: one.macho.overlayBytes + appended } },
    ),
  };
}

async function readThin(slice: Slice, options: MachOOptions): Promise<BinaryFacts> {
  const named = nameThin(await slice.raw(0, NAME_BYTES));
  if (named === undefined) {
    throw new BinaryError('malformed', 'A slice does not begin as a Mach-O file does.', slice.start);
  }
  if (named.role !== options.role || named.bits === 32 || named.littleEndian === false) return named;
  const header = await readHeader(slice);
  const macho = await readInDepth(slice, header, await LoadCommands.read(slice, header), options);
  if (macho.platform === undefined || macho.platform === 'macOS') return { ...named, macho };
  // Other systems of Apple have the same format, and none of them is a target.
  const { os: _os, ...foreign } = named;
  return { ...foreign, macho };
}

async function readInDepth(
  slice: Slice,
  header: MachOHeader,
  commands: LoadCommands,
  options: MachOOptions,
): Promise<MachOFacts> {
  const sections = commands.segments.flatMap((one) => one.sections);
  const libraries = readLibraries(commands);
  const table = await readSymbolTable(slice, commands);
  const code = new CodeMap(commands.segments);
  const symbols = await readSymbols(slice, header, commands, table, code, libraries);
  const exported = new Set(symbols.exports.map((one) => one.name));
  const missing = options.wanted.filter((name) => !exported.has(name));
  const inside = table?.inside(sections) ?? { debugEntries: 0, namedFunctions: false };
  const ownName = installName(commands);
  const uuid = commands.first(COMMAND.UUID)?.hex(8, 16);
  const ends = commands.segments.map((one) => one.fileOffset + one.fileSize);
  const dwarf = sections.filter((one) => one.name.startsWith('__debug_') || one.segment === '__DWARF');
  return {
    ...symbols,
    ...readPlatform(commands),
    ...(await readSignature(slice, commands.range(commands.first(COMMAND.CODE_SIGNATURE)))),
    ...(ownName === undefined ? {} : { ownName }),
    ...(uuid === undefined ? {} : { uuid }),
    fileType: FILE_TYPES[header.fileType] ?? 'dylib',
    hidden: hiddenNames(table, missing),
    libraries,
    needed: libraries.filter((one) => one.kind !== 'weak' && one.kind !== 'lazy').map((one) => one.name),
    runPaths: runPaths(commands),
    segments: commands.segments.map(({ fileOffset: _offset, sections: _sections, ...facts }) => facts),
    sections: sections.map((one) => one.name),
    pie: (header.flags & HEADER_FLAG.PIE) !== 0,
    executableStack: (header.flags & HEADER_FLAG.ALLOW_STACK_EXECUTION) !== 0,
    namespace: (header.flags & HEADER_FLAG.TWO_LEVEL) !== 0 ? 'two-level' : 'flat',
    constructors: constructors(commands),
    toolchain: await readToolchain(slice, commands),
    debugBytes: dwarf.reduce((sum, one) => sum + one.size, 0) + inside.debugEntries * SYMBOL_BYTES,
    stripped: inside.debugEntries === 0 && !inside.namedFunctions,
    overlayBytes: Math.max(0, slice.size - Math.max(HEADER_BYTES + header.commandBytes, ...ends)),
    // The first 4 GiB of an executable are kept free, and take no memory.
    loadedBytes: commands.segments.reduce((sum, one) => (one.name === '__PAGEZERO' ? sum : sum + one.memorySize), 0),
  };
}

const FILE_TYPES: Readonly<Record<number, MachOFacts['fileType']>> = {
  [FILE_TYPE.BUNDLE]: 'bundle',
  [FILE_TYPE.EXECUTE]: 'executable',
};

/** Functions that the loader calls before it hands the library over. */
function constructors(commands: LoadCommands): number {
  const counted = commands.segments
    .flatMap((one) => one.sections)
    .filter((one) => inFile(one))
    .reduce((sum, one) => sum + Math.floor(one.size / (INITIALISER_BYTES[one.type] ?? Number.POSITIVE_INFINITY)), 0);
  return counted + commands.of(COMMAND.ROUTINES_64).length;
}

const INITIALISER_BYTES: Readonly<Record<number, number>> = {
  [SECTION_TYPE.INIT_POINTERS]: 8,
  [SECTION_TYPE.INIT_OFFSETS]: 4,
};
