import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMachO } from '../../src/audit/macho/read-macho.js';
import { auditFile } from '../../src/audit/report.js';
import { visible } from './broken-library.js';
import { GOOD_SOURCE } from './c-library.js';
import { DYLIB_FLAGS, DylibBench, loadCommand, missing, segmentCommand, universalOf } from './dylib.js';
import { changes, mutate, type Range, rounds, seed, survivor } from './mutation.js';

const bench = new DylibBench();
afterAll(() => bench.remove());

const survives = survivor(bench, 'mutant.dylib', (source, options) =>
  readMachO(source, { ...options, role: 'library' }),
);
const { all, fewer } = rounds(400);

/** What the reader interprets: header and load commands, and the tables that they name. */
function sensitiveRanges(bytes: Buffer): readonly Range[] {
  const range = (at: number) => ({ offset: bytes.readUInt32LE(at), size: bytes.readUInt32LE(at + 4) });
  const info = loadCommand(bytes, 0x80000022);
  const symbols = loadCommand(bytes, 2);
  const signature = range(loadCommand(bytes, 0x1d) + 8);
  return [
    { offset: 4, size: 28 },
    { offset: 32, size: bytes.readUInt32LE(20) },
    range(info + 16),
    range(info + 32),
    range(info + 40),
    { offset: bytes.readUInt32LE(symbols + 8), size: bytes.readUInt32LE(symbols + 12) * 16 },
    range(symbols + 16),
    { ...signature, size: Math.min(signature.size, 160) },
  ].filter((one) => one.size > 0);
}

const withoutZig = missing('zig');

describe.skipIf(withoutZig !== undefined)(`hostile files (${withoutZig ?? 'zig'})`, () => {
  let library = '';
  let bytes = Buffer.alloc(0);
  let sensitive: readonly Range[] = [];

  beforeAll(() => {
    const source = `${GOOD_SOURCE}\n${visible} int table[3]; ${visible} int helper(void) { return cpex_plugin_init(0, 0); }`;
    library = bench.dylib('victim', 'arm64', source, ['-O1', '-g', ...DYLIB_FLAGS, '-Wl,-rpath,@loader_path']);
    bytes = readFileSync(library);
    sensitive = sensitiveRanges(bytes);
    expect(sensitive.length).toBeGreaterThan(5);
  });

  it(`survives changed words in its tables (seed ${seed})`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (list) => survives(mutate(bytes, sensitive, list))),
      all,
    );
  });

  it(`survives changed words in a universal file (seed ${seed})`, { timeout: 300_000 }, async () => {
    const whole = universalOf([readFileSync(bench.dylib('other', 'x64')), bytes]);
    const second = whole.readUInt32BE(8 + 20 + 8);
    const ranges = [
      { offset: 0, size: 48 },
      { offset: whole.readUInt32BE(16), size: 64 },
      ...sensitive.map(({ offset, size }) => ({ offset: second + offset, size })),
    ];
    await fc.assert(
      fc.asyncProperty(changes, async (list) => survives(mutate(whole, ranges, list))),
      fewer,
    );
  });

  it(`survives being cut anywhere (seed ${seed})`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => survives(bytes.subarray(0, length))),
      fewer,
    );
  });

  it(`survives arbitrary bytes after the magic (seed ${seed})`, { timeout: 300_000 }, async () => {
    const magic = fc.constantFrom('cffaedfe', 'cefaedfe', 'feedfacf', 'cafebabe00000002', 'cafebabf00000001');
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 400 }), async (start, rest) =>
        survives(Buffer.concat([Buffer.from(start, 'hex'), rest])),
      ),
      fewer,
    );
  });

  async function malformation(content: Buffer): Promise<string> {
    const report = await auditFile(bench.write('crafted.dylib', content), { kind: 'library' });
    const finding = report.findings.find((one) => one.id === 'macho.malformed');
    return finding === undefined ? '' : `${finding.severity} ${finding.message}`;
  }

  function changed(patch: (copy: Buffer) => void): Buffer {
    const copy = Buffer.from(bytes);
    patch(copy);
    return copy;
  }

  it('names a file that ends at any of its load commands', async () => {
    let at = 32;
    for (let index = 0; index < bytes.readUInt32LE(16); index++) {
      for (const end of [at, at + 4, at + 9]) {
        expect(await malformation(bytes.subarray(0, end)), `cut at ${end}`).toMatch(/^fail The file is cut off/);
      }
      at += bytes.readUInt32LE(at + 4);
    }
    expect(await malformation(bytes.subarray(0, at))).toMatch(/^fail The file is cut off: The library ends at byte/);
    expect(await malformation(bytes.subarray(0, bytes.length - 1))).toMatch(/segment __LINKEDIT should end/);
  });

  it('refuses counts and sizes that would cost memory or make no sense', async () => {
    const cases: readonly (readonly [patch: (copy: Buffer) => void, says: RegExp])[] = [
      [(copy) => copy.writeUInt32LE(0xffffffff, 16), /4294967295 load commands/],
      [(copy) => copy.writeUInt32LE(0x7fffffff, 20), /2147483647 bytes/],
      [(copy) => copy.writeUInt32LE(copy.readUInt32LE(16) + 1, 16), /beyond the load commands/],
      [(copy) => copy.writeUInt32LE(0, 36), /A load command has 0 bytes/],
      [(copy) => copy.writeUInt32LE(13, 36), /A load command has 13 bytes/],
      [(copy) => copy.writeUInt32LE(0xffffff, segmentCommand(copy, '__TEXT') + 64), /16777215 sections/],
      [(copy) => copy.writeUInt32LE(0xfffffff0, loadCommand(copy, 2) + 12), /, but the symbol table /],
      [(copy) => copy.writeUInt32LE(0xfffffff0, loadCommand(copy, 2) + 20), /the symbols' names should end/],
      [(copy) => copy.writeUInt32LE(0x7fffffff, loadCommand(copy, 0x80000022) + 44), /the export trie should end/],
      [(copy) => copy.writeUInt32LE(0x7fffffff, loadCommand(copy, 0x80000022) + 20), /the binding table should end/],
      [(copy) => copy.writeUInt32LE(0x7fffffff, loadCommand(copy, 0x1d) + 12), /the code signature should end/],
      [(copy) => copy.writeUInt32LE(0xffff, loadCommand(copy, 0xc) + 8), /An offset into a load command/],
      [(copy) => copy.writeUInt32LE(2, loadCommand(copy, 0x1b)), /several load commands of the kind 0x2/],
    ];
    for (const [patch, says] of cases) expect(await malformation(changed(patch)), String(says)).toMatch(says);
  });

  it('refuses segments that overlay one another, and sections outside their segment', async () => {
    const text = segmentCommand(bytes, '__TEXT');
    const data = segmentCommand(bytes, '__DATA');
    expect(await malformation(changed((copy) => copy.writeBigUInt64LE(0n, data + 24)))).toMatch(/overlap|outside/);
    expect(await malformation(changed((copy) => copy.writeBigUInt64LE(1n, text + 32)))).toMatch(
      /more bytes in the file/,
    );
    const section = (at: number, value: bigint) => changed((copy) => copy.writeBigUInt64LE(value, text + 72 + at));
    expect(await malformation(section(40, 0xffff_ffffn))).toMatch(/lies outside its segment __TEXT/);
    expect(await malformation(section(32, 0xffff_ffff_ffff_0000n))).toMatch(/lies outside/);
  });

  it('refuses an imported symbol of a library that is not there', async () => {
    const info = loadCommand(bytes, 0x80000022);
    const bind = bytes.readUInt32LE(info + 16);
    const raised = changed((copy) => {
      const at = copy.indexOf(0x11, bind);
      expect(at).toBeLessThan(bind + copy.readUInt32LE(info + 20));
      copy.writeUInt8(0x1f, at);
    });
    expect(await malformation(raised)).toMatch(/looked for in library 15, but there are 1/);
  });

  it('refuses universal files whose slices lie outside, overlap, or are not what the header says', async () => {
    const whole = universalOf([readFileSync(bench.dylib('fat-x64', 'x64')), bytes]);
    const entry = (patch: (copy: Buffer) => void) => {
      const copy = Buffer.from(whole);
      patch(copy);
      return malformation(copy);
    };
    expect(await entry((copy) => copy.writeUInt32BE(0xffffc000, 16))).toMatch(/cut off: The file ends at byte/);
    expect(await entry((copy) => copy.writeUInt32BE(0x4001, 16))).toMatch(/not at a multiple of 2\^14/);
    expect(await entry((copy) => copy.writeUInt32BE(40, 24))).toMatch(/multiple of 2\^40/);
    expect(await entry((copy) => copy.writeUInt32BE(copy.readUInt32BE(16), 36))).toMatch(/overlap/);
    expect(await entry((copy) => copy.writeUInt32BE(0, 16))).toMatch(/overlap one another or the header/);
    expect(await entry((copy) => copy.copy(copy, 28, 8, 16))).toMatch(/same processor/);
    expect(await entry((copy) => copy.writeUInt32BE(0x01000012, 8))).toMatch(/promises a slice for PowerPC/);
    expect(await entry((copy) => copy.writeUInt32BE(0, copy.readUInt32BE(16)))).toMatch(/does not begin as a Mach-O/);
  });

  it('does not hash a page more often than it must', async () => {
    const blob = bytes.readUInt32LE(loadCommand(bytes, 0x1d) + 8);
    const twice = changed((copy) => {
      // A second directory in the same slot as the first: each would cost hashing the file.
      copy.writeUInt32BE(2, blob + 8);
      copy.copy(copy, blob + 20, blob + 12, blob + 20);
    });
    const report = await auditFile(bench.write('twice.dylib', twice), { kind: 'library' });
    expect(report.facts.macho?.signatureProblems).toEqual(['A part occurs twice.']);
    const whole = changed((copy) => {
      // Two parts, each of which is the whole signature.
      copy.writeUInt32BE(2, blob + 8);
      copy.writeUInt32BE(0, blob + 16);
      copy.writeUInt32BE(5, blob + 20);
      copy.writeUInt32BE(0, blob + 24);
    });
    const overlapping = await auditFile(bench.write('overlapping.dylib', whole), { kind: 'library' });
    expect(overlapping.facts.macho?.signatureProblems).toEqual(['Its parts overlap.']);
    const tiny = changed((copy) => copy.writeUInt8(0, blob + copy.readUInt32BE(blob + 16) + 39));
    const small = await auditFile(bench.write('tiny.dylib', tiny), { kind: 'library' });
    expect(small.facts.macho?.signatureProblems).toEqual(['Its pages have 2^0 bytes.']);
  });
});
