import type { CodeEntry } from './entry.js';

export const buildCodes = {
  CPEX_E_BUILD_FAILED: {
    kind: 'child',
    exit: 1,
    title: 'The build tool failed',
    text: 'cmake, go or cargo ended with an error, shown above as the tool printed it. Nothing was placed: the library of the last good build is still in dist/. `cpex build --verbose` shows every line of the tool, `cpex build --dry-run` the exact commands.',
  },
  CPEX_E_BUILD_TIMEOUT: {
    kind: 'child',
    exit: 1,
    title: 'The build tool did not come to an end',
    text: 'A build step ran for more than an hour and was ended together with everything it had started. Run the command from `cpex build --dry-run` by hand to see where it waits; a question on the terminal and a lock held by another process are the usual reasons.',
  },
  CPEX_E_BUILD_NO_LIBRARY: {
    kind: 'child',
    exit: 1,
    title: 'The build made no shared library',
    text: 'The tool succeeded, but nothing it made is a shared library for a plugin. C: CMakeLists.txt needs `add_library(name SHARED …)`. Rust: Cargo.toml needs `crate-type = ["cdylib"]` under [lib]. Go: the package at the top of the project must be `package main`.',
  },
  CPEX_E_BUILD_NO_EXECUTABLE: {
    kind: 'child',
    exit: 1,
    title: 'The build made no program for the plugin',
    text: 'The tool succeeded, but nothing it made is the program that the host would start. Hosts of processes (go-plugin, console, tau, and cpex with `--as process`) take an executable. C: CMakeLists.txt needs `add_executable(name …)`, and among several the one whose OUTPUT_NAME is the id counts. Rust: the crate needs src/main.rs or a [[bin]]. Go: the package has to be `package main`. Where a project makes several programs, `build: {target: NAME}` in cpex.yaml names the plugin.',
  },
  CPEX_E_BUILD_AUDIT: {
    kind: 'child',
    exit: 1,
    title: 'What was built is not fit for its host',
    text: 'The library or program was built, and the audit of the file found something that keeps the host from loading or starting it: a missing entry symbol, a newer glibc than the manifest allows, an executable stack or the like. It was not placed; dist/ holds what it held before. `cpex check FILE` runs the same audit on any file.',
  },
  CPEX_E_BUILD_LAYOUT: {
    kind: 'user',
    exit: 2,
    title: "The project lacks its language's build file",
    text: 'Beside cpex.yaml cpex expects CMakeLists.txt (C), go.mod (Go) or Cargo.toml (Rust). Either the file is missing, or `language` in cpex.yaml names another language than the project is written in.',
  },
  CPEX_E_BUILD_SANITIZE: {
    kind: 'user',
    exit: 2,
    title: 'The build cannot be made with this sanitizer',
    text: 'A build with a sanitizer is for the machine itself. C has address, undefined and thread; Go has address (`go build -asan`), because a library built with -race cannot be loaded into a running process; Rust has address and thread, with a nightly toolchain. For Go and Rust the race detectors of their own test runners do what thread does for C: `cpex test --native`.',
  },
  CPEX_E_SANITIZER_RUNTIME: {
    kind: 'environment',
    exit: 3,
    title: "A sanitizer's run-time library or toolchain is not installed",
    text: 'A library that was built with a sanitizer needs its run-time library, which is loaded before all others. gcc brings libasan, libubsan and libtsan; clang keeps its own in a package (libclang-rt-…-dev on Debian), and older ones have none for threads that could be loaded. Rust needs a nightly toolchain from rustup, and for threads the component rust-src.',
  },
  CPEX_E_BUILD_TOOL_MISSING: {
    kind: 'environment',
    exit: 3,
    title: 'A tool that the build needs is not installed',
    text: 'C needs a compiler, cmake and ninja or make; Go needs go and a C compiler; Rust needs cargo and a C compiler as linker. They are searched along PATH. A foreign target needs a C compiler of its own: the one that a variable such as CC_linux_arm64 names, the cross compiler of the distribution, or zig (from ZIG, PATH or the Python package ziglang). `cpex doctor` lists what is there, what is missing and the command that installs it.',
  },
  CPEX_E_BUILD_TOOL_OLD: {
    kind: 'environment',
    exit: 3,
    title: 'A tool is too old',
    text: 'The floors are cmake 3.20, Go 1.21, Rust 1.85 (edition 2024) and zig 0.15.1. The packages of some distributions are older: Debian 12 has Go 1.19 and Rust 1.63. `cpex doctor` names the way to a newer one.',
  },
  CPEX_E_BUILD_TOOL_BROKEN: {
    kind: 'environment',
    exit: 3,
    title: 'A tool does not run',
    text: 'The executable is there, but asking for its version failed, or it is half installed: a C compiler that cannot read stdlib.h, a zig without its library folder. Common reasons: a rustup shim without a default toolchain (`rustup default stable`) or without the one that rust-toolchain.toml names (`rustup toolchain install`; cpex keeps rustup from doing that on the way, unless RUSTUP_AUTO_INSTALL=1 is set), macOS without the command line tools (`xcode-select --install`), a library that the tool needs and does not find.',
  },
  CPEX_E_BUILD_STD_MISSING: {
    kind: 'environment',
    exit: 3,
    title: "Rust's standard library for the target is missing",
    text: "Rust has a standard library of its own for every target, and only that of your machine is installed with it. Where rustup is in charge, `rustup target add TRIPLE` fetches another; the message names the triple. A Rust from a distribution gets it from the distribution, where there is such a package, of exactly the same version; or it is built from Rust's sources with -Zbuild-std, which cpex passes on. A folder that is there without libstd in it is a half finished installation: run the command again.",
  },
  CPEX_E_BUILD_IMPOSSIBLE: {
    kind: 'user',
    exit: 2,
    title: 'This language cannot make a plugin for this target',
    text: 'Some pairs cannot work on any machine, so they are refused before a tool is started. The one known pair is Go with musl: the Go runtime cannot be loaded by a musl process (golang/go#54805). `--target all` lists such pairs and builds the others.',
  },
  CPEX_E_BUILD_WRITE: {
    kind: 'environment',
    exit: 3,
    title: 'The project folder cannot be written',
    text: 'A build writes intermediate files to .cpex/build, the library to dist/ and the identity file of the SDK into the sources (Rust also writes target/). The message names the path and what the system said: no permission, a read-only disk, a full disk, or a file where a folder should be.',
  },
  CPEX_E_BUILD_LOCKED: {
    kind: 'environment',
    exit: 3,
    title: 'Another build of the same project does not end',
    text: 'Builds of one project, target and mode take turns. The process named in the message holds the lock and did not give it back within the time limit. If no build is running, remove the lock file named there.',
  },
  CPEX_E_BUILD_LOCKED_TOOLS: {
    kind: 'environment',
    exit: 3,
    title: 'The tools are not the locked ones',
    text: '`cpex build --locked` builds only with the tools that cpex-toolchains.lock records for the target: the same versions, and byte for byte the same programs. The message names each that differs, what the file wants and what is here; no tool has run. Install the wanted tools, or, when the new ones are meant, build with `cpex build --lock` and commit the file. An entry that is missing is refused in the same way.',
  },
  CPEX_E_TOOL_LOCK_FILE: {
    kind: 'user',
    exit: 2,
    title: 'cpex-toolchains.lock cannot be read',
    text: 'The file is damaged, was written by a newer cpex, or is something else under that name. cpex neither guesses nor overwrites it: take the last good one from version control, or delete it and make it anew with `cpex build --lock`. After a merge keep the entries of both sides: each target stands for itself.',
  },
} as const satisfies Record<string, CodeEntry>;
