import { compareVersions } from '../version-order.js';
import { LARGE_FILE, LARGE_LOADED, OLDEST_GO, SANITIZER_LIBRARIES, SANITIZER_SYMBOLS } from './expectations.js';
import { listed, type Problem, type Rule } from './rule.js';

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

const homePath: Rule = {
  id: 'elf.debug-path',
  severity: 'warn',
  cases: 'info for a debug build',
  title: 'No paths of the home folder are inside',
  why: 'Paths of the build machine tell the name of its user and keep two builds of the same source from being equal.',
  remedy: 'C: -ffile-prefix-map=$PWD=. ; Go: -trimpath; Rust: --remap-path-prefix for the project and for CARGO_HOME.',
  again: 'strings -a FILE | grep -E "/(home|Users|root)/"',
  check: ({ finds, expected }) => {
    const paths = finds.filter((find) => find.kind === 'home').map((find) => find.text);
    if (paths.length === 0) return [];
    const message = 'The library holds paths of a home folder.';
    const severity = expected.debug === true ? { severity: 'info' as const } : {};
    return [{ message, evidence: paths.slice(0, 5), ...severity }];
  },
};

const secrets: Rule = {
  id: 'elf.secrets',
  severity: 'warn',
  title: 'No access tokens are inside',
  why: 'Whoever gets the file can read them. Only tokens with a known prefix are recognised.',
  remedy: 'Revoke the token, and read it from configuration when the plugin runs.',
  again: 'cpex check FILE',
  check: ({ finds }) =>
    finds
      .filter((find) => find.kind === 'secret')
      .map(
        (find): Problem => ({
          message: `The library holds what looks like a secret: ${find.text} at byte ${find.offset}.`,
        }),
      ),
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

const size: Rule = {
  id: 'elf.size',
  severity: 'warn',
  title: 'It is of a sane size',
  why: 'Plugins are a few megabytes. Much more is a debug build, embedded data or a mistake, and it slows every start.',
  remedy: 'Strip it and look at what is inside (bloaty, nm --size-sort).',
  again: 'size -A FILE',
  check: (input) => {
    const problems: Problem[] = [];
    const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    if (input.size > LARGE_FILE) problems.push({ message: `The file has ${megabytes(input.size)}.` });
    const loaded = input.dynamic.loadedBytes;
    if (loaded > LARGE_LOADED) problems.push({ message: `Loaded, the library takes ${megabytes(loaded)} of memory.` });
    return problems;
  },
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

export const LEFTOVER_RULES: readonly Rule[] = [sanitizer, debugInfo, homePath, secrets, overlay, size, goVersion];
