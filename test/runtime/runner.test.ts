import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/model/target.js';
import { TARGET_NAMES, TARGETS } from '../../src/project/targets/table.js';
import { findRunner, noRunner, runnerVariable } from '../../src/runtime/runner.js';
import { splitWords } from '../../src/support/split-words.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-runner-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of programs that do nothing, for a PATH. */
function programs(...names: string[]): string {
  const home = mkdtempSync(path.join(folder, 'bin-'));
  for (const name of names) {
    writeFileSync(path.join(home, name), '#!/bin/sh\n');
    chmodSync(path.join(home, name), 0o755);
  }
  return home;
}

const find = (target: TargetName, env: Record<string, string>, host: TargetName = 'linux-x64', settings = {}) =>
  findRunner(TARGETS[target], env, settings, TARGETS[host]);

describe('what the machine itself runs needs no runner', () => {
  test.each(TARGET_NAMES)('%s', async (name) => {
    expect(await find(name, { PATH: '' }, name)).toMatchObject({
      state: 'found',
      runner: { kind: 'native', argv: [] },
    });
  });

  test('both kinds of macOS load a universal library', async () => {
    for (const host of ['darwin-x64', 'darwin-arm64'] as const) {
      expect(await find('darwin-universal', { PATH: '' }, host)).toMatchObject({ runner: { kind: 'native' } });
    }
  });
});

describe('what people name comes first', () => {
  const bin = programs('own-runner', 'other-runner', 'third-runner', 'qemu-aarch64');
  const env = { PATH: bin };

  test('the flag, then the variable, then the manifest, then what is found', async () => {
    const manifest = { 'linux-arm64': 'third-runner --c' };
    const variable = { ...env, CPEX_RUNNER_LINUX_ARM64: `'${bin}/other-runner' --b "x y"` };
    const all = await find('linux-arm64', variable, 'linux-x64', { flag: 'own-runner -L /a', manifest });
    expect(all).toMatchObject({
      runner: { kind: 'custom', argv: [path.join(bin, 'own-runner'), '-L', '/a'], why: '--runner names it' },
    });
    expect(await find('linux-arm64', variable, 'linux-x64', { manifest })).toMatchObject({
      runner: { argv: [path.join(bin, 'other-runner'), '--b', 'x y'], why: 'CPEX_RUNNER_LINUX_ARM64 names it' },
    });
    expect(await find('linux-arm64', env, 'linux-x64', { manifest })).toMatchObject({
      runner: { argv: [path.join(bin, 'third-runner'), '--c'], why: 'runners.linux-arm64 of cpex.yaml names it' },
    });
    expect(await find('linux-x64', variable, 'linux-x64', { manifest })).toMatchObject({ runner: { kind: 'native' } });
  });

  test('also for targets that nothing else runs, and for the own one', async () => {
    for (const target of ['darwin-arm64', 'linux-x64'] as const) {
      const found = await find(target, env, 'linux-x64', { flag: 'own-runner' });
      expect(found).toMatchObject({ runner: { kind: 'custom', target } });
    }
  });

  test('every target has a variable', () => {
    expect(runnerVariable('linux-x64-musl')).toBe('CPEX_RUNNER_LINUX_X64_MUSL');
    expect(new Set(TARGET_NAMES.map(runnerVariable)).size).toBe(TARGET_NAMES.length);
  });

  test.each(['not-there --x', `${folder}/not-there`, 'own-runner "open', '""'])('%s is refused', async (flag) => {
    await expect(find('linux-arm64', env, 'linux-x64', { flag })).rejects.toMatchObject({
      code: 'CPEX_E_RUNNER_INVALID',
      exit: 2,
    });
  });

  test('words are split as they are read', () => {
    expect(splitWords(`  a 'b c'  "d 'e'" f""g C:\\x\\y `)).toEqual(['a', 'b c', "d 'e'", 'fg', 'C:\\x\\y']);
    expect(splitWords(`''`)).toEqual(['']);
    expect(splitWords('')).toEqual([]);
    expect(splitWords(`a 'b`)).toBeUndefined();
  });
});

describe('what is missing is named with the command that installs it', () => {
  const lacking = async (target: TargetName, installer: string, host: TargetName = 'linux-x64') => {
    const found = await find(target, { PATH: programs(installer) }, host);
    if (found.state !== 'missing') throw new Error(`expected something to be missing, found ${found.state}`);
    const error = noRunner(target, found);
    expect(error).toMatchObject({ code: 'CPEX_E_RUNNER_MISSING', exit: 3, remedy: found.remedy });
    return found;
  };

  test('qemu', async () => {
    expect(await lacking('linux-arm64', 'apt-get')).toMatchObject({
      what: 'qemu-aarch64',
      remedy: 'sudo apt install qemu-user',
    });
    expect(await lacking('linux-arm64-musl', 'dnf')).toMatchObject({ remedy: 'sudo dnf install qemu-user' });
    expect(await lacking('linux-x64', 'apt-get', 'linux-arm64')).toMatchObject({ what: 'qemu-x86_64' });
  });

  test('a foreign loader of musl, where qemu is there', async () => {
    const bin = programs('qemu-riscv64', 'qemu-aarch64', 'apt-get');
    const found = await find('linux-arm64-musl', { PATH: bin, QEMU_LD_PREFIX: '/nowhere' });
    // A machine that has it finds it.
    if (found.state === 'found') expect(found.runner.argv[1]).toContain('ld-musl-aarch64.so.1');
    else expect(found).toMatchObject({ remedy: expect.stringContaining('sudo apt install musl:arm64') });
  });

  test('a loader of musl below a folder that is named for qemu', async () => {
    const root = mkdtempSync(path.join(folder, 'root-'));
    mkdirSync(path.join(root, 'lib'));
    const loader = path.join(root, 'lib', 'ld-musl-aarch64.so.1');
    writeFileSync(loader, '');
    const bin = programs('qemu-aarch64');
    expect(await find('linux-arm64-musl', { PATH: bin, QEMU_LD_PREFIX: root })).toMatchObject({
      runner: { kind: 'qemu', argv: [path.join(bin, 'qemu-aarch64'), loader] },
    });
  });
});

describe('where nothing can run it, that is said', () => {
  const NONE: [TargetName, TargetName][] = [
    ['darwin-arm64', 'linux-x64'],
    ['darwin-universal', 'linux-x64'],
    ['darwin-x64', 'darwin-arm64'],
    ['freebsd-x64', 'linux-x64'],
    ['windows-arm64', 'linux-x64'],
    ['windows-x64', 'linux-arm64'],
    ['linux-x64', 'darwin-x64'],
    ['linux-x64', 'windows-x64'],
  ];
  test.each(NONE)('%s on %s', async (target, host) => {
    const found = await find(target, { PATH: programs('apt-get') }, host);
    if (found.state !== 'none') throw new Error(`expected none, found ${found.state}`);
    const error = noRunner(target, found);
    expect(error).toMatchObject({ code: 'CPEX_E_RUNNER_NONE', exit: 3, evidence: [found.reason] });
    expect(error.remedy).toContain(runnerVariable(target));
  });
});
