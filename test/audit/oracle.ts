import { execFileSync } from 'node:child_process';
import type { DynamicFacts } from '../../src/model/binary.js';

/** The facts that binutils can tell as well, in one form for both sides. */
export interface Comparable {
  readonly exports: readonly string[];
  readonly imports: readonly string[];
  readonly needed: readonly string[];
  readonly ownName: string | undefined;
  readonly runPaths: readonly string[];
  readonly versions: readonly string[];
  readonly segments: readonly string[];
  readonly stack: DynamicFacts['stack'];
  readonly relro: boolean;
  readonly tlsSize: number;
  readonly flags: readonly string[];
  readonly buildId: string | undefined;
  readonly interpreter: string | undefined;
  readonly initArray: number;
  readonly stripped: boolean;
  readonly debug: boolean;
}

/** What `readelf`, `nm` and `objdump` say about a 64-bit file. */
export function askBinutils(file: string): Comparable {
  const dynamic = run('readelf', ['-dW', file]);
  const headers = run('readelf', ['-lW', file]);
  const sections = run('readelf', ['-SW', file]);
  const notes = run('readelf', ['-nW', file]);
  const flagWords = ['STATIC_TLS', 'NODELETE', 'NOOPEN', 'TEXTREL'];
  const flagLines = dynamic.split('\n').filter((line) => /\((?:FLAGS|FLAGS_1|TEXTREL|BIND_NOW)\)/.test(line));
  const has = (word: string) => flagLines.some((line) => new RegExp(`\\b${word}\\b`).test(line));
  const bindNow = has('BIND_NOW') || has('NOW');
  return {
    exports: symbols(run('nm', ['-D', '--defined-only', '--with-symbol-versions', file])),
    imports: symbols(run('nm', ['-D', '--undefined-only', '--with-symbol-versions', file])),
    needed: all(dynamic, /\(NEEDED\).*\[(.*)\]/g),
    ownName: all(dynamic, /\(SONAME\).*\[(.*)\]/g)[0],
    runPaths: [
      ...all(dynamic, /\(RPATH\).*\[(.*)\]/g).flatMap((list) => list.split(':').map((folder) => `RPATH ${folder}`)),
      ...all(dynamic, /\(RUNPATH\).*\[(.*)\]/g).flatMap((list) => list.split(':').map((folder) => `RUNPATH ${folder}`)),
    ],
    versions: versionReferences(run('objdump', ['-p', file])),
    segments: all(headers, /^ {2}LOAD\s+\S+ \S+ \S+ (\S+ \S+ .{3} \S+)/gm).map((line) => loadLine(line)),
    stack: stackOf(/GNU_STACK\s+\S+ \S+ \S+ \S+ \S+ (.{3})/.exec(headers)?.[1]),
    relro: /GNU_RELRO/.test(headers),
    tlsSize: Number(/^ {2}TLS\s+\S+ \S+ \S+ \S+ (\S+)/m.exec(headers)?.[1] ?? 0),
    flags: [...flagWords.filter(has), ...(bindNow ? ['BIND_NOW'] : []), ...(has('PIE') ? ['PIE'] : [])].sort(),
    buildId: all(notes, /Build ID: (\w+)/g)[0],
    interpreter: all(headers, /program interpreter: (.*)\]/g)[0],
    initArray: Number(/\(INIT_ARRAYSZ\)\s+(\d+)/.exec(dynamic)?.[1] ?? 0) / 8,
    stripped: !/ SYMTAB /.test(sections),
    debug: / \.debug_/.test(sections),
  };
}

/** What our own reader says, in the same form. */
export function asComparable(facts: DynamicFacts): Comparable {
  const name = (symbol: { name: string; version?: string }) =>
    symbol.version === undefined ? symbol.name : `${symbol.name}@${symbol.version}`;
  const hex = (value: number) => value.toString(16);
  return {
    exports: facts.exports.map(name).sort(),
    imports: facts.imports.map(name).sort(),
    needed: facts.needed,
    ownName: facts.ownName,
    runPaths: facts.runPaths.map(({ kind, folder }) => `${kind} ${folder}`),
    versions: facts.versionNeeds
      .map(({ library, version, weak }) => `${library} ${version}${weak ? ' weak' : ''}`)
      .sort(),
    segments: facts.segments.map((segment) =>
      [
        hex(segment.fileSize),
        hex(segment.memorySize),
        `${segment.readable ? 'R' : ''}${segment.writable ? 'W' : ''}${segment.executable ? 'E' : ''}`,
        hex(segment.alignment),
      ].join(' '),
    ),
    stack: facts.stack,
    relro: facts.relro !== 'none',
    tlsSize: facts.tls.size,
    flags: [
      ...(facts.tls.staticModel ? ['STATIC_TLS'] : []),
      ...(facts.neverUnloaded ? ['NODELETE'] : []),
      ...(facts.noOpen ? ['NOOPEN'] : []),
      ...(facts.textRelocations ? ['TEXTREL'] : []),
      ...(facts.bindNow ? ['BIND_NOW'] : []),
      ...(facts.pie ? ['PIE'] : []),
    ].sort(),
    buildId: facts.buildId,
    interpreter: facts.interpreter,
    initArray: facts.constructors,
    stripped: facts.stripped,
    debug: facts.debugBytes > 0,
  };
}

function run(command: string, args: readonly string[]): string {
  const env = { ...process.env, LC_ALL: 'C' };
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  return execFileSync(command, args, { encoding: 'utf8', env, stdio, maxBuffer: 2 ** 28 });
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function symbols(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/ A [^@]+$/.test(line))
    .map((line) => (line.trim().split(/\s+/).at(-1) ?? '').replace('@@', '@'))
    .sort();
}

function versionReferences(text: string): string[] {
  const found: string[] = [];
  let library = '';
  const lines = text.slice(Math.max(0, text.indexOf('Version References:'))).split('\n');
  for (const line of text.includes('Version References:') ? lines : []) {
    library = /required from (.*):/.exec(line)?.[1] ?? library;
    const entry = /^\s+0x\w+ (0x\w+) \d+ (\S+)/.exec(line);
    if (entry !== null) found.push(`${library} ${entry[2]}${(Number(entry[1]) & 2) !== 0 ? ' weak' : ''}`);
  }
  return found.sort();
}

function loadLine(line: string): string {
  const [fileSize = '', memorySize = '', ...rest] = line.split(' ');
  const alignment = rest.at(-1) ?? '';
  const flags = rest.slice(0, -1).join('').replace(/ /g, '');
  return (
    [fileSize, memorySize].map((word) => Number(word).toString(16)).join(' ') +
    ` ${flags} ${Number(alignment).toString(16)}`
  );
}

function stackOf(flags: string | undefined): DynamicFacts['stack'] {
  if (flags === undefined) return 'unmarked';
  return flags.includes('E') ? 'executable' : 'plain';
}
