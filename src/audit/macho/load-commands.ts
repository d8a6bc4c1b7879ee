import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import { HEADER_BYTES, type MachOHeader } from './header.js';
import { checkSegments, parseSegment, type Segment } from './segments.js';
import type { Slice } from './slice.js';

/** More than any linker writes; a hostile count must not cost memory. */
const MOST_COMMANDS = 4096;
const MOST_COMMAND_BYTES = 2 ** 22;
const MOST_SEGMENTS = 256;

/** Values of cmd; those that a loader must know carry the highest bit. */
export const COMMAND = {
  SYMTAB: 0x2,
  DYSYMTAB: 0xb,
  LOAD_DYLIB: 0xc,
  ID_DYLIB: 0xd,
  SEGMENT_64: 0x19,
  ROUTINES_64: 0x1a,
  UUID: 0x1b,
  CODE_SIGNATURE: 0x1d,
  LAZY_LOAD_DYLIB: 0x20,
  DYLD_INFO: 0x22,
  VERSION_MIN_MACOSX: 0x24,
  VERSION_MIN_IPHONEOS: 0x25,
  VERSION_MIN_TVOS: 0x2f,
  VERSION_MIN_WATCHOS: 0x30,
  BUILD_VERSION: 0x32,
  LOAD_WEAK_DYLIB: 0x80000018,
  RPATH: 0x8000001c,
  REEXPORT_DYLIB: 0x8000001f,
  DYLD_INFO_ONLY: 0x80000022,
  LOAD_UPWARD_DYLIB: 0x80000023,
  DYLD_EXPORTS_TRIE: 0x80000033,
  DYLD_CHAINED_FIXUPS: 0x80000034,
} as const;

/** Of these the loader uses one; with two, different readers could take different ones. */
const SINGLE: readonly number[] = [
  COMMAND.SYMTAB,
  COMMAND.DYSYMTAB,
  COMMAND.ID_DYLIB,
  COMMAND.UUID,
  COMMAND.CODE_SIGNATURE,
  COMMAND.DYLD_INFO,
  COMMAND.DYLD_INFO_ONLY,
  COMMAND.DYLD_EXPORTS_TRIE,
  COMMAND.DYLD_CHAINED_FIXUPS,
];

/** A place in the file that a load command names. */
export interface Range {
  readonly offset: number;
  readonly size: number;
}

/** The load commands, in the file's order. */
export class LoadCommands {
  private constructor(
    private readonly all: readonly { readonly kind: number; readonly bytes: Bytes }[],
    readonly segments: readonly Segment[],
  ) {}

  /** Reads them all. Throws `BinaryError` for what no linker writes. */
  static async read(slice: Slice, header: MachOHeader): Promise<LoadCommands> {
    if (header.commands > MOST_COMMANDS || header.commandBytes > MOST_COMMAND_BYTES) {
      const message = `There are ${header.commands} load commands with ${header.commandBytes} bytes.`;
      throw new BinaryError('malformed', message, slice.start + 16);
    }
    const table = await slice.piece(HEADER_BYTES, header.commandBytes, 'the load commands');
    const all: { kind: number; bytes: Bytes }[] = [];
    let at = 0;
    for (let index = 0; index < header.commands; index++) {
      const size = table.u32(at + 4);
      if (size < 8 || size % 4 !== 0) {
        throw new BinaryError('malformed', `A load command has ${size} bytes.`, slice.start + HEADER_BYTES + at);
      }
      all.push({ kind: table.u32(at), bytes: table.part(at, size, 'a load command') });
      at += size;
    }
    for (const kind of SINGLE) {
      if (all.filter((one) => one.kind === kind).length > 1) {
        throw new BinaryError('malformed', `There are several load commands of the kind 0x${kind.toString(16)}.`);
      }
    }
    const segments = all.filter((one) => one.kind === COMMAND.SEGMENT_64).map((one) => parseSegment(one.bytes));
    if (segments.length > MOST_SEGMENTS) {
      throw new BinaryError('malformed', `There are ${segments.length} segments; ${MOST_SEGMENTS} is the limit.`);
    }
    checkSegments(segments, slice.size);
    return new LoadCommands(all, segments);
  }

  /** The commands of some kinds, in the file's order. */
  of(...kinds: readonly number[]): readonly { readonly kind: number; readonly bytes: Bytes }[] {
    return this.all.filter((one) => kinds.includes(one.kind));
  }

  first(...kinds: readonly number[]): Bytes | undefined {
    return this.of(...kinds)[0]?.bytes;
  }

  /** Where a table lies of which a command names offset and size at a place within it. */
  range(command: Bytes | undefined, at = 8): Range | undefined {
    return command === undefined ? undefined : { offset: command.u32(at), size: command.u32(at + 4) };
  }
}

/** A text in a command, whose place within it the command names at `at`. */
export function commandText(command: Bytes, at: number): string {
  const start = command.u32(at);
  // The last bytes may be padding, or the text may fill the command to its end.
  const end = command.find(Buffer.from([0]), Math.min(start, command.length));
  return command.text(start, (end === -1 ? command.length : end) - start);
}

/** A version packed into 32 bits: `13.2`, `13.2.1`. */
export function packedVersion(value: number): string {
  const [major, minor, patch] = [value >>> 16, (value >>> 8) & 0xff, value & 0xff];
  return patch === 0 ? `${major}.${minor}` : `${major}.${minor}.${patch}`;
}
