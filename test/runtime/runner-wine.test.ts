import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type WineOptions, wakeWine } from '../../src/runtime/runner-wine.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-wine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Something that behaves like wine as far as its folder and its programs are concerned, and writes down what it did. */
function fakeWine(
  boot: string,
  program = 'echo awake; cat > /dev/null',
): { wine: string[]; options: WineOptions; log: string } {
  const home = mkdtempSync(path.join(folder, 'fake-'));
  const log = path.join(home, 'log');
  const wine = path.join(home, 'wine64');
  const system = '"$WINEPREFIX/drive_c/windows/system32"';
  const script = [
    '#!/bin/sh',
    `echo "$1 $WINEDEBUG" >> '${log}'`,
    `if [ "$1" = wineboot ]; then ${boot.replaceAll('SYSTEM', system)}; else ${program}; fi`,
    '',
  ];
  writeFileSync(wine, script.join('\n'));
  chmodSync(wine, 0o755);
  const standIn = path.join(home, 'stand-in.dll');
  writeFileSync(standIn, 'stands in');
  return { wine: [wine], options: { cache: path.join(home, 'cache'), env: process.env, standIn }, log };
}

const made = (log: string) =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('wineboot'));

describe('wine gets a folder of its own', () => {
  test('once, however many ask for it, with what Go and Rust need in it', async () => {
    const { wine, options, log } = fakeWine('mkdir -p SYSTEM');
    const told: string[] = [];
    const onFirst = (where: string) => told.push(where);
    const all = await Promise.all([1, 2, 3].map(() => wakeWine(wine, 'keeper.exe', { ...options, onFirst })));
    expect(made(log)).toEqual(['wineboot -all']);
    const [{ WINEPREFIX: prefix = '' } = {}] = all;
    expect(prefix.startsWith(options.cache)).toBe(true);
    expect(told).toEqual([prefix]);
    const library = path.join(prefix, 'drive_c/windows/system32/bcryptprimitives.dll');
    expect(readFileSync(library, 'utf8')).toBe('stands in');
    await wakeWine(wine, 'keeper.exe', options);
    expect(made(log)).toHaveLength(1);
    expect(readdirSync(path.dirname(prefix))).toEqual([path.basename(prefix)]);
  });

  test('what a newer wine brings itself is left alone', async () => {
    const { wine, options } = fakeWine('mkdir -p SYSTEM; echo own > SYSTEM/bcryptprimitives.dll');
    const { WINEPREFIX: prefix = '' } = await wakeWine(wine, 'keeper.exe', options);
    const library = path.join(prefix, 'drive_c/windows/system32/bcryptprimitives.dll');
    expect(readFileSync(library, 'utf8')).toBe('own\n');
  });

  test('half a folder of an earlier attempt is made anew', async () => {
    const { wine, options, log } = fakeWine('test -e "$WINEPREFIX/half" && exit 9; mkdir -p SYSTEM');
    const { WINEPREFIX: prefix = '' } = await wakeWine(wine, 'keeper.exe', options);
    const [mark = ''] = readdirSync(prefix).filter((name) => name.startsWith('.cpex'));
    rmSync(path.join(prefix, mark));
    mkdirSync(path.join(prefix, 'half'));
    // Another process would ask again; here the keeper of this one still waits.
    const other = await import('../../src/runtime/runner-wine.js?again' as string);
    await (other as { wakeWine: typeof wakeWine }).wakeWine(wine, 'keeper.exe', options);
    expect(made(log)).toHaveLength(2);
    expect(existsSync(path.join(prefix, 'half'))).toBe(false);
  });
});

describe('wine that does not work', () => {
  test('is quoted, and leaves no folder', async () => {
    const { wine, options } = fakeWine('mkdir -p SYSTEM; echo "no space left" >&2; exit 1');
    await expect(wakeWine(wine, 'keeper.exe', options)).rejects.toMatchObject({
      code: 'CPEX_E_RUNNER_FAILED',
      exit: 3,
      evidence: expect.arrayContaining(['no space left', 'exit code 1']),
    });
    expect(readdirSync(path.join(options.cache, 'wine'))).toEqual([]);
  });

  test('a program that ends at once is tried twice', async () => {
    const { wine, options, log } = fakeWine('mkdir -p SYSTEM', 'exit 3');
    await expect(wakeWine(wine, 'keeper.exe', options)).rejects.toMatchObject({
      code: 'CPEX_E_RUNNER_FAILED',
      evidence: expect.arrayContaining([expect.stringContaining('code 3')]),
    });
    expect(
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('keeper.exe')),
    ).toHaveLength(2);
  });

  test('can be left while it wakes', async () => {
    const abort = new AbortController();
    const { wine, options, log } = fakeWine('mkdir -p SYSTEM', 'sleep 1000');
    const waking = wakeWine(wine, 'keeper.exe', { ...options, signal: abort.signal });
    await vi.waitUntil(() => existsSync(log) && readFileSync(log, 'utf8').includes('keeper.exe'), 50_000);
    abort.abort();
    await expect(waking).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
  });
});
