import type { ExportedSymbol } from '../../model/binary.js';
import { BinaryError } from '../binary-error.js';
import { DIRECTORY, type Directory, type PeHeader } from './header.js';
import type { Image } from './image.js';

const MOST_FUNCTIONS = 1_000_000;
/** Characters of all names together; names may overlap, so the table's size is no bound. */
const MOST_CHARACTERS = 2 ** 26;

/** What an image offers to those who load it. */
export interface PeExports {
  readonly exports: readonly ExportedSymbol[];
  readonly forwarded: readonly string[];
  readonly ordinalsOnly: readonly number[];
  readonly ownName?: string;
}

/** Reads the export directory. An image without one exports nothing. */
export async function readExports(image: Image, header: PeHeader): Promise<PeExports> {
  const directory = header.directory(DIRECTORY.EXPORT);
  if (directory === undefined || directory.size === 0) return { exports: [], forwarded: [], ordinalsOnly: [] };
  const table = await image.at(directory.address, 40, 'the export directory');
  const count = limited(table.u32(20), 'exported functions');
  const named = limited(table.u32(24), 'exported names');
  const functions = await readTable(image, table.u32(28), count, 4, 'the exported functions');
  const names = await readTable(image, table.u32(32), named, 4, 'the exported names');
  const ordinals = await readTable(image, table.u32(36), named, 2, 'the ordinals of the exports');
  const exports: ExportedSymbol[] = [];
  const forwarded: string[] = [];
  const seen = new Set<number>();
  let characters = 0;
  for (let at = 0; at < named; at++) {
    const name = await image.name(names?.u32(at * 4) ?? 0, 'an exported name');
    characters += name.length;
    if (characters > MOST_CHARACTERS) throw new BinaryError('malformed', "The exports' names are too long.");
    const index = ordinals?.u16(at * 2) ?? 0;
    if (index >= count)
      throw new BinaryError('malformed', `The export ${name} refers to function ${index} of ${count}.`);
    seen.add(index);
    const address = functions?.u32(index * 4) ?? 0;
    const forward = isForward(address, directory);
    if (forward) forwarded.push(`${name} -> ${await image.name(address, 'a forwarded export')}`);
    exports.push({ name, ...kindOf(image, address, forward), weak: false });
  }
  const base = table.u32(16);
  const ordinalsOnly: number[] = [];
  for (let index = 0; index < count; index++) {
    if (!seen.has(index) && functions?.u32(index * 4) !== 0) ordinalsOnly.push(base + index);
  }
  const own = table.u32(12);
  return {
    exports,
    forwarded,
    ordinalsOnly,
    ...(own === 0 ? {} : { ownName: await image.name(own, "the library's own name") }),
  };
}

function limited(count: number, what: string): number {
  if (count > MOST_FUNCTIONS) throw new BinaryError('malformed', `There are ${count} ${what}.`);
  return count;
}

async function readTable(image: Image, address: number, count: number, size: number, what: string) {
  return count === 0 ? undefined : image.at(address, count * size, what);
}

/** What points back into the export directory is text: the name of a function elsewhere. */
function isForward(address: number, directory: Directory): boolean {
  return address >= directory.address && address < directory.address + directory.size;
}

function kindOf(image: Image, address: number, forward: boolean): Pick<ExportedSymbol, 'kind' | 'executable'> {
  if (forward) return { kind: 'other', executable: false };
  const executable = image.isExecutable(address);
  return { kind: executable ? 'function' : 'object', executable };
}
