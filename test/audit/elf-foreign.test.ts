import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import type { Language, TargetName } from '../../src/model/target.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { ZIG } from '../tools/zig.js';
import { ENTRY, GOOD_FLAGS, GOOD_SOURCE, hasTool, Workbench } from './c-library.js';
import { asComparable, askBinutils } from './oracle.js';
import { GO_SOURCE, RUST_SOURCE } from './sources.js';

const bench = new Workbench();
afterAll(() => bench.remove());

const binutils = hasTool('readelf') && hasTool('nm') && hasTool('objdump');
const ARM_GCC = 'aarch64-linux-gnu-gcc';
const needs = (tool: string, args?: readonly string[]) => (hasTool(tool, args) ? undefined : `needs ${tool}`);
const zig = ZIG === undefined ? 'needs zig' : undefined;

/** A C library by any compiler that takes the words of gcc. */
function c(name: string, command: string, ...words: readonly string[]): string {
  bench.write('good.c', GOOD_SOURCE);
  bench.run(command, [...words, '-shared', '-fPIC', '-o', `${name}.so`, 'good.c', ...GOOD_FLAGS]);
  return bench.path(`${name}.so`);
}

const byZig = (triple: string) => (name: string) => c(name, ZIG ?? 'zig', 'cc', '-target', triple);

function rustArm(name: string): string {
  bench.write('lib.rs', RUST_SOURCE);
  const target = ['--target', 'aarch64-unknown-linux-gnu', '-C', `linker=${ARM_GCC}`, '-C', 'strip=symbols'];
  bench.run('rustc', ['--edition', '2024', '-O', '--crate-type', 'cdylib', ...target, '-o', `${name}.so`, 'lib.rs']);
  return bench.path(`${name}.so`);
}

function hasRustArm(): boolean {
  if (!hasTool('rustc')) return false;
  const target = ['--target', 'aarch64-unknown-linux-gnu', '--crate-type', 'lib', '--emit', 'metadata'];
  return hasTool('rustc', [...target, '-o', bench.path('probe.rmeta'), bench.write('probe.rs', '')]);
}

function goFreeBsd(name: string): string {
  mkdirSync(bench.path('go'), { recursive: true });
  bench.write('go/go.mod', 'module sample-plugin\n\ngo 1.19\n');
  bench.write('go/main.go', GO_SOURCE);
  const compiler = bench.write(
    'zig-cc',
    `#!/bin/sh\nexec "${ZIG}" cc -target x86_64-freebsd -Qunused-arguments "$@"\n`,
  );
  chmodSync(compiler, 0o755);
  const target = { CGO_ENABLED: '1', GOOS: 'freebsd', GOARCH: 'amd64', CC: compiler, GOTOOLCHAIN: 'local' };
  const words = ['build', '-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o'];
  const env = { ...process.env, ...target };
  execFileSync('go', [...words, bench.path(`${name}.so`), '.'], { cwd: bench.path('go'), env });
  return bench.path(`${name}.so`);
}

interface Build {
  readonly language: Language;
  readonly target: TargetName;
  readonly lacks: string | undefined;
  readonly make: (name: string) => string;
}

const builds: Readonly<Record<string, Build>> = {
  'c-arm64': { language: 'c', target: 'linux-arm64', lacks: needs(ARM_GCC), make: (name) => c(name, ARM_GCC) },
  'c-musl-gcc': {
    language: 'c',
    target: 'linux-x64-musl',
    lacks: needs('musl-gcc'),
    make: (name) => c(name, 'musl-gcc'),
  },
  'c-zig-x64': { language: 'c', target: 'linux-x64', lacks: zig, make: byZig('x86_64-linux-gnu.2.17') },
  'c-zig-arm64': { language: 'c', target: 'linux-arm64', lacks: zig, make: byZig('aarch64-linux-gnu.2.17') },
  'c-zig-x64-musl': { language: 'c', target: 'linux-x64-musl', lacks: zig, make: byZig('x86_64-linux-musl') },
  'c-zig-arm64-musl': { language: 'c', target: 'linux-arm64-musl', lacks: zig, make: byZig('aarch64-linux-musl') },
  'c-zig-freebsd': { language: 'c', target: 'freebsd-x64', lacks: zig, make: byZig('x86_64-freebsd') },
  'rust-arm64': {
    language: 'rust',
    target: 'linux-arm64',
    lacks: needs(ARM_GCC) ?? (hasRustArm() ? undefined : 'needs rustc with the std of aarch64-unknown-linux-gnu'),
    make: rustArm,
  },
  'go-freebsd': {
    language: 'go',
    target: 'freebsd-x64',
    lacks: zig ?? needs('go', ['version']),
    make: goFreeBsd,
  },
};

for (const [title, { language, target, lacks, make }] of Object.entries(builds)) {
  describe.skipIf(lacks !== undefined)(`${title}${lacks === undefined ? '' : ` (${lacks})`}`, () => {
    let file = '';
    // zig builds a C library from source the first time.
    beforeAll(() => {
      file = make(title);
    }, 600_000);

    it('is labelled right, and raises neither warning nor fault', async () => {
      const report = await auditFile(file, { kind: 'library', entry: ENTRY, target: TARGETS[target], language });
      expect(report.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
      expect(report).toMatchObject({ target, facts: { format: 'elf', role: 'library' } });
    });

    it('needs to be told nothing', async () => {
      const report = await auditFile(file, { kind: 'library', entry: ENTRY });
      expect(report).toMatchObject({ language, target });
      expect(report.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
      expect(report.findings.map((finding) => finding.id)).not.toContain('elf.constructors');
    });

    it('does not fit any other target', async () => {
      for (const other of ['linux-x64', 'linux-arm64', 'linux-x64-musl', 'freebsd-x64'] as const) {
        if (other === target) continue;
        const report = await auditFile(file, { kind: 'library', target: TARGETS[other] });
        const faults = report.findings.filter((finding) => finding.severity === 'fail').map((finding) => finding.id);
        expect(faults.length, other).toBeGreaterThan(0);
      }
    });

    it.skipIf(!binutils)('readelf, nm and objdump agree (needs binutils)', async () => {
      const { facts } = await auditFile(file, { kind: 'library' });
      if (facts.dynamic === undefined) throw new Error(facts.description);
      expect(asComparable(facts.dynamic)).toEqual(askBinutils(file));
    });
  });
}

describe.skipIf(zig !== undefined)(
  `the floor of glibc, verified from the file${zig === undefined ? '' : ` (${zig})`}`,
  () => {
    const source = `#include <stdio.h>
    #include <string.h>
    #include <stdlib.h>
    __attribute__((visibility("default"))) int cpex_plugin_init(void *host, void *plugin) {
      return host == plugin && reallocarray(host, 3, 4) == NULL;
    }`;

    it('names the function and its version that an older glibc lacks', async () => {
      bench.write('newer.c', source);
      const words = [
        'cc',
        '-target',
        'x86_64-linux-gnu.2.28',
        '-shared',
        '-O2',
        '-fvisibility=hidden',
        '-D_GNU_SOURCE',
      ];
      bench.run(ZIG ?? 'zig', [...words, '-o', 'newer.so', 'newer.c']);
      const expected = { kind: 'library', entry: ENTRY, target: TARGETS['linux-x64'] } as const;
      const report = await auditFile(bench.path('newer.so'), { ...expected, glibcFloor: '2.17' });
      expect(report.glibc).toBe('2.26');
      expect(report.findings.find((finding) => finding.id === 'elf.glibc-floor')).toMatchObject({
        severity: 'fail',
        message: 'The library needs glibc 2.26, but at most 2.17 is allowed.',
        evidence: ['GLIBC_2.26 of libc.so.6: reallocarray'],
      });
      const relaxed = await auditFile(bench.path('newer.so'), { ...expected, glibcFloor: '2.28' });
      expect(relaxed.findings.map((finding) => finding.id)).not.toContain('elf.glibc-floor');
    }, 600_000);
  },
);
