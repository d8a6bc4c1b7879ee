import type { Finding } from './finding.js';
import type { CLibrary, Language, TargetArch, TargetName, TargetOs } from './target.js';

/** Everything that is known about one file without running it. */
export interface AuditReport {
  /** The path as it was given to the audit. */
  readonly file: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly facts: BinaryFacts;
  /** The target that the file is for, as far as it says; undefined when it is none of cpex's. */
  readonly target?: TargetName;
  /** The language it was written in, by the traces that compilers leave; `c` when there are none. */
  readonly language: Language;
  /** Oldest glibc that accepts the file; undefined when it needs none. */
  readonly glibc?: string;
  readonly findings: readonly Finding[];
}

/** What kind of file was found. Only `elf` is read in depth; the others are recognised and named. */
export type BinaryFormat = 'elf' | 'macho' | 'pe' | 'archive' | 'object' | 'text' | 'other';

/** What a binary is made for. */
export type BinaryRole = 'library' | 'executable' | 'object' | 'core' | 'other';

/** What a file says about itself, in words common to all binary formats. */
export interface BinaryFacts {
  readonly format: BinaryFormat;
  readonly role: BinaryRole;
  /** One line for people: `64-bit ELF shared library for x64`. */
  readonly description: string;
  readonly os?: TargetOs;
  /** The processor in cpex's words (`x64`, `arm64`), or the format's own name for any other. */
  readonly arch?: TargetArch | (string & {});
  readonly bits?: 32 | 64;
  readonly littleEndian?: boolean;
  /** Facts of the dynamic linker's tables; absent when the format is not read in depth. */
  readonly dynamic?: DynamicFacts;
}

/** What the dynamic linker will see, and how the file was hardened and made. */
export interface DynamicFacts {
  /** The C library that the file needs; undefined when it needs none. */
  readonly libc?: CLibrary;
  readonly exports: readonly ExportedSymbol[];
  readonly imports: readonly ImportedSymbol[];
  /** Names of wanted symbols that exist in the file but are not exported. */
  readonly hidden: readonly string[];
  readonly needed: readonly string[];
  /** The library's own name: SONAME, install name. */
  readonly ownName?: string;
  readonly runPaths: readonly RunPath[];
  readonly versionNeeds: readonly VersionNeed[];
  readonly segments: readonly SegmentFacts[];
  readonly interpreter?: string;
  /** `unmarked`: no PT_GNU_STACK, which most loaders take for executable. */
  readonly stack: 'plain' | 'executable' | 'unmarked';
  /** Relocations made read-only after loading: not at all, except for lazily bound functions, entirely. */
  readonly relro: 'none' | 'partial' | 'full';
  readonly bindNow: boolean;
  readonly textRelocations: boolean;
  /** Thread-local bytes, and whether they must come from the space reserved at start-up. */
  readonly tls: { readonly size: number; readonly staticModel: boolean };
  readonly neverUnloaded: boolean;
  /** The loader refuses to `dlopen` it. */
  readonly noOpen: boolean;
  /** Marked as a position independent executable. */
  readonly pie: boolean;
  /** Functions that run while the library is loaded. */
  readonly constructors: number;
  /** Functions that choose an implementation while the library is loaded. */
  readonly indirectFunctions: number;
  readonly buildId?: string;
  /** CPU feature words of the GNU property note, e.g. `x86 ISA needed: v3`. */
  readonly properties: readonly string[];
  readonly toolchain: ToolchainFacts;
  /** Bytes of debug sections; 0 when there are none. */
  readonly debugBytes: number;
  /** True when there is no full symbol table. */
  readonly stripped: boolean;
  /** Bytes after everything that the headers describe. */
  readonly overlayBytes: number;
  /** Bytes of memory that loading takes. */
  readonly loadedBytes: number;
}

export interface ExportedSymbol {
  readonly name: string;
  readonly kind: 'function' | 'object' | 'tls' | 'indirect-function' | 'other';
  readonly weak: boolean;
  readonly version?: string;
  /** False when the address is outside every executable segment. */
  readonly executable: boolean;
}

export interface ImportedSymbol {
  readonly name: string;
  readonly weak: boolean;
  readonly version?: string;
  /** The library that is to bring this version. */
  readonly library?: string;
}

export interface RunPath {
  readonly kind: 'RPATH' | 'RUNPATH';
  /** One entry of the colon-separated list. */
  readonly folder: string;
}

/** One version of one library without which the loader refuses the file. */
export interface VersionNeed {
  readonly library: string;
  readonly version: string;
  /** The version entry itself is soft: an older library is accepted. */
  readonly weak: boolean;
  /** Imported symbols bound to it. */
  readonly symbols: readonly string[];
}

export interface SegmentFacts {
  /** Address, sizes and alignment in bytes. */
  readonly address: number;
  readonly memorySize: number;
  readonly fileSize: number;
  readonly alignment: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export interface ToolchainFacts {
  /** What compilers and linkers wrote about themselves. */
  readonly comments: readonly string[];
  readonly go?: GoBuildFacts;
}

export interface GoBuildFacts {
  /** `go1.26.8`. */
  readonly version: string;
  /** Build settings such as `-race` → `true`, `GOARCH` → `amd64`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Path of the main module, where recorded. */
  readonly module?: string;
}
