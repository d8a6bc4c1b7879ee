import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chooseLibrary } from '../../src/install/archive/choose-library.js';
import { extractFile } from '../../src/install/archive/extract.js';
import { openArchive } from '../../src/install/archive/open-archive.js';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../../src/install/archive/refuse.js';
import type { InstallOptions } from '../../src/install/service.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { compilePlugin } from './support/c-plugin.js';
import { fakeEngine } from './support/fake-engine.js';
import { type RawEntry, type RawOptions, rawZip, wideExtra } from './support/raw-zip.js';
import { tree, type Workplace, workplace } from './support/workplace.js';

const home = workplace('archives');
let library: Buffer;
beforeAll(() => {
  library = readFileSync(compilePlugin(home.root, 'sample', { host: 'cliproxy', version: '1.2.3' }));
});
afterAll(() => home.remove());

let at: Workplace;
beforeEach(() => {
  at = workplace('archive');
});
afterEach(() => at.remove());

const NAME = 'sample_1.2.3_linux_amd64.zip';
const good = (): RawEntry => ({ name: 'sample.so', bytes: library });

function archive(entries: readonly RawEntry[], options: RawOptions = {}, name = NAME): string {
  const file = path.join(at.root, name);
  writeFileSync(file, rawZip(entries, options));
  return file;
}

const install = (source: string, options: Partial<InstallOptions> = {}, limits?: ArchiveLimits) =>
  at.install(
    source,
    { host: 'cliproxy', ...options },
    { engine: fakeEngine, ...(limits === undefined ? {} : { limits }) },
  );
const placed = () => path.join(at.plugins, 'linux', 'amd64', 'sample-v1.2.3.so');

describe('an archive', () => {
  it('gives its one library to the host, under the name that the host reads, with a mode of ours', async () => {
    const others = [
      { name: 'README.md', bytes: Buffer.from('read me') },
      { name: 'docs/', mode: 0o040755, method: 0 },
      { name: 'docs/logo.png', bytes: Buffer.from('png') },
      { name: 'evil.sh', bytes: Buffer.from('#!/bin/sh'), mode: 0o104777 },
    ];
    const result = await install(archive([...others, { ...good(), mode: 0o100666 }]));
    expect(result).toMatchObject({ outcome: 'installed', file: placed(), plugin: { id: 'sample', version: '1.2.3' } });
    expect(readFileSync(placed())).toEqual(library);
    expect(statSync(placed()).mode & 0o7777).toBe(0o755);
    expect(tree(at.plugins)).toEqual(['.cpex/installed.json', 'linux/amd64/sample-v1.2.3.so']);
    expect(result.notes).toEqual([`No checksums.txt beside ${NAME} vouches for it.`]);
    expect(result.plugin.host).toBe('cliproxy@v7.2.140');
  });

  it.each<[string, () => RawEntry[], RawOptions]>([
    ['with sizes after the data', () => [{ ...good(), descriptor: true }], {}],
    ['stored, made on DOS', () => [{ ...good(), method: 0, madeBy: 0, mode: 0 }], {}],
    ['with a versioned name inside', () => [{ ...good(), name: 'sample-v1.2.3.so' }], {}],
    ['with a 64-bit end record', () => [good()], { wide: {}, end: { entries: 0xffff, start: 0xffffffff } }],
    ['with a comment that holds terminal escapes', () => [good()], { comment: Buffer.from('\x1b[31mred') }],
  ])('is taken %s', async (_name, entries, options) => {
    await install(archive(entries(), options));
    expect(readFileSync(placed())).toEqual(library);
  });

  it('written by other tools is taken', async () => {
    const script =
      'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1],"w",zipfile.ZIP_DEFLATED);z.write(sys.argv[2],"sample.so")';
    const file = path.join(at.root, NAME);
    try {
      execFileSync('python3', ['-c', script, file, path.join(home.root, 'sample.so')]);
    } catch {
      return;
    }
    await install(file);
    expect(readFileSync(placed())).toEqual(library);
  });

  it('whose name says nothing goes by the library in it', async () => {
    await install(archive([{ ...good(), name: 'sample-v1.2.3.so' }], {}, 'download.zip'));
    expect(existsSync(placed())).toBe(true);
  });

  it('names the host by its own name', async () => {
    await install(archive([good()]), { host: undefined });
    expect(existsSync(placed())).toBe(true);
  });

  it('for another machine is not opened', async () => {
    await expect(install(archive([good()], {}, 'sample_1.2.3_windows_arm64.zip'))).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_SOURCE',
      message: 'sample_1.2.3_windows_arm64.zip is for windows-arm64, this machine is linux-x64.',
    });
  });
});

describe('refused', () => {
  const text = Buffer.from('text');
  const other = (name: string | Buffer, more: Partial<RawEntry> = {}): RawEntry => ({ name, bytes: text, ...more });
  const cases: [string, () => RawEntry[], RawOptions, string][] = [
    ['no library', () => [other('README.md')], {}, 'zip does not contain sample.so'],
    [
      'a library in a folder',
      () => [{ ...good(), name: 'lib/sample.so' }],
      {},
      'target dynamic library must be at zip root, not at lib/sample.so',
    ],
    [
      'another name',
      () => [{ ...good(), name: 'simple.so' }],
      {},
      'dynamic library filename must be sample.so or sample-v1.2.3.so, not simple.so',
    ],
    [
      'another version in the name',
      () => [{ ...good(), name: 'sample-v1.2.4.so' }],
      {},
      'dynamic library filename must be sample.so or sample-v1.2.3.so, not sample-v1.2.4.so',
    ],
    [
      'two libraries',
      () => [good(), { ...good(), name: 'sample-v1.2.3.so' }],
      {},
      'zip contains multiple target dynamic libraries',
    ],
    [
      "another system's library beside it",
      () => [good(), other('sample.dll')],
      {},
      'dynamic library filename must be sample.so or sample-v1.2.3.so, not sample.dll',
    ],
    [
      'a library deep inside',
      () => [good(), other('a/b/helper.DYLIB')],
      {},
      'it holds another library, a/b/helper.DYLIB',
    ],
    ['a name that leads out', () => [good(), other('../x')], {}, 'entry "../x" escapes the archive root'],
    [
      'a name that leads out and in',
      () => [good(), other('a/../../x')],
      {},
      'entry "a/../../x" escapes the archive root',
    ],
    ['an absolute name', () => [good(), other('/etc/x')], {}, 'entry "/etc/x" is absolute'],
    ['a drive letter', () => [good(), other('C:x')], {}, 'entry "C:x" is absolute'],
    ['backslashes', () => [good(), other('a\\x')], {}, 'entry "a\\\\x" uses backslash path separators'],
    ['an empty name', () => [good(), other('')], {}, 'entry "" is empty'],
    ['a blank name', () => [good(), other('  ')], {}, 'entry "  " is empty'],
    ['an empty part', () => [good(), other('a//x')], {}, 'entry "a//x" is no plain path'],
    ['a dot', () => [good(), other('./sample.txt')], {}, 'entry "./sample.txt" is no plain path'],
    ['control characters', () => [good(), other('a\x1b[31m')], {}, 'entry "a\\u001b[31m" holds control characters'],
    ['a NUL', () => [{ ...good(), name: 'sample.so\0.txt' }], {}, 'holds control characters'],
    ['bytes that are no text', () => [good(), other(Buffer.from([0xff, 0xfe]))], {}, 'is no UTF-8'],
    ['a symbolic link', () => [good(), other('link', { mode: 0o120777 })], {}, 'entry "link" is not a regular file'],
    ['a library that is a link', () => [{ ...good(), mode: 0o120777 }], {}, 'entry "sample.so" is not a regular file'],
    ['a device', () => [good(), other('null', { mode: 0o020666 })], {}, 'entry "null" is not a regular file'],
    ['a pipe', () => [good(), other('pipe', { mode: 0o010666 })], {}, 'entry "pipe" is not a regular file'],
    ['a folder that is a file', () => [good(), other('dir/')], {}, 'entry "dir/" is not a regular file'],
    ['a folder with contents', () => [good(), other('dir/', { mode: 0o040755 })], {}, 'folder "dir/" has contents'],
    ['one name twice', () => [good(), good()], {}, 'it holds "sample.so" and "sample.so", which are the same name'],
    [
      'names that differ in case',
      () => [good(), other('SAMPLE.so')],
      {},
      'it holds "SAMPLE.so" and "sample.so", which are the same name',
    ],
    ['names that differ in Unicode', () => [good(), other('\u00e9'), other('e\u0301')], {}, 'which are the same name'],
    ['an encrypted file', () => [{ ...good(), flags: 0x801 }], {}, 'entry "sample.so" is encrypted'],
    [
      'strong encryption',
      () => [{ ...good(), flags: 0x841 }],
      {},
      'it is damaged (strong encryption is not supported)',
    ],
    [
      'an unknown method',
      () => [{ ...good(), method: 93 }],
      {},
      '"sample.so" is compressed by method 93, which hosts do not know',
    ],
    [
      'a wrong checksum',
      () => [{ ...good(), crc: 1 }],
      {},
      '"sample.so" does not have the checksum that the archive states',
    ],
    ['more bytes than it says', () => [{ ...good(), size: 100, local: { size: 100 } }], {}, 'sample.so'],
    ['fewer bytes than it says', () => [{ ...good(), size: library.length + 1 }], {}, 'sample.so'],
    [
      'two headers with other sizes',
      () => [{ ...good(), local: { size: 5 } }],
      {},
      'the two headers of entry "sample.so" contradict one another',
    ],
    [
      'two headers with other names',
      () => [{ ...good(), local: { name: 'sample.sh' } }],
      {},
      'the two headers of entry "sample.so" contradict one another',
    ],
    [
      'two headers with other methods',
      () => [{ ...good(), local: { method: 0 } }],
      {},
      'the two headers of entry "sample.so" contradict one another',
    ],
    [
      'a 64-bit size that is a lie',
      () => [{ ...good(), size: 0xffffffff, extra: wideExtra(2n ** 50n) }],
      {},
      'unpacks to 1125899906842624 bytes, more than 1073741824',
    ],
    [
      'a 64-bit size that is missing',
      () => [{ ...good(), size: 0xffffffff, extra: wideExtra() }],
      {},
      'it is damaged (zip64 extended information extra field does not include uncompressed size)',
    ],
    [
      'end records that contradict',
      () => [good()],
      { wide: { entries: 0 } },
      'its two end records contradict one another',
    ],
    [
      'a 64-bit end record elsewhere',
      () => [good()],
      { wide: { moved: -4 } },
      'its 64-bit end record is not where it is said to be',
    ],
    [
      'overlapping entries',
      () => [good(), { ...good(), name: 'copy.txt', offset: 0, local: { name: 'sample.so' } }],
      {},
      'the two headers of entry "copy.txt" contradict one another',
    ],
    [
      'bytes before the first entry',
      () => [good()],
      { prefix: Buffer.from('#!/bin/sh\n') },
      'there are bytes before entry "sample.so" that belong to nothing',
    ],
    [
      'bytes between entries',
      () => [other('a.txt', { gap: Buffer.alloc(7) }), good()],
      {},
      'there are bytes before entry "sample.so" that belong to nothing',
    ],
    [
      'bytes before the directory',
      () => [good()],
      { gap: Buffer.alloc(9) },
      'there are bytes before its directory that belong to nothing',
    ],
    ['bytes behind the end', () => [good()], { suffix: Buffer.from('MZ') }, 'there are bytes behind its end record'],
    [
      'a hidden entry',
      () => [good(), other('a.txt')],
      { end: { entries: 1 } },
      'its directory holds more than its end record says',
    ],
    ['fewer entries than it says', () => [good()], { end: { entries: 2 } }, 'it is damaged'],
    [
      'a directory elsewhere',
      () => [good()],
      { end: { start: 0 } },
      'its directory does not end where its end record begins',
    ],
    ['a part of several', () => [good()], { end: { disk: 1 } }, 'it is one part of several'],
  ];

  it.each(cases)('%s', async (_name, entries, options, message) => {
    await expect(install(archive(entries(), options))).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_ARCHIVE',
      exit: 5,
      message: expect.stringContaining(message),
    });
    expect(existsSync(at.plugins)).toBe(false);
  });

  it('overlapping data under headers of their own', async () => {
    // The second header lies inside of the first file's data, which is stored as it is.
    const inner = rawZip([{ name: 'inner.txt', bytes: text, method: 0 }]).subarray(0, 30 + 9 + 4);
    const bytes = rawZip([
      { name: 'outer.bin', bytes: inner, method: 0 },
      { name: 'inner.txt', bytes: text, method: 0, offset: 30 + 9 },
    ]);
    const file = path.join(at.root, NAME);
    writeFileSync(file, bytes);
    await expect(install(file)).rejects.toMatchObject({
      message: expect.stringContaining('entry "inner.txt" overlaps another'),
    });
  });

  it.each<[string, () => Buffer, string]>([
    ['an empty file', () => Buffer.alloc(0), 'it has no end record: it is no zip file, or cut off'],
    ['a web page', () => Buffer.from('<!doctype html>'), 'it has no end record: it is no zip file, or cut off'],
    [
      'half an archive',
      () => rawZip([good()]).subarray(0, 1000),
      'it has no end record: it is no zip file, or cut off',
    ],
    ['an archive without entries', () => rawZip([]), 'zip does not contain sample.so'],
  ])('%s', async (_name, bytes, message) => {
    const file = path.join(at.root, NAME);
    writeFileSync(file, bytes());
    await expect(install(file)).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_ARCHIVE',
      message: expect.stringContaining(message),
    });
  });

  it.each<[string, Partial<ArchiveLimits>, string]>([
    ['too large', { archive: 1000 }, 'it has more than 1000 bytes'],
    ['too many entries', { entries: 2 }, 'it has 3 entries, more than 2'],
    ['a file that is too large', { file: 1000 }, 'more than 1000'],
    ['too much in all', { total: 10_000 }, 'it unpacks to more than 10000 bytes'],
  ])('%s', async (_name, limits, message) => {
    const file = archive([good(), other('a.txt'), other('b.txt')]);
    await expect(install(file, {}, { ...ARCHIVE_LIMITS, ...limits })).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_ARCHIVE',
      message: expect.stringContaining(message),
    });
  });

  it('a bomb', async () => {
    const file = archive([good(), other('zeros', { bytes: Buffer.alloc(4 << 20) })]);
    await expect(install(file)).rejects.toMatchObject({
      message: expect.stringContaining('entry "zeros" unpacks to more than 200 times its size, as bombs do'),
    });
  });

  it('an archive of a hundred thousand entries, at once', async () => {
    const file = archive([good()], { end: { entries: 0xffff }, wide: { entries: 100_000 } });
    await expect(install(file)).rejects.toMatchObject({
      message: expect.stringContaining('it has 100000 entries, more than 1000'),
    });
  });
});

describe('a list of checksums beside an archive', () => {
  const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const list = (text: string) => writeFileSync(path.join(at.root, 'checksums.txt'), text);

  it.each([
    ['as sha256sum writes it', (sum: string) => `${sum}  ${NAME}\n`],
    ['of binary mode', (sum: string) => `${sum} *${NAME}\n`],
    ['with CRLF, comments and capitals', (sum: string) => `# release\r\n\r\n${sum.toUpperCase()}  ${NAME}\r\n`],
  ])('is read %s', async (_name, text) => {
    const file = archive([good()]);
    list(text(digest(file)));
    expect((await install(file)).notes).toEqual([]);
  });

  it('that names another digest is believed', async () => {
    const file = archive([good()]);
    list(`${'0'.repeat(64)}  ${NAME}\n`);
    await expect(install(file)).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_DIGEST',
      message: 'The archive is not the one that checksums.txt describes.',
      exit: 5,
    });
    expect(existsSync(at.plugins)).toBe(false);
  });

  it.each([
    ['is no list', 'hello', 'line 1 is not "<sha256>  <name>"'],
    [
      'names it twice',
      `${'0'.repeat(64)}  ${NAME}\n${'1'.repeat(64)}  ${NAME}\n`,
      `it lists "${NAME}" with two digests`,
    ],
  ])('that %s vouches for nothing', async (_name, text, why) => {
    const file = archive([good()]);
    list(text);
    await expect(install(file)).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_CHECKSUMS',
      evidence: expect.arrayContaining([why]),
    });
  });

  it('that cannot be read vouches for nothing', async () => {
    const file = archive([good()]);
    mkdirSync(path.join(at.root, 'checksums.txt'));
    await expect(install(file)).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_CHECKSUMS' });
  });

  it('is demanded of a folder of release files', async () => {
    archive([good()]);
    archive([good()], {}, 'sample_1.2.3_darwin_arm64.zip');
    await expect(install(at.root)).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_CHECKSUMS',
      message: `No checksums.txt in the folder names ${NAME}.`,
    });
    list(`${digest(path.join(at.root, NAME))}  ${NAME}\n`);
    expect(await install(at.root)).toMatchObject({ outcome: 'installed', notes: [] });
  });

  it('does not help where the archive for this machine is missing, or there are two', async () => {
    archive([good()], {}, 'sample_1.2.3_darwin_arm64.zip');
    await expect(install(at.root)).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_SOURCE',
      message: `There is no archive for linux-x64 in ${at.root}.`,
    });
    archive([good()]);
    archive([good()], {}, 'sample_1.3.0_linux_amd64.zip');
    await expect(install(at.root)).rejects.toMatchObject({
      message: `There is more than one archive for linux-x64 in ${at.root}.`,
    });
  });
});

describe('bytes that were changed at random', () => {
  it('are refused, or change nothing that is installed', async () => {
    const payload = Buffer.from('a library of a few bytes, and a few more of them'.repeat(3));
    const sound = rawZip([
      { name: 'README.md', bytes: Buffer.from('read me') },
      { name: 'sample.so', bytes: payload },
    ]);
    const change = fc.record({ at: fc.nat(sound.length - 1), value: fc.nat(255) });
    const file = path.join(at.root, 'x.zip');
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(sound);
        for (const { at: place, value } of changes) bytes[place] = value;
        writeFileSync(file, bytes);
        const out = path.join(at.root, `out-${round++}`);
        try {
          const opened = await openArchive(file, file);
          try {
            const chosen = chooseLibrary(opened, TARGETS['linux-x64'], { id: 'sample', version: '1.0.0' });
            await extractFile(opened, chosen, out);
          } finally {
            opened.close();
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'CPEX_E_INSTALL_ARCHIVE' });
          expect(existsSync(out)).toBe(false);
          return;
        }
        expect(readFileSync(out)).toEqual(payload);
      }),
      { numRuns: 500 },
    );
  });
});

describe('nothing of an archive runs', () => {
  it('before its digest, its rules and the audit have passed', async () => {
    const marker = path.join(at.root, 'loaded');
    const extra = `__attribute__((constructor)) static void tell(void) { FILE *f = fopen(${JSON.stringify(marker)}, "a"); if (f) fclose(f); }`;
    mkdirSync(path.join(at.root, 'build'));
    const bytes = readFileSync(compilePlugin(path.join(at.root, 'build'), 'sample', { host: 'cliproxy', extra }));
    const zip = archive([{ name: 'sample.so', bytes, crc: 7 }]);
    chmodSync(zip, 0o644);
    await expect(at.install(zip, { host: 'cliproxy' })).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_ARCHIVE' });
    await expect(at.install(archive([{ name: 'sample.so', bytes }]), { host: 'cpex' })).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_AUDIT',
    });
    expect(existsSync(marker)).toBe(false);
    // The real engine this time: it registers as 1.0.0, and the host goes by the archive's name.
    const result = await at.install(archive([{ name: 'sample.so', bytes }]), { host: 'cliproxy' });
    expect(existsSync(marker)).toBe(true);
    expect(result.findings).toContainEqual(expect.objectContaining({ id: 'install.version', severity: 'warn' }));
  });
});
