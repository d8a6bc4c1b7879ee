import { appendFileSync, truncateSync } from 'node:fs';
import { TARGETS } from '../../src/project/targets/table.js';
import { type RuleCase, visible } from './broken-library.js';
import { GOOD_SOURCE } from './c-library.js';
import { DYLIB_FLAGS, type DylibBench, loadCommand, segmentCommand } from './dylib.js';
import { dylibMakers } from './macho-cases.js';

/** Go's build information, where Go puts it on macOS. */
function goInfo(version: string, settings: string): string {
  const module = `${'m'.repeat(16)}${settings}${'m'.repeat(16)}`;
  const text = (value: string) => [value.length, ...Buffer.from(value, 'latin1')];
  const head = Buffer.concat([Buffer.from('\xff Go buildinf:\x08\x02', 'latin1'), Buffer.alloc(16)]);
  const rows = [...head, ...text(version), ...text(module)].join(',');
  return `__attribute__((section("__DATA,__go_buildinfo"), used)) static unsigned char info[] = {${rows}};`;
}

/** Changes a byte of the code, as nothing but a patch does. */
function tamper(bytes: Buffer): void {
  const text = segmentCommand(bytes, '__TEXT');
  const offset = bytes.readUInt32LE(text + 72 + 48);
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 0xff, offset);
}

/** Dylibs that load, or might, and should not: hardening, signatures, leftovers. */
export function dylibHygieneCases(bench: DylibBench): readonly RuleCase[] {
  const { source, patched, needing } = dylibMakers(bench);
  const starts = (names: readonly string[]) =>
    names.map((name) => `__attribute__((constructor)) static void ${name}(void) { state++; }`).join('\n');
  const calls = (name: string) => `extern void ${name}(void); ${visible} void cpex_use(void) { ${name}(); }`;
  const LOOKUP = '-Wl,-undefined,dynamic_lookup';
  return [
    {
      rule: 'macho.wx-segment',
      severity: 'fail',
      title: 'writable code',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(7, segmentCommand(bytes, '__TEXT') + 60)),
      says: /Segment __TEXT.*address 0x0/s,
    },
    {
      rule: 'macho.exec-stack',
      severity: 'fail',
      title: 'an executable stack',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(24) | 0x20000, 24)),
      says: /executable stack/,
    },
    {
      rule: 'macho.signature',
      severity: 'fail',
      title: 'no signature',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(0x31, loadCommand(bytes, 0x1d))),
      says: /is not signed/,
    },
    {
      rule: 'macho.signature',
      severity: 'fail',
      title: 'code that was changed after signing',
      make: (name) => patched(name, tamper),
      says: /hashes of the pages at 0x\w+ are wrong/,
    },
    {
      rule: 'macho.signature',
      severity: 'fail',
      title: 'a signature of nobody that does not say so',
      make: (name) =>
        patched(name, (bytes) => {
          const blob = bytes.readUInt32LE(loadCommand(bytes, 0x1d) + 8);
          const directory = blob + bytes.readUInt32BE(blob + 16);
          bytes.writeUInt32BE(0x20000, directory + 12);
        }),
      says: /names no signer/,
    },
    {
      rule: 'macho.signature',
      severity: 'fail',
      title: 'a signature that is none',
      make: (name) =>
        patched(name, (bytes) => bytes.writeUInt32BE(0, bytes.readUInt32LE(loadCommand(bytes, 0x1d) + 8))),
      says: /does not begin as a signature/,
    },
    {
      rule: 'macho.signature',
      severity: 'fail',
      title: 'a signature of a part only',
      make: (name) =>
        patched(name, (bytes) => {
          const blob = bytes.readUInt32LE(loadCommand(bytes, 0x1d) + 8);
          const directory = blob + bytes.readUInt32BE(blob + 16);
          bytes.writeUInt32BE(0x1000, directory + 32);
        }),
      says: /covers 4096 bytes.*hashes of \d+ pages, but there are 1/s,
    },
    {
      rule: 'macho.signature',
      severity: 'warn',
      title: 'a wrong signature on x64',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(0x01000007, 4)),
      expected: { target: TARGETS['darwin-x64'] },
      says: /pages at 0x0/,
    },
    {
      rule: 'macho.constructors',
      severity: 'info',
      title: 'many initialisers',
      make: (name) => source(name, `static volatile int state; ${starts(['one', 'two', 'three', 'four'])}`),
      says: /4 initialisers/,
    },
    {
      rule: 'macho.language',
      severity: 'info',
      title: 'a Go library where C was expected',
      make: (name) => source(name, goInfo('go1.26.1', 'path\tplugin\n')),
      says: /traces of go/,
    },
    {
      rule: 'macho.sanitizer',
      severity: 'fail',
      title: 'a sanitizer',
      make: (name) => source(name, calls('__asan_init'), LOOKUP),
      says: /__asan_init/,
    },
    {
      rule: 'macho.sanitizer',
      severity: 'fail',
      title: "a sanitizer's library",
      make: (name) => needing(name, '@rpath/libclang_rt.asan_osx_dynamic.dylib'),
      says: /needs @rpath\/libclang_rt/,
    },
    {
      rule: 'macho.sanitizer',
      severity: 'warn',
      title: 'coverage in a debug build',
      make: (name) =>
        source(name, '__attribute__((section("__DATA,__llvm_prf_cnts"), used)) static long counters[4] = {1};'),
      expected: { debug: true },
      says: /sections: __llvm_prf_cnts/,
    },
    {
      rule: 'macho.debug-info',
      severity: 'info',
      title: 'debug information',
      make: (name) => bench.dylib(name, 'arm64', GOOD_SOURCE, ['-g', ...DYLIB_FLAGS]),
      says: /bytes of debug information/,
    },
    {
      rule: 'macho.debug-path',
      severity: 'warn',
      title: 'a home folder',
      make: (name) => source(name, 'const char *where __attribute__((used)) = "/Users/alice/src/plugin.c";'),
      says: /\/Users\/alice\/src/,
    },
    {
      rule: 'macho.secrets',
      severity: 'warn',
      title: 'a token',
      make: (name) => source(name, `const char *token __attribute__((used)) = "${'ghp'}_${'aB3'.repeat(12)}";`),
      says: /GitHub token ghp_aB3a…/,
    },
    {
      rule: 'macho.overlay',
      severity: 'warn',
      title: 'appended bytes',
      make: (name) => {
        const file = patched(name, () => {});
        appendFileSync(file, Buffer.alloc(123, 7));
        return file;
      },
      says: /123 bytes follow/,
    },
    {
      rule: 'macho.size',
      severity: 'warn',
      title: 'a large file',
      make: (name) => {
        const file = patched(name, () => {});
        truncateSync(file, 70 * 2 ** 20);
        return file;
      },
      says: /70 MiB/,
    },
    {
      rule: 'macho.size',
      severity: 'warn',
      title: 'a lot of memory',
      make: (name) =>
        source(name, `static char big[300 << 20]; ${visible} void *cpex_use(long at) { return big + at; }`),
      says: /30\d MiB of memory/,
    },
    {
      rule: 'macho.go-version',
      severity: 'warn',
      title: 'an old Go',
      make: (name) => source(name, goInfo('go1.18.4', 'path\tplugin\n')),
      says: /go1\.18\.4/,
    },
  ];
}
