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
 * and headers of this machine are none of its. With zig its archiver comes too, because the one of this machine
 * makes archives that no linker for macOS or Windows reads.
 */
export function crossFiles(folder: string, target: Target, choice: CompilerChoice): readonly ConfigurationFile[] {
  const compiler = choice.wrapper?.path ?? choice.tool.path;
  const archivers = choice.tool.name === 'zig' ? zigArchivers(folder, choice.tool.path) : [];
  const lines = [
    '# Written by cpex for each configuration.',
    set('CMAKE_SYSTEM_NAME', target.cmake.system),
    set('CMAKE_SYSTEM_PROCESSOR', target.cmake.processor),
    set('CMAKE_C_COMPILER', compiler),
    ...archivers.map(({ variable, path: file }) => set(variable, file)),
    ...['PROGRAM NEVER', 'LIBRARY ONLY', 'INCLUDE ONLY', 'PACKAGE ONLY'].map((mode) => {
      const [what = '', where = ''] = mode.split(' ');
      return set(`CMAKE_FIND_ROOT_PATH_MODE_${what}`, where);
    }),
  ];
  return [
    ...archivers.map(({ path: file, text, mode }) => ({ path: file, text, mode })),
    { path: toolchainFile(folder), text: `${lines.join('\n')}\n`, mode: 0o644 },
  ];
}

function zigArchivers(folder: string, zig: string): (ConfigurationFile & { readonly variable: string })[] {
  const windows = process.platform === 'win32';
  return ['ar', 'ranlib'].map((name) => ({
    variable: `CMAKE_${name.toUpperCase()}`,
    path: path.join(folder, `cpex-${name}${windows ? '.cmd' : ''}`),
    text: windows ? batchText([zig, name]) : shellText([zig, name]),
    mode: 0o755,
  }));
}

function set(variable: string, value: string): string {
  return `set(${variable} ${quoted(value)})`;
}

/** cmake reads `\`, `"` and `$` in a quoted word in its own way, and paths with `/` on every system. */
function quoted(value: string): string {
  const portable = path.sep === '\\' ? value.replaceAll('\\', '/') : value;
  return `"${portable.replace(/[\\"$]/g, '\\$&')}"`;
}
