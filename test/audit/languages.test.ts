import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import type { Language } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { ENTRY, GOOD_SOURCE, hasTool, sectionOf, Workbench } from './c-library.js';
import { asComparable, askBinutils } from './oracle.js';
import { buildGo, RUST_SOURCE } from './sources.js';

const bench = new Workbench();
afterAll(() => bench.remove());

const binutils = hasTool('readelf') && hasTool('nm') && hasTool('objdump');

async function dynamicFacts(file: string) {
  const { facts } = await auditFile(file, { kind: 'library' });
  if (facts.dynamic === undefined) throw new Error(`${file}: ${facts.description}`);
  return facts.dynamic;
}

function buildRust(output: string, flags: readonly string[]): string {
  bench.write('lib.rs', RUST_SOURCE);
  bench.run('rustc', ['--edition', '2024', '-O', '--crate-type', 'cdylib', ...flags, '-o', output, 'lib.rs']);
  return bench.path(output);
}

const languages: readonly { language: Language; tool: string; args: string[]; builds: Record<string, () => string> }[] =
  [
    {
      language: 'c',
      tool: 'gcc',
      args: ['--version'],
      builds: {
        'c-release.so': () => bench.library('c-release', GOOD_SOURCE),
        'c-debug.so': () => bench.library('c-debug', GOOD_SOURCE, ['-g', '-fvisibility=hidden']),
      },
    },
    {
      language: 'go',
      tool: 'go',
      args: ['version'],
      builds: {
        'go-release.so': () => buildGo(bench, 'go-release.so', ['-ldflags=-s -w']),
        'go-debug.so': () => buildGo(bench, 'go-debug.so', []),
      },
    },
    {
      language: 'rust',
      tool: 'rustc',
      args: ['--version'],
      builds: {
        'rust-release.so': () => buildRust('rust-release.so', ['-C', 'strip=symbols']),
        'rust-debug.so': () => buildRust('rust-debug.so', ['-g']),
      },
    },
  ];

for (const { language, tool, args, builds } of languages) {
  describe.skipIf(!hasTool(tool, args))(`${language} (needs ${tool})`, () => {
    const files = Object.keys(builds);
    beforeAll(() => {
      for (const build of Object.values(builds)) build();
    });

    it.each(files)('%s: a normal library raises neither warning nor fault', async (name) => {
      const report = await auditFile(bench.path(name), {
        kind: 'library',
        entry: ENTRY,
        target: hostTarget(),
        language,
      });
      expect(report.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
      expect(report.language).toBe(language);
      expect(report.target).toBe(hostTarget().name);
    });

    it.each(files)('%s: the language is told from the file', async (name) => {
      const report = await auditFile(bench.path(name), { kind: 'library', entry: ENTRY });
      expect(report.language).toBe(language);
      expect(report.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
    });

    it.skipIf(!binutils).each(files)('%s: readelf, nm and objdump agree (needs binutils)', async (name) => {
      expect(asComparable(await dynamicFacts(bench.path(name)))).toEqual(askBinutils(bench.path(name)));
    });
  });
}

describe.skipIf(!hasTool('go', ['version']))('Go build information (needs go)', () => {
  it('agrees with go version -m', async () => {
    const file = bench.path('go-release.so');
    const { toolchain } = await dynamicFacts(file);
    const lines = execFileSync('go', ['version', '-m', file], { encoding: 'utf8' }).trim().split('\n');
    expect(lines[0]).toBe(`${file}: ${toolchain.go?.version}`);
    const settings = lines.filter((line) => line.startsWith('\tbuild\t')).map((line) => line.slice('\tbuild\t'.length));
    expect(settings.length).toBeGreaterThan(3);
    const quote = (value: string) => (/[ "`=]|^$/.test(value) && value.includes(' ') ? JSON.stringify(value) : value);
    const own = Object.entries(toolchain.go?.settings ?? {}).map(([name, value]) => `${name}=${quote(value)}`);
    expect(own.sort()).toEqual(settings.sort());
    expect(toolchain.go?.module).toBe('sample-plugin');
  });

  it('is found without section headers', async () => {
    const file = bench.patched(bench.path('go-release.so'), 'go-bare.so', (bytes) => {
      bytes.writeBigUInt64LE(0n, 40);
      bytes.writeUInt16LE(0, 60);
      bytes.writeUInt16LE(0, 62);
    });
    const bare = await dynamicFacts(file);
    const full = await dynamicFacts(bench.path('go-release.so'));
    expect(bare.toolchain.go).toEqual(full.toolchain.go);
    expect(bare.exports).toEqual(full.exports);
    expect(bare.imports).toEqual(full.imports);
  });
});

describe.skipIf(!hasTool('gcc') || !binutils)('odd C libraries, against binutils (needs gcc and binutils)', () => {
  const exported = '__attribute__((visibility("default")))';
  const variants: Record<string, { source: string; flags: string[] }> = {
    plain: { source: GOOD_SOURCE, flags: [] },
    'text relocations': {
      source: `${GOOD_SOURCE}__asm__(".text\\n.quad cpex_plugin_init\\n");`,
      flags: ['-Wl,-z,notext'],
    },
    'executable stack': { source: GOOD_SOURCE, flags: ['-Wl,-z,execstack'] },
    'run path': { source: GOOD_SOURCE, flags: ['-Wl,--disable-new-dtags', '-Wl,-rpath,/a:$ORIGIN/b'] },
    'new run path': { source: GOOD_SOURCE, flags: ['-Wl,--enable-new-dtags', '-Wl,-rpath,/c'] },
    'no relro': { source: GOOD_SOURCE, flags: ['-Wl,-z,norelro'] },
    'everything stripped': { source: GOOD_SOURCE, flags: ['-s', '-Wl,--build-id=none'] },
    'old hash table': { source: GOOD_SOURCE, flags: ['-Wl,--hash-style=sysv'] },
    'both hash tables': { source: GOOD_SOURCE, flags: ['-Wl,--hash-style=both'] },
    'no entry': { source: 'int nothing(void) { return 0; }', flags: [] },
    'hidden entry': { source: GOOD_SOURCE, flags: ['-fvisibility=hidden', '-Dvisibility(x)=visibility("hidden")'] },
    'own versions': {
      source: `${exported} int a(void) { return 1; } ${exported} int b(void) { return 2; }`,
      flags: ['-Wl,--version-script=own.map'],
    },
    'thread-local data': { source: `${exported} __thread long x = 3; ${exported} __thread long y;`, flags: [] },
    'no library at all': { source: `${exported} int alone(void) { return 1; }`, flags: ['-nostdlib'] },
    'debug information': { source: GOOD_SOURCE, flags: ['-g', '-Wl,-soname,libnamed.so.3'] },
    'never unloaded': { source: GOOD_SOURCE, flags: ['-Wl,-z,nodelete', '-Wl,-z,nodlopen', '-Wl,-z,now'] },
  };

  it.each(Object.keys(variants))('%s', async (title) => {
    bench.write('own.map', 'ONE_1 { global: a; local: *; }; TWO_2 { global: b; } ONE_1;');
    const { source = '', flags = [] } = variants[title] ?? {};
    const file = bench.library(`odd-${title.replaceAll(' ', '-')}`, source, ['-O1', ...flags]);
    expect(asComparable(await dynamicFacts(file))).toEqual(askBinutils(file));
    expect((await dynamicFacts(file)).overlayBytes).toBe(0);
  });

  it.each(['gnu', 'sysv'])('counts symbols without section headers, hash style %s', async (style) => {
    const file = bench.library(`bare-${style}`, GOOD_SOURCE, [`-Wl,--hash-style=${style}`]);
    const bare = bench.patched(file, `bare-${style}-cut.so`, (bytes) => {
      bytes.writeBigUInt64LE(0n, 40);
      bytes.writeUInt16LE(0, 60);
      bytes.writeUInt16LE(0, 62);
    });
    const [left, right] = [await dynamicFacts(file), await dynamicFacts(bare)];
    expect(right.exports).toEqual(left.exports);
    expect(right.imports).toEqual(left.imports);
    expect(right.exports.map((symbol) => symbol.name)).toContain(ENTRY);
  });

  it('finds the hidden entry in the symbol table', async () => {
    const file = bench.library('hidden', `int ${ENTRY}(void) { return 0; }`, ['-fvisibility=hidden']);
    expect(sectionOf(bench, file, '.symtab').size).toBeGreaterThan(0);
    const report = await auditFile(file, { kind: 'library', entry: ENTRY });
    expect(report.facts.dynamic?.hidden).toEqual([ENTRY]);
  });
});

const systemFolder = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64'].find((folder) => {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
});

describe.skipIf(systemFolder === undefined || !binutils)("the system's own libraries (needs binutils)", () => {
  it('reads forty of them as binutils does', { timeout: 300_000 }, async () => {
    const folder = systemFolder ?? '';
    const names = readdirSync(folder).filter((name) => /^lib.*\.so\.\d+$/.test(name));
    const step = Math.max(1, Math.floor(names.length / 40));
    const files = new Set(
      names.filter((_, index) => index % step === 0).map((name) => realpathSync(path.join(folder, name))),
    );
    expect(files.size).toBeGreaterThan(5);
    for (const file of files) expect(asComparable(await dynamicFacts(file)), file).toEqual(askBinutils(file));
  });
});
