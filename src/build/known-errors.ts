import type { Language, Target } from '../model/target.js';
import { possible } from '../project/targets/possible.js';
import { compilerVariableName } from './compilers/explicit.js';
import type { Environment } from './find-toolchain.js';
import { compilerRemedy, RUSTUP_UPDATE, rustStdRemedy, zigRemedy } from './remedies.js';

/** What was being built when a tool failed. */
export interface FailedBuild {
  readonly language: Language;
  readonly target: Target;
  readonly env: Environment;
}

/** A text, or what makes it for the target at hand: remedies are those of `cpex doctor`. */
type Text = string | ((build: FailedBuild) => string | Promise<string>);

/** A raw error of a tool, and what it means here. */
interface KnownError {
  readonly languages: readonly Language[];
  readonly pattern: RegExp;
  readonly meaning: Text;
  readonly remedy: Text;
}

/** The command that installs a compiler for the target, and the variable that names another. */
const anotherCompiler = async ({ target, env }: FailedBuild) =>
  `${await compilerRemedy(target, env)}; ${compilerVariableName(target)} names another compiler.`;

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
    meaning: ({ target }) => `Rust's standard library for ${target.name} is not installed.`,
    remedy: ({ target }) => rustStdRemedy(target.rust ?? target.name),
  },
  {
    languages: ['rust'],
    pattern: /feature `edition2024` is required|this version of Cargo is older than the `2024` edition/,
    meaning: 'This cargo is too old for edition 2024.',
    remedy: `${RUSTUP_UPDATE} (1.85 is the lowest that works)`,
  },
  {
    languages: ['rust'],
    pattern: /requires rustc (\d+\.\d+)|rustc \S+ is not supported by the following package/,
    meaning: 'A crate needs a newer Rust than the one that is installed.',
    remedy: `${RUSTUP_UPDATE}, or choose an older version of that crate: cargo update CRATE --precise VERSION`,
  },
  {
    languages: ['rust'],
    pattern: /linker `([^`]+)` not found/,
    meaning: 'Rust links through a C compiler, and there is none.',
    remedy: anotherCompiler,
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
    meaning: ({ target }) => `The C compiler is for another processor or system than ${target.name}.`,
    remedy: anotherCompiler,
  },
  {
    languages: ['go'],
    pattern: /initial-exec TLS resolves to dynamic definition/,
    meaning: 'Go shared libraries cannot be loaded on musl (golang/go#54805).',
    remedy: ({ language, target }) => {
      const judged = possible(language, target, 'library');
      return judged.ok ? 'Run the plugin on a glibc system.' : judged.remedy;
    },
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
    languages: ALL,
    pattern: /\.dylib.*Segmentation fault/s,
    meaning: "zig's linker dies on a library for macOS that exports nothing.",
    remedy: 'Export the entry: mark it with CPEX_EXPORT in C.',
  },
  {
    languages: ALL,
    pattern: /unable to find (?:system framework|dynamic system library) "/,
    meaning: 'The plugin links a library of the target that zig has no description of.',
    remedy: ({ target }) =>
      `Leave that library out, build on a ${target.name} machine, or name a compiler that has it in ${compilerVariableName(target)}.`,
  },
  {
    languages: ALL,
    pattern: /unsupported linker arg/,
    meaning: 'zig does not understand an option of the linker.',
    remedy: async ({ target, env }) =>
      `Use a newer zig (${await zigRemedy(env)}), or name another compiler in ${compilerVariableName(target)}.`,
  },
  {
    languages: ALL,
    pattern: /unable to find (?:framework|dynamic system library)|(?:library|framework) not found for /,
    meaning: 'A library of the system is not among those that can be linked from this machine.',
    remedy: ({ target }) =>
      target.os === 'darwin'
        ? 'Build that target on a Mac, or leave away what needs that library of macOS.'
        : 'Install the library for the target, or leave away what needs it.',
  },
  {
    languages: ALL,
    pattern: /invalid ELF header/,
    meaning: 'A program of one C library met a library of another: musl and glibc do not mix.',
    remedy: 'Build for the target whose C library the program has, linux-x64 or linux-x64-musl.',
  },
  {
    languages: ALL,
    pattern: /file size limit exceeded|file too large|EFBIG|os error 27\b/i,
    meaning: 'A file grew beyond the limit that the system sets.',
    remedy: 'Raise the limit (ulimit -f unlimited) and build again.',
  },
  {
    languages: ALL,
    pattern: /fatal error: '?([\w/.]+\.h)'?(?:: No such file| file not found)/,
    meaning: 'A header is missing: of the system, of a library, or of the SDK.',
    remedy: async ({ target, env }) =>
      `System headers come with the C compiler of the target (${await compilerRemedy(target, env)}), those of the SDK from your version control.`,
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
export async function explainOutput(
  output: string,
  build: FailedBuild,
): Promise<{ readonly meaning: string; readonly remedy: string } | undefined> {
  const known = KNOWN.find((one) => one.languages.includes(build.language) && one.pattern.test(output));
  if (known === undefined) return undefined;
  const text = async (one: Text) => (typeof one === 'string' ? one : one(build));
  return { meaning: await text(known.meaning), remedy: await text(known.remedy) };
}
