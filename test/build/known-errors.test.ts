import { describe, expect, it } from 'vitest';
import { explainOutput } from '../../src/build/known-errors.js';
import type { Language } from '../../src/model/target.js';

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

describe('raw errors of the tools', () => {
  it.each(RAW)('%s: %s', (language, output, meaning) => {
    const known = explainOutput(language, output);
    expect(known?.meaning).toMatch(meaning);
    expect(known?.remedy).toMatch(/\S/);
  });

  it('says nothing about what it does not know', () => {
    expect(explainOutput('c', "plugin.c:8:3: error: unknown type name 'retrun'")).toBeUndefined();
    expect(explainOutput('rust', 'error: expected one of `!` or `::`, found `@`')).toBeUndefined();
  });
});
