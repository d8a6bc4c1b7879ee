import { describe, expect, it } from 'vitest';
import { explainOutput } from '../../src/build/known-errors.js';
import { compilerRemedy, rustStdRemedy } from '../../src/build/remedies.js';
import type { Language, TargetName } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGETS } from '../../src/project/targets/table.js';

const RAW: readonly [Language, string, RegExp][] = [
  [
    'rust',
    "error[E0463]: can't find crate for `std`\n  = note: the `aarch64-unknown-linux-gnu` target may not be installed",
    /standard library/,
  ],
  ['rust', 'error: linker `cc` not found\n  |\n  = note: No such file or directory (os error 2)', /C compiler/],
  [
    'rust',
    '  feature `edition2024` is required\n\n  The package requires the Cargo feature called `edition2024`',
    /too old for edition 2024/,
  ],
  [
    'rust',
    'error: rustc 1.80.0 is not supported by the following package:\n  x@1.0.0 requires rustc 1.85',
    /newer Rust/,
  ],
  ['rust', 'error: failed to get `serde` as a dependency of package `x v0.1.0`', /fetch a crate/],
  ['rust', 'error: unsafe attribute used without unsafe', /edition 2024/],
  ['rust', 'error: failed to write /x: No space left on device (os error 28)', /disk is full/],
  ['go', 'package x: build constraints exclude all Go files in /x', /left out every file/],
  ['go', "gcc_arm64.S: Assembler messages:\nError: no such instruction: `stp x29,x30,[sp,#-96]!'", /another processor/],
  ['go', 'cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH', /needs a C compiler/],
  ['go', 'go: go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)', /newer Go/],
  ['go', '-buildmode=c-shared requires exactly one main package', /package main/],
  ['go', 'main.go:4:2: no required module provides package example.com/x; to add it:', /go.mod or go.sum/],
  ['go', 'error obtaining VCS status: exit status 128', /git refused/],
  ['c', 'FAILED: tiny.dylib\n: && x-cc -o tiny.dylib && :\nSegmentation fault (core dumped)', /exports nothing/],
  ['go', 'error: unable to find system framework "Foundation". searched paths: none', /no description/],
  ['c', 'error: unable to find dynamic system library "objc" using strategy paths_first.', /no description/],
  ['c', 'CMake Error: CMAKE_C_COMPILER not set, after EnableLanguage', /no working C compiler/],
  [
    'c',
    'CMake Error at CMakeLists.txt:1 (cmake_minimum_required):\n  CMake 3.31 or higher is required.  You are running version 3.25.1',
    /newer cmake/,
  ],
  ['c', '/x/plugin.c:1:10: fatal error: cpex/cpex.h: No such file or directory', /header is missing/],
  [
    'c',
    '/usr/bin/ld: cannot find -lfoo: No such file or directory\ncollect2: error: ld returned 1 exit status',
    /linker found/,
  ],
  ['c', 'ninja: error: opening build log: Permission denied', /may not be read or written/],
];

/** Raw errors of builds for other targets, with words that the remedy must hold. */
const FOREIGN: readonly [Language, TargetName, string, RegExp, RegExp][] = [
  [
    'rust',
    'linux-arm64',
    "error[E0463]: can't find crate for `std`",
    /for linux-arm64/,
    /rustup target add aarch64-unknown-linux-gnu/,
  ],
  ['rust', 'windows-x64', 'error: linker `x86_64-w64-mingw32-gcc` not found', /C compiler/, /CC_windows_x64/],
  [
    'rust',
    'linux-x64-musl',
    'error: cannot produce cdylib for `x` as the target `x86_64-unknown-linux-musl` does not support these crate types',
    /dynamically/,
    /crt-static/,
  ],
  ['go', 'linux-arm64', "Error: no such instruction: `stp x29,x30,[sp,#-96]!'", /linux-arm64/, /CC_linux_arm64/],
  ['go', 'windows-x64', "gcc: error: unrecognized command-line option '-mthreads'", /windows-x64/, /CC_windows_x64/],
  ['go', 'darwin-x64', "error: unable to find dynamic system library 'resolv'", /not among/, /Mac/],
  ['go', 'darwin-arm64', 'error: unsupported linker arg: -x', /zig/, /newer zig/],
  ['rust', 'windows-x64', 'error: unsupported linker arg: --no-undefined-version', /zig/, /CC_windows_x64/],
  ['go', 'linux-x64-musl', 'initial-exec TLS resolves to dynamic definition in x.so', /musl/, /linux-x64/],
  ['c', 'linux-x64', '/lib/x86_64-linux-gnu/libc.so: invalid ELF header', /do not mix/, /linux-x64-musl/],
  ['c', 'linux-arm64', 'plugin.c:1:10: fatal error: stdlib.h: No such file or directory', /header/, /System headers/],
  ['c', 'linux-x64', "fatal error: error writing to 'x.o': File too large", /limit/, /ulimit/],
  ['go', 'linux-x64', '/usr/bin/ld: final link failed: No space left on device', /disk is full/, /Free/],
];

describe('raw errors of the tools', () => {
  const at = (language: Language, target: TargetName = hostTarget().name) => ({
    language,
    target: TARGETS[target],
    env: process.env,
  });

  it.each(RAW)('%s: %s', async (language, output, meaning) => {
    const known = await explainOutput(output, at(language));
    expect(known?.meaning).toMatch(meaning);
    expect(known?.remedy).toMatch(/\S/);
  });

  it.each(FOREIGN)('%s for %s: %s', async (language, target, output, meaning, remedy) => {
    const known = await explainOutput(output, at(language, target));
    expect(known?.meaning).toMatch(meaning);
    expect(known?.remedy).toMatch(remedy);
  });

  it('are answered with what the doctor says', async () => {
    const { env } = process;
    const known = await explainOutput("no such instruction: `stp x29'", at('go', 'linux-arm64'));
    expect(known?.remedy).toContain(await compilerRemedy(TARGETS['linux-arm64'], env));
    const std = await explainOutput("error[E0463]: can't find crate for `std`", at('rust', 'windows-arm64'));
    expect(std?.remedy).toBe(rustStdRemedy('aarch64-pc-windows-gnullvm'));
  });

  it('says nothing about what it does not know', async () => {
    expect(await explainOutput("plugin.c:8:3: error: unknown type name 'retrun'", at('c'))).toBeUndefined();
    expect(await explainOutput('error: expected one of `!` or `::`, found `@`', at('rust'))).toBeUndefined();
  });
});
