import path from 'node:path';
import type { MachOFacts } from '../../src/model/binary.js';
import type { DylibBench } from './dylib.js';

/** The facts that LLVM's tools can tell as well, in one form for both sides. */
export interface Comparable {
  readonly exports: readonly string[];
  readonly functions: readonly string[];
  readonly imports: readonly string[];
  readonly libraries: readonly string[];
  readonly ownName: string | undefined;
  readonly runPaths: readonly string[];
  readonly segments: readonly string[];
  readonly sections: readonly string[];
  readonly uuid: string | undefined;
  readonly minimumOs: string | undefined;
  readonly sdk: string | undefined;
  readonly signed: boolean;
  readonly twoLevel: boolean;
  readonly bundle: boolean;
  readonly constructors: number;
  readonly namedFunctions: boolean;
}

/** What llvm-otool, llvm-objdump and llvm-nm say about a thin file. */
export function askLlvm(bench: DylibBench, file: string): Comparable {
  const commands = bench.llvm('llvm-otool', ['-l', file]);
  const flags = bench.llvm('llvm-otool', ['-hv', file]);
  const objdump = (option: string) => bench.llvm('llvm-objdump', ['--macho', option, file]);
  const trie = [...objdump('--exports-trie').matchAll(/^(?:0x\w+|\[re-export\])\s+(\S+)(.*)$/gm)];
  const symbols = bench.llvm('llvm-nm', ['-m', file]).split('\n');
  const defined = symbols.map((line) => /^\w+ \(__TEXT,__text\) (?:weak )?external (\S+)$/.exec(line)?.[1]);
  const blocks = commands.split(/^Load command \d+$/m);
  const of = (name: string) => blocks.filter((block) => new RegExp(`^ +cmd ${name}$`, 'm').test(block));
  const field = (block: string | undefined, name: string) =>
    new RegExp(`^ *${name} (.+?)(?: \\(offset \\d+\\))?$`, 'm').exec(block ?? '')?.[1];
  return {
    exports: trie.map(([, name = '', rest = '']) => `${name}${marks(rest)}`).sort(),
    functions: defined.filter((name) => name !== undefined).sort(),
    imports: importsOf(objdump),
    libraries: [...bench.llvm('llvm-otool', ['-L', file]).matchAll(/^\t(.+) \(compatibility .*?(, weak)?\)$/gm)]
      .map(([, name, weak]) => `${name}${weak === undefined ? '' : ' weak'}`)
      // The first line is the name of the library itself, when it has one.
      .slice(of('LC_ID_DYLIB').length),
    ownName: field(of('LC_ID_DYLIB')[0], 'name'),
    runPaths: of('LC_RPATH').map((block) => field(block, 'path') ?? ''),
    segments: of('LC_SEGMENT_64').map((block) => segmentLine(block, field)),
    sections: [...commands.matchAll(/^ +sectname (\S+)/gm)].map((match) => match[1] ?? ''),
    uuid: field(of('LC_UUID')[0], 'uuid')?.replaceAll('-', '').toLowerCase(),
    minimumOs: field(of('LC_BUILD_VERSION')[0], 'minos') ?? field(of('LC_VERSION_MIN_MACOSX')[0], 'version'),
    sdk: field(of('LC_BUILD_VERSION')[0] ?? of('LC_VERSION_MIN_MACOSX')[0], 'sdk'),
    signed: of('LC_CODE_SIGNATURE').length > 0,
    twoLevel: /\bTWOLEVEL\b/.test(flags),
    bundle: /\bBUNDLE\b/.test(flags),
    constructors: sectionEntries(commands, '__mod_init_func', 8) + sectionEntries(commands, '__init_offsets', 4),
    namedFunctions: symbols.some((line) =>
      /^\w+ \(__TEXT,__text\) (?:weak )?(?:non-external|private external) /.test(line),
    ),
  };
}

function marks(rest: string): string {
  return `${rest.includes('[per-thread]') ? ' tls' : ''}${rest.includes('[weak_def]') ? ' weak' : ''}`;
}

function importsOf(objdump: (option: string) => string): readonly string[] {
  const bound = ['--bind', '--lazy-bind'].flatMap((option) => [
    ...objdump(option).matchAll(/^__\S+ +__\S+ +0x\w+ +(?:pointer +-?\d+ +)?(\S+) +(\S+)(?: \(weak_import\))?$/gm),
  ]);
  const chained = objdump('--chained-fixups').matchAll(
    /lib_ordinal = -?\d+ \(([^)]+)\)\n +weak_import = \d\n +name_offset = \d+ \(([^)]+)\)/g,
  );
  return [...new Set([...bound, ...chained].map(([, library, name]) => `${library} ${name}`))].sort();
}

function segmentLine(block: string, field: (block: string, name: string) => string | undefined): string {
  const numbers = ['vmaddr', 'vmsize', 'filesize', 'initprot'].map((name) => Number(field(block, name)));
  return [field(block, 'segname'), ...numbers.map((value) => value.toString(16))].join(' ');
}

function sectionEntries(commands: string, name: string, bytes: number): number {
  const sizes = [...commands.matchAll(new RegExp(`sectname ${name}\\n[^\\n]*\\n[^\\n]*\\n +size (0x\\w+)`, 'g'))];
  return sizes.reduce((sum, match) => sum + Number(match[1]) / bytes, 0);
}

/** What our own reader says, in the same form. */
export function asComparable(facts: MachOFacts): Comparable {
  const underscored = (name: string) => (name === 'dyld_stub_binder' ? name : `_${name}`);
  const dynamic = new Set(facts.dynamicLookup);
  const library = (full: string | undefined, name: string) =>
    dynamic.has(name) ? 'flat-namespace' : (path.posix.basename(full ?? '').split('.')[0] ?? '');
  return {
    exports: [
      ...facts.exports.map(({ name, kind, weak }) => `_${name}${kind === 'tls' ? ' tls' : ''}${weak ? ' weak' : ''}`),
      ...facts.unreachable,
    ].sort(),
    functions: [
      ...facts.exports.filter((one) => one.kind === 'function').map(({ name }) => `_${name}`),
      ...facts.unreachable,
    ].sort(),
    imports: facts.imports.map((one) => `${library(one.library, one.name)} ${underscored(one.name)}`).sort(),
    libraries: facts.libraries.map(({ name, kind }) => `${name}${kind === 'weak' ? ' weak' : ''}`),
    ownName: facts.ownName,
    runPaths: facts.runPaths,
    segments: facts.segments.map((one) => {
      const protection = (one.readable ? 1 : 0) + (one.writable ? 2 : 0) + (one.executable ? 4 : 0);
      const numbers = [one.address, one.memorySize, one.fileSize, protection];
      return [one.name, ...numbers.map((value) => value.toString(16))].join(' ');
    }),
    sections: facts.sections,
    uuid: facts.uuid,
    minimumOs: facts.minimumOs,
    sdk: facts.sdk,
    signed: facts.signature !== 'none',
    twoLevel: facts.namespace === 'two-level',
    bundle: facts.fileType === 'bundle',
    constructors: facts.constructors,
    namedFunctions: !facts.stripped,
  };
}
