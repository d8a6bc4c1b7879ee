import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readElf } from '../../src/audit/elf/read-elf.js';
import { auditFile } from '../../src/audit/report.js';
import { GOOD_SOURCE, hasTool, programHeader, sectionOf, Workbench } from './c-library.js';
import { changes, mutate, type Range, rounds, seed, survivor } from './mutation.js';

const bench = new Workbench();
afterAll(() => bench.remove());

const survives = survivor(bench, 'mutant.so', readElf);
const { all, fewer } = rounds(700);

describe.skipIf(!hasTool('gcc') || !hasTool('readelf'))('hostile files (needs gcc and readelf)', () => {
  let library = '';
  let bytes = Buffer.alloc(0);
  /** Ranges that the reader interprets: headers, dynamic section, symbols, versions, hashes, notes. */
  let sensitive: readonly Range[] = [];

  beforeAll(() => {
    library = bench.library('victim', GOOD_SOURCE, ['-O1', '-Wl,--hash-style=both']);
    bytes = readFileSync(library);
    const names = [
      '.dynamic',
      '.dynsym',
      '.dynstr',
      '.gnu.version',
      '.gnu.version_r',
      '.gnu.hash',
      '.hash',
      '.comment',
    ];
    const sectionTable = Number(bytes.readBigUInt64LE(40));
    sensitive = [
      { offset: 4, size: 60 },
      { offset: 64, size: bytes.readUInt16LE(56) * 56 },
      { offset: sectionTable, size: bytes.readUInt16LE(60) * 64 },
      ...names.map((name) => sectionOf(bench, library, name)),
    ];
  });

  it(`survives changed words in its tables (seed ${seed})`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (list) => survives(mutate(bytes, sensitive, list))),
      all,
    );
  });

  it(`survives being cut anywhere (seed ${seed})`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        await survives(bytes.subarray(0, length));
      }),
      fewer,
    );
  });

  it(`survives arbitrary bytes after the magic (seed ${seed})`, { timeout: 300_000 }, async () => {
    const tail = fc.uint8Array({ minLength: 0, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 2), fc.constantFrom(1, 2), tail, async (bits, order, rest) => {
        await survives(Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits, order, 1]), rest]));
      }),
      fewer,
    );
  });

  async function malformation(change: (copy: Buffer) => Buffer | undefined): Promise<string> {
    const file = bench.patched(library, 'crafted.so', change);
    const report = await auditFile(file, { kind: 'library' });
    const finding = report.findings.find((one) => one.id === 'elf.malformed');
    return finding === undefined ? '' : `${finding.severity} ${finding.message}`;
  }

  /** Overwrites the value of a dynamic entry. */
  function setDynamic(copy: Buffer, tag: bigint, value: bigint): void {
    const { offset, size } = sectionOf(bench, library, '.dynamic');
    for (let at = offset; at < offset + size; at += 16) {
      if (copy.readBigUInt64LE(at) === tag) {
        copy.writeBigUInt64LE(value, at + 8);
        return;
      }
    }
    throw new Error(`no dynamic entry ${tag}`);
  }

  it('names a truncated file', async () => {
    expect(await malformation((copy) => copy.subarray(0, copy.length - 1000))).toMatch(
      /^fail The file is cut off: The file ends at byte/,
    );
    expect(await malformation((copy) => copy.subarray(0, 40))).toMatch(/cut off/);
  });

  it('refuses counts that would cost memory', async () => {
    expect(
      await malformation((copy) => {
        copy.writeUInt16LE(0xffff, 56);
        copy.writeUInt32LE(0xffffffff, Number(copy.readBigUInt64LE(40)) + 44);
        return copy;
      }),
    ).toMatch(/4294967295 program headers/);
    expect(
      await malformation((copy) => {
        copy.writeUInt16LE(0, 60);
        copy.writeBigUInt64LE(0xffff_ffff_ffffn, Number(copy.readBigUInt64LE(40)) + 32);
        return copy;
      }),
    ).toMatch(/section headers/);
  });

  it('refuses version chains without end and hash chains without end', async () => {
    const needs = sectionOf(bench, library, '.gnu.version_r');
    const endless = await malformation((copy) => {
      setDynamic(copy, 0x6fffffffn, 0xffffffffn);
      // The next entry begins four bytes on, and so on: a chain through the whole file.
      for (let at = needs.offset; at < copy.length - 16; at += 4) copy.writeUInt32LE(4, at);
      return copy;
    });
    expect(endless).toMatch(/^fail The file is/);
    const hash = sectionOf(bench, library, '.gnu.hash');
    const unending = await malformation((copy) => {
      for (let at = hash.offset + 16; at < hash.offset + hash.size; at += 4) copy.writeUInt32LE(0x7ffffffe, at);
      return copy;
    });
    expect(unending).toMatch(/^fail The file is damaged/);
  });

  it('refuses strings without end, tables outside and sizes that make no sense', async () => {
    expect(await malformation((copy) => void setDynamic(copy, 5n, 0xffff_ffff_ffff_fff0n))).toMatch(/No segment holds/);
    expect(await malformation((copy) => void setDynamic(copy, 6n, 0x7fff_ffffn))).toMatch(/No segment holds/);
    expect(await malformation((copy) => void setDynamic(copy, 10n, 2n))).toMatch(/dynamic strings/);
    expect(await malformation((copy) => void copy.writeBigUInt64LE(0xffff_ffffn, programHeader(copy, 1) + 32))).toMatch(
      /cut off.*segment to load/,
    );
    expect(await malformation((copy) => void copy.writeBigUInt64LE(1n, programHeader(copy, 1) + 40))).toMatch(
      /more bytes in the file/,
    );
  });

  it('sees what the loader sees, whatever the counts say', async () => {
    const file = bench.patched(library, 'hidden-versions.so', (copy) => void setDynamic(copy, 0x6fffffffn, 0n));
    const report = await auditFile(file, { kind: 'library' });
    expect(report.glibc).toBe((await auditFile(library, { kind: 'library' })).glibc);
    expect(report.glibc).toBeDefined();
  });

  it('refuses segments that overlay one another', async () => {
    expect(
      await malformation((copy) => {
        const first = programHeader(copy, 1);
        copy.writeBigUInt64LE(copy.readBigUInt64LE(first + 16), first + 56 + 16);
        return copy;
      }),
    ).toMatch(/overlap/);
  });

  it('never blocks on, or takes for a file, what is none', async () => {
    bench.run('mkfifo', ['pipe.so']);
    for (const path of [bench.path('pipe.so'), '/dev/zero', bench.folder, bench.path('absent.so')]) {
      await expect(auditFile(path, { kind: 'library' }), path).rejects.toMatchObject({ code: 'CPEX_E_AUDIT_FILE' });
    }
  });

  it('refuses files beyond its limit without reading them', async () => {
    const { truncate } = await import('node:fs/promises');
    writeFileSync(bench.path('huge.so'), '');
    await truncate(bench.path('huge.so'), 2 ** 30 + 1);
    await expect(auditFile(bench.path('huge.so'), { kind: 'library' })).rejects.toMatchObject({
      code: 'CPEX_E_AUDIT_TOO_LARGE',
    });
  });
});
