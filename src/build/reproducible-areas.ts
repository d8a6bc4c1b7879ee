import { BinaryError } from '../audit/binary-error.js';
import { readHeader as readElfHeader } from '../audit/elf/header.js';
import { readSections as readElfSections, SECTION, type Section } from '../audit/elf/sections.js';
import type { FileSource } from '../audit/file-source.js';
import { HEADER_BYTES, processorName, readHeader as readMachOHeader } from '../audit/macho/header.js';
import { LoadCommands } from '../audit/macho/load-commands.js';
import { inFile } from '../audit/macho/segments.js';
import { Slice } from '../audit/macho/slice.js';
import { readUniversal, sliceCount } from '../audit/macho/universal.js';
import { readHeader as readPeHeader } from '../audit/pe/header.js';
import { readSections as readPeSections } from '../audit/pe/sections.js';
import type { BinaryFacts } from '../model/binary.js';

/** A named part of a file. */
export interface Area {
  readonly name: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly size: number;
  /** Where it is loaded, for files whose symbols are known. */
  readonly address?: number;
}

/** The parts of a library, and its symbols where it still has them. */
export interface FileMap {
  readonly areas: readonly Area[];
  /** Name of the symbol at an address. */
  symbolAt(address: number): string | undefined;
  /** Where the format keeps a time or a checksum of its own, by offset in the file. */
  readonly fields: readonly {
    readonly offset: number;
    readonly size: number;
    readonly kind: 'timestamp' | 'checksum';
  }[];
}

const NOTHING: FileMap = { areas: [], symbolAt: () => undefined, fields: [] };

/** Maps a library that the audit has recognised; what cannot be read is one nameless area. */
export async function mapFile(source: FileSource, facts: BinaryFacts): Promise<FileMap> {
  try {
    if (facts.format === 'elf') return await mapElf(source);
    if (facts.format === 'pe') return await mapPe(source);
    if (facts.format === 'macho') return await mapMachO(source);
  } catch (error) {
    if (!(error instanceof BinaryError)) throw error;
  }
  return NOTHING;
}

async function mapElf(source: FileSource): Promise<FileMap> {
  const header = await readElfHeader(source);
  const sections = await readElfSections(source, header);
  const areas = sections.filter((one) => one.type !== 0 && one.type !== SECTION.NOBITS && one.size > 0);
  const symbols = await elfSymbols(source, sections, header);
  return {
    areas: areas.map(({ name, offset, size, address }) => ({ name, offset, size, address })),
    symbolAt: (address) => symbols.find((one) => address >= one.value && address < one.value + one.size)?.name,
    fields: [],
  };
}

interface SizedSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
}

async function elfSymbols(
  source: FileSource,
  sections: readonly Section[],
  header: { readonly bits: 32 | 64; readonly littleEndian: boolean },
): Promise<readonly SizedSymbol[]> {
  const table =
    sections.find((one) => one.type === SECTION.SYMTAB) ?? sections.find((one) => one.type === SECTION.DYNSYM);
  const strings = table === undefined ? undefined : sections[table.link];
  if (table === undefined || strings === undefined) return [];
  const entries = await source.piece(table.offset, table.size, header.littleEndian, 'the symbols');
  const names = await source.piece(strings.offset, strings.size, header.littleEndian, "the symbols' names");
  const wide = header.bits === 64;
  const step = wide ? 24 : 16;
  const found: SizedSymbol[] = [];
  for (let at = step; at + step <= entries.length; at += step) {
    const value = wide ? entries.u64(at + 8) : entries.u32(at + 4);
    const size = wide ? entries.u64(at + 16) : entries.u32(at + 8);
    if (size > 0) found.push({ name: names.name(entries.u32(at)), value, size });
  }
  return found;
}

async function mapPe(source: FileSource): Promise<FileMap> {
  const header = await readPeHeader(source);
  const sections = await readPeSections(source, header, undefined);
  const start = (await source.piece(60, 4, true, 'the DOS header')).u32(0);
  return {
    ...NOTHING,
    areas: sections
      .filter((one) => one.fileSize > 0)
      .map(({ name, offset, fileSize }) => ({ name, offset, size: fileSize })),
    fields: [
      { offset: start + 8, size: 4, kind: 'timestamp' },
      // 64 bytes into the optional header, whatever its width.
      { offset: start + 24 + 64, size: 4, kind: 'checksum' },
    ],
  };
}

/** LC_CODE_SIGNATURE. */
const CODE_SIGNATURE = 0x1d;

async function mapMachO(source: FileSource): Promise<FileMap> {
  const count = sliceCount(await source.read(0, 8));
  if (count === undefined) return { ...NOTHING, areas: await machOAreas(new Slice(source, 0, source.size), false) };
  const areas: Area[] = [];
  for (const { slice } of await readUniversal(source, count)) areas.push(...(await machOAreas(slice, true)));
  return { ...NOTHING, areas };
}

async function machOAreas(slice: Slice, universal: boolean): Promise<Area[]> {
  const header = await readMachOHeader(slice);
  const commands = await LoadCommands.read(slice, header);
  const signature = commands.range(commands.first(CODE_SIGNATURE));
  const prefix = universal ? `${processorName(header.cpuType, header.cpuSubtype)} ` : '';
  const area = (name: string, offset: number, size: number) => ({
    name: prefix + name,
    offset: slice.start + offset,
    size,
  });
  return [
    ...commands.segments
      .flatMap((segment) => segment.sections.filter(inFile))
      .map((one) => area(`${one.segment},${one.name}`, one.offset, one.size)),
    area('headers', 0, HEADER_BYTES + header.commandBytes),
    ...(signature === undefined ? [] : [area('code signature', signature.offset, signature.size)]),
    ...commands.segments
      .filter((one) => one.sections.length === 0 && one.fileSize > 0)
      .map((one) => area(one.name, one.fileOffset, one.fileSize)),
  ];
}
