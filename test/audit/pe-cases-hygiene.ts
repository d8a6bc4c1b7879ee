import { appendFileSync, truncateSync } from 'node:fs';
import type { RuleCase } from './broken-library.js';
import { BARE_DLL, DLL_FLAGS, type DllBench, GOOD_DLL, optionalHeader } from './dll.js';

const exported = '__declspec(dllexport)';
const used = '__attribute__((used))';

/** DLLs that load and should not: hardening, and how they were made. */
export function dllHygieneCases(bench: DllBench): readonly RuleCase[] {
  const source = (name: string, text: string, ...flags: string[]) =>
    bench.dll(name, `${GOOD_DLL}\n${text}`, [...DLL_FLAGS, ...flags]);
  const text = (name: string, value: string) => source(name, `const char *text ${used} = ${JSON.stringify(value)};`);
  return [
    {
      rule: 'pe.aslr',
      severity: 'fail',
      title: 'no random address',
      make: (name) => bench.good(name, '-Wl,--disable-dynamicbase'),
      says: /no DYNAMIC_BASE/,
    },
    {
      rule: 'pe.aslr',
      severity: 'fail',
      title: 'no relocations',
      make: (name) =>
        bench.patched(bench.good(`${name}-good`), `${name}.dll`, (bytes) => {
          const flags = optionalHeader(bytes) - 2;
          bytes.writeUInt16LE(bytes.readUInt16LE(flags) | 1, flags);
        }),
      says: /one address only/,
    },
    {
      rule: 'pe.aslr',
      severity: 'warn',
      title: 'low addresses only',
      make: (name) => bench.good(name, '-Wl,--disable-high-entropy-va'),
      says: /no HIGH_ENTROPY_VA/,
    },
    {
      rule: 'pe.nx',
      severity: 'fail',
      title: 'executable data',
      make: (name) => bench.good(name, '-Wl,--disable-nxcompat'),
      says: /no NX_COMPAT/,
    },
    {
      rule: 'pe.cfg',
      severity: 'info',
      title: 'no guarded calls',
      make: (name) => bench.good(name),
      says: /Control Flow Guard/,
    },
    {
      rule: 'pe.wx-section',
      severity: 'fail',
      title: 'writable code',
      make: (name) => source(name, '__asm__(".section .packed,\\"wx\\"\\n.byte 195\\n.text\\n");'),
      says: /section \.packed.*address 0x/s,
    },
    {
      rule: 'pe.tls-callbacks',
      severity: 'info',
      title: 'many callbacks',
      make: (name) =>
        source(
          name,
          `static void __attribute__((ms_abi)) started(void *a, unsigned b, void *c) { calls += a == c && b; }
           ${['XLD', 'XLE', 'XLF'].map((at) => `void *at_${at} __attribute__((used, section(".CRT$${at}"))) = started;`).join('\n')}`,
        ),
      says: /5 TLS callbacks/,
    },
    {
      rule: 'pe.language',
      severity: 'info',
      title: 'traces of another language',
      make: (name) => text(name, 'rustc version 1.95.0 (59807616e 2026-04-14)'),
      says: /traces of rust/,
    },
    {
      rule: 'pe.sanitizer',
      severity: 'fail',
      title: 'a sanitizer',
      make: (name) => bench.linked(name, 'clang_rt.asan_dynamic-x86_64.dll'),
      says: /clang_rt\.asan_dynamic/,
    },
    {
      rule: 'pe.sanitizer',
      severity: 'fail',
      title: 'a function of a sanitizer',
      make: (name) => {
        const library = bench.importLibrary('asan-part.dll', '__asan_init');
        return source(name, `void __asan_init(void); ${exported} void use(void) { __asan_init(); }`, library);
      },
      says: /__asan_init/,
    },
    {
      rule: 'pe.sanitizer',
      severity: 'fail',
      title: 'coverage whose symbols are gone',
      make: (name) => bench.good(name, '--coverage'),
      says: /holds the run time of gcov/,
    },
    {
      rule: 'pe.sanitizer',
      severity: 'warn',
      title: 'coverage in a debug build',
      make: (name) => source(name, `__attribute__((section(".lprfc$M"))) long counters[4] = {1};`),
      expected: { debug: true },
      says: /sections: \.lprfc/,
    },
    {
      rule: 'pe.debug-info',
      severity: 'info',
      title: 'debug information',
      make: (name) => bench.dll(name, GOOD_DLL, ['-O2', '-g']),
      says: /bytes of debug information/,
    },
    {
      rule: 'pe.overlay',
      severity: 'warn',
      title: 'appended bytes',
      make: (name) => {
        const file = bench.good(name);
        appendFileSync(file, Buffer.alloc(123, 7));
        return file;
      },
      says: /123 bytes follow/,
    },
    {
      rule: 'pe.go-version',
      severity: 'warn',
      title: 'an old Go',
      make: (name) => {
        const head = [...Buffer.from('\xff Go buildinf:\x08\x02', 'latin1'), ...Buffer.alloc(16)];
        const bytes = [...head, 8, ...Buffer.from('go1.18.4'), 0];
        return source(name, `${used} static unsigned char __attribute__((aligned(16))) info[] = {${bytes.join(',')}};`);
      },
      says: /go1\.18\.4/,
    },
    {
      rule: 'pe.debug-path',
      severity: 'warn',
      title: 'a home folder',
      make: (name) => text(name, 'C:\\Users\\Alice\\src\\plugin.c'),
      says: /Users\\Alice\\src/,
    },
    {
      rule: 'pe.secrets',
      severity: 'warn',
      title: 'a token',
      make: (name) => text(name, `${'ghp'}_${'aB3'.repeat(12)}`),
      says: /GitHub token ghp_aB3a…/,
    },
    {
      rule: 'pe.size',
      severity: 'warn',
      title: 'a large file',
      make: (name) => {
        const file = bench.good(name);
        truncateSync(file, 70 * 2 ** 20);
        return file;
      },
      says: /70 MiB/,
    },
    {
      rule: 'pe.size',
      severity: 'warn',
      title: 'a lot of memory',
      make: (name) => source(name, `static char big[300 << 20]; void *keep ${used} = big;`),
      says: /30\d MiB of memory/,
    },
    {
      rule: 'pe.pdb',
      severity: 'info',
      title: 'the path of a debug database',
      make: (name) => bench.lld(name, BARE_DLL, ['/debug', `/pdb:${name}.pdb`, `/pdbaltpath:D:\\build\\${name}.pdb`]),
      says: /D:\\build\\/,
    },
    {
      rule: 'pe.timestamp',
      severity: 'info',
      title: 'the time of linking',
      make: (name) => bench.dll(name, GOOD_DLL, ['-O2', '-s', '-Wl,--insert-timestamp']),
      says: /linked at 20\d\d-/,
    },
    {
      rule: 'pe.signature',
      severity: 'info',
      title: 'no signature',
      make: (name) => bench.good(name),
      says: /no Authenticode signature/,
    },
  ];
}
