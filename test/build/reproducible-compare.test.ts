import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import { type BuiltOnce, compareLibraries } from '../../src/build/reproducible/compare.js';
import type { Difference } from '../../src/build/reproducible/model.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { DylibBench, missing, universalOf } from '../audit/dylib.js';
import { freshFolder, removeFolders } from './projects.js';

afterAll(removeFolders);

const BEGAN = Date.UTC(2026, 0, 2, 3, 4, 5);

/** What is missing for a group, for its name. */
const lacks = (tool: string) => spawnSync(tool, ['--version']).status !== 0;

/** Compiles one file into a stripped shared library. */
function compile(source: string, compiler = 'gcc', flags: readonly string[] = []): string {
  const folder = freshFolder('compiled');
  writeFileSync(path.join(folder, 'plugin.c'), source);
  const args = ['-shared', '-fPIC', '-O1', '-s', ...flags, '-o', 'plugin.so', 'plugin.c'];
  const { status, stderr } = spawnSync(compiler, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return path.join(folder, 'plugin.so');
}

async function built(file: string, folders: readonly string[] = []): Promise<BuiltOnce> {
  const report = await auditFile(file, { target: hostTarget(), kind: 'library' });
  return { file, report, folders, began: BEGAN, ended: BEGAN + 5000 };
}

async function compare(one: string, two: string, folders: readonly [string, string] = ['/nowhere/1', '/nowhere/2']) {
  return compareLibraries(await built(one, [folders[0]]), await built(two, [folders[1]]));
}

const text = (value: string) => `__attribute__((visibility("default"))) const char plugin_text[] = "${value}";\n`;
const texts = (one: string, two: string) => compare(compile(text(one)), compile(text(two)));

/** The difference that the others follow from. */
function firstOf(differences: readonly Difference[]): Difference | undefined {
  expect(differences.length).toBeGreaterThan(0);
  return differences[0];
}

describe.skipIf(lacks('gcc') || process.platform !== 'linux')('two ELF libraries (needs gcc)', () => {
  it('that are the same have no differences to tell', async () => {
    // Not reached by way of the command: even then nothing is invented but the whole file.
    const [one] = await texts('same text', 'same text');
    expect(one).toBeUndefined();
  });

  it.each([
    ['12:34:56', '12:34:58', 'timestamp'],
    ['Nov 21 2026', 'Nov 22 2026', 'timestamp'],
    ['2026-11-21', '2026-11-22', 'timestamp'],
    [`at ${BEGAN / 1000}`, `at ${BEGAN / 1000 + 2}`, 'timestamp'],
    ['abcdefgh', 'abcdefgX', 'unknown'],
    // Digits alone are no time, unless they are one of the build.
    ['1234567890', '1234567891', 'unknown'],
    // Version numbers and ratios are none either.
    ['v1.2.3 build', 'v1.2.4 build', 'unknown'],
  ])('with %s and %s: %s', async (one, two, cause) => {
    const first = firstOf(await texts(one, two));
    expect(first).toMatchObject({ section: '.rodata', symbol: 'plugin_text', cause });
    expect(first?.text?.[0]).toContain(one.slice(0, 4));
    expect(first?.bytes).toBe([...one].filter((letter, at) => letter !== two[at]).length);
  });

  it('with the folder of each build: path', async () => {
    const [one, two] = ['/tmp/build-aaaa/src', '/tmp/build-bbbb/src'];
    expect(firstOf(await compare(compile(text(one)), compile(text(two)), [one, two]))?.cause).toBe('path');
  });

  it('with folders of different lengths: path, sizes instead of a count', async () => {
    const [one, two] = ['/tmp/a', '/tmp/a-much-longer-folder-than-that/which-moves-the-rest'];
    const differences = await compare(compile(text(one)), compile(text(two)), [one, two]);
    const rodata = differences.find(({ section }) => section === '.rodata');
    expect(rodata).toMatchObject({ cause: 'path', symbol: 'plugin_text' });
    expect(rodata?.bytes).toBeUndefined();
    expect((rodata?.sizes[1] ?? 0) - (rodata?.sizes[0] ?? 0)).toBe(two.length - one.length);
  });

  it('with a moment of the build as a number: timestamp', async () => {
    const number = (seconds: number) =>
      compile(`__attribute__((visibility("default"))) const unsigned moment = ${seconds}u, other = 7;\n`);
    const differences = await compare(number(BEGAN / 1000 + 1), number(BEGAN / 1000 + 3));
    expect(firstOf(differences)).toMatchObject({ symbol: 'moment', cause: 'timestamp' });
  });

  it('with a build id that follows from the rest: last', async () => {
    const flags = ['-Wl,--build-id=sha1'];
    const make = (value: string) => compile(text(value), 'gcc', flags);
    const differences = await compare(make('abcdefgh'), make('abcdefgX'));
    expect(differences.map(({ cause }) => cause)).toEqual(['unknown', 'build-id']);
    expect(differences[1]?.section).toBe('.note.gnu.build-id');
  });

  it('with a section that only one has, or bytes behind the last', async () => {
    const plain = compile(text('same'));
    const more = compile(`${text('same')}__attribute__((section("extra"), used)) static const int added = 1;\n`);
    const extra = (await compare(plain, more)).find(({ section }) => section === 'extra');
    expect(extra?.sizes).toEqual([0, 4]);
    const file = (tail: string) => {
      const copy = path.join(freshFolder('tail'), 'plugin.so');
      writeFileSync(copy, Buffer.concat([readFileSync(plain), Buffer.from(tail)]));
      return copy;
    };
    expect(firstOf(await compare(file('one'), file('two')))).toMatchObject({ section: 'end', cause: 'unknown' });
  });
});

describe.skipIf(lacks('x86_64-w64-mingw32-gcc'))('two PE libraries (needs MinGW)', () => {
  it('name the time stamp of the header, and the checksum that follows from it', async () => {
    const file = compile('__declspec(dllexport) int f(void) { return 1; }\n', 'x86_64-w64-mingw32-gcc');
    const start = readFileSync(file).readUInt32LE(60);
    const stamped = (stamp: number) => {
      const bytes = readFileSync(file);
      bytes.writeUInt32LE(stamp, start + 8);
      bytes.writeUInt32LE(stamp ^ 0x5555, start + 24 + 64);
      const copy = path.join(freshFolder('stamped'), 'plugin.dll');
      writeFileSync(copy, bytes);
      return copy;
    };
    const differences = await compare(stamped(1_700_000_000), stamped(1_700_000_002));
    expect(differences[0]).toMatchObject({ section: 'headers', cause: 'timestamp' });
  });

  it('name a section', async () => {
    const make = (value: string) =>
      compile(`__declspec(dllexport) ${text(value).replace(/__attribute__\S+ /, '')}`, 'x86_64-w64-mingw32-gcc', [
        '-Wl,--no-insert-timestamp',
      ]);
    const differences = await compare(make('10:20:30'), make('10:20:32'));
    expect(firstOf(differences)).toMatchObject({ section: '.rdata', cause: 'timestamp' });
  });
});

describe.skipIf(missing('zig') !== undefined)('two Mach-O libraries (needs zig)', () => {
  const bench = new DylibBench();
  afterAll(() => bench.remove());
  const source = (value: string) =>
    `__attribute__((visibility("default"))) const char *f(void) { return "${value}"; }\n`;
  const slice = (name: string, arch: 'x64' | 'arm64', value: string) => bench.dylib(name, arch, source(value));

  it('name the section, and last the signature that follows from it', async () => {
    const differences = await compare(slice('a', 'arm64', 'at 10:20:30'), slice('b', 'arm64', 'at 10:20:32'));
    expect(differences.map(({ section, cause }) => [section, cause])).toEqual([
      ['__TEXT,__cstring', 'timestamp'],
      ['headers', 'build-id'],
      ['code signature', 'signature'],
    ]);
  });

  it('name the slice of a universal file', async () => {
    const same = readFileSync(slice('x', 'x64', 'same'));
    const universal = (name: string, value: string) => {
      const file = path.join(freshFolder(name), 'plugin.dylib');
      writeFileSync(file, universalOf([same, readFileSync(slice(name, 'arm64', value))]));
      return file;
    };
    const differences = await compare(universal('one', 'abcdefgh'), universal('two', 'abcdefgX'));
    expect(differences[0]).toMatchObject({ section: 'arm64 __TEXT,__cstring', cause: 'unknown' });
    expect(differences.every(({ section }) => section.startsWith('arm64 '))).toBe(true);
  });
});

describe('two files that cannot be read', () => {
  it('are compared as a whole', async () => {
    const make = (content: string) => {
      const file = path.join(freshFolder('text'), 'plugin.so');
      writeFileSync(file, `\x7fELF${content}`);
      return file;
    };
    const differences = await compare(make('truncated one'), make('truncated two'));
    expect(differences).toEqual([
      {
        section: 'file',
        offset: 14,
        bytes: 3,
        sizes: [17, 17],
        cause: 'unknown',
        text: ['ELFtruncated one', 'ELFtruncated two'],
      },
    ]);
  });
});
