import type { Language } from '../model/target.js';

/** A raw error of a tool, and what it means here. */
interface KnownError {
  readonly languages: readonly Language[];
  readonly pattern: RegExp;
  readonly meaning: string;
  readonly remedy: string;
}

const ALL: readonly Language[] = ['c', 'go', 'rust'];

/** First match wins, so the special comes before the general. */
const KNOWN: readonly KnownError[] = [
  {
    languages: ALL,
    pattern: /no space left on device|ENOSPC|os error 28\b/i,
    meaning: 'The disk is full.',
    remedy: 'Free some space; .cpex/build, target and the caches of go and cargo can always be deleted.',
  },
  {
    languages: ALL,
    pattern: /read-only file system|os error 30\b/i,
    meaning: 'The disk is mounted read-only.',
    remedy: 'Build in a folder that can be written.',
  },
  {
    languages: ['rust'],
    pattern: /error\[E0463\]: can't find crate for `(?:std|core)`/,
    meaning: "Rust's standard library for this target is not installed.",
    remedy: 'rustup target add TARGET, or install the rust-std package of your distribution.',
  },
  {
    languages: ['rust'],
    pattern: /feature `edition2024` is required|this version of Cargo is older than the `2024` edition/,
    meaning: 'This cargo is too old for edition 2024.',
    remedy: 'rustup update stable (1.85 is the lowest that works)',
  },
  {
    languages: ['rust'],
    pattern: /requires rustc (\d+\.\d+)|rustc \S+ is not supported by the following package/,
    meaning: 'A crate needs a newer Rust than the one that is installed.',
    remedy: 'rustup update stable, or choose an older version of that crate: cargo update CRATE --precise VERSION',
  },
  {
    languages: ['rust'],
    pattern: /linker `([^`]+)` not found/,
    meaning: 'Rust links through a C compiler, and there is none.',
    remedy: 'cpex doctor --lang rust names the command that installs one.',
  },
  {
    languages: ['rust'],
    pattern: /cannot produce (?:cdylib|dylib).*does not support these crate types/s,
    meaning: 'For musl, Rust makes shared libraries only when the C library is linked dynamically.',
    remedy: 'Build with RUSTFLAGS=-Ctarget-feature=-crt-static.',
  },
  {
    languages: ['rust'],
    pattern: /unsafe attribute used without unsafe/,
    meaning: 'In edition 2024 the attribute is written #[unsafe(no_mangle)].',
    remedy: 'Change the attribute as the compiler proposes.',
  },
  {
    languages: ['rust'],
    pattern: /failed to (?:get|download|fetch|load source)|Unable to update registry|spurious network error/,
    meaning: 'cargo could not fetch a crate.',
    remedy: 'Check the network and proxy settings; with all crates cached, cpex build -- --offline does without.',
  },
  {
    languages: ['rust'],
    pattern: /lock file .* needs to be updated but --(?:locked|frozen)/,
    meaning: 'Cargo.lock does not fit Cargo.toml, and --locked forbids changing it.',
    remedy: 'Run cargo update --workspace once and commit Cargo.lock.',
  },
  {
    languages: ['go'],
    pattern: /exec: "([^"]+)": executable file not found|C compiler "([^"]+)" not found/,
    meaning: 'cgo needs a C compiler, and the one it was told to use is not there.',
    remedy: 'cpex doctor --lang go names the command that installs one; CC chooses another.',
  },
  {
    languages: ['go'],
    pattern: /build constraints exclude all Go files/,
    meaning: 'Go left out every file of a package: a build tag does not fit, or cgo is switched off.',
    remedy: 'Look at the //go:build lines and file name endings (_linux, _amd64) of that package.',
  },
  {
    languages: ['go'],
    pattern: /no such instruction: .?stp x29|unrecognized command-line option .?-mthreads/,
    meaning: 'The C compiler is for another processor or system than the target.',
    remedy: 'Set CC to a compiler for the target.',
  },
  {
    languages: ['go'],
    pattern: /initial-exec TLS resolves to dynamic definition/,
    meaning: 'Go shared libraries cannot be loaded on musl (golang/go#54805).',
    remedy: 'Build for the glibc target, or write the plugin in C or Rust.',
  },
  {
    languages: ['go'],
    pattern: /go\.mod requires go >= \S+|requires go >= \S+ \(running go|toolchain not available/,
    meaning: 'The module needs a newer Go than the one that is installed.',
    remedy: 'Install that Go, or lower the go line in go.mod (1.21 is the lowest that works).',
  },
  {
    languages: ['go'],
    pattern: /-buildmode=c-shared requires exactly one main package/,
    meaning: 'The package at the top of the project is not package main.',
    remedy: 'Put package main and an empty func main() at the top of the project.',
  },
  {
    languages: ['go'],
    pattern: /no required module provides package|missing go\.sum entry|updates to go\.mod needed/,
    meaning: 'go.mod or go.sum does not list what the sources import.',
    remedy: 'go mod tidy',
  },
  {
    languages: ['go'],
    pattern: /dial tcp|proxyconnect|i\/o timeout|module lookup disabled/,
    meaning: 'go could not fetch a module.',
    remedy: 'Check the network, GOPROXY and GOFLAGS.',
  },
  {
    languages: ['go'],
    pattern: /error obtaining VCS status/,
    meaning: 'git refused to describe the folder, which another user owns.',
    remedy: 'git config --global --add safe.directory FOLDER',
  },
  {
    languages: ['c'],
    pattern:
      /CMAKE_C_COMPILER not set|No CMAKE_C_COMPILER could be found|CMAKE_C_COMPILER:[^\n]*\n[^\n]*is not a full path/,
    meaning: 'cmake found no working C compiler.',
    remedy: 'cpex doctor --lang c names the command that installs one; CC chooses another.',
  },
  {
    languages: ['c'],
    pattern: /CMAKE_MAKE_PROGRAM is not set|Does not match the generator used previously/,
    meaning: 'cmake found no usable ninja or make.',
    remedy: 'cpex doctor --lang c names the command that installs one.',
  },
  {
    languages: ['c'],
    pattern: /CMake \d+\.\d+(?:\.\d+)? or higher is required/,
    meaning: 'CMakeLists.txt asks for a newer cmake than the one that is installed.',
    remedy: 'Install a newer cmake, or lower cmake_minimum_required (3.20 is the lowest that works).',
  },
  {
    languages: ['c'],
    pattern: /unsupported linker arg/,
    meaning: 'zig does not understand an option of the linker.',
    remedy: 'Use a newer zig, or another compiler through CC.',
  },
  {
    languages: ALL,
    pattern: /fatal error: '?([\w/.]+\.h)'?(?:: No such file| file not found)/,
    meaning: 'A header is missing: of the system, of a library, or of the SDK.',
    remedy: 'System headers come with libc6-dev or glibc-devel, those of the SDK from your version control.',
  },
  {
    languages: ALL,
    pattern: /collect2: error|ld: cannot find -l|undefined reference to|undefined symbol:/,
    meaning: 'The linker found a name or a library nowhere.',
    remedy: 'Add the missing source file or library to the build file.',
  },
  {
    languages: ALL,
    pattern: /permission denied|os error 13\b/i,
    meaning: 'A file or folder may not be read or written.',
    remedy: 'Look at the owner of the files named above; a build that once ran as root leaves such files behind.',
  },
  {
    languages: ALL,
    pattern: /cannot allocate memory|out of memory|signal 9|Killed/,
    meaning: 'The machine ran out of memory.',
    remedy: 'Build with fewer jobs: cpex build -- -j1 (C, Rust), cpex build -- -p=1 (Go).',
  },
];

/** What a tool's output means, where it is one of the errors that we know. */
export function explainOutput(
  language: Language,
  output: string,
): { readonly meaning: string; readonly remedy: string } | undefined {
  return KNOWN.find((known) => known.languages.includes(language) && known.pattern.test(output));
}
