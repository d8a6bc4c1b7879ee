import { BinaryError, requireEndWithin } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';
import type { PeHeader } from './header.js';

/** Bits of a section's characteristics. */
const EXECUTE = 0x2000_0000;
const READ = 0x4000_0000;
const WRITE = 0x8000_0000;

const HEADER_SIZE = 40;
const PAGE = 4096;
/** The loader reads from multiples of this, whatever the header says. */
const SECTOR = 512;

/** One section as the loader maps it. */
export interface Section {
  readonly name: string;
  /** Relative to the start of the image. */
  readonly address: number;
  /** Bytes that it takes in memory. */
  readonly memorySize: number;
  /** Where it lies in the file, and how much of it is mapped from there. */
  readonly offset: number;
  readonly fileSize: number;
  /** End of its bytes in the file, mapped or not. */
  readonly fileEnd: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

/** The headers themselves, which the loader maps before the first section. */
export function headerSection(source: FileSource, header: PeHeader): Section {
  const size = Math.min(header.headersSize, source.size);
  const place = { address: 0, memorySize: size, offset: 0, fileSize: size, fileEnd: size };
  return { name: 'headers', ...place, readable: true, writable: false, executable: false };
}

/** Reads the section headers. They must be in the order of their addresses, as the loader demands. */
export async function readSections(
  source: FileSource,
  header: PeHeader,
  names: Bytes | undefined,
): Promise<readonly Section[]> {
  const size = header.sectionCount * HEADER_SIZE;
  const table = await source.piece(header.sectionsAt, size, true, 'the section headers');
  const sections: Section[] = [];
  let end = Math.min(header.headersSize, source.size);
  for (let at = 0; at < size; at += HEADER_SIZE) {
    const section = parse(table.part(at, HEADER_SIZE), header.sectionAlignment, names);
    requireEndWithin(`the section ${section.name}`, section.fileEnd, source.size, section.offset);
    if (section.address < end) throw new BinaryError('malformed', 'Sections overlap or are out of order.');
    end = section.address + section.memorySize;
    sections.push(section);
  }
  return sections;
}

function parse(entry: Bytes, alignment: number, names: Bytes | undefined): Section {
  const rawSize = entry.u32(16);
  const rawAt = entry.u32(20);
  const stored = rawAt !== 0 && rawSize !== 0;
  const memorySize = entry.u32(8) || rawSize;
  // With less than a page between sections the file is mapped as it is.
  const offset = alignment >= PAGE ? rawAt - (rawAt % SECTOR) : rawAt;
  const rounded = Math.ceil(memorySize / PAGE) * PAGE;
  const flags = entry.u32(36);
  return {
    name: sectionName(entry, names),
    address: entry.u32(12),
    memorySize,
    offset,
    fileSize: stored ? Math.min(rawSize, rounded) : 0,
    fileEnd: stored ? rawAt + rawSize : 0,
    readable: (flags & READ) !== 0,
    writable: (flags & WRITE) !== 0,
    executable: (flags & EXECUTE) !== 0,
  };
}

/** Names of more than eight bytes lie in the string table: `/123`, or `//` and base64 for far ones. */
function sectionName(entry: Bytes, names: Bytes | undefined): string {
  const bytes = entry.part(0, 8);
  const end = bytes.find(Buffer.from([0]));
  const short = bytes.text(0, end === -1 ? 8 : end);
  const decimal = /^\/(\d{1,7})$/.exec(short)?.[1];
  const far = /^\/\/([A-Za-z0-9+/]{6})$/.exec(short)?.[1];
  const offset = far === undefined ? Number(decimal ?? Number.NaN) : base64Number(far);
  // The loader does not care for names, so neither must the audit: what cannot be found stays as it is.
  if (names === undefined || !(offset < names.length)) return short;
  return names.name(offset);
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64Number(text: string): number {
  return [...text].reduce((sum, digit) => sum * 64 + DIGITS.indexOf(digit), 0);
}
