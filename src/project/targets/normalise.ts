import type { CLibrary, Target, TargetArch, TargetOs } from '../../model/target.js';
import { CpexError } from '../../support/errors.js';
import { nearest } from '../../support/suggest.js';
import { hostTarget } from './host.js';
import { TARGET_NAMES, TARGETS } from './table.js';

/** A target and what its spelling said beyond the name. */
export interface ParsedTarget {
  readonly target: Target;
  /** glibc version of a zig triple such as `x86_64-linux-gnu.2.17`. */
  readonly glibc?: string;
}

type Meaning = { readonly os?: TargetOs; readonly arch?: TargetArch; readonly musl?: boolean };

/** Every word of the spellings of Node, Go, Rust, zig, CMake and GNU, with what it says. */
const WORDS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['linux', { os: 'linux' }],
  ['linuxmusl', { os: 'linux', musl: true }],
  ['darwin', { os: 'darwin' }],
  ['macos', { os: 'darwin' }],
  ['macosx', { os: 'darwin' }],
  ['osx', { os: 'darwin' }],
  ['windows', { os: 'windows' }],
  ['win32', { os: 'windows' }],
  ['win', { os: 'windows' }],
  ['mingw32', { os: 'windows' }],
  ['freebsd', { os: 'freebsd' }],
  ['x64', { arch: 'x64' }],
  ['amd64', { arch: 'x64' }],
  ['arm64', { arch: 'arm64' }],
  ['aarch64', { arch: 'arm64' }],
  ['universal', { arch: 'universal' }],
  ['universal2', { arch: 'universal' }],
  ['musl', { musl: true }],
  ['gnu', { musl: false }],
  ['glibc', { musl: false }],
  ['gnullvm', {}],
  ['msvc', {}],
  ['unknown', {}],
  ['pc', {}],
  ['apple', {}],
  ['alpine', {}],
  ['w64', {}],
]);

/**
 * Understands a canonical name, `host`, and the spellings of Node (`win32-x64`), Go (`linux/amd64`),
 * Rust (`x86_64-unknown-linux-gnu`), zig (`aarch64-linux-gnu.2.17`) and CMake (`Linux-x86_64`).
 * Throws `CPEX_E_TARGET_UNKNOWN`, with the nearest name, for anything else.
 */
export function resolveTarget(text: string): Target {
  return parseTarget(text).target;
}

/** As `resolveTarget`, and keeps the glibc version that a zig triple carries. */
export function parseTarget(text: string): ParsedTarget {
  const plain = text.trim().toLowerCase();
  if (plain === 'host') return { target: hostTarget() };
  const suffix = /^(.+?)\.(\d+(?:\.\d+)*)$/.exec(plain);
  const words = (suffix?.[1] ?? plain).replace(/x86[_-]64/, 'x64').split(/[-_/]/);
  const target = fromWords(words);
  if (target === undefined) throw unknownTarget(text);
  const glibc = target.libc === 'glibc' ? suffix?.[2] : undefined;
  return glibc === undefined ? { target } : { target, glibc };
}

function fromWords(words: readonly string[]): Target | undefined {
  let os: TargetOs | undefined;
  let arch: TargetArch | undefined;
  let musl = false;
  for (const word of words) {
    const meaning = WORDS.get(word);
    if (meaning === undefined) return undefined;
    if (meaning.os !== undefined && os !== undefined) return undefined;
    if (meaning.arch !== undefined && arch !== undefined) return undefined;
    os ??= meaning.os;
    arch ??= meaning.arch;
    musl ||= meaning.musl ?? false;
  }
  const libc: CLibrary = musl ? 'musl' : os === 'linux' ? 'glibc' : 'system';
  return Object.values(TARGETS).find((row) => row.os === os && row.arch === arch && row.libc === libc);
}

function unknownTarget(text: string): CpexError {
  return new CpexError('CPEX_E_TARGET_UNKNOWN', `There is no target ${JSON.stringify(text)}.`, {
    evidence: [`targets: ${TARGET_NAMES.join(', ')}, host`],
    remedy: adviceFor(text.slice(0, 64)),
  });
}

function adviceFor(text: string): string {
  if (/[,;\s]/.test(text.trim())) return 'Name each target by itself: --target linux-arm64 --target darwin-arm64.';
  const meant = nearest(text, TARGET_NAMES) ?? systemOf(text);
  return meant === undefined ? 'Use one of the names above.' : `Did you mean ${meant}?`;
}

/** The targets of a system that was named without a processor. */
function systemOf(text: string): string | undefined {
  const os = WORDS.get(text.trim().toLowerCase())?.os;
  const names = Object.values(TARGETS).flatMap((row) => (row.os === os ? [row.name] : []));
  return names.length === 0 ? undefined : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`.replace(/^ or /, '');
}
