import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Project } from '../../src/model/manifest.js';
import type { TargetName } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { ZIG } from '../tools/zig.js';
import { missingFor, tinyProject, write } from './projects.js';

export const ENTRY = 'cpex_plugin_init';

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

/** A crate that uses what differs from system to system, and can be called. */
export function richProject(): Project {
  const project = tinyProject('rust');
  write(project.root, 'src/lib.rs', SOURCE);
  return project;
}

export const answers = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const sysroot = missingFor('rust') ? '' : execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim();

/** Compilers of distributions that serve as linkers. */
const GCC: Partial<Record<TargetName, string>> = {
  'linux-arm64': 'aarch64-linux-gnu-gcc',
  'linux-x64-musl': 'musl-gcc',
  'windows-x64': 'x86_64-w64-mingw32-gcc',
};

/** Why this machine cannot build Rust for a target; undefined when it can. */
export function lackFor(name: TargetName): string | undefined {
  const triple = TARGETS[name].rust ?? '';
  const std = path.join(sysroot, 'lib/rustlib', triple, 'lib');
  if (!existsSync(std) || !readdirSync(std).some((file) => file.startsWith('libstd-'))) return `no std for ${triple}`;
  const gcc = GCC[name];
  if (name === hostTarget().name || (gcc !== undefined && answers(gcc, '--version'))) return undefined;
  return ZIG === undefined ? 'no zig' : undefined;
}

export const FOREIGN: readonly TargetName[] = [
  'linux-arm64',
  'linux-x64-musl',
  'linux-arm64-musl',
  'windows-x64',
  'windows-arm64',
  'darwin-x64',
  'darwin-arm64',
  'freebsd-x64',
];
export const noRust = missingFor('rust') ?? (hostTarget().name === 'linux-x64' ? undefined : 'not on linux-x64');
export const lacks = new Map(FOREIGN.map((name) => [name, noRust ?? lackFor(name)]));
export const here = FOREIGN.filter((name) => lacks.get(name) === undefined);

export const environment = (changes: Record<string, string> = {}) => ({
  ...process.env,
  ...(ZIG === undefined ? {} : { ZIG }),
  ...changes,
});

/** Libraries that are part of each system. */
export const USUAL: Partial<Record<TargetName, RegExp>> = {
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

export const HOST = `#include <dlfcn.h>
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
export function brokenPages(file: Buffer): number[] {
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
