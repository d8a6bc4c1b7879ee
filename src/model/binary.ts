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

/** What kind of file was found. `elf`, `macho` and `pe` are read in depth; the others are recognised and named. */
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
  /** ELF: facts of the dynamic linker's tables; absent for object files and other formats. */
  readonly dynamic?: DynamicFacts;
  /** Mach-O: facts of the load commands; of a universal file they are in its slices. */
  readonly macho?: MachOFacts;
  /** Universal Mach-O: what each slice is, in the file's order; absent for every other file. */
  readonly slices?: readonly BinaryFacts[];
  /** PE: facts of the optional header and its directories. */
  readonly pe?: PeFacts;
}

/** What every format says about how a library is joined to others. */
export interface LinkFacts {
  readonly exports: readonly ExportedSymbol[];
  readonly imports: readonly ImportedSymbol[];
  /** Names of wanted symbols that exist in the file but are not exported. */
  readonly hidden: readonly string[];
  /** Libraries that the loader must find. */
  readonly needed: readonly string[];
  /** The library's own name: SONAME, install name, the name in a PE export table. */
  readonly ownName?: string;
  /** Functions that run while the library is loaded. */
  readonly constructors: number;
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

/** One thin Mach-O file, or one slice of a universal one. */
export interface MachOFacts extends LinkFacts {
  /** A bundle can be loaded as a dylib can, but not linked against. */
  readonly fileType: 'dylib' | 'bundle' | 'executable';
  /** The system that it is for: `macOS`, `iOS`; undefined when it names none. */
  readonly platform?: string;
  /** Lowest version of the system that accepts the file, e.g. `11.0`; undefined when it names none. */
  readonly minimumOs?: string;
  readonly sdk?: string;
  /** Every linked library, by its number from 1 in imports; `weak` and `lazy` ones may be absent. */
  readonly libraries: readonly {
    readonly name: string;
    readonly kind: 'required' | 'weak' | 'reexported' | 'upward' | 'lazy';
  }[];
  /** Exported names that lack the underscore of C names, so that `dlsym` cannot find them. */
  readonly unreachable: readonly string[];
  /** Entries of `LC_RPATH`. */
  readonly runPaths: readonly string[];
  readonly uuid?: string;
  readonly segments: readonly (SegmentFacts & { readonly name: string })[];
  /** Names of the sections, without those of their segments. */
  readonly sections: readonly string[];
  /** An executable that can be put at any address. */
  readonly pie: boolean;
  readonly executableStack: boolean;
  /** Imports are looked up by library (`two-level`) or in every loaded one (`flat`). */
  readonly namespace: 'two-level' | 'flat';
  /** Imports that any loaded library may bring (`-undefined dynamic_lookup`). */
  readonly dynamicLookup: readonly string[];
  /** `none`: no signature; `adhoc`: page hashes without a signer; `signed`: with a CMS signature. */
  readonly signature: 'none' | 'adhoc' | 'signed';
  /** What is wrong with the signature's page hashes, seen by computing them; empty when they fit. */
  readonly signatureProblems: readonly string[];
}

/** One PE image: what its headers and directories say. */
export interface PeFacts extends LinkFacts {
  readonly dll: boolean;
  /** Holds code for .NET, which a host cannot look up functions in. */
  readonly managed: boolean;
  readonly dynamicBase: boolean;
  /** It can be moved to another address: its relocations were not removed. */
  readonly relocatable: boolean;
  readonly highEntropy: boolean;
  readonly nxCompatible: boolean;
  readonly controlFlowGuard: boolean;
  /** The header's time stamp; 0 when none, and a hash in reproducible builds of some linkers. */
  readonly timestamp: number;
  /** The linker says that the time stamp is a hash of the content. */
  readonly reproducible: boolean;
  /** Path of the debug database, where recorded. */
  readonly pdb?: string;
  readonly tlsCallbacks: number;
  readonly sections: readonly (SegmentFacts & { readonly name: string })[];
  /** An Authenticode signature is attached; its trust is not judged. */
  readonly signed: boolean;
  /** Names whose export is forwarded to another library, as `name -> library.function`. */
  readonly forwarded: readonly string[];
  /** Exported functions that have a number and no name. */
  readonly ordinalsOnly: readonly number[];
  /** Libraries that are looked for at the first call of a function of theirs, not while loading. */
  readonly delayed: readonly string[];
}

/** What the dynamic linker of an ELF system will see, and how the file was hardened and made. */
export interface DynamicFacts extends LinkFacts {
  /** The C library that the file needs; undefined when it needs none. */
  readonly libc?: CLibrary;
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
  /** Functions that choose an implementation while the library is loaded. */
  readonly indirectFunctions: number;
  readonly buildId?: string;
  /** CPU feature words of the GNU property note, e.g. `x86 ISA needed: v3`. */
  readonly properties: readonly string[];
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
  /** The library that is to bring it: on ELF the one that has the version. */
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
  /** Crates that cargo-auditable recorded, as `name version`, sorted. */
  readonly crates?: readonly string[];
}

export interface GoBuildFacts {
  /** `go1.26.8`. */
  readonly version: string;
  /** Build settings such as `-race` → `true`, `GOARCH` → `amd64`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Path of the main module, where recorded. */
  readonly module?: string;
}
