import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildResult } from '../../src/build/build-model.js';
import { buildProject } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import type { TargetName } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { freshFolder, missingFor, optionsFor, removeFolders, testContext, tinyProject, write } from './projects.js';

afterAll(removeFolders);

/** zig builds the C library of a target before its first use, on a busy machine for minutes. */
const BUILD_MS = 15 * 60_000;

const ENTRY = 'cpex_plugin_init';

/** What runs on load is little, what runs on a call is much: threads, unwinding, variables, thread-local data. */
const SOURCE = `mod cpex;

use std::cell::Cell;

thread_local!(static CALLS: Cell<i32> = const { Cell::new(0) });

#[cfg(cpex_test_broken)]
compile_error!("broken on purpose");

#[unsafe(no_mangle)]
pub extern "C" fn ${ENTRY}(_host: *const u8, _plugin: *mut u8) -> i32 {
    let caught = std::panic::catch_unwind(|| {
        if std::env::var_os("CPEX_TEST_NEVER_SET").is_none() { panic!("meant to be") }
        std::env::vars_os().count()
    });
    CALLS.set(CALLS.get() + 1);
    let other = std::thread::spawn(|| CALLS.get()).join().unwrap_or(100);
    if caught.is_err() { 40 + CALLS.get() + other + i32::from(!cpex::identity::PLUGIN_ID.is_empty()) } else { 0 }
}

#[inline(never)]
pub fn not_for_others() -> usize { std::fs::read_dir("/").map(|all| all.count()).unwrap_or(0) }
`;

function richProject(): Project {
  const project = tinyProject('rust');
  write(project.root, 'src/lib.rs', SOURCE);
  return project;
}

const answers = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const zig = findZig();

function findZig(): string | undefined {
  const python = 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))';
  const wheel = () => spawnSync('python3', ['-c', python], { encoding: 'utf8' }).stdout?.trim();
  return [process.env.ZIG, 'zig', wheel()].find((one) => one && answers(one, 'version'));
}

const sysroot = missingFor('rust') ? '' : execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim();

/** Compilers of distributions that serve as linkers. */
const GCC: Partial<Record<TargetName, string>> = {
  'linux-arm64': 'aarch64-linux-gnu-gcc',
  'linux-x64-musl': 'musl-gcc',
  'windows-x64': 'x86_64-w64-mingw32-gcc',
};

/** Why this machine cannot build Rust for a target; undefined when it can. */
function lackFor(name: TargetName): string | undefined {
  const triple = TARGETS[name].rust ?? '';
  const std = path.join(sysroot, 'lib/rustlib', triple, 'lib');
  if (!existsSync(std) || !readdirSync(std).some((file) => file.startsWith('libstd-'))) return `no std for ${triple}`;
  const gcc = GCC[name];
  if (name === hostTarget().name || (gcc !== undefined && answers(gcc, '--version'))) return undefined;
  return zig === undefined ? 'no zig' : undefined;
}

const FOREIGN: readonly TargetName[] = [
  'linux-arm64',
  'linux-x64-musl',
  'linux-arm64-musl',
  'windows-x64',
  'windows-arm64',
  'darwin-x64',
  'darwin-arm64',
  'freebsd-x64',
];
const noRust = missingFor('rust') ?? (hostTarget().name === 'linux-x64' ? undefined : 'not on linux-x64');
const lacks = new Map(FOREIGN.map((name) => [name, noRust ?? lackFor(name)]));
const here = FOREIGN.filter((name) => lacks.get(name) === undefined);

const environment = (changes: Record<string, string> = {}) => ({
  ...process.env,
  ...(zig === undefined ? {} : { ZIG: zig }),
  ...changes,
});

async function build(project: Project, targets: readonly string[], env = environment(), changes = {}) {
  return buildProject(optionsFor(project, { targets, ...changes }), testContext(env));
}

function fileFor(result: BuildResult, target: TargetName): string {
  const file = result.artefacts.find((one) => one.target === target)?.file;
  if (file === undefined) {
    const why = [...result.failures.map(({ error }) => error.message), ...result.findings.map((one) => one.message)];
    throw new Error(`${target} was not built: ${why.join('; ')}`);
  }
  return file;
}

const group = (name: string, lack: string | undefined, body: () => void) =>
  describe.skipIf(lack !== undefined)(`${name}${lack === undefined ? '' : ` (${lack})`}`, body);

/** Output of one of LLVM's readers; undefined where it is not installed. */
function llvm(tool: string, ...args: string[]): string | undefined {
  for (const name of [`llvm-${tool}-19`, `llvm-${tool}`]) {
    const said = spawnSync(name, args, { encoding: 'utf8' });
    if (said.error === undefined) return said.stdout;
  }
  return undefined;
}

group('Rust for every target', noRust ?? (here.length < 2 ? 'fewer than two foreign targets' : undefined), () => {
  let project: Project;
  let log: string;
  let result: BuildResult;
  beforeAll(async () => {
    project = richProject();
    const bin = freshFolder('bin');
    log = path.join(bin, 'calls');
    const cargo = execFileSync('sh', ['-c', 'command -v cargo'], { encoding: 'utf8' }).trim();
    write(bin, 'cargo', `#!/bin/sh\necho "$@" >> '${log}'\nexec '${cargo}' "$@"\n`);
    chmodSync(path.join(bin, 'cargo'), 0o755);
    result = await build(project, ['host', ...here], environment({ PATH: `${bin}:${process.env.PATH}` }));
  }, BUILD_MS);

  it('takes one call of cargo for all foreign targets, and leaves that of the machine as it was', () => {
    const calls = readFileSync(log, 'utf8').split('\n');
    const builds = calls.filter((line) => line.startsWith('build '));
    expect(builds).toHaveLength(2);
    expect(builds.filter((line) => line.includes('--target '))).toHaveLength(1);
    for (const name of here) expect(builds.join('\n')).toContain(`--target ${TARGETS[name].rust} `);
    expect(existsSync(path.join(project.root, 'target/release/libtiny.so'))).toBe(true);
  });

  describe.each(FOREIGN)('%s', (name) => {
    const lack = lacks.get(name);
    const on = it.skipIf(lack !== undefined);
    const { os, arch, libraryExtension } = TARGETS[name];
    const note = lack === undefined ? '' : ` (${lack})`;

    on(`passes the audit and keeps no folder of this machine${note}`, () => {
      const file = fileFor(result, name);
      const bytes = readFileSync(file);
      for (const folder of [project.root, '/.cargo/registry', '/.rustup/']) expect(bytes.includes(folder)).toBe(false);
      expect(readdirSync(path.dirname(file)).sort()).toEqual(['build.json', `tiny${libraryExtension}`]);
    });

    on(`is for its processor and exports the entry alone, as LLVM sees it${note}`, ({ skip }) => {
      const file = fileFor(result, name);
      const headers = llvm('readobj', '--file-headers', file);
      if (headers === undefined) return skip('no llvm-readobj');
      expect(headers).toMatch(arch === 'x64' ? /^Arch: x86_64$/m : /^Arch: aarch64$/m);
      const format = { linux: 'elf64', freebsd: 'elf64', darwin: 'Mach-O', windows: 'COFF' }[os];
      expect(headers).toMatch(new RegExp(`^Format: ${format}`, 'm'));
      const names =
        os === 'windows'
          ? [...(llvm('readobj', '--coff-exports', file) ?? '').matchAll(/^ *Name: (\S+)/gm)].map(([, one]) => one)
          : (llvm('nm', os === 'darwin' ? '-gUj' : '-Dj', '--defined-only', file) ?? '').trim().split('\n');
      expect(names).toEqual([os === 'darwin' ? `_${ENTRY}` : ENTRY]);
    });

    on(`needs what is on every such system${note}`, ({ skip }) => {
      const said = llvm('readobj', '--needed-libs', fileFor(result, name));
      if (said === undefined) return skip('no llvm-readobj');
      const needed = /NeededLibraries \[([^\]]*)\]/.exec(said)?.[1]?.trim().split(/\s+/) ?? [];
      expect(needed.filter((one) => !USUAL[name]?.test(one))).toEqual([]);
    });
  });

  it.skipIf(!here.includes('darwin-arm64'))(
    'gives libraries for macOS a name to be found by, and a valid signature',
    () => {
      for (const name of ['darwin-x64', 'darwin-arm64'] as const) {
        const said = llvm('otool', '-D', fileFor(result, name));
        if (said !== undefined) expect(said.trim().split('\n').at(-1)).toBe('@rpath/tiny.dylib');
      }
      expect(brokenPages(readFileSync(fileFor(result, 'darwin-arm64')))).toEqual([]);
    },
  );

  const runners: readonly (readonly [TargetName, string, readonly string[]])[] = [
    ['linux-arm64', 'aarch64-linux-gnu-gcc', ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu']],
    ['linux-x64-musl', 'musl-gcc', ['/lib/ld-musl-x86_64.so.1']],
  ];
  it.for(runners)('%s can be loaded and called', { timeout: 120_000 }, ([name, gcc, runner], { skip }) => {
    const [command = '', ...args] = runner;
    if (lacks.get(name)) skip(lacks.get(name));
    if (!answers(gcc, '--version')) skip(`no ${gcc}`);
    if (!existsSync(command) && !answers(command, '--version')) skip(`no ${command}`);
    const folder = freshFolder('host');
    write(folder, 'host.c', HOST);
    const host = path.join(folder, 'host');
    execFileSync(gcc, ['-o', host, path.join(folder, 'host.c'), '-ldl']);
    const said = spawnSync(command, [...args, host, fileFor(result, name)], { encoding: 'utf8', timeout: 60_000 });
    expect(said.stdout.trim(), said.stderr).toBe('42');
  });

  it(
    'makes the same bytes in another folder, and finds all of it fresh the next time',
    async () => {
      const other = await build(richProject(), here);
      const hashes = ({ artefacts }: BuildResult) =>
        Object.fromEntries(artefacts.map((one) => [one.target, one.sha256]));
      expect(hashes(await build(project, here))).toEqual(hashes(other));
      const again = await build(project, here);
      for (const { upToDate, explanation } of again.artefacts) {
        expect({ upToDate, said: explanation.at(-1) }).toEqual({
          upToDate: true,
          said: expect.stringContaining('fresh'),
        });
      }
    },
    BUILD_MS,
  );

  it(
    'starts from scratch when forced, and leaves other targets alone',
    async () => {
      const [one = 'host', ...others] = here;
      const forced = await build(project, [one], environment(), { force: true });
      expect(forced.artefacts[0]?.explanation.at(-1)).toContain('stale');
      const again = await build(project, others);
      for (const { explanation } of again.artefacts) expect(explanation.at(-1)).toContain('fresh');
    },
    BUILD_MS,
  );

  it(
    'builds the others when one fails, and says what is wrong with that one',
    async () => {
      const [broken, ...good] = here;
      const triple = TARGETS[broken ?? 'linux-arm64'].rust;
      write(project.root, '.cargo/config.toml', `[target.${triple}]\nrustflags = ["--cfg", "cpex_test_broken"]\n`);
      const { artefacts, failures, exit } = await build(project, here, environment(), { force: true });
      expect(artefacts.map(({ target }) => target)).toEqual(good);
      expect(failures).toMatchObject([{ target: broken, error: { code: 'CPEX_E_BUILD_FAILED' } }]);
      expect(failures[0]?.error.output?.join('\n')).toContain('broken on purpose');
      expect(exit).toBe(1);
    },
    BUILD_MS,
  );
});

group('Rust through zig', noRust ?? (zig === undefined ? 'no zig' : undefined), () => {
  it.for(['linux-x64', 'linux-arm64'] as const)(
    '%s works with glibc 2.17',
    { timeout: BUILD_MS },
    async (name, { skip }) => {
      const lack = lackFor(name);
      if (lack !== undefined) skip(lack);
      const result = await build(richProject(), [name], environment(), { glibc: '2.17' });
      const said = spawnSync('readelf', ['-VW', fileFor(result, name)], { encoding: 'utf8' });
      if (said.error !== undefined) skip('no readelf');
      const minor = [...said.stdout.matchAll(/GLIBC_2\.(\d+)/g)].map(([, one]) => Number(one));
      expect(Math.max(...minor)).toBeGreaterThan(0);
      expect(Math.max(...minor)).toBeLessThanOrEqual(17);
      expect(result.plan.targets[0]?.toolchain.compiler?.source).toBe('zig');
    },
  );

  it('windows-x64 exports the entry alone there, too', { timeout: BUILD_MS }, async ({ skip }) => {
    const lack = lackFor('windows-x64');
    if (lack !== undefined) skip(lack);
    const env = environment({ CC_windows_x64: `${zig} cc -target x86_64-windows-gnu` });
    const result = await build(richProject(), ['windows-x64'], env);
    const said = llvm('readobj', '--coff-exports', fileFor(result, 'windows-x64'));
    if (said === undefined) return skip('no llvm-readobj');
    expect([...said.matchAll(/^ *Name: (\S+)/gm)].map(([, one]) => one)).toEqual([ENTRY]);
  });
});

/** Libraries that are part of each system. */
const USUAL: Partial<Record<TargetName, RegExp>> = {
  'linux-arm64': /^(?:libc\.so\.6|libgcc_s\.so\.1|ld-linux-aarch64\.so\.1|lib(?:m|dl|pthread|rt|util)\.so\.\d)$/,
  'linux-x64-musl': /^libc\.so$/,
  'linux-arm64-musl': /^libc\.so$/,
  'windows-x64': /^(?:kernel32|msvcrt|ntdll|userenv|ws2_32|bcryptprimitives|api-ms-win-[\w-]+)\.dll$/i,
  'windows-arm64': /^(?:kernel32|ntdll|userenv|ws2_32|bcryptprimitives|api-ms-win-[\w-]+)\.dll$/i,
  // The reader counts the library itself among them.
  'darwin-x64': /^(?:\/usr\/lib\/libSystem\.B|@rpath\/tiny)\.dylib$/,
  'darwin-arm64': /^(?:\/usr\/lib\/libSystem\.B|@rpath\/tiny)\.dylib$/,
  'freebsd-x64': /^lib(?:c\.so\.7|thr\.so\.3|gcc_s\.so\.1)$/,
};

const HOST = `#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **words) {
  void *library = count > 1 ? dlopen(words[1], RTLD_NOW) : 0;
  int (*entry)(void *, void *) = library ? (int (*)(void *, void *))dlsym(library, "${ENTRY}") : 0;
  if (!entry) { puts(dlerror()); return 1; }
  printf("%d\\n", entry(0, 0));
  return 0;
}
`;

/** Pages of a thin Mach-O file whose digest is not the one in its signature; throws where it has none. */
function brokenPages(file: Buffer): number[] {
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left--, at += file.readUInt32LE(at + 4)) {
    if (file.readUInt32LE(at) === 0x1d) break;
  }
  expect(file.readUInt32LE(at)).toBe(0x1d);
  const signature = file.readUInt32LE(at + 8);
  const directory = signature + file.readUInt32BE(signature + 16);
  expect(file.readUInt32BE(directory)).toBe(0xfade0c02);
  const [hashes, count, end] = [16, 28, 32].map((offset) => file.readUInt32BE(directory + offset)) as [
    number,
    number,
    number,
  ];
  const size = 1 << file.readUInt8(directory + 39);
  expect(count).toBe(Math.ceil(end / size));
  return Array.from({ length: count }, (_, page) => page).filter((page) => {
    const digest = createHash('sha256')
      .update(file.subarray(page * size, Math.min(end, (page + 1) * size)))
      .digest();
    return !digest.equals(file.subarray(directory + hashes + page * 32, directory + hashes + (page + 1) * 32));
  });
}
