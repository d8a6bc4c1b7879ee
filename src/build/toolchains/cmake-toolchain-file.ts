import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Target } from '../../model/target.js';
import type { CompilerChoice } from '../build-model.js';
import { batchText, shellText } from '../compilers/wrapper.js';

/** A file in the build folder that a configuration needs. */
export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

/** Absolute path of the toolchain file in a build folder. */
export function toolchainFile(folder: string): string {
  return path.join(folder, 'cpex-toolchain.cmake');
}

/**
 * The files that tell cmake of a foreign target: what it is, what compiles for it, and that libraries
 * and headers of this machine are none of its.
 * @param cpp the project holds C++ sources
 */
export function crossFiles(
  folder: string,
  target: Target,
  choice: CompilerChoice,
  cpp: boolean,
): readonly ConfigurationFile[] {
  const compiler = choice.wrapper?.path ?? choice.tool.path;
  const scripts = choice.tool.name === 'zig' ? zigScripts(folder, choice, cpp) : [];
  const lines = [
    '# Made by cpex, anew for each configuration.',
    set('CMAKE_SYSTEM_NAME', target.cmake.system),
    set('CMAKE_SYSTEM_PROCESSOR', target.cmake.processor),
    set('CMAKE_C_COMPILER', compiler),
    ...(cpp ? cppCompiler(compiler) : noCpp(compiler)),
    ...scripts.map(({ variable, path: file }) => set(variable, file)),
    ...['PROGRAM NEVER', 'LIBRARY ONLY', 'INCLUDE ONLY', 'PACKAGE ONLY'].map((mode) => {
      const [what = '', where = ''] = mode.split(' ');
      return set(`CMAKE_FIND_ROOT_PATH_MODE_${what}`, where);
    }),
    // cmake stops where Apple's tool is missing; it would change libraries when they are installed, which ours never are.
    ...(target.os === 'darwin' && process.platform !== 'darwin' ? [set('CMAKE_INSTALL_NAME_TOOL', 'not-needed')] : []),
  ];
  return [
    ...scripts.map(({ path: file, text, mode }) => ({ path: file, text, mode })),
    { path: toolchainFile(folder), text: `${lines.join('\n')}\n`, mode: 0o644 },
  ];
}

/** The compiler for C++ beside one for C. Where it is not installed cmake is left to say so, when it is needed. */
function cppCompiler(compiler: string): string[] {
  const { dir, base } = path.parse(compiler);
  const sibling = path.join(dir, base.replace(/gcc((?:\.exe)?)$/, 'g++$1').replace(/clang((?:\.exe)?)$/, 'clang++$1'));
  return sibling !== compiler && existsSync(sibling) ? [set('CMAKE_CXX_COMPILER', sibling)] : [];
}

/**
 * A project that does not say its languages has C++ among them. Without C++ sources its compiler is not
 * needed, which Debian packages apart and for which zig would first build a library, for a minute or more; so cmake
 * is kept from trying it, and from the one of this machine.
 */
function noCpp(compiler: string): string[] {
  return [
    set('CMAKE_CXX_COMPILER', compiler),
    set('CMAKE_CXX_COMPILER_ID_RUN', 'TRUE'),
    set('CMAKE_CXX_COMPILER_FORCED', 'TRUE'),
  ];
}

/** zig's other halves. Archives that this machine's archiver makes are read by no linker for macOS or Windows. */
function zigScripts(
  folder: string,
  { argv: [zig = '', , ...args] }: CompilerChoice,
  cpp: boolean,
): (ConfigurationFile & { readonly variable: string })[] {
  const windows = process.platform === 'win32';
  const script = (variable: string, name: string, words: readonly string[]) => ({
    variable,
    path: path.join(folder, `cpex-${name}${windows ? '.cmd' : ''}`),
    text: windows ? batchText(words) : shellText(words),
    mode: 0o755,
  });
  return [
    ...(cpp ? [script('CMAKE_CXX_COMPILER', 'c++', [zig, 'c++', ...args])] : []),
    script('CMAKE_AR', 'ar', [zig, 'ar']),
    script('CMAKE_RANLIB', 'ranlib', [zig, 'ranlib']),
  ];
}

function set(variable: string, value: string): string {
  return `set(${variable} ${quoted(value)})`;
}

/** cmake reads `\`, `"` and `$` in a quoted word in its own way, and paths with `/` on every system. */
function quoted(value: string): string {
  const portable = path.sep === '\\' ? value.replaceAll('\\', '/') : value;
  return `"${portable.replace(/[\\"$]/g, '\\$&')}"`;
}
