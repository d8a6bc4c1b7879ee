import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinaryError } from '../../src/audit/binary-error.js';
import { Bytes } from '../../src/audit/bytes.js';
import { CodeMap } from '../../src/audit/macho/code-map.js';
import { readExportTrie } from '../../src/audit/macho/exports.js';
import { readBindings, readChainedImports } from '../../src/audit/macho/imports.js';

/** A failing run prints its seed; set this variable to it to run the same inputs again. */
const seed = Number(process.env.CPEX_TEST_SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env.CPEX_TEST_RUNS ?? 2000);

function survivesReading(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof BinaryError)) throw error;
  }
}

const piece = (bytes: Uint8Array) => new Bytes(Buffer.from(bytes), true, 0, 'the test');
const nowhere = new CodeMap([]);

/** A trie as a linker could write it: one node for each letter, numbers of three bytes. */
function writeTrie(exports: ReadonlyMap<string, readonly number[]>): Uint8Array {
  const number = (value: number) => [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14];
  const prefixes = new Set(['']);
  for (const name of exports.keys()) for (let end = 1; end <= name.length; end++) prefixes.add(name.slice(0, end));
  const children = (prefix: string) =>
    [...prefixes].filter((one) => one.length === prefix.length + 1 && one.startsWith(prefix));
  const body = (prefix: string, places: ReadonlyMap<string, number>) => {
    const terminal = exports.get(prefix) ?? [];
    const branches = children(prefix).flatMap((one) => [
      one.charCodeAt(prefix.length),
      0,
      ...number(places.get(one) ?? 0),
    ]);
    return [terminal.length, ...terminal, children(prefix).length, ...branches];
  };
  const places = new Map<string, number>();
  let end = 0;
  for (const prefix of prefixes) {
    places.set(prefix, end);
    end += body(prefix, new Map()).length;
  }
  return Uint8Array.from([...prefixes].flatMap((prefix) => body(prefix, places)));
}

describe('tables of the loader', () => {
  it(`reads back every trie (seed ${seed})`, () => {
    const names = fc.uniqueArray(fc.stringMatching(/^_[ab]{1,6}$/), { maxLength: 12 });
    fc.assert(
      fc.property(names, (list) => {
        const trie = writeTrie(new Map(list.map((name, index) => [name, [0, index]])));
        const found = readExportTrie(piece(trie), nowhere).map(({ name, address }) => `${name} ${address}`);
        expect(found.sort()).toEqual(list.map((name, index) => `${name} ${index}`).sort());
      }),
      { seed, numRuns: 300, endOnFailure: true },
    );
  });

  it('tells kinds of exports apart', () => {
    const trie = writeTrie(
      new Map([
        ['_weak', [4, 0x10]],
        ['_thread', [1, 0x10]],
        ['_absolute', [2, 0x10]],
        ['_forwarded', [8, 1, 0]],
        ['_resolved', [0x10, 0x10, 0x20]],
      ]),
    );
    const found = new Map(readExportTrie(piece(trie), nowhere).map((one) => [one.name, one]));
    expect(found.get('_weak')).toMatchObject({ kind: 'object', weak: true, address: 16 });
    expect(found.get('_thread')).toMatchObject({ kind: 'tls', executable: false });
    expect(found.get('_absolute')).toMatchObject({ kind: 'other', executable: false });
    expect(found.get('_forwarded')).toEqual({ name: '_forwarded', kind: 'other', weak: false, executable: true });
    expect(found.get('_resolved')).toMatchObject({ kind: 'object', address: 16 });
  });

  it.each([1, 2, 3])('reads imports in chained layout %i, the special libraries with their sign', (layout) => {
    const size = { 1: 4, 2: 8, 3: 16 }[layout] ?? 4;
    const names = '\0_first\0_second\0';
    const bytes = Buffer.alloc(28 + 2 * size + names.length);
    for (const [at, value] of [0, 28, 28, 28 + 2 * size, 2, layout, 0].entries()) bytes.writeUInt32LE(value, at * 4);
    const entry = (index: number, ordinal: number, weak: number, name: number) => {
      const at = 28 + index * size;
      if (layout === 3) {
        bytes.writeUInt32LE((ordinal & 0xffff) | (weak << 16), at);
        bytes.writeUInt32LE(name, at + 4);
      } else bytes.writeUInt32LE((ordinal & 0xff) | (weak << 8) | (name << 9), at);
    };
    entry(0, 3, 0, 1);
    entry(1, -2, 1, 8);
    bytes.write(names, 28 + 2 * size, 'latin1');
    expect(readChainedImports(piece(bytes))).toEqual([
      { name: '_first', ordinal: 3, weak: false },
      { name: '_second', ordinal: -2, weak: true },
    ]);
  });

  it('reads bindings with special libraries, repeated and threaded ones', () => {
    const name = (text: string) => [...Buffer.from(`${text}\0`)];
    const bind = [0x90];
    const table = [
      ...[0x11, 0x40, ...name('_one'), 0x51, 0x72, 8, ...bind],
      ...[0x20, 0x81, 0x01, 0x41, ...name('_two'), 0xc0, 3, 8],
      ...[0x3e, 0x40, ...name('_any'), 0xb1, 0xd0, 5, 0xd1, 0x00],
      ...[0x40, ...name('_after'), ...bind],
    ];
    const found = [
      { name: '_one', ordinal: 1, weak: false },
      { name: '_two', ordinal: 129, weak: true },
      { name: '_any', ordinal: -2, weak: false },
    ];
    expect(readBindings(piece(Uint8Array.from(table)), false)).toEqual(found);
    // A lazy table goes on after an end mark.
    const last = { name: '_after', ordinal: -2, weak: false };
    expect(readBindings(piece(Uint8Array.from(table)), true)).toEqual([...found, last]);
  });
});

describe('hostile tables', () => {
  it(`survives arbitrary tries, bindings and imports (seed ${seed})`, () => {
    const table = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(table, (bytes) => {
        survivesReading(() => readExportTrie(piece(bytes), nowhere));
        survivesReading(() => readBindings(piece(bytes), true));
        survivesReading(() => readBindings(piece(bytes), false));
        survivesReading(() => readChainedImports(piece(bytes)));
      }),
      { seed, numRuns, endOnFailure: true },
    );
  });

  it('refuses tries with circles, with branches that meet, and with endless names', () => {
    const trie =
      (...bytes: number[]) =>
      () =>
        readExportTrie(piece(Uint8Array.from(bytes)), nowhere);
    // One node whose child is the node itself, and two children in the same place.
    expect(trie(0, 1, 0x61, 0, 0)).toThrow(/branches that meet/);
    expect(trie(0, 2, 0x61, 0, 8, 0x62, 0, 8, 0, 0)).toThrow(/branches that meet/);
    expect(trie(0, 1, 0x61, 0x61)).toThrow(/no end within reason|beyond/);
    expect(trie(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toThrow(/has no end/);
    expect(trie(5, 0)).toThrow(/beyond/);
    expect(readExportTrie(piece(new Uint8Array()), nowhere)).toEqual([]);
  });

  it('refuses a trie whose nodes share their children', () => {
    // Every node names the first one as its child: a small trie would stand for endless many names.
    const bytes = new Uint8Array(2 ** 20).fill(0xff);
    for (let at = 0; at < bytes.length; at += 4) bytes.set([0, 1, 0x61, 0], at);
    expect(() => readExportTrie(piece(bytes), nowhere)).toThrow(BinaryError);
  });

  it('refuses counts of imports that would cost memory, and unknown opcodes', () => {
    const header = Buffer.alloc(64);
    for (const [at, value] of [0, 32, 32, 40, 0xffffffff, 1, 0].entries()) header.writeUInt32LE(value, at * 4);
    expect(() => readChainedImports(piece(header))).toThrow(/4294967295 imported symbols/);
    header.writeUInt32LE(1, 16);
    header.writeUInt32LE(9, 20);
    expect(() => readChainedImports(piece(header))).toThrow(/unknown layout/);
    expect(() => readBindings(piece(Uint8Array.of(0xe0)), false)).toThrow(/unknown opcode 0xe0/);
    expect(() => readBindings(piece(Uint8Array.of(0x90)), false)).toThrow(/without a name/);
  });
});
