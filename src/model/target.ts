/** The platforms a plugin can be built for, by their canonical names. */
export type TargetName =
  | 'linux-x64'
  | 'linux-arm64'
  | 'linux-x64-musl'
  | 'linux-arm64-musl'
  | 'darwin-x64'
  | 'darwin-arm64'
  | 'darwin-universal'
  | 'windows-x64'
  | 'windows-arm64'
  | 'freebsd-x64';

export type TargetOs = 'linux' | 'darwin' | 'windows' | 'freebsd';
export type TargetArch = 'x64' | 'arm64' | 'universal';
export type CLibrary = 'glibc' | 'musl' | 'system';

/** One row of the target table: everything the tools need to know about a platform. */
export interface Target {
  readonly name: TargetName;
  readonly os: TargetOs;
  readonly arch: TargetArch;
  readonly libc: CLibrary;
  /** Extension of a shared library, with its dot: `.so`, `.dylib`, `.dll`. */
  readonly libraryExtension: '.so' | '.dylib' | '.dll';
  /** Extension of an executable, with its dot, or nothing. */
  readonly executableExtension: '' | '.exe';
  /** Go's GOOS and GOARCH; absent where Go has no single pair (`darwin-universal`). */
  readonly go?: { readonly os: string; readonly arch: string };
  /** Rust target triple. */
  readonly rust?: string;
  /** zig target triple, without a glibc suffix. */
  readonly zig?: string;
  /** CMake's system name and processor. */
  readonly cmake: { readonly system: string; readonly processor: string };
}

/** What a plugin is built into: a file that its host loads, or one that it starts. */
export type ArtefactKind = 'library' | 'executable';

/** The languages a plugin can be written in. */
export type Language = 'c' | 'go' | 'rust';
export const LANGUAGES: readonly Language[] = ['c', 'go', 'rust'];

/** How people write them. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { c: 'C', go: 'Go', rust: 'Rust' };
