import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { compileProbe, type ProbeCompiler } from '../../src/runtime/probe/compile.js';
import { probeEngine } from '../../src/runtime/probe/engine.js';
import { ZIG } from '../tools/zig.js';
import { echoServices, toolchain } from './harness.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-compile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STRICT = ['-Wall', '-Wextra', '-Werror'];

function compiler(...argv: string[]): ProbeCompiler {
  return { source: 'native', tool: { name: 'cc', version: '1', path: argv[0] ?? '' }, argv };
}

function compile(cache: string, argv: string[], target: TargetName = hostTarget().name): Promise<string> {
  return compileProbe({ target: TARGETS[target], compiler: compiler(...argv), cache, env: process.env });
}

/** Every compiler that may be here, and the target that it makes a probe for. */
const COMPILERS: [string, TargetName][] = [
  ['gcc', 'linux-x64'],
  ['clang-19', 'linux-x64'],
  ['aarch64-linux-gnu-gcc', 'linux-arm64'],
  ['musl-gcc', 'linux-x64-musl'],
  ['x86_64-w64-mingw32-gcc', 'windows-x64'],
];

describe('the probe compiles without a warning', () => {
  for (const [name, target] of COMPILERS) {
    const there = toolchain(name, '--version') !== undefined;
    test.skipIf(!there)(
      `for ${target} with ${name}${there ? '' : ' (skipped: it is not installed)'}`,
      // All files, one after another.
      { timeout: 300_000 },
      async () => {
        const file = await compile(path.join(folder, 'warnings'), [name, ...STRICT], target);
        expect(statSync(file).size).toBeGreaterThan(10_000);
      },
    );
  }

  for (const target of ['linux-arm64-musl', 'darwin-arm64', 'darwin-x64', 'freebsd-x64', 'windows-arm64'] as const) {
    test.skipIf(ZIG === undefined)(
      `for ${target} with zig${ZIG !== undefined ? '' : ' (skipped: zig is not installed)'}`,
      // Before its first use zig builds the C library of a target.
      { timeout: 300_000 },
      async () => {
        const chosen = ZIG === undefined ? [] : [ZIG, 'cc', '-target', TARGETS[target].zig ?? '', ...STRICT];
        const made = { ...compiler(...chosen), source: 'zig' };
        const cache = path.join(folder, 'warnings');
        const file = await compileProbe({ target: TARGETS[target], compiler: made, cache, env: process.env });
        expect(statSync(file).size).toBeGreaterThan(10_000);
      },
    );
  }
});

/** A compiler that takes no time: it writes its arguments into the file that it was to make. */
function quickCompiler(): string {
  const file = path.join(folder, 'quick-cc');
  writeFileSync(file, '#!/bin/sh\nall="$*"\nwhile [ "$1" != -o ]; do shift; done\necho "$all" > "$2"\n');
  chmodSync(file, 0o755);
  return file;
}

describe('the cache', () => {
  const quick = quickCompiler();

  test('compiles once for one compiler, and anew for another or other arguments', async () => {
    const cache = path.join(folder, 'once');
    const first = await compile(cache, [quick]);
    const made = statSync(first).mtimeMs;
    expect(await compile(cache, [quick])).toBe(first);
    expect(statSync(first).mtimeMs).toBe(made);
    expect(await compile(cache, [quick, '-DOTHER'])).not.toBe(first);
    expect(path.basename(first)).toBe('cpex-probe');
  });

  test('serves several at once, and leaves no drafts', async () => {
    const cache = path.join(folder, 'several');
    const files = await Promise.all(Array.from({ length: 3 }, () => compile(cache, ['cc'])));
    expect(new Set(files).size).toBe(1);
    expect(readdirSync(path.join(cache, 'native'))).toHaveLength(1);
    const session = await probeEngine(async () => ({ argv: [], file: files[0] ?? '', env: {}, windows: false }))
      .start({
        artefact: '/nowhere.so',
        target: 'linux-x64',
        native: { entry: 'x', abiVersion: 1 },
        cwd: folder,
        deadlines: { start: 30_000, call: 30_000, stop: 30_000 },
        services: echoServices,
      })
      .catch((error: unknown) => error);
    expect(session).toMatchObject({ ending: { kind: 'refused', stage: 'load' } });
  });

  test('runs nothing that others may have written', async () => {
    const cache = path.join(folder, 'others');
    const file = await compile(cache, [quick]);
    writeFileSync(file, 'not a program');
    chmodSync(file, 0o777);
    expect(await compile(cache, [quick])).toBe(file);
    expect(statSync(file).mode & 0o022).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('-std=c11');
  });

  test('keeps a few, not all there ever were', async () => {
    const cache = path.join(folder, 'few');
    for (let version = 0; version < 6; version++) await compile(cache, [quick, `-DVERSION=${version}`]);
    const shelf = path.join(cache, 'native');
    // What was used today may be in use.
    expect(readdirSync(shelf)).toHaveLength(6);
    const before = new Date(Date.now() - 2 * 24 * 3600_000);
    for (const name of readdirSync(shelf)) utimesSync(path.join(shelf, name), before, before);
    await compile(cache, [quick, '-DVERSION=6']);
    expect(readdirSync(shelf)).toHaveLength(4);
  });
});

describe('what can go wrong', () => {
  test('a compiler that fails is quoted', async () => {
    await expect(compile(path.join(folder, 'bad'), ['cc', '-include', 'no-such-header.h'])).rejects.toMatchObject({
      code: 'CPEX_E_PROBE_BUILD',
      exit: 3,
      evidence: expect.arrayContaining([expect.stringContaining('no-such-header.h')]),
    });
    expect(readdirSync(path.join(folder, 'bad', 'native'))).toEqual([]);
  });

  test('a cache that cannot be written', async () => {
    const file = path.join(folder, 'a-file');
    writeFileSync(file, '');
    await expect(compile(file, ['cc'])).rejects.toMatchObject({ code: 'CPEX_E_PROBE_BUILD' });
  });

  test('a runner that is none for this target says so, not the plugin', async () => {
    const ready = async () => ({ argv: ['/bin/echo', 'hello'], file: '/bin/true', env: {}, windows: false });
    const start = probeEngine(ready).start({
      artefact: '/nowhere.so',
      target: 'linux-arm64',
      native: { entry: 'x', abiVersion: 1 },
      cwd: folder,
      deadlines: { start: 30_000, call: 30_000, stop: 30_000 },
      services: echoServices,
    });
    await expect(start).rejects.toMatchObject({ code: 'CPEX_E_PROBE_CHANNEL', exit: 3 });
  });

  test('so does one that is silent until the deadline', async () => {
    const ready = async () => ({ argv: ['/bin/sleep', '60', '--'], file: '1', env: {}, windows: true });
    const start = probeEngine(ready).start({
      artefact: '/nowhere.dll',
      target: 'windows-x64',
      native: { entry: 'x', abiVersion: 1 },
      cwd: folder,
      deadlines: { start: 500, call: 500, stop: 500 },
      services: echoServices,
    });
    await expect(start).rejects.toMatchObject({ code: 'CPEX_E_PROBE_CHANNEL', exit: 3 });
  });
});
