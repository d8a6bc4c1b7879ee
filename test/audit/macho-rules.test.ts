import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MACHO_RULES } from '../../src/audit/macho/rules.js';
import { writeUniversal } from '../../src/audit/macho/write-universal.js';
import { auditFile } from '../../src/audit/report.js';
import type { AuditExpectation } from '../../src/audit/rules/rule.js';
import { appleStubs } from '../../src/build/compilers/apple-stubs.js';
import type { Finding } from '../../src/model/finding.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { ZIG } from '../tools/zig.js';
import { visible } from './broken-library.js';
import { ENTRY, GOOD_SOURCE } from './c-library.js';
import { DYLIB_FLAGS, DylibBench, missing, universalOf } from './dylib.js';
import { dylibLoadingCases, dylibMakers } from './macho-cases.js';
import { dylibHygieneCases } from './macho-cases-hygiene.js';
import { machoProgramCases } from './program-cases.js';
import { testRules } from './rule-cases.js';
import { GO_SOURCE, RUST_SOURCE } from './sources.js';

const bench = new DylibBench();
afterAll(() => bench.remove());

const { good, source } = dylibMakers(bench);
const cases = [...dylibLoadingCases(bench), ...machoProgramCases(bench), ...dylibHygieneCases(bench)];
const base: AuditExpectation = { kind: 'library', entry: ENTRY, target: TARGETS['darwin-arm64'], language: 'c' };
const universal: AuditExpectation = { ...base, target: TARGETS['darwin-universal'] };

const ids = (findings: readonly Finding[]) => findings.map(({ id, severity }) => `${id} ${severity}`);

const withoutZig = missing('zig');

describe.skipIf(withoutZig !== undefined)(`rules for dylibs (${withoutZig ?? 'zig'})`, () => {
  // What zig builds for its first library, it keeps.
  beforeAll(() => {
    for (const arch of ['x64', 'arm64'] as const) bench.dylib(`first-${arch}`, arch);
  });

  testRules(
    MACHO_RULES.map((rule) => rule.id),
    cases,
    base,
  );

  it.each(['x64', 'arm64'] as const)('says nothing but what it needs about a good library for %s', async (arch) => {
    const file = bench.dylib(`good-${arch}`, arch);
    const report = await auditFile(file, { ...base, target: TARGETS[`darwin-${arch}`] });
    expect(ids(report.findings)).toEqual(['macho.minimum-os info']);
    expect(report).toMatchObject({ target: `darwin-${arch}`, language: 'c', facts: { format: 'macho', arch } });
  });

  it('accepts run paths beside the library and libraries of the system', async () => {
    const paths = ['@loader_path', '@loader_path/lib', '@loader_path/a/../b', '/usr/lib/swift'];
    const file = good('beside', ...paths.flatMap((folder) => ['-Wl,-rpath', `-Wl,${folder}`]));
    const report = await auditFile(file, base);
    expect(report.facts.macho?.runPaths).toEqual(paths);
    expect(ids(report.findings)).toEqual(['macho.minimum-os info']);
  });

  it('takes a hash of an empty slot and a bare name for what they are', async () => {
    const file = bench.dylib('bare', 'arm64', GOOD_SOURCE, ['-s', '-O2', '-fvisibility=hidden']);
    const report = await auditFile(file, base);
    expect(report.facts.macho?.ownName).toBe('bare.dylib');
    expect(ids(report.findings)).toEqual(['macho.minimum-os info']);
  });

  it('escapes what a name would do to a terminal', async () => {
    const plain = source('plain-name', `${visible} int paint_the_terminal(void) { return 1; }`);
    const file = bench.patched(plain, 'painted.dylib', (bytes) => {
      bytes.write('\x1b[31m', bytes.indexOf('paint_the_terminal'));
      return bytes;
    });
    const evidence = (await auditFile(file, base)).findings.find((one) => one.id === 'macho.exports')?.evidence;
    expect(evidence).toEqual(['exported: \\u{1b}[31m_the_terminal']);
  });
});

describe.skipIf(withoutZig !== undefined)(`rules for universal libraries (${withoutZig ?? 'zig'})`, () => {
  it('says what holds for both slices once', async () => {
    await writeUniversal([bench.dylib('one-x64', 'x64'), bench.dylib('one-arm64', 'arm64')], bench.path('both.dylib'));
    for (const target of ['darwin-universal', 'darwin-x64', 'darwin-arm64'] as const) {
      const report = await auditFile(bench.path('both.dylib'), { ...base, target: TARGETS[target] });
      expect(ids(report.findings)).toEqual(['macho.minimum-os info']);
      expect(report.target).toBe('darwin-universal');
      expect(report.findings[0]?.evidence).toBeUndefined();
    }
    const linux = await auditFile(bench.path('both.dylib'), { ...base, target: TARGETS['linux-x64'] });
    expect(ids(linux.findings)).toContain('macho.machine fail');
  });

  it('names the slice that a finding is about', async () => {
    const text = `${visible} int other(void) { return 1; }`;
    const without = bench.dylib('without', 'x64', text, DYLIB_FLAGS);
    await writeUniversal([without, good('with')], bench.path('uneven.dylib'));
    const { findings } = await auditFile(bench.path('uneven.dylib'), universal);
    const entry = findings.filter((one) => one.id === 'macho.entry');
    expect(entry).toHaveLength(1);
    expect(entry[0]).toMatchObject({ severity: 'fail', message: expect.stringMatching(/^Slice for x64: The entry/) });
  });

  it('sees a slice that was changed, one that is missing, and what is appended', async () => {
    const x64 = readFileSync(bench.dylib('part-x64', 'x64'));
    const arm64 = readFileSync(good('part-arm64'));
    const broken = Buffer.from(arm64);
    broken.writeUInt8(broken.readUInt8(0x2000) ^ 1, 0x2000);
    const changed = await auditFile(bench.write('changed.dylib', universalOf([x64, broken])), universal);
    expect(changed.findings.find((one) => one.id === 'macho.signature')).toMatchObject({
      message: expect.stringMatching(/^Slice for arm64: The signature does not fit/),
      evidence: [expect.stringMatching(/^The hashes of the pages at 0x\w+ are wrong\.$/)],
    });
    const single = await auditFile(bench.write('single.dylib', universalOf([x64])), universal);
    expect(ids(single.findings)).toEqual(['macho.slices fail', 'macho.minimum-os info']);
    expect(single.target).toBe('darwin-x64');
    const longer = Buffer.concat([universalOf([x64, arm64]), Buffer.alloc(9)]);
    const appended = await auditFile(bench.write('appended.dylib', longer), universal);
    expect(appended.findings.find((one) => one.id === 'macho.overlay')?.message).toMatch(/^9 bytes/);
  });

  it('names slices that no target uses, and refuses a file of such slices', async () => {
    const arm64 = readFileSync(good('modern'));
    const old = Buffer.alloc(64);
    for (const [at, value] of [0xfeedface, 7, 3, 6].entries()) old.writeUInt32LE(value, at * 4);
    const mixed = await auditFile(bench.write('mixed.dylib', universalOf([old, arm64])), base);
    expect(ids(mixed.findings)).toEqual(['macho.slices info', 'macho.minimum-os info']);
    expect(mixed).toMatchObject({ target: 'darwin-arm64' });
    const only = await auditFile(bench.write('only.dylib', universalOf([old])), base);
    expect(ids(only.findings)).toEqual(['file.target fail']);
  });
});

const usual = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity !== 'info');

const withoutRust = missing('zig', 'rust for macOS');
describe.skipIf(withoutRust !== undefined)(`Rust libraries for macOS (${withoutRust ?? 'rust-lld'})`, () => {
  it.each(['x64', 'arm64'] as const)('raise nothing, stripped or not, for %s', { timeout: 300_000 }, async (arch) => {
    const remap = `--remap-path-prefix=${bench.tool('rustc', ['--print', 'sysroot']).trim()}=rust`;
    const { language: _c, ...expected } = { ...base, target: TARGETS[`darwin-${arch}`] };
    for (const debug of [false, true]) {
      const flags = debug ? ['-g'] : ['-O', '-C', 'strip=symbols', remap];
      const file = bench.rust(`rust-${arch}`, arch, RUST_SOURCE, flags);
      const report = await auditFile(file, { ...expected, debug });
      expect(usual(report.findings)).toEqual([]);
      expect(report.language).toBe('rust');
    }
  });
});

const withoutGo = missing('zig', 'go');
describe.skipIf(withoutGo !== undefined)(`Go libraries for macOS (${withoutGo ?? 'zig'})`, () => {
  it('raise nothing', { timeout: 300_000 }, async () => {
    const stubs = appleStubs({ ...process.env, XDG_CACHE_HOME: bench.path('cache') });
    for (const { path: file, text } of stubs.files) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    // A folder of its own: Go compiles every C file that lies beside its sources.
    mkdirSync(bench.path('go'));
    bench.write('go/go.mod', 'module example.com/plugin\n\ngo 1.21\n');
    bench.write('go/main.go', GO_SOURCE);
    const words = ['build', '-C', 'go', '-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-w'];
    bench.tool('go', [...words, '-o', bench.path('go.dylib'), '.'], {
      CGO_ENABLED: '1',
      GOOS: 'darwin',
      GOARCH: 'arm64',
      GOFLAGS: '',
      CC: [ZIG, 'cc', '-target', 'aarch64-macos', ...stubs.flags].join(' '),
    });
    const { language: _c, ...expected } = base;
    const report = await auditFile(bench.path('go.dylib'), expected);
    expect(usual(report.findings)).toEqual([]);
    expect(report).toMatchObject({ language: 'go', facts: { macho: { constructors: 1, signature: 'adhoc' } } });
    expect(report.facts.macho?.toolchain.go).toMatchObject({ settings: { GOARCH: 'arm64', GOOS: 'darwin' } });
  });
});
