import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import { SEGMENT, type Segments } from './segments.js';

/** Values of d_tag. */
export const TAG = {
  NEEDED: 1,
  PLTRELSZ: 2,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  STRSZ: 10,
  SONAME: 14,
  RPATH: 15,
  TEXTREL: 22,
  BIND_NOW: 24,
  INIT: 12,
  INIT_ARRAYSZ: 27,
  RUNPATH: 29,
  FLAGS: 30,
  PREINIT_ARRAYSZ: 33,
  GNU_HASH: 0x6ffffef5,
  VERSYM: 0x6ffffff0,
  FLAGS_1: 0x6ffffffb,
  VERDEF: 0x6ffffffc,
  VERDEFNUM: 0x6ffffffd,
  VERNEED: 0x6ffffffe,
} as const;

/** Bits of DT_FLAGS. */
export const FLAG = { TEXTREL: 4, BIND_NOW: 8, STATIC_TLS: 16 } as const;
/** Bits of DT_FLAGS_1. */
export const FLAG_1 = { NOW: 1, NODELETE: 8, NOOPEN: 0x40, PIE: 0x0800_0000 } as const;

/** More than any linker writes. */
const MOST_ENTRIES = 8192;

/** The dynamic section, found the way the loader finds it: through its segment, strings by address. */
export class Dynamic {
  private constructor(
    private readonly entries: ReadonlyMap<number, readonly number[]>,
    /** The string table; undefined when the file names none. */
    readonly strings: Bytes | undefined,
  ) {}

  /** Undefined when the file has no dynamic segment, as a static executable has none. */
  static async read(segments: Segments, wide: boolean): Promise<Dynamic | undefined> {
    const [segment, second] = segments.of(SEGMENT.DYNAMIC);
    if (segment === undefined) return undefined;
    if (second !== undefined) throw new BinaryError('malformed', 'There are several dynamic sections.');
    const size = wide ? 16 : 8;
    const count = Math.floor(segment.fileSize / size);
    if (count > MOST_ENTRIES) throw new BinaryError('malformed', `The dynamic section has ${count} entries.`);
    // The loader reads the section in memory, so the segment that holds it counts, not p_offset.
    const table = await segments.at(segment.address, count * size, 'the dynamic section');
    const entries = new Map<number, number[]>();
    for (let at = 0; at < count * size; at += size) {
      const tag = wide ? table.u64(at) : table.u32(at);
      if (tag === 0) break;
      const value = wide ? table.u64(at + 8) : table.u32(at + 4);
      const known = entries.get(tag);
      if (known === undefined) entries.set(tag, [value]);
      else known.push(value);
    }
    const address = entries.get(TAG.STRTAB)?.at(-1);
    const length = entries.get(TAG.STRSZ)?.at(-1);
    const strings =
      address === undefined || length === undefined || length === 0
        ? undefined
        : await segments.at(address, length, 'the dynamic strings');
    return new Dynamic(entries, strings);
  }

  /** The value of a tag; the last one where there are several, as the loader takes it. */
  value(tag: number): number | undefined {
    return this.entries.get(tag)?.at(-1);
  }

  has(tag: number): boolean {
    return this.entries.has(tag);
  }

  /** The strings that all entries of a tag point at, in the order of the file. */
  texts(tag: number): readonly string[] {
    return (this.entries.get(tag) ?? []).map((offset) => this.string(offset));
  }

  string(offset: number): string {
    if (this.strings === undefined)
      throw new BinaryError('malformed', 'A name is used, but there are no dynamic strings.');
    return this.strings.name(offset);
  }

  flag(bit: number): boolean {
    return ((this.value(TAG.FLAGS) ?? 0) & bit) !== 0;
  }

  flag1(bit: number): boolean {
    return ((this.value(TAG.FLAGS_1) ?? 0) & bit) !== 0;
  }
}
