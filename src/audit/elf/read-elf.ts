import type { BinaryFacts, BinaryRole, DynamicFacts, RunPath, SegmentFacts, VersionNeed } from '../../model/binary.js';
import type { CLibrary, TargetOs } from '../../model/target.js';
import type { FileSource } from '../file-source.js';
import { Dynamic, FLAG, FLAG_1, TAG } from './dynamic.js';
import { type ElfHeader, readHeader, TYPE } from './header.js';
import { machineName } from './machine.js';
import { debugBytes, overlayBytes, readSymbolTable, readToolchain } from './making.js';
import { readNotes } from './notes.js';
import { readSections } from './sections.js';
import { executable, readable, SEGMENT, Segments, writable } from './segments.js';
import { type DynamicSymbols, readDynamicSymbols } from './symbols.js';
import { NO_VERSIONS, readVersions, type VersionTable } from './versions.js';

export interface ElfOptions {
  /** Symbols to look for in the full symbol table when they are not exported. */
  readonly wanted: readonly string[];
}

/** Reads an ELF file of either class and byte order. Throws `BinaryError` for anything that contradicts itself. */
export async function readElf(source: FileSource, options: ElfOptions): Promise<BinaryFacts> {
  const header = await readHeader(source);
  const base = {
    format: 'elf',
    arch: machineName(header.machine),
    bits: header.bits,
    littleEndian: header.littleEndian,
  } as const;
  if (header.type === TYPE.REL) return { ...base, role: 'object', description: describe('object file', header) };
  if (header.type === TYPE.CORE) return { ...base, role: 'core', description: describe('memory dump', header) };
  const segments = await Segments.read(source, header);
  const sections = await readSections(source, header);
  const dynamic = await Dynamic.read(segments, header.bits === 64);
  const notes = await readNotes(source, segments, header.littleEndian);
  const interpreter = await readInterpreter(source, segments, header);
  const versions = dynamic === undefined ? NO_VERSIONS : await readVersions(segments, dynamic);
  const symbols =
    dynamic === undefined
      ? { exports: [], imports: [] }
      : await readDynamicSymbols(segments, dynamic, versions, sections, header.bits === 64);
  const exported = new Set(symbols.exports.map((one) => one.name));
  const missing = options.wanted.filter((name) => !exported.has(name));
  const symbolTable = await readSymbolTable(source, header, sections, missing);
  const needed = dynamic?.texts(TAG.NEEDED) ?? [];
  const libc = libcOf(needed, interpreter);
  const pie = dynamic?.flag1(FLAG_1.PIE) ?? false;
  const role = roleOf(header, dynamic, interpreter, pie);
  const facts: DynamicFacts = {
    ...symbols,
    ...linking(dynamic),
    ...(libc === undefined ? {} : { libc }),
    ...(interpreter === undefined ? {} : { interpreter }),
    ...(notes.buildId === undefined ? {} : { buildId: notes.buildId }),
    hidden: symbolTable.names,
    needed,
    versionNeeds: versionNeeds(versions, symbols),
    segments: segments.of(SEGMENT.LOAD).map(segmentFacts),
    stack: stackOf(segments),
    relro: relroOf(segments, dynamic),
    tls: {
      size: segments.of(SEGMENT.TLS).reduce((sum, one) => sum + one.memorySize, 0),
      staticModel: dynamic?.flag(FLAG.STATIC_TLS) ?? false,
    },
    pie,
    constructors: constructors(dynamic, header.bits === 64),
    indirectFunctions: symbols.exports.filter((one) => one.kind === 'indirect-function').length,
    properties: notes.properties,
    toolchain: await readToolchain(source, header, sections, segments),
    debugBytes: debugBytes(sections),
    stripped: symbolTable.stripped,
    overlayBytes: overlayBytes(source, header, sections, segments),
    loadedBytes: segments.of(SEGMENT.LOAD).reduce((sum, one) => sum + one.memorySize, 0),
  };
  // Of the systems here FreeBSD alone numbers its C library and is not Linux.
  const os = osOf(header, notes.freebsd || libc === 'system');
  const words = role === 'library' ? 'shared library' : 'executable';
  return { ...base, role, ...(os === undefined ? {} : { os }), description: describe(words, header), dynamic: facts };
}

function describe(what: string, header: ElfHeader): string {
  const order = header.littleEndian ? '' : ' big-endian';
  return `${header.bits}-bit${order} ELF ${what} for ${machineName(header.machine)}`;
}

function linking(dynamic: Dynamic | undefined) {
  const ownName = dynamic?.texts(TAG.SONAME).at(-1);
  return {
    ...(ownName === undefined ? {} : { ownName }),
    runPaths: dynamic === undefined ? [] : [...runPaths(dynamic, 'RPATH'), ...runPaths(dynamic, 'RUNPATH')],
    bindNow: dynamic !== undefined && bindsNow(dynamic),
    textRelocations: dynamic !== undefined && (dynamic.has(TAG.TEXTREL) || dynamic.flag(FLAG.TEXTREL)),
    neverUnloaded: dynamic?.flag1(FLAG_1.NODELETE) ?? false,
    noOpen: dynamic?.flag1(FLAG_1.NOOPEN) ?? false,
  };
}

function bindsNow(dynamic: Dynamic): boolean {
  return dynamic.has(TAG.BIND_NOW) || dynamic.flag(FLAG.BIND_NOW) || dynamic.flag1(FLAG_1.NOW);
}

function runPaths(dynamic: Dynamic, kind: RunPath['kind']): RunPath[] {
  // The loader takes the last one where there are several.
  const list = dynamic.texts(TAG[kind]).at(-1);
  return list === undefined ? [] : list.split(':').map((folder) => ({ kind, folder }));
}

async function readInterpreter(source: FileSource, segments: Segments, header: ElfHeader): Promise<string | undefined> {
  const [segment] = segments.of(SEGMENT.INTERP);
  if (segment === undefined) return undefined;
  return (await source.piece(segment.offset, segment.fileSize, header.littleEndian, 'the interpreter')).name(0);
}

function roleOf(
  header: ElfHeader,
  dynamic: Dynamic | undefined,
  interpreter: string | undefined,
  pie: boolean,
): BinaryRole {
  if (header.type === TYPE.EXEC) return 'executable';
  if (header.type !== TYPE.DYN) return 'other';
  // A static executable that is position independent has a dynamic section, but neither name nor interpreter.
  return interpreter !== undefined || pie || dynamic === undefined ? 'executable' : 'library';
}

function libcOf(needed: readonly string[], interpreter: string | undefined): CLibrary | undefined {
  const names = interpreter === undefined ? needed : [...needed, interpreter];
  if (names.some((name) => /(?:^|\/)(?:libc\.so$|libc\.musl-|ld-musl-)/.test(name))) return 'musl';
  if (names.some((name) => /(?:^|\/)(?:libc\.so\.6|ld-linux[-.\w]*\.so\.\d+)$/.test(name))) return 'glibc';
  return names.some((name) => /(?:^|\/)libc\.so\.\d+$/.test(name)) ? 'system' : undefined;
}

function osOf(header: ElfHeader, freebsd: boolean): TargetOs | undefined {
  if (header.osAbi === 9 || freebsd) return 'freebsd';
  return header.osAbi === 0 || header.osAbi === 3 ? 'linux' : undefined;
}

function stackOf(segments: Segments): DynamicFacts['stack'] {
  const stack = segments.of(SEGMENT.GNU_STACK).at(-1);
  if (stack === undefined) return 'unmarked';
  return executable(stack) ? 'executable' : 'plain';
}

function relroOf(segments: Segments, dynamic: Dynamic | undefined): DynamicFacts['relro'] {
  if (segments.of(SEGMENT.GNU_RELRO).length === 0) return 'none';
  return dynamic !== undefined && bindsNow(dynamic) ? 'full' : 'partial';
}

function constructors(dynamic: Dynamic | undefined, wide: boolean): number {
  const bytes = (dynamic?.value(TAG.INIT_ARRAYSZ) ?? 0) + (dynamic?.value(TAG.PREINIT_ARRAYSZ) ?? 0);
  return Math.floor(bytes / (wide ? 8 : 4));
}

function versionNeeds(versions: VersionTable, symbols: DynamicSymbols): VersionNeed[] {
  const bound = new Map<string, string[]>();
  for (const { name, version, library } of symbols.imports) {
    if (version === undefined || library === undefined) continue;
    const key = `${library}\0${version}`;
    const names = bound.get(key);
    if (names === undefined) bound.set(key, [name]);
    else names.push(name);
  }
  return versions.needs.map((need) => ({ ...need, symbols: bound.get(`${need.library}\0${need.version}`) ?? [] }));
}

function segmentFacts(segment: Segments['all'][number]): SegmentFacts {
  return {
    address: segment.address,
    memorySize: segment.memorySize,
    fileSize: segment.fileSize,
    alignment: segment.alignment,
    readable: readable(segment),
    writable: writable(segment),
    executable: executable(segment),
  };
}
