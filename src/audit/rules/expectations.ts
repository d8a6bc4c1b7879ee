import type { Language } from '../../model/target.js';

/** What a normal library of a language looks like, beyond what every one has. */
export interface LanguageExpectation {
  /** Exported names that the toolchain adds on its own. */
  readonly toolchainExports: RegExp;
  /** Weight of any other export than the entry. */
  readonly extraExports: 'warn' | 'info';
  /** Libraries that the toolchain links on its own. */
  readonly toolchainLibraries: RegExp;
  /** Constructors that a plain library has; more are worth a note. */
  readonly constructors: number;
}

/** Markers that some linkers export for every library. */
export const LINKER_EXPORTS =
  /^(?:_init|_fini|_edata|_end|_etext|__bss_start(?:__)?|__data_start|edata|end|_mh_(?:dylib|bundle)_header|__dso_handle)$/;

export const LANGUAGE_EXPECTATIONS: Readonly<Record<Language, LanguageExpectation>> = {
  c: { toolchainExports: /^$/, extraExports: 'warn', toolchainLibraries: /^$/, constructors: 2 },
  go: {
    // The Go runtime's C side exports about fifty helpers; names differ from release to release.
    toolchainExports:
      /^(?:_?x?_?cgo_\w+|_cgo\w*|_cgoexp_\w+|crosscall\w*|x_crosscall\w*|fatalf|_rt0_\w+|runtime\.\w+)$/,
    extraExports: 'info',
    toolchainLibraries: /^libresolv\.so\.2$/,
    constructors: 3,
  },
  rust: {
    toolchainExports: /^(?:rust_eh_personality|__rust_\w+|__rustc?_\w+)$/,
    extraExports: 'warn',
    toolchainLibraries: /^libgcc_s\.so\.1$/,
    // Three of the compilers' own, and on arm64 one that looks for atomic instructions.
    constructors: 4,
  },
};

/** Parts of the C libraries themselves: there wherever the C library is. */
export const C_LIBRARIES =
  /^(?:lib(?:c|m|dl|pthread|rt|util|anl|resolv|thr|mvec)\.so(?:\.\d+)?|libc\.musl-\w+\.so\.1|ld-musl-\w+\.so\.1|ld-linux[-\w]*\.so\.\d+|linux-vdso\.so\.1)$/;

/** What every FreeBSD has beside its C library. */
export const FREEBSD_LIBRARIES =
  /^lib(?:gcc_s|execinfo|util|elf|kvm|procstat|memstat|devstat|md|sbuf|nv|jail|geom|crypt|z|cxxrt|rpcsvc|sys|kiconv|ssp)\.so\.\d+$/;

/** Libraries whose symbols always carry a version, so that a symbol without one comes from elsewhere. */
export const VERSIONED_LIBRARIES =
  /^(?:lib(?:c\.so\.6|m\.so\.6|dl\.so\.2|pthread\.so\.0|rt\.so\.1|util\.so\.1|resolv\.so\.2|gcc_s\.so\.1)|ld-linux[-\w]*\.so\.\d+)$/;

export const SANITIZER_LIBRARIES = /(?:^|\/)(?:lib(?:a|t|m|l|ub|hwa|rt)san[-.]|libclang_rt\.|clang_rt\.|libgcov\b)/i;
export const SANITIZER_SYMBOLS =
  /^__(?:asan|tsan|msan|ubsan|hwasan|lsan|sanitizer|gcov|llvm_profile|llvm_gcov|sancov)_|^__afl_|^llvm_gcda_/;

/** Sections that sanitizers, coverage and fuzzing leave in PE and Mach-O files; their symbols are gone after linking. */
export const SANITIZER_SECTIONS = /^\.(?:lprf|lcov|SCOV|sancov|ASAN)|^__(?:llvm_prf|llvm_cov|sancov|asan)_/;

/** Versions of the C library that have a name instead of a number, and what they mean. */
export const NAMED_GLIBC_VERSIONS: Readonly<Record<string, string>> = {
  GLIBC_ABI_DT_RELR: '2.36',
  GLIBC_ABI_GNU_TLS: '2.42',
  GLIBC_ABI_GNU2_TLS: '2.42',
  GLIBC_ABI_DT_X86_64_PLT: '2.42',
};

/** What the compilers' own libraries offer on systems of a glibc version, oldest first. */
export const COMPILER_LIBRARY_STEPS: readonly {
  readonly glibc: string;
  readonly GCC: string;
  readonly GLIBCXX: string;
  readonly CXXABI: string;
}[] = [
  { glibc: '2.17', GCC: '4.8.0', GLIBCXX: '3.4.19', CXXABI: '1.3.7' },
  { glibc: '2.28', GCC: '7.0.0', GLIBCXX: '3.4.25', CXXABI: '1.3.11' },
  { glibc: '2.31', GCC: '7.0.0', GLIBCXX: '3.4.28', CXXABI: '1.3.12' },
  { glibc: '2.34', GCC: '7.0.0', GLIBCXX: '3.4.29', CXXABI: '1.3.13' },
];

/** Oldest Go release that still works as a plugin for our hosts. */
export const OLDEST_GO = '1.19';

/** Sizes in bytes above which a plugin is worth a second look: of the file, and of it loaded. */
export const LARGE_FILE = 64 * 2 ** 20;
export const LARGE_LOADED = 256 * 2 ** 20;

/** Functions whose use a reader of the report will want to know about. */
export const NOTABLE_IMPORTS =
  /^(?:system|popen|fork|vfork|posix_spawnp?|exec[lv]p?e?|dlopen|dlmopen|ptrace|memfd_create)$/;
