import { LARGE_FILE, LARGE_LOADED } from './expectations.js';
import type { Problem } from './rule.js';
import type { SharedRule } from './shared.js';

const homePath: SharedRule = {
  name: 'debug-path',
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

const secrets: SharedRule = {
  name: 'secrets',
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

const size: SharedRule = {
  name: 'size',
  severity: 'warn',
  title: 'It is of a sane size',
  why: 'Plugins are a few megabytes. Much more is a debug build, embedded data or a mistake, and it slows every start.',
  remedy: {
    elf: 'Strip it and look at what is inside (bloaty, nm --size-sort).',
    macho: 'Strip it (strip -x) and look at what is inside (bloaty, size -m).',
    pe: 'Strip it and look at what is inside (bloaty, llvm-size -A).',
  },
  again: { elf: 'size -A FILE', macho: 'size -m FILE', pe: 'llvm-size -A FILE' },
  check: (input) => {
    const problems: Problem[] = [];
    const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    if (input.size > LARGE_FILE) problems.push({ message: `The file has ${megabytes(input.size)}.` });
    const loaded = input.link.loadedBytes;
    if (loaded > LARGE_LOADED) problems.push({ message: `Loaded, the library takes ${megabytes(loaded)} of memory.` });
    return problems;
  },
};

/** What the bytes of a library give away, and how many there are: the same for every format. */
export const CONTENT_RULES: readonly SharedRule[] = [homePath, secrets, size];
