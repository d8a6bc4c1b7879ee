import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import type { MachOFacts } from '../../src/model/binary.js';
import { ENTRY, GOOD_SOURCE } from './c-library.js';
import { DYLIB_FLAGS, DylibBench, loadCommand, type MacArch, missing } from './dylib.js';
import { asComparable, askLlvm } from './macho-oracle.js';
import { RUST_SOURCE } from './sources.js';

const bench = new DylibBench();
afterAll(() => bench.remove());

const visible = '__attribute__((visibility("default")))';
/** Something of every kind of symbol. */
const RICH_SOURCE = `
${GOOD_SOURCE}
${visible} const int table[4] = {1, 2, 3, 4};
${visible} volatile int counter = 3;
${visible} _Thread_local int mine = 3;
${visible} __attribute__((weak)) int soft(void) { return 2; }
extern int maybe(void) __attribute__((weak_import));
${visible} int ask(void) { return maybe ? maybe() : mine; }
__attribute__((constructor)) static void first(void) { counter++; }
__attribute__((constructor)) static void second(void) { counter++; }
${visible} int odd(void) __asm__("without_underscore");
int odd(void) { return 1; }
`;

async function factsOf(file: string): Promise<MachOFacts> {
  const { facts } = await auditFile(file, { kind: 'library', entry: ENTRY });
  if (facts.macho === undefined) throw new Error(`${file} was not read as a library: ${facts.description}`);
  return facts.macho;
}

/** What LLVM's tools say, but for what they cannot tell or tell otherwise. */
async function compare(file: string): Promise<MachOFacts> {
  const facts = await factsOf(file);
  expect(asComparable(facts)).toEqual(askLlvm(bench, file));
  expect(facts.signatureProblems).toEqual([]);
  expect(facts.overlayBytes).toBe(0);
  return facts;
}

const withoutTools = missing('zig', 'llvm-otool', 'llvm-objdump', 'llvm-nm');

describe.skipIf(withoutTools !== undefined)(`dylibs as LLVM's tools see them (${withoutTools ?? 'zig'})`, () => {
  const archs: readonly MacArch[] = ['x64', 'arm64'];

  beforeAll(() => {
    for (const arch of archs) {
      bench.dylib(`maybe-${arch}`, arch, 'int maybe(void) { return 1; }', ['-install_name', '@rpath/libmaybe.dylib']);
    }
  });

  it.each(archs)('a plain library for %s', async (arch) => {
    const facts = await compare(bench.dylib(`plain-${arch}`, arch));
    expect(facts).toMatchObject({ ownName: '@rpath/plugin.dylib', debugBytes: 0, constructors: 0 });
    expect(facts.exports).toContainEqual({ name: ENTRY, kind: 'function', weak: false, executable: true });
    expect(facts.needed).toEqual(['/usr/lib/libSystem.B.dylib']);
    expect(facts.signature).toBe(arch === 'arm64' ? 'adhoc' : 'none');
  });

  it.each(archs)('every kind of symbol, run paths and debug information for %s', async (arch) => {
    const flags = ['-O1', '-g', `maybe-${arch}.dylib`, '-Wl,-rpath,@loader_path', '-Wl,-rpath,/opt/lib'];
    const facts = await compare(bench.dylib(`rich-${arch}`, arch, RICH_SOURCE, flags));
    expect(facts.debugBytes).toBeGreaterThan(0);
    expect(facts).toMatchObject({ constructors: 2, runPaths: ['@loader_path', '/opt/lib'], stripped: false });
    expect(facts.unreachable).toEqual(['without_underscore']);
    expect(facts.exports).toContainEqual({ name: 'mine', kind: 'tls', weak: false, executable: false });
    expect(facts.exports).toContainEqual({ name: 'table', kind: 'object', weak: false, executable: true });
    expect(facts.exports).toContainEqual({ name: 'soft', kind: 'function', weak: true, executable: true });
    expect(facts.imports).toContainEqual({ name: 'maybe', weak: true, library: '@rpath/libmaybe.dylib' });
  });

  it.each(archs)('a universal file: the slice for %s', async (arch) => {
    const slices = archs.map((one) => bench.dylib(`half-${one}`, one));
    const { writeUniversal } = await import('../../src/audit/macho/write-universal.js');
    await writeUniversal(slices, bench.path(`whole-${arch}.dylib`));
    const report = await auditFile(bench.path(`whole-${arch}.dylib`), { kind: 'library', entry: ENTRY });
    expect(report).toMatchObject({ target: 'darwin-universal', facts: { arch: 'universal', role: 'library' } });
    const slice = report.facts.slices?.find((one) => one.arch === arch);
    expect(slice?.macho).toEqual(await factsOf(bench.path(`half-${arch}.dylib`)));
  });

  it('finds the hidden entry in the symbol table', async () => {
    const file = bench.dylib(
      'hidden',
      'arm64',
      `__attribute__((used)) int ${ENTRY}(void) { return 0; }\n${visible} int other(void) { return 1; }`,
      DYLIB_FLAGS,
    );
    expect((await factsOf(file)).hidden).toEqual([ENTRY]);
  });

  it('takes exports and imports from the symbol table where there is nothing newer', async () => {
    const rich = bench.dylib('newer', 'arm64', RICH_SOURCE, ['-O1', 'maybe-arm64.dylib']);
    const older = bench.patched(rich, 'older.dylib', (bytes) => {
      // A command that says nothing about symbols, of the same length.
      bytes.writeUInt32LE(0x31, loadCommand(bytes, 0x80000022));
      return bytes;
    });
    const [left, right] = [await factsOf(rich), await factsOf(older)];
    const names = (facts: MachOFacts) => facts.exports.map((one) => `${one.name} ${one.weak} ${one.executable}`).sort();
    expect(names(right)).toEqual(names(left));
    expect(right.unreachable).toEqual(left.unreachable);
    const imports = (facts: MachOFacts) => facts.imports.map((one) => JSON.stringify(one)).sort();
    expect(imports(right)).toEqual(imports(left));
    expect((await auditFile(older, { kind: 'library' })).findings.map((one) => one.id)).toContain('macho.signature');
  });

  const withoutLinker = missing('ld64.lld');
  describe.skipIf(withoutLinker !== undefined)(`the newer tables (${withoutLinker ?? 'ld64.lld'})`, () => {
    beforeAll(() => {
      bench.write('rich.c', RICH_SOURCE);
      bench.zig('arm64', ['-c', '-O1', '-g', '-o', 'rich.o', 'rich.c']);
    });

    it.each<[string, string, readonly string[], Partial<MachOFacts>]>([
      [
        'chained fixups and offsets of initialisers',
        '13.0',
        ['-weak_library', 'maybe-arm64.dylib', '-fixup_chains', '-init_offsets'],
        { constructors: 2 },
      ],
      ['opcodes and pointers to initialisers', '11.0', ['maybe-arm64.dylib', '-no_fixup_chains'], { constructors: 2 }],
      [
        'symbols looked up in the whole process',
        '11.0',
        ['-undefined', 'dynamic_lookup', '-no_fixup_chains'],
        { dynamicLookup: ['maybe'] },
      ],
      [
        'the same in chained fixups',
        '13.0',
        ['-undefined', 'dynamic_lookup', '-fixup_chains'],
        { dynamicLookup: ['maybe'] },
      ],
      ['a re-exported library', '13.0', ['-reexport_library', 'maybe-arm64.dylib'], { namespace: 'two-level' }],
      ['a signature of its own choice', '13.0', ['maybe-arm64.dylib', '-no_adhoc_codesign'], { signature: 'none' }],
    ])('%s', async (title, minimum, flags, says) => {
      const file = bench.lld(`${title.replaceAll(' ', '-')}.dylib`, 'rich.o', minimum, flags);
      expect(await compare(file)).toMatchObject(says);
    });

    it('a flat namespace and a bundle', async () => {
      const flat = await factsOf(
        bench.lld('flat.dylib', 'rich.o', '11.0', ['-flat_namespace', '-undefined', 'dynamic_lookup']),
      );
      expect(flat.namespace).toBe('flat');
      expect(flat.dynamicLookup).toEqual(flat.imports.map((one) => one.name));
      const bundle = await compare(
        bench.lld('bundle.so', 'rich.o', '11.0', ['-bundle', '-undefined', 'dynamic_lookup']),
      );
      expect(bundle).toMatchObject({ fileType: 'bundle', constructors: 2 });
      expect(bundle.ownName).toBeUndefined();
    });

    it('what llvm-strip left, signed anew', async () => {
      const file = bench.lld('stripped.dylib', 'rich.o', '13.0', ['maybe-arm64.dylib']);
      expect((await factsOf(file)).stripped).toBe(false);
      bench.llvm('llvm-strip', ['-x', file]);
      expect(await compare(file)).toMatchObject({ stripped: true, debugBytes: 0, signature: 'adhoc' });
    });
  });

  const withoutRust = missing('rust for macOS');
  it.skipIf(withoutRust !== undefined)(
    `Rust libraries (${withoutRust ?? 'rust-lld'})`,
    { timeout: 300_000 },
    async () => {
      const flags = ['-O', '-C', 'strip=symbols', '-C', 'link-arg=-install_name', '-C', 'link-arg=@rpath/r.dylib'];
      for (const arch of archs) {
        const facts = await compare(bench.rust(`rust-${arch}`, arch, RUST_SOURCE, flags));
        expect(facts.exports.map((one) => one.name)).toEqual([ENTRY]);
        expect(facts.imports.length).toBeGreaterThan(30);
      }
    },
  );
});
