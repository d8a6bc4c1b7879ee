import { execFileSync } from 'node:child_process';
import type { PeFacts } from '../../src/model/binary.js';
import { llvmTool } from '../tools/llvm.js';

/** The facts that other readers of PE can tell as well, in one form for all sides. */
export interface ComparablePe {
  /** Names, and `#N` for those with a number only. */
  readonly exports: readonly string[];
  /** `library name`, sorted; functions without a name as `#N`. */
  readonly imports: readonly string[];
  readonly sections: readonly string[];
  readonly flags: readonly string[];
  readonly timestamp: number;
  readonly imageSize: number;
  readonly tlsCallbacks: boolean;
  readonly pdb: string | undefined;
  readonly reproducible: boolean;
  readonly stripped: boolean;
}

/** What our own reader says. */
export function asComparablePe(facts: PeFacts): ComparablePe {
  return {
    exports: [...facts.exports.map((one) => one.name), ...facts.ordinalsOnly.map((one) => `#${one}`)].sort(),
    imports: facts.imports.map((one) => `${one.library} ${one.name}`).sort(),
    sections: facts.sections.map(
      (one) =>
        `${one.name} ${one.address} ${one.memorySize} ${one.readable ? 'R' : ''}${one.writable ? 'W' : ''}${one.executable ? 'X' : ''}`,
    ),
    flags: [
      ...(facts.dll ? ['DLL'] : []),
      ...(facts.dynamicBase ? ['DYNAMIC_BASE'] : []),
      ...(facts.relocatable ? [] : ['RELOCS_STRIPPED']),
      ...(facts.highEntropy ? ['HIGH_ENTROPY_VA'] : []),
      ...(facts.nxCompatible ? ['NX_COMPAT'] : []),
      ...(facts.controlFlowGuard ? ['GUARD_CF'] : []),
    ].sort(),
    timestamp: facts.timestamp,
    imageSize: facts.loadedBytes,
    tlsCallbacks: facts.tlsCallbacks > 0,
    pdb: facts.pdb,
    reproducible: facts.reproducible,
    stripped: facts.stripped,
  };
}

const FLAGS =
  /IMAGE_(?:FILE|DLL_CHARACTERISTICS)_(DLL|DYNAMIC_BASE|RELOCS_STRIPPED|HIGH_ENTROPY_VA|NX_COMPAT|GUARD_CF) /g;

/** What `llvm-readobj` says. */
export function askReadobj(file: string): ComparablePe {
  const ask = (...words: string[]) => run(llvmTool('llvm-readobj') ?? 'llvm-readobj', [...words, file]);
  const headers = ask('--file-headers');
  const directories = ask('--coff-debug-directory', '--coff-tls-directory');
  const exports = ask('--coff-exports');
  const number = (name: string) => Number(new RegExp(`\\b${name}: (?:.*\\()?(\\w+)`).exec(headers)?.[1] ?? 0);
  return {
    exports: blocks(exports, 'Export')
      // Numbers that nothing has are listed too.
      .filter((one) => field(one, 'Name') !== '' || !/^0x0*$/.test(field(one, 'RVA')))
      .map((one) => field(one, 'Name') || `#${field(one, 'Ordinal')}`)
      .sort(),
    imports: [...blocks(ask('--coff-imports'), 'Import'), ...blocks(ask('--coff-imports'), 'DelayImport')]
      .flatMap(importsOf)
      .sort(),
    sections: blocks(ask('--sections'), ' {2}Section').map(sectionOf),
    flags: [...headers.matchAll(FLAGS)].map((match) => match[1] ?? '').sort(),
    timestamp: number('TimeDateStamp'),
    imageSize: number('SizeOfImage'),
    tlsCallbacks: /AddressOfCallBacks: 0x0*[1-9A-F]/i.test(directories),
    pdb: /PDBFileName: (.*)/.exec(directories)?.[1],
    reproducible: /Type: Repro /.test(directories),
    stripped: number('SymbolCount') === 0,
  };
}

/** Names as GNU's objdump tells them, which knows neither delayed imports nor arm64. */
export interface ComparableNames {
  readonly exports: readonly string[];
  readonly imports: readonly string[];
  readonly ownName: string | undefined;
}

export function asComparableNames(facts: PeFacts): ComparableNames {
  return {
    exports: facts.exports.map((one) => one.name),
    imports: facts.imports.filter((one) => !one.name.startsWith('#')).map((one) => `${one.library} ${one.name}`),
    ownName: facts.ownName,
  };
}

export function askObjdump(objdump: string, file: string): ComparableNames {
  const text = run(objdump, ['-p', file]);
  const table = /^\[Ordinal\/Name Pointer\] Table.*\n((?:\t.*\n)*)/m.exec(text)?.[1] ?? '';
  const imports: string[] = [];
  let library = '';
  for (const line of text.slice(0, text.indexOf('The Export Tables')).split('\n')) {
    library = /^\tDLL Name: (.*)/.exec(line)?.[1] ?? library;
    const name = /^\t[0-9a-f]+\t +\d+ {2}(\S+)/.exec(line)?.[1];
    if (name !== undefined) imports.push(`${library} ${name}`);
  }
  return {
    exports: [...table.matchAll(/^\t\[ *\d+\] (?:\+base\[ *\d+\] +\w+ )?(\S+)$/gm)].map((match) => match[1] ?? ''),
    imports,
    ownName: /^Name \s*[0-9a-f]+ (.*)$/m.exec(text)?.[1],
  };
}

function run(command: string, args: readonly string[]): string {
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return execFileSync(command, args, { encoding: 'utf8', env, stdio, maxBuffer: 2 ** 28 });
}

/** The bodies of all blocks `NAME { … }` whose braces begin a line. */
function blocks(text: string, name: string): string[] {
  const indent = /^ */.exec(name.replace(' {2}', '  '))?.[0] ?? '';
  return [...text.matchAll(new RegExp(`^${name} \\{\\n([\\s\\S]*?)^${indent}\\}`, 'gm'))].map(
    (match) => match[1] ?? '',
  );
}

function field(block: string, name: string): string {
  return new RegExp(`^ *${name}: ?(.*)$`, 'm').exec(block)?.[1]?.trim() ?? '';
}

function importsOf(block: string): string[] {
  const library = field(block, 'Name');
  return [...block.matchAll(/^ *Symbol: (.*?) ?\((\d+)\)$/gm)].map(
    (match) => `${library} ${match[1] === '' ? `#${match[2]}` : match[1]}`,
  );
}

function sectionOf(block: string): string {
  const name = field(block, 'Name').replace(/ \(.*\)$/, '');
  const has = (flag: string, letter: string) => (block.includes(`IMAGE_SCN_MEM_${flag} `) ? letter : '');
  const rights = `${has('READ', 'R')}${has('WRITE', 'W')}${has('EXECUTE', 'X')}`;
  return `${name} ${Number(field(block, 'VirtualAddress'))} ${Number(field(block, 'VirtualSize'))} ${rights}`;
}
