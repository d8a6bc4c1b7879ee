import type { ImportedSymbol } from '../../model/binary.js';
import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import { DIRECTORY, type PeHeader } from './header.js';
import type { Image } from './image.js';

/** More than any linker makes; lists in hostile files have no end. */
const MOST_LIBRARIES = 4096;
const MOST_IMPORTS = 200_000;
const MOST_CHARACTERS = 2 ** 26;
/** Bytes of one library's list that are read at a time. */
const STEP = 2 ** 14;

/** What an image wants from others. */
export interface PeImports {
  readonly imports: readonly ImportedSymbol[];
  /** Libraries without which it is not loaded, in the order of the file. */
  readonly needed: readonly string[];
  /** Libraries that are looked for when one of their functions is called first. */
  readonly delayed: readonly string[];
}

/** Reads the import directory and that of delayed imports. A function without a name is called `#12`. */
export async function readImports(image: Image, header: PeHeader): Promise<PeImports> {
  const reader = new Reader(image, header);
  const needed = await reader.directory(DIRECTORY.IMPORT, 20, (entry) => ({
    name: entry.u32(12),
    // The first list is the original; without it the second serves as both.
    list: entry.u32(0) || entry.u32(16),
    end: entry.u32(12) === 0 || entry.u32(16) === 0,
  }));
  const delayed = await reader.directory(DIRECTORY.DELAY_IMPORT, 32, (entry) => {
    // Very old linkers wrote absolute addresses here.
    const base = (entry.u32(0) & 1) === 0 ? header.imageBase : 0;
    return { name: entry.u32(4) - base, list: entry.u32(16) - base, end: entry.u32(4) === 0 };
  });
  return { imports: reader.imports, needed, delayed };
}

/** Where one library's entry says that its name and its list of functions are. */
interface Entry {
  readonly name: number;
  readonly list: number;
  /** It is the empty entry behind the last. */
  readonly end: boolean;
}

class Reader {
  readonly imports: ImportedSymbol[] = [];
  private characters = 0;

  constructor(
    private readonly image: Image,
    private readonly header: PeHeader,
  ) {}

  async directory(index: number, size: number, parse: (entry: Bytes) => Entry): Promise<string[]> {
    const directory = this.header.directory(index);
    const libraries: string[] = [];
    if (directory === undefined) return libraries;
    const table = await this.image.from(directory.address, MOST_LIBRARIES * size, 'the import directory');
    for (let at = 0; ; at += size) {
      if (at >= MOST_LIBRARIES * size) throw new BinaryError('malformed', 'The import directory has no end.');
      const entry = parse(table.part(at, size));
      if (entry.end) return libraries;
      const library = await this.text(entry.name, 'the name of a needed library');
      libraries.push(library);
      await this.functions(entry.list, library);
    }
  }

  /** One library's list of functions: numbers and names, up to a zero. */
  private async functions(list: number, library: string): Promise<void> {
    const size = this.header.bits / 8;
    for (let start = list; ; start += STEP) {
      const piece = await this.image.from(start, STEP, `the functions of ${library}`);
      for (let at = 0; at + size <= piece.length; at += size) {
        const low = piece.u32(at);
        const top = size === 8 ? piece.u32(at + 4) : low;
        if (low === 0 && top === 0) return;
        const byNumber = (top & 0x8000_0000) !== 0;
        // Two bytes of a hint come before the name.
        const name = byNumber ? `#${low & 0xffff}` : await this.text((low & 0x7fff_ffff) + 2, 'an imported name');
        this.imports.push({ name, weak: false, library });
        if (this.imports.length > MOST_IMPORTS) {
          throw new BinaryError('malformed', `There are more than ${MOST_IMPORTS} imported functions.`);
        }
      }
      if (piece.length < STEP) throw new BinaryError('malformed', `The list of functions of ${library} has no end.`);
    }
  }

  private async text(address: number, what: string): Promise<string> {
    const text = await this.image.name(address, what);
    this.characters += text.length;
    if (this.characters > MOST_CHARACTERS) throw new BinaryError('malformed', "The imports' names are too long.");
    return text;
  }
}
