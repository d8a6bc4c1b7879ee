import { existsSync, readFileSync } from 'node:fs';
import { TARGETS } from '../../src/project/targets/table.js';
import type { RuleCase } from './broken-library.js';
import { visible } from './broken-library.js';
import { ENTRY, GOOD_SOURCE } from './c-library.js';
import { DYLIB_FLAGS, type DylibBench, loadCommand, universalOf } from './dylib.js';

/** Names with room for any other, so that one library, patched, serves for many cases. */
const ROOM = 'x'.repeat(80);
const NEEDED = `@rpath/${ROOM}.dylib`;
const RUN_PATH = `@loader_path/${ROOM}`;
/** Bytes of a load command before the name of the library that it needs. */
const BEFORE_NAME = 24;

/** Ways to make a dylib for arm64 that is good but for one thing. */
export function dylibMakers(bench: DylibBench) {
  const flags = ['-s', ...DYLIB_FLAGS];
  const source = (name: string, text: string, ...more: string[]) =>
    bench.dylib(name, 'arm64', `${GOOD_SOURCE}\n${text}`, [...flags, ...more]);
  const good = (name: string, ...more: string[]) => bench.dylib(name, 'arm64', GOOD_SOURCE, [...flags, ...more]);
  const once = (name: string, make: () => string) =>
    existsSync(bench.path(`${name}.dylib`)) ? bench.path(`${name}.dylib`) : make();
  const patched = (name: string, change: (bytes: Buffer) => void, of = once('whole', () => good('whole'))) =>
    bench.patched(of, `${name}.dylib`, (bytes) => {
      change(bytes);
      return bytes;
    });
  /** Needs a library, and looks for it in a run path. */
  const linked = () =>
    once('linked', () => {
      const provider = bench.dylib('provider', 'arm64', 'int provided(void) { return 1; }', ['-install_name', NEEDED]);
      const text = `extern int provided(void); ${visible} int cpex_use(void) { return provided(); }`;
      return source('linked', text, provider, `-Wl,-rpath,${RUN_PATH}`);
    });
  const put = (bytes: Buffer, from: string, to: string) =>
    bytes.write(to.padEnd(from.length, '\0'), bytes.indexOf(from));
  return {
    good,
    source,
    patched,
    /** Not the good source, but this one. */
    alone: (name: string, text: string) =>
      bench.dylib(name, 'arm64', `${text}\n${visible} int beside(void) { return 1; }`, DYLIB_FLAGS),
    needing: (name: string, library: string) => patched(name, (bytes) => put(bytes, NEEDED, library), linked()),
    /** The library that it needs may be absent. */
    weakly: (name: string, library: string) =>
      patched(
        name,
        (bytes) => {
          bytes.writeUInt32LE(0x80000018, bytes.indexOf(NEEDED) - BEFORE_NAME);
          put(bytes, NEEDED, library);
        },
        linked(),
      ),
    searching: (name: string, folder: string) => patched(name, (bytes) => put(bytes, RUN_PATH, folder), linked()),
  };
}

/** Libraries that a host cannot load or use: platform, symbols, needed libraries. */
export function dylibLoadingCases(bench: DylibBench): readonly RuleCase[] {
  const { good, source, alone, patched, needing, weakly, searching } = dylibMakers(bench);
  const needed = (provider: string, severity: RuleCase['severity'], says: RegExp): RuleCase => ({
    rule: 'macho.needed',
    severity,
    title: `needs ${provider}`,
    make: (name) => needing(name, provider),
    says,
  });
  const runPath = (folder: string, says: RegExp): RuleCase => ({
    rule: 'macho.run-path',
    severity: 'fail',
    title: `run path ${folder}`,
    make: (name) => searching(name, folder),
    says,
  });
  return [
    {
      rule: 'macho.machine',
      severity: 'fail',
      title: 'a library for another processor',
      make: (name) => patched(name, () => {}),
      expected: { target: TARGETS['darwin-x64'] },
      says: /processor: arm64, expected x64/,
    },
    {
      rule: 'macho.machine',
      severity: 'fail',
      title: 'a library for another system',
      make: (name) => patched(name, () => {}),
      expected: { target: TARGETS['linux-arm64'] },
      says: /system: macOS, expected linux/,
    },
    {
      rule: 'macho.machine',
      severity: 'fail',
      title: 'a library for iOS',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(2, loadCommand(bytes, 0x32) + 8)),
      says: /system: iOS, expected macOS/,
    },
    {
      rule: 'macho.machine',
      severity: 'fail',
      title: 'a library for programs with pointer authentication',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(0x80000002, 8)),
      says: /processor: arm64e, expected arm64/,
    },
    {
      rule: 'macho.slices',
      severity: 'fail',
      title: 'a thin library in place of a universal one',
      make: (name) => patched(name, () => {}),
      expected: { target: TARGETS['darwin-universal'] },
      says: /no slice for x64/,
    },
    {
      rule: 'macho.slices',
      severity: 'info',
      title: 'a slice for another processor',
      make: (name) => {
        const whole = readFileSync(patched(`${name}-whole`, () => {}));
        const other = Buffer.from(whole);
        other.writeUInt32LE(0x80000002, 8);
        return bench.write(`${name}.dylib`, universalOf([whole, other]));
      },
      says: /arm64e/,
    },
    {
      rule: 'macho.minimum-os',
      severity: 'info',
      title: 'a lowest macOS',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(0x000c0300, loadCommand(bytes, 0x32) + 12)),
      says: /needs macOS 12\.3 or newer/,
    },
    {
      rule: 'macho.minimum-os',
      severity: 'info',
      title: 'no lowest macOS',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(0x31, loadCommand(bytes, 0x32))),
      says: /does not say/,
    },
    {
      rule: 'macho.entry',
      severity: 'fail',
      title: 'a missing entry',
      make: (name) => alone(name, ''),
      says: /is not exported.*exported: beside/s,
    },
    {
      rule: 'macho.entry',
      severity: 'fail',
      title: 'a hidden entry',
      make: (name) => alone(name, `__attribute__((used)) int ${ENTRY}(void) { return 0; }`),
      says: /hidden: it is not exported/,
    },
    {
      rule: 'macho.entry',
      severity: 'fail',
      title: 'an entry that is data',
      make: (name) => alone(name, `${visible} int ${ENTRY} = 3;`),
      says: /as data \(object\)/,
    },
    {
      rule: 'macho.entry',
      severity: 'fail',
      title: 'a mangled entry',
      make: (name) =>
        alone(
          name,
          `${visible} int mangled(void) __asm__("__Z16cpex_plugin_initPKvPv"); int mangled(void) { return 0; }`,
        ),
      says: /mangled name.*_Z16cpex_plugin_init/s,
    },
    {
      rule: 'macho.entry',
      severity: 'fail',
      title: 'an entry without its underscore',
      make: (name) => alone(name, `${visible} int bare(void) __asm__("${ENTRY}"); int bare(void) { return 0; }`),
      says: /without the underscore.*dlsym looks for _cpex_plugin_init/s,
    },
    {
      rule: 'macho.entry',
      severity: 'fail',
      title: 'the entry of another host',
      make: (name) => alone(name, `${visible} int cliproxy_plugin_init(void) { return 0; }`),
      says: /--host cliproxy/,
    },
    {
      rule: 'macho.exports',
      severity: 'warn',
      title: 'more exports than the entry',
      make: (name) => source(name, `${visible} int helper(void) { return 1; } ${visible} int table[3];`),
      says: /2 names beside.*helper/s,
    },
    {
      rule: 'macho.exports',
      severity: 'warn',
      title: 'no exports at all',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(0, loadCommand(bytes, 0x80000022) + 44)),
      expected: { entry: undefined as never },
      says: /exports nothing/,
    },
    {
      rule: 'macho.unresolved',
      severity: 'warn',
      title: 'a function that nothing brings',
      make: (name) =>
        source(
          name,
          `extern int absent(void); ${visible} int cpex_use(void) { return absent(); }`,
          '-Wl,-undefined,dynamic_lookup',
        ),
      says: /has to bring absent/,
    },
    {
      rule: 'macho.flat-namespace',
      severity: 'warn',
      title: 'a flat namespace',
      make: (name) => patched(name, (bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(24) & ~0x80, 24)),
      says: /flat namespace/,
    },
    {
      rule: 'macho.imports',
      severity: 'info',
      title: 'starting programs',
      make: (name) =>
        source(name, `#include <dlfcn.h>\n${visible} void *cpex_use(char *x) { popen(x, "r"); return dlopen(x, 1); }`),
      says: /uses popen, dlopen|uses dlopen, popen/,
    },
    needed('/opt/homebrew/lib/libfoo.1.dylib', 'fail', /libfoo\.1\.dylib, a path of the machine/),
    needed('libfoo.dylib', 'fail', /looked for in the working folder/),
    needed('@executable_path/libfoo.dylib', 'fail', /beside the host program/),
    needed('@rpath/libfoo.dylib', 'warn', /must be installed beside it/),
    needed('/usr/lib/libstdc++.6.dylib', 'warn', /GNU C\+\+ library/),
    {
      rule: 'macho.needed',
      severity: 'info',
      title: 'a library that may be absent',
      make: (name) => weakly(name, '@rpath/libfoo.dylib'),
      says: /uses, where it is there, @rpath\/libfoo\.dylib/,
    },
    runPath('/opt/lib', /absolute/),
    runPath('lib', /relative to the working folder/),
    runPath('@loader_path/../../lib', /leaves/),
    runPath('@executable_path/../lib', /host program/),
    {
      rule: 'macho.install-name',
      severity: 'warn',
      title: 'a path as its name',
      make: (name) => good(name, '-install_name', '/build/out/plugin.dylib'),
      says: /calls itself \/build\/out\/plugin\.dylib/,
    },
  ];
}
