import { compareVersions } from '../version-order.js';
import { CONTENT_RULES } from './contents.js';
import { OLDEST_GO, SANITIZER_LIBRARIES, SANITIZER_SYMBOLS } from './expectations.js';
import { listed, type Rule } from './rule.js';
import { rulesFor } from './shared.js';

const sanitizer: Rule = {
  id: 'elf.sanitizer',
  severity: 'fail',
  cases: 'warn for a debug build',
  title: 'No sanitizer, coverage or fuzzing code is left in',
  why: 'Such builds need a run time that hosts do not have, are slow, and write files or end the process on their own.',
  remedy: 'Build without -fsanitize, --coverage, -race, -asan and -msan.',
  again: 'nm -D FILE | grep -E "__(asan|tsan|ubsan|gcov)"',
  check: ({ dynamic, expected }) => {
    const symbols = [...dynamic.imports, ...dynamic.exports]
      .map((symbol) => symbol.name)
      .filter((name) => SANITIZER_SYMBOLS.test(name));
    const libraries = dynamic.needed.filter((name) => SANITIZER_LIBRARIES.test(name));
    const settings = Object.entries(dynamic.toolchain.go?.settings ?? {})
      .filter(([name, value]) => /^-(?:race|asan|msan|cover)$/.test(name) && value === 'true')
      .map(([name]) => name);
    const evidence = [
      ...(libraries.length === 0 ? [] : [`needs ${listed(libraries)}`]),
      ...(symbols.length === 0 ? [] : [`symbols: ${listed(symbols)}`]),
      ...(settings.length === 0 ? [] : [`built by Go with ${settings.join(' ')}`]),
    ];
    if (evidence.length === 0) return [];
    const message = 'The library was built with a sanitizer, coverage or fuzzing instrumentation.';
    return [{ message, evidence, ...(expected.debug === true ? { severity: 'warn' as const } : {}) }];
  },
};

const debugInfo: Rule = {
  id: 'elf.debug-info',
  severity: 'info',
  title: 'Debug information',
  why: 'It makes the file larger and tells about the source. Nothing breaks.',
  remedy: 'Build for release: -s in the linker flags, -ldflags="-s -w", strip = true in the release profile.',
  again: 'readelf -SW FILE | grep debug_',
  check: ({ dynamic, expected }) =>
    dynamic.debugBytes === 0 || expected.debug === true
      ? []
      : [{ message: `The library holds ${dynamic.debugBytes} bytes of debug information.` }],
};

const overlay: Rule = {
  id: 'elf.overlay',
  severity: 'warn',
  title: 'Nothing is appended',
  why: 'Linkers write nothing behind the last section. Appended bytes are a packer, a bundled archive or damage.',
  remedy: 'Embed data as data (xxd -i, //go:embed, include_bytes!).',
  again: 'readelf -SW FILE; wc -c FILE',
  check: ({ dynamic }) =>
    dynamic.overlayBytes === 0 ? [] : [{ message: `${dynamic.overlayBytes} bytes follow the end of the library.` }],
};

const goVersion: Rule = {
  id: 'elf.go-version',
  severity: 'warn',
  title: 'The Go release is not too old',
  why: `Go before ${OLDEST_GO} gets no security fixes, and its libraries are not tested with the hosts that cpex knows.`,
  remedy: 'Build with a current Go release.',
  again: 'go version -m FILE',
  check: ({ dynamic }) => {
    const version = dynamic.toolchain.go?.version;
    const number = version === undefined ? undefined : /^go(\d+\.\d+)/.exec(version)?.[1];
    return number !== undefined && compareVersions(number, OLDEST_GO) < 0
      ? [{ message: `The library was built with ${version}.` }]
      : [];
  },
};

export const LEFTOVER_RULES: readonly Rule[] = [
  sanitizer,
  debugInfo,
  ...rulesFor('elf', CONTENT_RULES),
  overlay,
  goVersion,
];
