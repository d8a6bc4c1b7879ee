import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import type { CodeMap } from './code-map.js';
import type { RawExport } from './exports.js';
import type { RawImport } from './imports.js';
import type { Section } from './segments.js';

/** Bytes of one symbol. */
export const SYMBOL_BYTES = 16;
const MOST_NAMES = 1_000_000;
const MOST_CHARACTERS = 2 ** 26;

/** Bits of n_type. */
const TYPE = { DEBUG: 0xe0, PRIVATE: 0x10, MASK: 0x0e, UNDEFINED: 0, SECTION: 0x0e, EXTERNAL: 0x01 } as const;
/** Bits of n_desc. */
const WEAK_REFERENCE = 0x40;
const WEAK_DEFINITION = 0x80;

interface Entry {
  readonly name: number;
  readonly type: number;
  readonly section: number;
  readonly description: number;
  readonly value: number;
}

/**
 * The table that debuggers and `nm` read. The loader of today does not look at it, except in files
 * without any newer table.
 */
export class SymbolTable {
  constructor(
    private readonly table: Bytes,
    private readonly strings: Bytes,
  ) {}

  /** How many symbols there are. */
  get count(): number {
    return Math.floor(this.table.length / SYMBOL_BYTES);
  }

  private *entries(): Generator<Entry> {
    for (let at = 0; at + SYMBOL_BYTES <= this.table.length; at += SYMBOL_BYTES) {
      yield {
        name: this.table.u32(at),
        type: this.table.u8(at + 4),
        section: this.table.u8(at + 5),
        description: this.table.u16(at + 6),
        value: this.table.u64(at + 8),
      };
    }
  }

  /** What nobody but a debugger has use for: entries for debuggers, and whether functions inside have names. */
  inside(sections: readonly Section[]): { readonly debugEntries: number; readonly namedFunctions: boolean } {
    let debugEntries = 0;
    let namedFunctions = false;
    for (const { type, section } of this.entries()) {
      if ((type & TYPE.DEBUG) !== 0) debugEntries++;
      else if ((type & TYPE.MASK) === TYPE.SECTION && (type & TYPE.EXTERNAL) === 0) {
        namedFunctions ||= sections[section - 1]?.executable === true;
      }
    }
    return { debugEntries, namedFunctions };
  }

  /** Which of the wanted names the table defines without exporting them, as the file has them. */
  hidden(wanted: readonly string[]): string[] {
    const places = new Map<number, string>();
    for (const name of wanted) {
      const needle = Buffer.from(`${name}\0`);
      for (let at = this.strings.find(needle); at !== -1; at = this.strings.find(needle, at + 1)) places.set(at, name);
    }
    const found = new Set<string>();
    for (const { name, type } of this.entries()) {
      const defined = (type & TYPE.DEBUG) === 0 && (type & TYPE.MASK) !== TYPE.UNDEFINED;
      const hit = defined ? places.get(name) : undefined;
      if (hit !== undefined) found.add(hit);
    }
    return [...found];
  }

  /** Exported names, for files that have no export trie. */
  exports(code: CodeMap): RawExport[] {
    return this.external(false).map(({ name, entry }) => {
      const address = entry.value - code.base;
      return { name, ...code.at(address), weak: (entry.description & WEAK_DEFINITION) !== 0, address };
    });
  }

  /** Imported names, for files that have no table of bindings. */
  imports(twoLevel: boolean): RawImport[] {
    return this.external(true).map(({ name, entry }) => {
      const library = entry.description >> 8;
      // The last two numbers are special, as elsewhere, but with other values.
      const special = library === 0xfe ? -2 : library === 0xff ? -1 : library;
      return { name, ordinal: twoLevel ? special : -2, weak: (entry.description & WEAK_REFERENCE) !== 0 };
    });
  }

  private external(undefinedOnes: boolean): { name: string; entry: Entry }[] {
    const found: { name: string; entry: Entry }[] = [];
    let characters = 0;
    for (const entry of this.entries()) {
      const { type } = entry;
      if ((type & TYPE.DEBUG) !== 0 || (type & TYPE.EXTERNAL) === 0 || (type & TYPE.PRIVATE) !== 0) continue;
      if (((type & TYPE.MASK) === TYPE.UNDEFINED) !== undefinedOnes) continue;
      const name = this.strings.name(entry.name);
      characters += name.length;
      if (found.length >= MOST_NAMES || characters > MOST_CHARACTERS) {
        throw new BinaryError('malformed', 'There are more external symbols than in any library.');
      }
      found.push({ name, entry });
    }
    return found;
  }
}
