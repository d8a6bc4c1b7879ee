import { TARGETS } from '../../src/project/targets/table.js';
import { makers, type RuleCase, visible } from './broken-library.js';
import { GOOD_FLAGS, type Workbench } from './c-library.js';

/** Libraries that a host cannot load, or not everywhere: platform, symbols, versions, needed libraries. */
export function loadingCases(bench: Workbench): readonly RuleCase[] {
  const { good, source, linked } = makers(bench);
  return [
    {
      rule: 'elf.type',
      severity: 'fail',
      title: 'an executable',
      make: (name) => {
        bench.write(`${name}.c`, 'int main(void) { return 0; }');
        return bench.gcc(['-o', name, `${name}.c`], name);
      },
      says: /executable.*interpreter/s,
    },
    {
      rule: 'elf.machine',
      severity: 'fail',
      title: 'a library for another processor',
      make: (name) => good(name),
      expected: { target: TARGETS['linux-arm64'] },
      says: /processor: x64, expected arm64/,
    },
    {
      rule: 'elf.machine',
      severity: 'fail',
      title: 'a 32-bit library',
      make: (name) => bench.library(name, 'int cpex_plugin_init(void) { return 0; }', ['-m32', '-nostdlib']),
      says: /32 bits/,
    },
    {
      rule: 'elf.libc',
      severity: 'fail',
      title: 'a musl library for a glibc target',
      make: (name) => {
        bench.provider('libc.so', { MUSL: 'musl_only' });
        const text = `extern int musl_only(void); ${visible} int cpex_plugin_init(void) { return musl_only(); }`;
        return bench.library(name, text, [...GOOD_FLAGS, '-nostdlib', bench.path('libc.so')]);
      },
      says: /needs musl, but linux-x64 has glibc/,
    },
    {
      rule: 'elf.go-musl',
      severity: 'fail',
      title: 'a Go library for musl',
      make: (name) => good(name),
      expected: { language: 'go', target: TARGETS['linux-x64-musl'] },
      says: /Go library/,
    },
    {
      rule: 'elf.no-open',
      severity: 'fail',
      title: 'dlopen forbidden',
      make: (name) => good(name, '-Wl,-z,nodlopen'),
      says: /NOOPEN/,
    },
    {
      rule: 'elf.cpu-level',
      severity: 'warn',
      title: 'newer processors only',
      make: (name) => good(name, '-Wl,-z,x86-64-v3'),
      says: /needs x86-64-v3/,
    },
    {
      rule: 'elf.page-size',
      severity: 'warn',
      title: '4 KiB pages on arm64',
      make: (name) => bench.patched(good(`${name}-x64`), `${name}.so`, (bytes) => void bytes.writeUInt16LE(183, 18)),
      expected: { target: TARGETS['linux-arm64'] },
      says: /4096 bytes/,
    },
    {
      rule: 'elf.language',
      severity: 'info',
      title: 'traces of another language',
      make: (name) => source(name, '__asm__(".section .comment\\n.string \\"rustc version 1.95.0\\"\\n.text");'),
      says: /traces of rust/,
    },
    {
      rule: 'elf.entry',
      severity: 'fail',
      title: 'no entry',
      make: (name) => bench.library(name, `${visible} int cpex_plugin_inti(void) { return 0; }`),
      says: /nearest name: cpex_plugin_inti/,
    },
    {
      rule: 'elf.entry',
      severity: 'fail',
      title: 'the entry of another host',
      make: (name) => bench.library(name, `${visible} int cliproxy_plugin_init(void) { return 0; }`),
      says: /exported: cliproxy_plugin_init, the entry of plugins for the host cliproxy\n.*--host cliproxy/,
    },
    {
      rule: 'elf.entry',
      severity: 'fail',
      title: 'nothing exported at all',
      make: (name) => bench.library(name, 'int cpex_plugin_init(void) { return 0; }'),
      says: /exports nothing/,
    },
    {
      rule: 'elf.entry',
      severity: 'fail',
      title: 'a hidden entry',
      make: (name) =>
        bench.library(name, 'int cpex_plugin_init(void) { return 0; }', ['-O2', '-fvisibility=hidden', '-Wl,-z,now']),
      says: /hidden/,
    },
    {
      rule: 'elf.entry',
      severity: 'fail',
      title: 'an entry that is data',
      make: (name) => bench.library(name, `${visible} int cpex_plugin_init = 3;`),
      says: /as data/,
    },
    {
      rule: 'elf.entry',
      severity: 'fail',
      title: 'a mangled entry',
      make: (name) =>
        bench.library(
          name,
          `${visible} int entry(void) __asm__("_Z16cpex_plugin_initv"); int entry(void) { return 0; }`,
        ),
      says: /mangled.*extern "C"/s,
    },
    {
      rule: 'elf.exports',
      severity: 'warn',
      title: 'more exports than the entry',
      make: (name) => source(name, `${visible} int helper_one(void) { return 1; }`),
      says: /helper_one/,
    },
    {
      rule: 'elf.exports',
      severity: 'info',
      title: 'more exports in a Go library',
      make: (name) =>
        source(name, `${visible} int helper_one(void) { return 1; } ${visible} int crosscall2(void) { return 1; }`),
      expected: { language: 'go' },
      says: /^(?!.*crosscall2).*helper_one/s,
    },
    {
      rule: 'elf.unresolved',
      severity: 'fail',
      title: 'a missing function',
      make: (name) =>
        source(
          name,
          `extern int forgotten(void); int use(void); int use(void) { return forgotten(); } void *keep __attribute__((used)) = use;`,
        ),
      says: /forgotten/,
    },
    {
      rule: 'elf.imports',
      severity: 'info',
      title: 'starting programs',
      make: (name) => source(name, `${visible} int go(const char *text) { return system(text); }`),
      says: /system/,
    },
    {
      rule: 'elf.glibc-floor',
      severity: 'fail',
      title: 'a newer glibc than promised',
      make: (name) => linked(name, 'libc.so.6', { 'GLIBC_2.50': 'future_call', 'GLIBC_2.9': 'older_call' }),
      expected: { glibcFloor: '2.28' },
      says: /needs glibc 2\.50, but at most 2\.28.*GLIBC_2\.50 of libc\.so\.6: future_call/s,
    },
    {
      rule: 'elf.glibc-floor',
      severity: 'info',
      title: 'no glibc promised',
      make: (name) => good(name),
      says: /needs glibc 2\.\d/,
    },
    {
      rule: 'elf.glibc-private',
      severity: 'fail',
      title: 'private symbols of glibc',
      make: (name) => linked(name, 'libc.so.6', { GLIBC_PRIVATE: '__secret_call' }),
      says: /__secret_call/,
    },
    {
      rule: 'elf.gcc-floor',
      severity: 'fail',
      title: 'a newer C++ library than the promised systems have',
      make: (name) => linked(name, 'libstdc++.so.6', { 'GLIBCXX_3.4.99': 'newest_thing' }),
      expected: { glibcFloor: '2.36' },
      says: /GLIBCXX_3\.4\.99 of libstdc\+\+\.so\.6: newest_thing/,
    },
    {
      rule: 'elf.libstdcxx',
      severity: 'warn',
      title: 'the C++ library',
      make: (name) => linked(name, 'libstdc++.so.6', { 'GLIBCXX_3.4': 'old_thing' }),
      says: /libstdc\+\+\.so\.6/,
    },
    {
      rule: 'elf.needed',
      severity: 'warn',
      title: 'a library that systems may lack',
      make: (name) => linked(name, 'libodd.so.1', { ODD_1: 'odd' }),
      says: /libodd\.so\.1/,
    },
    {
      rule: 'elf.needed',
      severity: 'warn',
      title: 'libgcc_s in a C library',
      make: (name) => linked(name, 'libgcc_s.so.1', { 'GCC_3.0': 'unwind_like' }),
      says: /libgcc_s/,
    },
    {
      rule: 'elf.needed',
      severity: 'fail',
      title: 'a library named by its path',
      make: (name) => {
        const odd = bench.library('nameless', `${visible} int nameless(void) { return 1; }`);
        return source(name, `extern int nameless(void); ${visible} int use(void) { return nameless(); }`, odd);
      },
      says: /nameless\.so, a path/,
    },
  ];
}
