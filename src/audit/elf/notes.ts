import type { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';
import { SEGMENT, type Segments } from './segments.js';

/** What the notes of a file say. */
export interface NoteFacts {
  readonly buildId?: string;
  readonly properties: readonly string[];
  /** The file carries a FreeBSD note. */
  readonly freebsd: boolean;
}

const BUILD_ID = 3;
const PROPERTY = 5;
/** Notes are a few hundred bytes; a segment of megabytes is not looked at further. */
const MOST_BYTES = 2 ** 20;
const MOST_SEGMENTS = 16;

/** Reads build id and CPU properties from the note segments. */
export async function readNotes(source: FileSource, segments: Segments, littleEndian: boolean): Promise<NoteFacts> {
  const facts: { buildId?: string; properties: string[]; freebsd: boolean } = { properties: [], freebsd: false };
  for (const segment of segments.of(SEGMENT.NOTE).slice(0, MOST_SEGMENTS)) {
    const length = Math.min(segment.fileSize, MOST_BYTES);
    const notes = await source.piece(segment.offset, length, littleEndian, 'the notes');
    const alignment = segment.alignment === 8 ? 8 : 4;
    let at = 0;
    while (at + 12 <= notes.length) {
      const nameSize = notes.u32(at);
      const size = notes.u32(at + 4);
      const type = notes.u32(at + 8);
      const body = align(at + 12 + nameSize, alignment);
      const owner = nameSize > 0 ? notes.text(at + 12, nameSize - 1) : '';
      const content = notes.part(body, size);
      if (owner === 'GNU' && type === BUILD_ID) facts.buildId = content.hex(0, size);
      if (owner === 'GNU' && type === PROPERTY) facts.properties.push(...readProperties(content, alignment));
      if (owner === 'FreeBSD') facts.freebsd = true;
      at = align(body + size, alignment);
    }
  }
  return facts;
}

const X86_FEATURES = ['IBT', 'SHSTK'];
const X86_LEVELS = ['x86-64', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'];
const ARM_FEATURES = ['BTI', 'PAC'];

function readProperties(content: Bytes, alignment: number): string[] {
  const properties: string[] = [];
  let at = 0;
  while (at + 8 <= content.length) {
    const type = content.u32(at);
    const size = content.u32(at + 4);
    const bits = size >= 4 ? content.u32(at + 8) : 0;
    if (type === 0xc0000002) properties.push(...named(bits, X86_FEATURES));
    if (type === 0xc0000000) properties.push(...named(bits, ARM_FEATURES));
    if (type === 0xc0008002) properties.push(...named(bits, X86_LEVELS).map((level) => `needs ${level}`));
    at = align(at + 8 + size, alignment);
  }
  return properties;
}

function named(bits: number, names: readonly string[]): string[] {
  return names.filter((_, index) => (bits & (1 << index)) !== 0);
}

function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
