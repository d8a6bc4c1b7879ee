import { wheelCommand } from './python-wheel.js';

/** Package managers whose commands the doctor can name. */
export type Installer = 'apt' | 'dnf' | 'brew' | 'winget';

/** One command, or several joined by `&&`, that can be pasted into a shell; else a sentence that says what to do. */
type InstallText = string | ((env: Readonly<Record<string, string | undefined>>) => Promise<string>);

/** What cpex knows about a tool: how to ask for its version, how old it may be, how to get it. */
export interface ToolFacts {
  /** Executables that serve, in order of preference. */
  readonly executables: readonly string[];
  readonly versionArgs: readonly string[];
  /** First group: the version as a dotted number. */
  readonly versionPattern: RegExp;
  /** Lowest version that works. */
  readonly floor?: string;
  /** What it is needed for, to be put after "needed". */
  readonly purpose: string;
  /** The one command that installs it, by package manager; `other` where none is known. */
  readonly install: Readonly<Record<Installer | 'other', InstallText>>;
}

/** Compilers of distributions for another machine than their own, by the name of their executable. */
export const CROSS_COMPILERS = [
  'aarch64-linux-gnu-gcc',
  'x86_64-linux-gnu-gcc',
  'x86_64-w64-mingw32-gcc',
  'musl-gcc',
] as const;
export type CrossCompiler = (typeof CROSS_COMPILERS)[number];

export type ToolName =
  | 'cc'
  | 'cmake'
  | 'ninja'
  | 'make'
  | 'go'
  | 'cargo'
  | 'rustc'
  | 'git'
  | 'zig'
  | 'lld'
  | CrossCompiler;

/** Go's own archive; the distributions' packages are often older than a plugin needs. */
const GO_ARCHIVE = `curl -fsSL https://go.dev/dl/go1.26.8.linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}.tar.gz | sudo tar -xzC /usr/local, then put /usr/local/go/bin on PATH (the package of Debian 12 is Go 1.19: too old)`;
const RUSTUP =
  "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh (the package of Debian 12 is Rust 1.63: too old)";

const rust = (executable: 'cargo' | 'rustc'): ToolFacts => ({
  executables: [executable],
  versionArgs: ['--version'],
  versionPattern: new RegExp(`^${executable} (\\d+\\.\\d+\\.\\d+)`),
  floor: '1.85',
  purpose: 'for Rust plugins',
  install: {
    apt: RUSTUP,
    dnf: RUSTUP,
    brew: 'brew install rustup',
    winget: 'winget install Rustlang.Rustup',
    other: RUSTUP,
  },
});

/** Debian's compiler for Windows has no dot in its version: `(GCC) 12-win32`. */
const COMPILER_VERSION = /(?:\b(?=\d+\.\d)|\(GCC\) (?=\d+-))(\d+(?:\.\d+){0,2})\b/;

const ZIG_WINGET = 'winget install zig.zig';
/** zig comes as a Python wheel to distributions that do not have it. */
const zigWheel = (env: Readonly<Record<string, string | undefined>>) => wheelCommand('ziglang', env);

/** Distributions differ in which cross compilers they have; zig serves where there is none. */
const cross = (executable: CrossCompiler, purpose: string, install: Partial<ToolFacts['install']>): ToolFacts => ({
  executables: [executable],
  versionArgs: ['--version'],
  versionPattern: COMPILER_VERSION,
  purpose,
  install: {
    apt: zigWheel,
    dnf: 'sudo dnf install zig',
    brew: 'brew install zig',
    winget: ZIG_WINGET,
    other: zigWheel,
    ...install,
  },
});
export const TOOLS: Readonly<Record<ToolName, ToolFacts>> = {
  cc: {
    executables: process.platform === 'darwin' ? ['clang', 'cc', 'gcc'] : ['gcc', 'cc', 'clang'],
    versionArgs: ['--version'],
    versionPattern: COMPILER_VERSION,
    purpose: 'for C, for cgo and to link Rust',
    install: {
      apt: 'sudo apt install gcc libc6-dev',
      dnf: 'sudo dnf install gcc',
      brew: 'xcode-select --install',
      winget: 'winget install BrechtSanders.WinLibs.POSIX.UCRT',
      other: 'install gcc or clang',
    },
  },
  cmake: {
    executables: ['cmake'],
    versionArgs: ['--version'],
    versionPattern: /^cmake version (\d+\.\d+(?:\.\d+)?)/,
    floor: '3.20',
    purpose: 'for C plugins',
    install: {
      apt: 'sudo apt install cmake',
      dnf: 'sudo dnf install cmake',
      brew: 'brew install cmake',
      winget: 'winget install Kitware.CMake',
      other: 'install cmake from https://cmake.org/download',
    },
  },
  ninja: {
    executables: ['ninja', 'ninja-build'],
    versionArgs: ['--version'],
    versionPattern: /^(\d+\.\d+(?:\.\d+)?)/,
    purpose: 'for C plugins (faster than make)',
    install: {
      apt: 'sudo apt install ninja-build',
      dnf: 'sudo dnf install ninja-build',
      brew: 'brew install ninja',
      winget: 'winget install Ninja-build.Ninja',
      other: 'install ninja from https://ninja-build.org',
    },
  },
  make: {
    executables: ['make', 'gmake'],
    versionArgs: ['--version'],
    versionPattern: /^GNU Make (\d+\.\d+(?:\.\d+)?)/,
    purpose: 'for C plugins where ninja is missing',
    install: {
      apt: 'sudo apt install make',
      dnf: 'sudo dnf install make',
      brew: 'xcode-select --install',
      winget: 'winget install GnuWin32.Make',
      other: 'install GNU make',
    },
  },
  go: {
    executables: ['go'],
    versionArgs: ['version'],
    versionPattern: /\bgo(\d+\.\d+(?:\.\d+)?)/,
    floor: '1.21',
    purpose: 'for Go plugins',
    install: {
      apt: GO_ARCHIVE,
      dnf: 'sudo dnf install golang',
      brew: 'brew install go',
      winget: 'winget install GoLang.Go',
      other: GO_ARCHIVE,
    },
  },
  cargo: rust('cargo'),
  rustc: rust('rustc'),
  git: {
    executables: ['git'],
    versionArgs: ['--version'],
    versionPattern: /(\d+\.\d+(?:\.\d+)?)/,
    purpose: 'for cpex new --git',
    install: {
      apt: 'sudo apt install git',
      dnf: 'sudo dnf install git',
      brew: 'brew install git',
      winget: 'winget install Git.Git',
      other: 'install git from https://git-scm.com',
    },
  },
  zig: {
    executables: ['zig'],
    versionArgs: ['version'],
    versionPattern: /^(\d+\.\d+\.\d+)/,
    floor: '0.15.1',
    purpose: 'for targets that no other compiler serves',
    install: {
      apt: zigWheel,
      dnf: 'sudo dnf install zig',
      brew: 'brew install zig',
      winget: ZIG_WINGET,
      other: zigWheel,
    },
  },
  lld: {
    executables: ['ld64.lld'],
    versionArgs: ['--version'],
    versionPattern: /LLD (\d+\.\d+\.\d+)/,
    purpose: 'to link Rust for macOS',
    install: {
      apt: 'sudo apt install lld',
      dnf: 'sudo dnf install lld',
      brew: 'brew install lld',
      winget: 'winget install LLVM.LLVM',
      other: 'install lld from https://lld.llvm.org',
    },
  },
  // Without recommended packages Debian's compiler for arm64 would come without headers.
  'aarch64-linux-gnu-gcc': cross('aarch64-linux-gnu-gcc', 'for linux-arm64', {
    apt: 'sudo apt install gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  }),
  'x86_64-linux-gnu-gcc': cross('x86_64-linux-gnu-gcc', 'for linux-x64', {
    apt: 'sudo apt install gcc-x86-64-linux-gnu libc6-dev-amd64-cross',
  }),
  'x86_64-w64-mingw32-gcc': cross('x86_64-w64-mingw32-gcc', 'for windows-x64', {
    apt: 'sudo apt install gcc-mingw-w64-x86-64',
    dnf: 'sudo dnf install mingw64-gcc',
    brew: 'brew install mingw-w64',
    winget: 'winget install BrechtSanders.WinLibs.POSIX.UCRT',
  }),
  'musl-gcc': cross('musl-gcc', 'for musl', {
    apt: 'sudo apt install musl-tools',
    dnf: 'sudo dnf install musl-gcc musl-devel',
  }),
};
