import { BinaryError } from '../binary-error.js';
import { type Dynamic, TAG } from './dynamic.js';
import type { Segments } from './segments.js';

/** More version entries than any library has; chains in hostile files may be endless. */
const MOST_VERSIONS = 4096;
/** Bytes of version records that are looked at. */
const MOST_BYTES = 2 ** 22;
const WEAK = 2;

/** What a symbol's version index stands for. */
export interface SymbolVersion {
  readonly name: string;
  /** Library that must bring it; absent for the file's own versions. */
  readonly library?: string;
}

/** A version without which the loader refuses the file. */
export interface NeededVersion {
  readonly library: string;
  readonly version: string;
  /** The weak flag of the version entry, not of any symbol: only then may the library lack it. */
  readonly weak: boolean;
}

/** The versions that a file needs and defines. */
export interface VersionTable {
  readonly byIndex: ReadonlyMap<number, SymbolVersion>;
  /** Every entry, as the loader checks every one, whatever index it has. */
  readonly needs: readonly NeededVersion[];
}

/** Of a file without dynamic section. */
export const NO_VERSIONS: VersionTable = { byIndex: new Map(), needs: [] };

interface Growing {
  readonly byIndex: Map<number, SymbolVersion>;
  readonly needs: NeededVersion[];
}

/** Reads both version tables the way the loader does. Throws `BinaryError`. */
export async function readVersions(segments: Segments, dynamic: Dynamic): Promise<VersionTable> {
  const versions: Growing = { byIndex: new Map(), needs: [] };
  await readNeeds(segments, dynamic, versions);
  await readDefinitions(segments, dynamic, versions);
  return versions;
}

async function readNeeds(segments: Segments, dynamic: Dynamic, into: Growing): Promise<void> {
  const address = dynamic.value(TAG.VERNEED);
  if (address === undefined) return;
  const table = await segments.from(address, MOST_BYTES, 'the needed versions');
  const budget = new Budget();
  // The loader ignores the counts and follows the chains to their ends, so nothing can hide behind a count.
  for (let at = 0; ; ) {
    budget.take();
    const library = dynamic.string(table.u32(at + 4));
    let auxiliary = at + table.u32(at + 8);
    for (;;) {
      budget.take();
      const name = dynamic.string(table.u32(auxiliary + 8));
      const weak = (table.u16(auxiliary + 4) & WEAK) !== 0;
      into.byIndex.set(table.u16(auxiliary + 6) & 0x7fff, { name, library });
      into.needs.push({ library, version: name, weak });
      const step = table.u32(auxiliary + 12);
      if (step === 0) break;
      auxiliary += step;
    }
    const step = table.u32(at + 12);
    if (step === 0) break;
    at += step;
  }
}

async function readDefinitions(segments: Segments, dynamic: Dynamic, into: Growing): Promise<void> {
  const address = dynamic.value(TAG.VERDEF);
  const count = dynamic.value(TAG.VERDEFNUM) ?? 0;
  if (address === undefined || count === 0) return;
  const table = await segments.from(address, MOST_BYTES, 'the defined versions');
  const budget = new Budget();
  let at = 0;
  for (let index = 0; index < count; index++) {
    budget.take();
    const base = (table.u16(at + 2) & 1) !== 0;
    const name = dynamic.string(table.u32(at + table.u32(at + 12)));
    // The base definition is the file's own name and versions nothing.
    if (!base) into.byIndex.set(table.u16(at + 4) & 0x7fff, { name });
    const step = table.u32(at + 16);
    if (step === 0) break;
    at += step;
  }
}

class Budget {
  private left = MOST_VERSIONS;

  take(): void {
    if (this.left-- === 0) throw new BinaryError('malformed', `There are more than ${MOST_VERSIONS} version entries.`);
  }
}
