import { appendFileSync, truncateSync } from 'node:fs';
import { TARGETS } from '../../src/project/targets/table.js';
import { makers, type RuleCase } from './broken-library.js';
import { GOOD_SOURCE, programHeader, type Workbench } from './c-library.js';

/** A section with Go's build information. */
function goInfo(version: string, settings: string): string {
  const module = `${'m'.repeat(16)}${settings}${'m'.repeat(16)}`;
  const varint = (length: number) => (length < 128 ? [length] : [(length & 127) | 128, length >> 7]);
  const head = Buffer.concat([Buffer.from('\xff Go buildinf:\x08\x02', 'latin1'), Buffer.alloc(16)]);
  const text = (value: string) => [...varint(value.length), ...Buffer.from(value, 'latin1')];
  const bytes = [...head, ...text(version), ...text(module)];
  const rows = bytes.join(',');
  return `__attribute__((section(".go.buildinfo"), used)) static unsigned char info[] = {${rows}};`;
}

/** Libraries that load and should not: hardening, lifetime, leftovers. */
export function hygieneCases(bench: Workbench): readonly RuleCase[] {
  const { good, source } = makers(bench);
  return [
    ...(
      [
        ['/opt/lib', /absolute/],
        ['lib', /relative to the working folder/],
        ['$ORIGIN/../../lib', /leaves/],
        ['$ORIGIN:', /empty/],
        ['$ORIGINAL', /relative/],
      ] as const
    ).map(
      ([folder, says], index): RuleCase => ({
        rule: 'elf.run-path',
        severity: 'fail',
        title: `run path ${folder}`,
        make: (name) =>
          good(name, index % 2 === 0 ? '-Wl,--enable-new-dtags' : '-Wl,--disable-new-dtags', `-Wl,-rpath,${folder}`),
        says,
      }),
    ),
    {
      rule: 'elf.exec-stack',
      severity: 'fail',
      title: 'an executable stack',
      make: (name) => good(name, '-Wl,-z,execstack'),
      says: /asks for an executable stack/,
    },
    {
      rule: 'elf.exec-stack',
      severity: 'fail',
      title: 'an unmarked stack',
      make: (name) =>
        bench.patched(
          good(`${name}-marked`),
          `${name}.so`,
          (bytes) => void bytes.writeUInt32LE(0, programHeader(bytes, 0x6474e551)),
        ),
      says: /does not say/,
    },
    {
      rule: 'elf.wx-segment',
      severity: 'fail',
      title: 'writable code',
      make: (name) =>
        bench.patched(
          good(`${name}-plain`),
          `${name}.so`,
          (bytes) => void bytes.writeUInt32LE(7, programHeader(bytes, 1) + 4),
        ),
      says: /address 0x0/,
    },
    {
      rule: 'elf.text-relocations',
      severity: 'fail',
      title: 'relocations in code',
      make: (name) => source(name, '__asm__(".text\\n.quad cpex_plugin_init\\n");', '-Wl,-z,notext'),
      says: /TEXTREL/,
    },
    {
      rule: 'elf.relro',
      severity: 'warn',
      title: 'no RELRO',
      make: (name) => good(name, '-Wl,-z,norelro'),
      says: /RELRO/,
    },
    {
      rule: 'elf.bind-now',
      severity: 'info',
      title: 'lazy binding',
      make: (name) => good(name, '-Wl,-z,lazy'),
      says: /lazily/,
    },
    {
      rule: 'elf.tls',
      severity: 'info',
      title: 'static thread-local storage on glibc',
      make: (name) =>
        source(
          name,
          '__thread int counter; int next(void); int next(void) { return ++counter; } void *keep __attribute__((used)) = next;',
          '-ftls-model=initial-exec',
        ),
      says: /4 bytes/,
    },
    {
      rule: 'elf.tls',
      severity: 'fail',
      title: 'static thread-local storage on musl',
      make: (name) =>
        source(
          name,
          '__thread int counter; int next(void); int next(void) { return ++counter; } void *keep __attribute__((used)) = next;',
          '-ftls-model=initial-exec',
        ),
      expected: { target: TARGETS['linux-x64-musl'] },
      says: /musl cannot/,
    },
    {
      rule: 'elf.nodelete',
      severity: 'info',
      title: 'never unloaded',
      make: (name) => good(name, '-Wl,-z,nodelete'),
      says: /NODELETE/,
    },
    {
      rule: 'elf.constructors',
      severity: 'info',
      title: 'many constructors',
      make: (name) =>
        source(
          name,
          [1, 2, 3]
            .map((n) => `__attribute__((constructor)) static void start${n}(void) { calls += ${n}; }`)
            .join('\n'),
        ),
      says: /constructors: 4/,
    },
    {
      rule: 'elf.sanitizer',
      severity: 'fail',
      title: 'a sanitizer',
      make: (name) =>
        source(
          name,
          'extern void __asan_init(void); __attribute__((constructor)) static void start(void) { __asan_init(); }',
        ),
      says: /__asan_init/,
    },
    {
      rule: 'elf.sanitizer',
      severity: 'fail',
      title: 'coverage whose symbols are gone',
      make: (name) => good(name, '--coverage', '-Wl,--exclude-libs,ALL'),
      says: /holds the run time of gcov/,
    },
    {
      rule: 'elf.sanitizer',
      severity: 'fail',
      title: 'the race detector of Go',
      make: (name) => source(name, goInfo('go1.26.1', 'path\tplugin\nbuild\t-race=true\n')),
      says: /Go with -race/,
    },
    {
      rule: 'elf.sanitizer',
      severity: 'warn',
      title: 'a sanitizer in a debug build',
      make: (name) =>
        source(
          name,
          'extern void __tsan_init(void); __attribute__((constructor)) static void start(void) { __tsan_init(); }',
        ),
      expected: { debug: true },
      says: /__tsan_init/,
    },
    {
      rule: 'elf.debug-info',
      severity: 'info',
      title: 'debug information',
      make: (name) => bench.library(name, GOOD_SOURCE, ['-O2', '-g', '-fvisibility=hidden']),
      says: /bytes of debug information/,
    },
    {
      rule: 'elf.debug-path',
      severity: 'warn',
      title: 'a home folder',
      make: (name) => source(name, 'const char *where __attribute__((used)) = "/home/alice/src/plugin.c";'),
      says: /\/home\/alice\/src/,
    },
    {
      rule: 'elf.debug-path',
      severity: 'info',
      title: 'a home folder in a debug build',
      make: (name) =>
        source(name, 'const char *where __attribute__((used)) = "C:\\\\Users\\\\Alice\\\\src\\\\plugin.c";'),
      expected: { debug: true },
      says: /Users\\Alice/,
    },
    {
      rule: 'elf.secrets',
      severity: 'warn',
      title: 'a token',
      make: (name) => source(name, `const char *token __attribute__((used)) = "${'ghp'}_${'aB3'.repeat(12)}";`),
      says: /GitHub token ghp_aB3a…/,
    },
    {
      rule: 'elf.overlay',
      severity: 'warn',
      title: 'appended bytes',
      make: (name) => {
        const file = good(name);
        appendFileSync(file, Buffer.alloc(123, 7));
        return file;
      },
      says: /123 bytes follow/,
    },
    {
      rule: 'elf.size',
      severity: 'warn',
      title: 'a large file',
      make: (name) => {
        const file = good(name);
        truncateSync(file, 70 * 2 ** 20);
        return file;
      },
      says: /70 MiB/,
    },
    {
      rule: 'elf.size',
      severity: 'warn',
      title: 'a lot of memory',
      make: (name) => source(name, 'static char big[300 << 20]; void *keep __attribute__((used)) = big;'),
      says: /30\d MiB of memory/,
    },
    {
      rule: 'elf.go-version',
      severity: 'warn',
      title: 'an old Go',
      make: (name) => source(name, goInfo('go1.18.4', 'path\tplugin\n')),
      says: /go1\.18\.4/,
    },
  ];
}
