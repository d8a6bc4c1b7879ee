import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { GOOD_SOURCE, hasTool, Workbench } from './c-library.js';

/** zig's executable: named by ZIG, on PATH, or in Python's wheel. */
export const ZIG = findZig();

function findZig(): string | undefined {
  const { ZIG: named } = process.env;
  if (named !== undefined && existsSync(named)) return named;
  if (hasTool('zig', ['version'])) return 'zig';
  try {
    const print = 'import ziglang, os; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))';
    return execFileSync('python3', ['-c', print], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** The tools of LLVM that read Mach-O: with the version in their names as Debian has them, or without. */
export function llvm(tool: string): string | undefined {
  return [`llvm-${tool}-19`, `llvm-${tool}`].find((name) => hasTool(name));
}

/** What is missing for a group of tests, for its name; undefined when nothing is. */
export function missing(...tools: readonly string[]): string | undefined {
  const absent = tools.filter((tool) => (tool === 'zig' ? ZIG === undefined : llvm(tool) === undefined));
  return absent.length === 0
    ? undefined
    : `needs ${absent.map((tool) => (tool === 'zig' ? tool : `llvm-${tool}`)).join(', ')}`;
}

export type MacArch = 'x64' | 'arm64';
const TRIPLES: Readonly<Record<MacArch, string>> = { x64: 'x86_64-macos', arm64: 'aarch64-macos' };

/** The flags of a release build for macOS. */
export const DYLIB_FLAGS = ['-O2', '-fvisibility=hidden', '-install_name', '@rpath/plugin.dylib'];

/** A temporary folder in which libraries for macOS are built; remove it when done. */
export class DylibBench extends Workbench {
  /** Compiles a source into a dylib, stripped unless told otherwise, and returns its path. */
  dylib(name: string, arch: MacArch, source = GOOD_SOURCE, flags: readonly string[] = ['-s', ...DYLIB_FLAGS]): string {
    this.write(`${name}.c`, source);
    this.run(ZIG ?? 'zig', ['cc', '-target', TRIPLES[arch], '-shared', '-o', `${name}.dylib`, `${name}.c`, ...flags]);
    return this.path(`${name}.dylib`);
  }

  llvm(tool: string, args: readonly string[]): string {
    return this.run(llvm(tool) ?? `llvm-${tool}`, args);
  }
}
