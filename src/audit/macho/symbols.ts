import type { ExportedSymbol, ImportedSymbol } from '../../model/binary.js';
import { BinaryError } from '../binary-error.js';
import type { CodeMap } from './code-map.js';
import { type RawExport, readExportTrie } from './exports.js';
import { HEADER_FLAG, type MachOHeader } from './header.js';
import { ORDINAL, type RawImport, readBindings, readChainedImports } from './imports.js';
import type { Library } from './libraries.js';
import { COMMAND, type LoadCommands, type Range } from './load-commands.js';
import type { Slice } from './slice.js';
import { SYMBOL_BYTES, SymbolTable } from './symbol-table.js';

/** Symbol tables beyond this are not searched for hidden names: it would only improve a message. */
const MOST_SEARCHED = 2 ** 21;

/** C puts an underscore before each name, and `dlsym` looks names up with it. Names are shown without. */
function shownName(raw: string): string {
  return raw.startsWith('_') ? raw.slice(1) : raw;
}

export interface Symbols {
  readonly exports: readonly ExportedSymbol[];
  /** Exported names without the underscore, which `dlsym` cannot find. */
  readonly unreachable: readonly string[];
  readonly imports: readonly ImportedSymbol[];
  readonly dynamicLookup: readonly string[];
}

/** What the library offers and asks for, from the tables that the loader itself uses. */
export async function readSymbols(
  slice: Slice,
  header: MachOHeader,
  commands: LoadCommands,
  table: SymbolTable | undefined,
  code: CodeMap,
  libraries: readonly Library[],
): Promise<Symbols> {
  const exports = await readExports(slice, commands, table, code);
  const raw = await readImports(slice, header, commands, table);
  const offered = new Set(exports.map((one) => one.name));
  // Symbols that C++ shares between libraries are looked up although they are defined here as well.
  const imports = raw.filter((one) => one.ordinal !== ORDINAL.WEAK_LOOKUP || !offered.has(one.name));
  return {
    exports: exports
      .filter((one) => one.name.startsWith('_'))
      .map(({ name, kind, weak, executable }) => ({ name: shownName(name), kind, weak, executable })),
    unreachable: exports.filter((one) => !one.name.startsWith('_')).map((one) => one.name),
    imports: imports.map((one) => imported(one, libraries)),
    dynamicLookup: imports.filter((one) => one.ordinal === ORDINAL.DYNAMIC_LOOKUP).map((one) => shownName(one.name)),
  };
}

function imported({ name, ordinal, weak }: RawImport, libraries: readonly Library[]): ImportedSymbol {
  const library = libraries[ordinal - 1]?.name;
  if (ordinal > 0 && library === undefined) {
    const message = `${shownName(name)} is looked for in library ${ordinal}, but there are ${libraries.length}.`;
    throw new BinaryError('malformed', message);
  }
  return { name: shownName(name), weak, ...(library === undefined ? {} : { library }) };
}

async function readExports(
  slice: Slice,
  commands: LoadCommands,
  table: SymbolTable | undefined,
  code: CodeMap,
): Promise<readonly RawExport[]> {
  const range =
    commands.range(commands.first(COMMAND.DYLD_EXPORTS_TRIE)) ??
    commands.range(commands.first(COMMAND.DYLD_INFO_ONLY, COMMAND.DYLD_INFO), 40);
  if (range === undefined) return table?.exports(code) ?? [];
  return readExportTrie(await slice.piece(range.offset, range.size, 'the export trie'), code);
}

async function readImports(
  slice: Slice,
  header: MachOHeader,
  commands: LoadCommands,
  table: SymbolTable | undefined,
): Promise<readonly RawImport[]> {
  const chained = commands.range(commands.first(COMMAND.DYLD_CHAINED_FIXUPS));
  if (chained !== undefined && chained.size > 0) {
    return readChainedImports(await slice.piece(chained.offset, chained.size, 'the chained fixups'));
  }
  const info = commands.first(COMMAND.DYLD_INFO_ONLY, COMMAND.DYLD_INFO);
  if (info === undefined) return table?.imports((header.flags & HEADER_FLAG.TWO_LEVEL) !== 0) ?? [];
  const read = async (range: Range | undefined, lazy: boolean) =>
    range === undefined || range.size === 0
      ? []
      : readBindings(await slice.piece(range.offset, range.size, 'the binding table'), lazy);
  const found = new Map<string, RawImport>();
  for (const one of [
    ...(await read(commands.range(info, 16), false)),
    ...(await read(commands.range(info, 32), true)),
  ]) {
    const key = `${one.ordinal} ${one.name}`;
    // One strong use is enough to need it.
    if (found.get(key)?.weak !== false) found.set(key, one);
  }
  return [...found.values()];
}

/** The symbol table; undefined where there is none. */
export async function readSymbolTable(slice: Slice, commands: LoadCommands): Promise<SymbolTable | undefined> {
  const command = commands.first(COMMAND.SYMTAB);
  if (command === undefined) return undefined;
  const [offset, count, names, nameBytes] = [8, 12, 16, 20].map((at) => command.u32(at)) as [
    number,
    number,
    number,
    number,
  ];
  const table = await slice.piece(offset, count * SYMBOL_BYTES, 'the symbol table');
  return new SymbolTable(table, await slice.piece(names, nameBytes, "the symbols' names"));
}

/** Which of the wanted names are in the file without being exported. */
export function hiddenNames(table: SymbolTable | undefined, wanted: readonly string[]): readonly string[] {
  if (table === undefined || wanted.length === 0 || table.count > MOST_SEARCHED) return [];
  return table.hidden(wanted.map((name) => `_${name}`)).map(shownName);
}
