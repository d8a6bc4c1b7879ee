import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeUniversal } from '../../src/audit/macho/write-universal.js';
import { GOOD_SOURCE } from './c-library.js';
import { DYLIB_FLAGS, DylibBench, missing } from './dylib.js';

const bench = new DylibBench();
afterAll(() => bench.remove());

const withoutZig = missing('zig');

describe.skipIf(withoutZig !== undefined)(`joining slices (${withoutZig ?? 'with zig'})`, () => {
  let x64 = '';
  let arm64 = '';

  beforeAll(() => {
    x64 = bench.dylib('x64', 'x64');
    arm64 = bench.dylib('arm64', 'arm64');
  });

  const withoutLipo = missing('llvm-lipo');
  it.skipIf(withoutLipo !== undefined)(`writes what llvm-lipo writes (${withoutLipo ?? 'compared'})`, async () => {
    bench.llvm('llvm-lipo', ['-create', x64, arm64, '-output', bench.path('lipo.dylib')]);
    for (const slices of [
      [x64, arm64],
      [arm64, x64],
    ]) {
      await writeUniversal(slices, bench.path('ours.dylib'));
      expect(readFileSync(bench.path('ours.dylib')).equals(readFileSync(bench.path('lipo.dylib')))).toBe(true);
    }
    bench.llvm('llvm-lipo', ['-create', arm64, '-output', bench.path('lipo-one.dylib')]);
    await writeUniversal([arm64], bench.path('one.dylib'));
    expect(readFileSync(bench.path('one.dylib')).equals(readFileSync(bench.path('lipo-one.dylib')))).toBe(true);
  });

  it('holds each slice byte for byte, at its page size, and may be loaded', async () => {
    const output = bench.path('whole.dylib');
    await writeUniversal([arm64, x64], output);
    const bytes = readFileSync(output);
    expect(bytes.toString('hex', 0, 8)).toBe('cafebabe00000002');
    for (const [index, slice] of [x64, arm64].entries()) {
      const [, , offset = 0, size = 0, alignment = 0] = [0, 4, 8, 12, 16].map((at) =>
        bytes.readUInt32BE(8 + index * 20 + at),
      );
      expect(offset % 2 ** alignment).toBe(0);
      expect(alignment).toBe(slice === x64 ? 12 : 14);
      expect(bytes.subarray(offset, offset + size).equals(readFileSync(slice))).toBe(true);
    }
    expect(statSync(output).mode & 0o777).toBe(0o755);
  });

  it('may replace one of its slices, and leaves nothing else behind', async () => {
    const own = bench.write('replaced.dylib', readFileSync(x64));
    const before = readdirSync(bench.folder);
    await writeUniversal([own, arm64], own);
    expect(readFileSync(own).readUInt32BE(0)).toBe(0xcafebabe);
    expect(readdirSync(bench.folder)).toEqual(before);
  });

  it('refuses what cannot be joined, and says which file it is', async () => {
    const executable = bench.patched(arm64, 'executable', (bytes) => void bytes.writeUInt32LE(2, 12));
    const bundle = bench.patched(arm64, 'bundle.dylib', (bytes) => void bytes.writeUInt32LE(8, 12));
    const arm64e = bench.patched(arm64, 'arm64e.dylib', (bytes) => void bytes.writeUInt32LE(0x80000002, 8));
    const power = bench.patched(arm64, 'power.dylib', (bytes) => void bytes.writeUInt32LE(0x01000012, 4));
    const swapped = bench.patched(arm64, 'swapped.dylib', (bytes) => void bytes.writeUInt32BE(0xfeedfacf, 0));
    const short = bench.write('short.dylib', readFileSync(arm64).subarray(0, 20));
    await writeUniversal([x64, arm64], bench.path('fat.dylib'));
    const cases: readonly (readonly [slices: readonly string[], says: RegExp])[] = [
      [[], /at least one slice/],
      [[x64, x64], /is for x64, and so is .*x64\.dylib/],
      [[x64, arm64, arm64], /arm64\.dylib is for arm64, and so is/],
      [[x64, bench.path('fat.dylib')], /fat\.dylib is universal already/],
      [[x64, executable], /executable is of another kind than .*x64\.dylib/],
      [[x64, bundle], /bundle\.dylib is neither a dylib nor an executable/],
      [[x64, arm64e], /arm64e\.dylib is for arm64e/],
      [[x64, power], /power\.dylib is for PowerPC/],
      [[x64, swapped], /swapped\.dylib is no 64-bit Mach-O file/],
      [[x64, short], /short\.dylib is no 64-bit Mach-O file/],
      [[x64, bench.write('text.dylib', GOOD_SOURCE)], /text\.dylib is no 64-bit Mach-O file/],
      [[x64, bench.write('empty.dylib', '')], /empty\.dylib is no 64-bit Mach-O file/],
    ];
    for (const [slices, says] of cases) {
      await expect(writeUniversal(slices, bench.path('never.dylib')), String(says)).rejects.toMatchObject({
        code: 'CPEX_E_UNIVERSAL',
        message: expect.stringMatching(says),
      });
    }
    await expect(writeUniversal([x64, bench.path('absent.dylib')], bench.path('never.dylib'))).rejects.toMatchObject({
      code: 'CPEX_E_AUDIT_FILE',
    });
    expect(readdirSync(bench.folder).filter((name) => name.includes('never'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'keeps what was there when the folder cannot be written (needs POSIX and a user other than root)',
    async () => {
      bench.run('mkdir', ['locked']);
      writeFileSync(bench.path('locked/old.dylib'), 'old');
      chmodSync(bench.path('locked'), 0o555);
      await expect(writeUniversal([x64, arm64], bench.path('locked/old.dylib'))).rejects.toThrow(/EACCES/);
      chmodSync(bench.path('locked'), 0o755);
      expect(readFileSync(bench.path('locked/old.dylib'), 'utf8')).toBe('old');
    },
  );

  it('does not care for flags of the linker', async () => {
    const debug = bench.dylib('debug', 'x64', GOOD_SOURCE, ['-g', ...DYLIB_FLAGS]);
    await writeUniversal([debug, arm64], bench.path('mixed.dylib'));
    expect(readFileSync(bench.path('mixed.dylib')).includes(readFileSync(debug))).toBe(true);
  });
});
