import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ServiceOptions } from '../../src/model/profile.js';
import { services } from '../hosts/ask.js';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-archives-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Asking = ReturnType<typeof services>['ask'];

async function sizeOf(ask: Asking, id: string): Promise<number> {
  const { result } = (await ask('host.archive.size', { archive_id: id })) as { result: { size: number } };
  return result.size;
}

async function pieceOf(ask: Asking, id: string, offset: number, max: number): Promise<Buffer> {
  const answer = await ask('host.archive.read', { archive_id: id, offset, max });
  return Buffer.from((answer as { result: { data: string } }).result.data, 'base64');
}

/** The whole archive, in pieces of so many bytes. */
async function wholeOf(ask: Asking, id: string, piece: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; ; at += piece) {
    const bytes = await pieceOf(ask, id, at, piece);
    if (bytes.length === 0) break;
    pieces.push(bytes);
  }
  const all = Buffer.concat(pieces);
  expect(all.length).toBe(await sizeOf(ask, id));
  return all;
}

function folder(name: string): string {
  const made = path.join(root, name);
  mkdirSync(path.join(made, 'src', 'empty'), { recursive: true });
  writeFileSync(path.join(made, 'src', 'main.c'), 'int main(void) { return 0; }\n');
  writeFileSync(path.join(made, 'src', 'none'), '');
  writeFileSync(path.join(made, 'src.txt'), 'x'.repeat(512));
  writeFileSync(path.join(made, 'run.sh'), '#!/bin/sh\n');
  chmodSync(path.join(made, 'run.sh'), 0o755);
  symlinkSync('src/main.c', path.join(made, 'link'));
  const deep = path.join(made, ...Array.from({ length: 6 }, (_, at) => `${at}`.repeat(30)));
  mkdirSync(deep, { recursive: true });
  writeFileSync(path.join(deep, 'ä.bin'), Buffer.from([0, 255, 10]));
  return made;
}

describe('an archive', () => {
  it('of a folder is a tar file that tar unpacks to the same files', async () => {
    const source = folder('source');
    const { ask } = services({ archives: { workspace: source } });
    const tar = path.join(root, 'source.tar');
    writeFileSync(tar, await wholeOf(ask, 'workspace', 700));
    const out = path.join(root, 'out');
    mkdirSync(out);
    execFileSync('tar', ['-xf', tar, '-C', out]);
    expect(execFileSync('diff', ['-r', '--no-dereference', source, out]).toString()).toBe('');
    expect(execFileSync('tar', ['-tvf', tar], { encoding: 'utf8' })).toMatch(/-rwxr-xr-x 0\/0 +10 .* run\.sh\n/);
  });

  it('of equal folders has equal bytes, whatever the pieces that it is read in', async () => {
    const [one, two] = ['one', 'two'].map((name) => services({ archives: { w: folder(name) } }));
    const bytes = await wholeOf((one as ReturnType<typeof services>).ask, 'w', 64 * 1024);
    expect((await wholeOf((two as ReturnType<typeof services>).ask, 'w', 333)).equals(bytes)).toBe(true);
  });

  it('that is a file is handed out as it is', async () => {
    const file = path.join(root, 'any.tar');
    writeFileSync(file, 'no tar at all');
    const { ask } = services({ archives: { a: file } });
    expect((await pieceOf(ask, 'a', 3, 3)).toString()).toBe('tar');
    expect((await pieceOf(ask, 'a', 11, 1000)).toString()).toBe('ll');
  });

  it('gives no bytes beyond its end, and at most what is asked for', async () => {
    const { ask } = services();
    expect(await sizeOf(ask, 'workspace')).toBe(1024);
    expect((await wholeOf(ask, 'workspace', 100)).every((byte) => byte === 0)).toBe(true);
    expect((await pieceOf(ask, 'workspace', 1024, 10)).length).toBe(0);
    expect((await pieceOf(ask, 'workspace', Number.MAX_SAFE_INTEGER, 10)).length).toBe(0);
    expect((await pieceOf(ask, 'workspace', 0, 0)).length).toBe(0);
    const far = Buffer.from('{"archive_id":"workspace","offset":18446744073709551615,"max":18446744073709551615}');
    expect(await ask('host.archive.read', far)).toEqual({ result: { data: '' } });
  });

  it.each([
    ['that nobody has', {}, 'other', 'not_found'],
    ['with a name of objects', {}, '__proto__', 'not_found'],
    ['whose file is gone', { archives: { other: path.join(root, 'nowhere') } }, 'other', 'not_found'],
    ['that is no file', { archives: { other: '/dev/null' } }, 'other', 'not_found'],
    [
      'with a name too long',
      { script: { archive: { other: { files: { ['n'.repeat(101)]: '' } } } } },
      'other',
      'unpackable',
    ],
  ] satisfies [string, Partial<ServiceOptions>, string, string][])(
    '%s is refused',
    async (_name, options, id, error) => {
      const { ask } = services(options);
      expect(await ask('host.archive.size', { archive_id: id })).toMatchObject({ error });
      expect(await ask('host.archive.read', { archive_id: id, offset: 0, max: 1 })).toMatchObject({ error });
    },
  );

  it('of a file that changes meanwhile is not handed out half old and half new', async () => {
    const source = path.join(root, 'changing');
    mkdirSync(source);
    writeFileSync(path.join(source, 'a'), 'before');
    const { ask } = services({ archives: { w: source } });
    expect((await pieceOf(ask, 'w', 512, 6)).toString()).toBe('before');
    writeFileSync(path.join(source, 'a'), 'and after');
    expect(await ask('host.archive.read', { archive_id: 'w', offset: 512, max: 6 })).toMatchObject({
      error: 'changed',
    });
    rmSync(path.join(source, 'a'));
    expect(await ask('host.archive.read', { archive_id: 'w', offset: 512, max: 6 })).toMatchObject({
      error: 'changed',
    });
  });

  it('can be scripted, also one that no packer makes', async () => {
    const files = { 'a/': '', 'a/run': { text: 'hi', executable: true }, '../out': 'x', l: { link: '/etc' } };
    const { ask } = services({ script: { archive: { w: { files }, raw: { base64: 'AAEC' } } } });
    const tar = path.join(root, 'scripted.tar');
    writeFileSync(tar, await wholeOf(ask, 'w', 4096));
    const listed = execFileSync('tar', ['-tvPf', tar], { encoding: 'utf8' }).trimEnd().split('\n');
    expect(listed.map((line) => `${line.slice(0, 10)} ${line.split(/ +/).slice(5).join(' ')}`)).toEqual([
      'drwxr-xr-x a/',
      '-rwxr-xr-x a/run',
      '-rw-r--r-- ../out',
      'lrwxrwxrwx l -> /etc',
    ]);
    expect(await wholeOf(ask, 'raw', 2)).toEqual(Buffer.from([0, 1, 2]));
    expect(readFileSync(tar).length % 512).toBe(0);
  });
});
