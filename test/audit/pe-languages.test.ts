import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import type { Language, TargetName } from '../../src/model/target.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { ZIG } from '../tools/zig.js';
import { ENTRY, hasTool } from './c-library.js';
import { BARE_DLL, DLL_FLAGS, DllBench, GOOD_DLL, lacking, MINGW, MINGW_OBJDUMP } from './dll.js';
import { asComparableNames, asComparablePe, askObjdump, askReadobj } from './pe-oracle.js';
import { buildGo as buildGoPlugin, RUST_SOURCE } from './sources.js';

const bench = new DllBench();
afterAll(() => bench.remove());

async function peFacts(file: string) {
  const { facts } = await auditFile(file, { kind: 'library' });
  if (facts.pe === undefined) throw new Error(`${file}: ${facts.description}`);
  return facts.pe;
}

const buildGo = (output: string, flags: readonly string[]) =>
  buildGoPlugin(bench, output, flags, { GOOS: 'windows', GOARCH: 'amd64', CC: MINGW });

const RUST_TARGET = 'x86_64-pc-windows-gnu';

function buildRust(output: string, flags: readonly string[]): string {
  bench.write('lib.rs', RUST_SOURCE);
  const target = ['--target', RUST_TARGET, '-C', `linker=${MINGW}`];
  bench.run('rustc', [
    '--edition',
    '2024',
    '-O',
    '--crate-type',
    'cdylib',
    ...target,
    ...flags,
    '-o',
    output,
    'lib.rs',
  ]);
  return bench.path(output);
}

function hasRustTarget(): boolean {
  if (!hasTool('rustc')) return false;
  bench.write('probe.rs', '');
  return hasTool('rustc', [
    '--target',
    RUST_TARGET,
    '--crate-type',
    'lib',
    '--emit',
    'metadata',
    '-o',
    bench.path('p'),
    bench.path('probe.rs'),
  ]);
}

function buildZig(output: string, triple: string): string {
  bench.write('zig.c', GOOD_DLL);
  bench.run(ZIG ?? 'zig', ['cc', '-target', triple, '-shared', '-O2', '-s', '-o', output, 'zig.c']);
  return bench.path(output);
}

interface Build {
  readonly language: Language;
  readonly target: TargetName;
  /** What is missing to make it. */
  readonly lacks: string | undefined;
  readonly make: (output: string) => string;
}

const go = lacking(MINGW) ?? (hasTool('go', ['version']) ? undefined : 'needs go');
const rust = lacking(MINGW) ?? (hasRustTarget() ? undefined : `needs rustc with the std of ${RUST_TARGET}`);
const zig = ZIG === undefined ? 'needs zig' : undefined;

const builds: Readonly<Record<string, Build>> = {
  'c-release': {
    language: 'c',
    target: 'windows-x64',
    lacks: lacking(MINGW),
    make: (name) => bench.dll(stem(name), GOOD_DLL),
  },
  'c-debug': {
    language: 'c',
    target: 'windows-x64',
    lacks: lacking(MINGW),
    make: (name) => bench.dll(stem(name), GOOD_DLL, ['-g']),
  },
  'c-zig': { language: 'c', target: 'windows-x64', lacks: zig, make: (name) => buildZig(name, 'x86_64-windows-gnu') },
  'c-zig-arm64': {
    language: 'c',
    target: 'windows-arm64',
    lacks: zig,
    make: (name) => buildZig(name, 'aarch64-windows-gnu'),
  },
  'go-release': { language: 'go', target: 'windows-x64', lacks: go, make: (name) => buildGo(name, ['-ldflags=-s -w']) },
  'go-debug': { language: 'go', target: 'windows-x64', lacks: go, make: (name) => buildGo(name, []) },
  'rust-release': {
    language: 'rust',
    target: 'windows-x64',
    lacks: rust,
    make: (name) => buildRust(name, ['-C', 'strip=symbols']),
  },
  'rust-debug': { language: 'rust', target: 'windows-x64', lacks: rust, make: (name) => buildRust(name, ['-g']) },
};

function stem(name: string): string {
  return name.replace(/\.dll$/, '');
}

const readobj = lacking('llvm-readobj');
const objdump = lacking(MINGW_OBJDUMP);

for (const [title, { language, target, lacks, make }] of Object.entries(builds)) {
  describe.skipIf(lacks !== undefined)(`${title}.dll${lacks === undefined ? '' : ` (${lacks})`}`, () => {
    let file = '';
    // zig builds a C library for Windows from source the first time, which takes minutes.
    beforeAll(() => {
      file = make(`${title}.dll`);
    }, 600_000);

    it('a normal DLL raises neither warning nor fault', async () => {
      const expected = { kind: 'library', entry: ENTRY, target: TARGETS[target], language } as const;
      const report = await auditFile(file, expected);
      expect(report.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
      expect(report).toMatchObject({ target, facts: { format: 'pe', role: 'library', bits: 64 } });
      expect(report.facts.pe?.overlayBytes).toBe(0);
    });

    it('the language is told from the file', async () => {
      const report = await auditFile(file, { kind: 'library', entry: ENTRY });
      expect(report.language).toBe(language);
      expect(report.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
    });

    it.skipIf(readobj !== undefined)('llvm-readobj agrees (needs llvm-readobj)', async () => {
      expect(asComparablePe(await peFacts(file))).toEqual(askReadobj(file));
    });

    it.skipIf(objdump !== undefined || target === 'windows-arm64')(
      `objdump agrees (needs ${MINGW_OBJDUMP})`,
      async () => {
        expect(asComparableNames(await peFacts(file))).toEqual(askObjdump(MINGW_OBJDUMP, file));
      },
    );
  });
}

describe.skipIf(go !== undefined)(`Go build information in a DLL${go === undefined ? '' : ` (${go})`}`, () => {
  it('agrees with go version -m', async () => {
    const file = buildGo('go-version.dll', ['-ldflags=-s -w']);
    const { toolchain } = await peFacts(file);
    const lines = execFileSync('go', ['version', '-m', file], { encoding: 'utf8' }).trim().split('\n');
    expect(lines[0]).toBe(`${file}: ${toolchain.go?.version}`);
    expect(toolchain.go).toMatchObject({
      module: 'sample-plugin',
      settings: { GOOS: 'windows', '-buildmode': 'c-shared' },
    });
  });
});

const odd = lacking(MINGW, 'clang', 'lld-link', 'llvm-readobj');

describe.skipIf(odd !== undefined)(`odd DLLs, against llvm-readobj${odd === undefined ? '' : ` (${odd})`}`, () => {
  const definition = `LIBRARY "own name.dll"
EXPORTS
  cpex_plugin_init
  cpex_plugin_init_again = cpex_plugin_init @9
  numbered = cpex_plugin_init @20 NONAME
  elsewhere = kernel32.Sleep
`;
  const two = `${BARE_DLL} int used_function(void); int other_function(void); int _tls_index;
    void *__delayLoadHelper2(void *a, void *b) { return a ? a : b; }
    __declspec(dllexport) int use(void) { return used_function() + other_function(); }`;
  const delayed = () => [
    bench.importLibrary('odd.dll', 'used_function'),
    bench.importLibrary('later.dll', 'other_function'),
    '/delayload:later.dll',
  ];
  const variants: Readonly<Record<string, (name: string) => string>> = {
    'no import at all': (name) => bench.lld(name, BARE_DLL),
    'no export at all': (name) => bench.lld(name, 'int alone(void) { return 1; }'),
    'for arm64': (name) => bench.lld(name, BARE_DLL, [], 'arm64'),
    'for 32 bits': (name) => bench.lld(name, BARE_DLL, ['/safeseh:no'], 'x86'),
    'with a debug database': (name) => bench.lld(name, BARE_DLL, ['/debug']),
    'at a fixed address': (name) => bench.lld(name, BARE_DLL, ['/dynamicbase:no', '/nxcompat:no', '/fixed']),
    'delayed imports': (name) => bench.lld(name, two, delayed()),
    'sections side by side': (name) =>
      bench.lld(name, two, [...delayed().slice(0, 2), '/align:512', '/driver', '/subsystem:native']),
    'numbers, aliases, forwards': (name) => {
      bench.write(`${name}.def`, definition);
      return bench.dll(name, GOOD_DLL, [...DLL_FLAGS, `${name}.def`]);
    },
    'a full symbol table': (name) => bench.dll(name, GOOD_DLL, ['-O1']),
    'imports by number': (name) => {
      const library = bench.importLibrary('by-number.dll', 'used_function @12 NONAME');
      const text = `int used_function(void); __declspec(dllexport) int use(void) { return used_function(); }`;
      return bench.lld(name, BARE_DLL + text, [library]);
    },
  };

  it.each(Object.keys(variants))('%s', async (title) => {
    const file = variants[title]?.(`odd-${title.replaceAll(/\W+/g, '-')}`) ?? '';
    expect(asComparablePe(await peFacts(file))).toEqual(askReadobj(file));
    expect((await peFacts(file)).overlayBytes).toBe(0);
  });

  it('tells delayed from needed libraries, and names numbers', async () => {
    const later = await peFacts(bench.path('odd-delayed-imports.dll'));
    expect(later).toMatchObject({ needed: ['odd.dll'], delayed: ['later.dll'] });
    const numbered = await peFacts(bench.path('odd-imports-by-number.dll'));
    expect(numbered.imports).toEqual([{ name: '#12', weak: false, library: 'by-number.dll' }]);
    const exports = await peFacts(bench.path('odd-numbers-aliases-forwards.dll'));
    expect(exports.forwarded).toEqual(['elsewhere -> kernel32.Sleep']);
    expect(exports.ordinalsOnly).toEqual([20]);
    expect(exports.ownName).toBe('own name.dll');
  });
});

const WINE = '/usr/lib/x86_64-linux-gnu/wine/x86_64-windows';
const corpus = existsSync(WINE) ? readobj : `needs ${WINE}`;

describe.skipIf(corpus !== undefined)(`the DLLs of wine${corpus === undefined ? '' : ` (${corpus})`}`, () => {
  it('reads two dozen of them as llvm-readobj does', async () => {
    const names = readdirSync(WINE).filter((name) => name.endsWith('.dll'));
    const step = Math.max(1, Math.floor(names.length / 24));
    for (const name of names.filter((_, index) => index % step === 0)) {
      const file = path.join(WINE, name);
      expect(asComparablePe(await peFacts(file)), name).toEqual(askReadobj(file));
    }
  });
});
