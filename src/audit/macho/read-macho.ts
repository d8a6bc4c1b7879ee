import type { BinaryFacts, BinaryRole, MachOFacts } from '../../model/binary.js';
import { BinaryError } from '../binary-error.js';
import type { FileSource } from '../file-source.js';
import { CodeMap } from './code-map.js';
import {
  FILE_TYPE,
  HEADER_BYTES,
  HEADER_FLAG,
  type MachOHeader,
  processorName,
  readHeader,
  thinKind,
} from './header.js';
import { installName, readLibraries, runPaths } from './libraries.js';
import { COMMAND, LoadCommands } from './load-commands.js';
import { readPlatform, readToolchain } from './making.js';
import { inFile, SECTION_TYPE } from './segments.js';
import { readSignature } from './signature.js';
import { Slice } from './slice.js';
import { SYMBOL_BYTES } from './symbol-table.js';
import { hiddenNames, readSymbols, readSymbolTable } from './symbols.js';
import { readUniversal, sliceCount } from './universal.js';

export interface MachOOptions {
  /** Symbols to look for in the full symbol table when they are not exported. */
  readonly wanted: readonly string[];
}

/**
 * Reads a thin or universal Mach-O file. Files of 32 bits or big-endian are named only, and so are
 * executables and object files. Throws `BinaryError` for anything that contradicts itself.
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
    description: `universal Mach-O ${ROLE_WORDS[role]} for ${names}`,
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

const ROLES: Readonly<Record<number, BinaryRole>> = {
  [FILE_TYPE.OBJECT]: 'object',
  [FILE_TYPE.EXECUTE]: 'executable',
  [FILE_TYPE.CORE]: 'core',
  [FILE_TYPE.DYLIB]: 'library',
  [FILE_TYPE.BUNDLE]: 'library',
};
const ROLE_WORDS: Readonly<Record<BinaryRole, string>> = {
  library: 'shared library',
  executable: 'executable',
  object: 'object file',
  core: 'memory dump',
  other: 'file',
};

async function readThin(slice: Slice, options: MachOOptions): Promise<BinaryFacts> {
  const head = await slice.piece(0, 16, 'the Mach-O header');
  const kind = thinKind(head.u32(0));
  if (kind === undefined)
    throw new BinaryError('malformed', 'A slice does not begin as a Mach-O file does.', slice.start);
  if (kind.bits === 32 || !kind.littleEndian) return namedOnly(slice, kind);
  const header = await readHeader(slice);
  const arch = processorName(header.cpuType, header.cpuSubtype);
  const role = ROLES[header.fileType] ?? 'other';
  const bundle = header.fileType === FILE_TYPE.BUNDLE ? 'shared library (bundle)' : ROLE_WORDS[role];
  const base = { format: 'macho', role, arch, ...kind, description: `64-bit Mach-O ${bundle} for ${arch}` } as const;
  if (role !== 'library') return { ...base, os: 'darwin' };
  const commands = await LoadCommands.read(slice, header);
  const macho = await readLibrary(slice, header, commands, options);
  const mac = macho.platform === undefined || macho.platform === 'macOS';
  return { ...base, ...(mac ? { os: 'darwin' } : {}), macho };
}

async function namedOnly(
  slice: Slice,
  kind: { readonly bits: 32 | 64; readonly littleEndian: boolean },
): Promise<BinaryFacts> {
  const head = await slice.piece(0, 16, 'the Mach-O header', kind.littleEndian);
  const arch = processorName(head.u32(4), head.u32(8));
  const role = ROLES[head.u32(12)] ?? 'other';
  const order = kind.littleEndian ? '' : ' big-endian';
  const description = `${kind.bits}-bit${order} Mach-O ${ROLE_WORDS[role]} for ${arch}`;
  return { format: 'macho', role, os: 'darwin', arch, ...kind, description };
}

async function readLibrary(
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
    fileType: header.fileType === FILE_TYPE.BUNDLE ? 'bundle' : 'dylib',
    hidden: hiddenNames(table, missing),
    libraries,
    needed: libraries.filter((one) => one.kind !== 'weak' && one.kind !== 'lazy').map((one) => one.name),
    runPaths: runPaths(commands),
    segments: commands.segments.map(({ fileOffset: _offset, sections: _sections, ...facts }) => facts),
    executableStack: (header.flags & HEADER_FLAG.ALLOW_STACK_EXECUTION) !== 0,
    namespace: (header.flags & HEADER_FLAG.TWO_LEVEL) !== 0 ? 'two-level' : 'flat',
    constructors: constructors(commands),
    toolchain: await readToolchain(slice, commands),
    debugBytes: dwarf.reduce((sum, one) => sum + one.size, 0) + inside.debugEntries * SYMBOL_BYTES,
    stripped: inside.debugEntries === 0 && !inside.namedFunctions,
    overlayBytes: Math.max(0, slice.size - Math.max(HEADER_BYTES + header.commandBytes, ...ends)),
    loadedBytes: commands.segments.reduce((sum, one) => sum + one.memorySize, 0),
  };
}

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
