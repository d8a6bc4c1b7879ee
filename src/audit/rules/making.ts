import type { BinaryFacts } from '../../model/binary.js';
import { compareVersions } from '../version-order.js';
import { OLDEST_GO, SANITIZER_LIBRARIES, SANITIZER_SECTIONS, SANITIZER_SYMBOLS } from './expectations.js';
import { listed } from './rule.js';
import type { SharedRule } from './shared.js';

const language: SharedRule = {
  name: 'language',
  severity: 'info',
  title: 'It was written in the expected language',
  why: 'Each language has its own normal exports and libraries. A file of another language is often simply the wrong file.',
  remedy: 'Name the right file, or the right language with --language.',
  again: { elf: 'readelf -p .comment FILE', macho: 'strings -a FILE', pe: 'strings -a FILE' },
  check: ({ detected, expected }) =>
    detected === undefined || expected.language === undefined || detected === expected.language
      ? []
      : [{ message: `The library shows traces of ${detected}, but ${expected.language} was expected.` }],
};

const sanitizer: SharedRule = {
  name: 'sanitizer',
  severity: 'fail',
  cases: 'warn for a debug build',
  title: 'No sanitizer, coverage or fuzzing code is left in',
  why: 'Such builds need a run time that hosts do not have, are slow, and write files or end the process on their own.',
  remedy:
    'Build without -fsanitize, --coverage, -race, -asan and -msan. zig cc adds a sanitizer unless it is told to optimise (-O2).',
  again: {
    elf: 'nm -D FILE | grep -E "__(asan|tsan|ubsan|gcov)"',
    macho: 'nm FILE | grep -E "__(asan|tsan|ubsan|gcov)"',
    pe: 'llvm-readobj --coff-imports --coff-exports --sections FILE | grep -E "asan|tsan|ubsan|gcov|lprf"',
  },
  check: ({ facts, link, finds, expected }) => {
    if (expected.sanitizer === true) return [];
    const symbols = [...link.imports, ...link.exports]
      .map((symbol) => symbol.name)
      .filter((name) => SANITIZER_SYMBOLS.test(name));
    const libraries = link.needed.filter((name) => SANITIZER_LIBRARIES.test(name));
    const sections = sectionNames(facts).filter((name) => SANITIZER_SECTIONS.test(name));
    const settings = Object.entries(link.toolchain.go?.settings ?? {})
      .filter(([name, value]) => /^-(?:race|asan|msan|cover)$/.test(name) && value === 'true')
      .map(([name]) => name);
    const runTimes = finds.filter((find) => find.kind === 'instrumentation').map((find) => find.text);
    const evidence = [
      ...(libraries.length === 0 ? [] : [`needs ${listed(libraries)}`]),
      ...(symbols.length === 0 ? [] : [`symbols: ${listed(symbols)}`]),
      ...(sections.length === 0 ? [] : [`sections: ${listed(sections)}`]),
      ...(runTimes.length === 0 ? [] : [`holds the run time of ${listed(runTimes)}`]),
      ...(settings.length === 0 ? [] : [`built by Go with ${settings.join(' ')}`]),
    ];
    if (evidence.length === 0) return [];
    const message = 'The library was built with a sanitizer, coverage or fuzzing instrumentation.';
    return [{ message, evidence, ...(expected.debug === true ? { severity: 'warn' as const } : {}) }];
  },
};

function sectionNames(facts: BinaryFacts): readonly string[] {
  return facts.macho?.sections ?? facts.pe?.sections.map((one) => one.name) ?? [];
}

const debugInfo: SharedRule = {
  name: 'debug-info',
  severity: 'info',
  title: 'Debug information',
  why: 'It makes the file larger and tells about the source. Nothing breaks.',
  remedy: 'Build for release: -s in the linker flags, -ldflags="-s -w", strip = true in the release profile.',
  again: {
    elf: 'readelf -SW FILE | grep debug_',
    macho: 'otool -l FILE | grep -E "__debug_|__DWARF"; nm -a FILE | grep OSO',
    pe: 'llvm-objdump -h FILE | grep debug_',
  },
  check: ({ link, expected }) =>
    link.debugBytes === 0 || expected.debug === true
      ? []
      : [{ message: `The library holds ${link.debugBytes} bytes of debug information.` }],
};

const overlay: SharedRule = {
  name: 'overlay',
  severity: 'warn',
  title: 'Nothing is appended',
  why: 'Linkers write nothing behind what the headers describe. Appended bytes are a packer, a bundled archive or damage.',
  remedy: 'Embed data as data (xxd -i, //go:embed, include_bytes!).',
  again: {
    elf: 'readelf -SW FILE; wc -c FILE',
    macho: 'otool -l FILE; wc -c FILE',
    pe: 'llvm-readobj --sections FILE; wc -c FILE',
  },
  check: ({ link }) =>
    link.overlayBytes === 0 ? [] : [{ message: `${link.overlayBytes} bytes follow the end of the library.` }],
};

const goVersion: SharedRule = {
  name: 'go-version',
  severity: 'warn',
  title: 'The Go release is not too old',
  why: `Go before ${OLDEST_GO} gets no security fixes, and its libraries are not tested with the hosts that cpex knows.`,
  remedy: 'Build with a current Go release.',
  again: 'go version -m FILE',
  check: ({ link }) => {
    const version = link.toolchain.go?.version;
    const number = version === undefined ? undefined : /^go(\d+\.\d+)/.exec(version)?.[1];
    return number !== undefined && compareVersions(number, OLDEST_GO) < 0
      ? [{ message: `The library was built with ${version}.` }]
      : [];
  },
};

/** How a library was made, as every format tells it. */
export const MAKING_RULES: readonly SharedRule[] = [language, sanitizer, debugInfo, overlay, goVersion];
