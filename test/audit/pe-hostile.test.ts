import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPe } from '../../src/audit/pe/read-pe.js';
import { auditFile } from '../../src/audit/report.js';
import {
  BARE_DLL,
  DllBench,
  directoryEntry,
  GOOD_DLL,
  lacking,
  MINGW,
  offsetOf,
  optionalHeader,
  sectionHeader,
} from './dll.js';
import { changes, mutate, type Range, rounds, seed, survivor } from './mutation.js';

const bench = new DllBench();
afterAll(() => bench.remove());

const survives = survivor(bench, 'mutant.dll', readPe);
const { all, fewer } = rounds(500);

const EXPORT = 0;
const IMPORT = 1;
const SECURITY = 4;
const DEBUG = 6;
const TLS = 9;
const DELAY = 13;

const missing = lacking(MINGW, 'clang', 'lld-link');

describe.skipIf(missing !== undefined)(`hostile DLLs${missing === undefined ? '' : ` (${missing})`}`, () => {
  let mingw = '';
  let lld = '';
  const victims: { bytes: Buffer; ranges: readonly Range[] }[] = [];

  beforeAll(() => {
    mingw = bench.dll('victim', GOOD_DLL, ['-O1']);
    const two = `${BARE_DLL} int used_function(void); int other_function(void); int _tls_index;
      void *__delayLoadHelper2(void *a, void *b) { return a ? a : b; }
      __declspec(dllexport) int use(void) { return used_function() + other_function(); }`;
    const libraries = [
      bench.importLibrary('odd.dll', 'used_function'),
      bench.importLibrary('later.dll', 'other_function'),
    ];
    lld = bench.lld('delayed', two, [...libraries, '/delayload:later.dll', '/debug']);
    for (const file of [mingw, lld]) {
      const bytes = readFileSync(file);
      victims.push({ bytes, ranges: rangesOf(bytes) });
    }
  });

  /** What the reader interprets: headers, section table, every directory and what it points at, the symbol table's end. */
  function rangesOf(bytes: Buffer): Range[] {
    const optional = optionalHeader(bytes);
    const sections = optional + bytes.readUInt16LE(optional - 4);
    const ranges = [
      { offset: 0, size: 64 },
      { offset: optional - 24, size: sections - optional + 24 },
      { offset: sections, size: bytes.readUInt16LE(optional - 18) * 40 },
    ];
    for (const index of [EXPORT, IMPORT, DEBUG, TLS, DELAY]) {
      const address = bytes.readUInt32LE(directoryEntry(bytes, index));
      const size = bytes.readUInt32LE(directoryEntry(bytes, index) + 4);
      if (address !== 0) ranges.push({ offset: offsetOf(bytes, address), size: Math.min(Math.max(size, 40), 1024) });
    }
    const symbols = bytes.readUInt32LE(optional - 12);
    if (symbols !== 0) ranges.push({ offset: symbols, size: 512 });
    return ranges;
  }

  it(`survives changed words in its tables (seed ${seed})`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1), changes, async (which, list) => {
        const { bytes, ranges } = victims[which] ?? { bytes: Buffer.alloc(0), ranges: [] };
        await survives(mutate(bytes, ranges, list));
      }),
      all,
    );
  });

  it(`survives being cut anywhere (seed ${seed})`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        async (which, share) => {
          const bytes = victims[which]?.bytes ?? Buffer.alloc(0);
          await survives(bytes.subarray(0, Math.floor(share * bytes.length)));
        },
      ),
      fewer,
    );
  });

  it(`survives arbitrary bytes behind the signature (seed ${seed})`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0x10b, 0x20b), fc.uint8Array({ maxLength: 500 }), async (magic, tail) => {
        const head = Buffer.alloc(90);
        head.write('MZ');
        head.writeUInt32LE(64, 60);
        head.write('PE\0\0', 64, 'latin1');
        head.writeUInt16LE(tail.length, 84);
        head.writeUInt16LE(magic, 88);
        await survives(Buffer.concat([head, tail]));
      }),
      fewer,
    );
  });

  async function malformation(file: string, change: (copy: Buffer) => unknown): Promise<string> {
    const crafted = bench.patched(file, 'crafted.dll', (copy) => {
      const changed = change(copy);
      return Buffer.isBuffer(changed) ? changed : undefined;
    });
    const report = await auditFile(crafted, { kind: 'library' });
    const finding = report.findings.find((one) => one.id.endsWith('.malformed'));
    return finding === undefined ? '' : `${finding.severity} ${finding.message}`;
  }

  /** Where a directory's table lies in the file. */
  const tableAt = (copy: Buffer, index: number) => offsetOf(copy, copy.readUInt32LE(directoryEntry(copy, index)));

  it('names a truncated file', async () => {
    expect(await malformation(mingw, (copy) => copy.subarray(0, copy.length - 100))).toMatch(
      /^fail The file is cut off: The file ends at byte/,
    );
    expect(await malformation(lld, (copy) => copy.subarray(0, copy.length - 100))).toMatch(/cut off.*the section \./);
    expect(await malformation(lld, (copy) => copy.subarray(0, optionalHeader(copy) + 20))).toMatch(/cut off/);
  });

  it('refuses counts that would cost memory', async () => {
    const counts = async (at: number) =>
      malformation(mingw, (copy) => void copy.writeUInt32LE(0xffffffff, tableAt(copy, EXPORT) + at));
    expect(await counts(20)).toMatch(/4294967295 exported functions/);
    expect(await counts(24)).toMatch(/4294967295 exported names/);
    const sections = (copy: Buffer) => void copy.writeUInt16LE(0xffff, optionalHeader(copy) - 18);
    expect(await malformation(mingw, sections)).toMatch(/65535 sections/);
    const debug = (copy: Buffer) => void copy.writeUInt32LE(0xffff_fff0, directoryEntry(copy, DEBUG) + 4);
    expect(await malformation(lld, debug)).toMatch(/debug entries/);
  });

  it('refuses lists without end', async () => {
    const imports = await malformation(mingw, (copy) => {
      const { address, offset, size } = section(copy, '.idata');
      // Every word refers to the start of the section, so no list of functions ever ends.
      for (let at = offset; at + 8 <= offset + size; at += 4) copy.writeUInt32LE(address, at);
    });
    expect(imports).toMatch(/^fail The file is damaged/);
    const callbacks = await malformation(mingw, (copy) => {
      const { offset, size } = section(copy, '.CRT');
      for (let at = offset; at < offset + size; at++) copy.writeUInt8(1, at);
      copy.writeUInt32LE(size, sectionHeader(copy, '.CRT') + 8);
    });
    expect(callbacks).toMatch(/^fail The file is damaged/);
  });

  it('refuses addresses outside every section', async () => {
    for (const index of [EXPORT, IMPORT, TLS]) {
      const change = (copy: Buffer) => void copy.writeUInt32LE(0x7000_0000, directoryEntry(copy, index));
      expect(await malformation(mingw, change), `directory ${index}`).toMatch(/No section holds/);
    }
    const names = (copy: Buffer) => void copy.writeUInt32LE(0xffff_fff0, tableAt(copy, EXPORT) + 32);
    expect(await malformation(mingw, names)).toMatch(/No section holds the exported names/);
    const ordinal = (copy: Buffer) => {
      const at = offsetOf(copy, copy.readUInt32LE(tableAt(copy, EXPORT) + 36));
      copy.writeUInt16LE(0x7fff, at);
    };
    expect(await malformation(mingw, ordinal)).toMatch(/refers to function 32767 of/);
    const signature = (copy: Buffer) => {
      copy.writeUInt32LE(copy.length - 8, directoryEntry(copy, SECURITY));
      copy.writeUInt32LE(4096, directoryEntry(copy, SECURITY) + 4);
    };
    expect(await malformation(mingw, signature)).toMatch(/cut off.*its signature/);
  });

  it('refuses sections that overlay one another', async () => {
    const change = (copy: Buffer) => void copy.writeUInt32LE(0x1000, sectionHeader(copy, '.data') + 12);
    expect(await malformation(mingw, change)).toMatch(/overlap/);
  });

  it('does not mind names that are nowhere, as the loader does not', async () => {
    const change = (copy: Buffer) => void copy.write('/9999999', sectionHeader(copy, '.bss'));
    expect(await malformation(mingw, change)).toBe('');
  });

  function section(copy: Buffer, name: string) {
    const at = sectionHeader(copy, name);
    return {
      address: copy.readUInt32LE(at + 12),
      size: copy.readUInt32LE(at + 16),
      offset: copy.readUInt32LE(at + 20),
    };
  }
});
