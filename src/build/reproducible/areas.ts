import { BinaryError } from '../../audit/binary-error.js';
import { readHeader as readElfHeader } from '../../audit/elf/header.js';
import { readSections as readElfSections, SECTION, type Section } from '../../audit/elf/sections.js';
import type { FileSource } from '../../audit/file-source.js';
import { HEADER_BYTES, processorName, readHeader as readMachOHeader } from '../../audit/macho/header.js';
import { LoadCommands } from '../../audit/macho/load-commands.js';
import { inFile } from '../../audit/macho/segments.js';
import { Slice } from '../../audit/macho/slice.js';
import { readUniversal, sliceCount } from '../../audit/macho/universal.js';
import { readHeader as readPeHeader } from '../../audit/pe/header.js';
import { readSections as readPeSections } from '../../audit/pe/sections.js';
import type { BinaryFacts } from '../../model/binary.js';

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
  /** Where the format keeps a time, a checksum or an id of its own, by offset in the file. */
  readonly fields: readonly {
    readonly offset: number;
    readonly size: number;
    readonly kind: 'timestamp' | 'checksum' | 'build-id';
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

/** LC_UUID and LC_CODE_SIGNATURE. */
const COMMAND = { uuid: 0x1b, signature: 0x1d } as const;

async function mapMachO(source: FileSource): Promise<FileMap> {
  const count = sliceCount(await source.read(0, 8));
  const universal = count === undefined ? [] : await readUniversal(source, count);
  const slices = count === undefined ? [new Slice(source, 0, source.size)] : universal.map(({ slice }) => slice);
  const maps: Pick<FileMap, 'areas' | 'fields'>[] = [];
  for (const slice of slices) maps.push(await mapSlice(slice, slices.length > 1));
  return {
    ...NOTHING,
    areas: maps.flatMap(({ areas }) => areas),
    fields: maps.flatMap(({ fields }) => fields),
  };
}

async function mapSlice(slice: Slice, named: boolean): Promise<Pick<FileMap, 'areas' | 'fields'>> {
  const header = await readMachOHeader(slice);
  const commands = await LoadCommands.read(slice, header);
  const prefix = named ? `${processorName(header.cpuType, header.cpuSubtype)} ` : '';
  const area = (name: string, offset: number, size: number) => ({
    name: prefix + name,
    offset: slice.start + offset,
    size,
  });
  const headers = HEADER_BYTES + header.commandBytes;
  const signature = commands.range(commands.first(COMMAND.signature));
  // The signature is the end of the last segment.
  const end = signature?.offset ?? slice.size;
  const plain = commands.segments.filter((one) => one.sections.length === 0 && one.fileSize > 0);
  const sections = commands.segments.flatMap((segment) => segment.sections.filter(inFile));
  const areas = [
    ...sections.map((one) => area(`${one.segment},${one.name}`, one.offset, one.size)),
    area('headers', 0, headers),
    ...plain.map((one) => area(one.name, one.fileOffset, Math.min(one.fileSize, end - one.fileOffset))),
    ...(signature === undefined ? [] : [area('code signature', signature.offset, signature.size)]),
  ];
  const uuid = commands.first(COMMAND.uuid)?.hex(8, 16);
  const at = uuid === undefined ? -1 : (await slice.piece(0, headers, 'the headers')).find(Buffer.from(uuid, 'hex'));
  return { areas, fields: at === -1 ? [] : [{ offset: slice.start + at, size: 16, kind: 'build-id' }] };
}
