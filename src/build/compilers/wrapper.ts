import path from 'node:path';
import { sha256Hex } from '../../support/digest.js';
import { ensureFolder, readTextIfThere, writeFileAtomic } from '../../support/files.js';
import { userCacheFolder } from '../../support/user-folders.js';
import type { CompilerChoice } from '../build-model.js';
import type { Environment } from '../find-toolchain.js';

/**
 * A script that stands for a compiler with arguments, for tools that take one path. rustc and cmake tell the
 * kind of compiler from the end of its name.
 * @param name what tells it from the scripts of other targets
 * @param argv the compiler's absolute path and its first arguments
 */
export function compilerScript(
  name: string,
  argv: readonly string[],
  env: Environment,
): NonNullable<CompilerChoice['wrapper']> {
  const windows = process.platform === 'win32';
  const folder = path.join(userCacheFolder('cpex', env), 'compilers');
  return {
    path: path.join(folder, `${name}-cc${windows ? '.cmd' : ''}`),
    text: windows ? batchText(argv) : shellText(argv),
  };
}

/** A short name for arguments, for scripts of compilers that the user names. */
export function argumentsTag(argv: readonly string[]): string {
  return sha256Hex(JSON.stringify(argv)).slice(0, 8);
}

const NOTICE = 'Written by cpex, which replaces it when the compiler changes.';

/** Said where Go asks a compiler for its version by what it would do, which makes zig leave an object file behind. */
const QUESTION = 'Asked what it would compile, zig leaves a file "-.o" in the working folder, but for -E.';

/** A POSIX shell gives way to the compiler, so signals and exit codes are the compiler's own. */
export function shellText(argv: readonly string[]): string {
  const words = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const asked = isZigCc(argv) ? [`# ${QUESTION}`, `if [ "$1" = '-###' ]; then set -- "$@" -E; fi`] : [];
  return `${['#!/bin/sh', `# ${NOTICE}`, ...asked, `exec ${words.join(' ')} "$@"`].join('\n')}\n`;
}

/** `%` begins a variable in a batch file, also between quotes. */
export function batchText(argv: readonly string[]): string {
  const words = argv.map((word) => `"${word.replaceAll('%', '%%')}"`);
  const asked = isZigCc(argv)
    ? [`rem ${QUESTION}`, 'set CPEX_ASKED=', 'if "%~1"=="-###" set CPEX_ASKED=-E', `${words.join(' ')} %* %CPEX_ASKED%`]
    : [`${words.join(' ')} %*`];
  return `${['@echo off', `rem ${NOTICE}`, ...asked].join('\r\n')}\r\n`;
}

function isZigCc([, kind]: readonly string[]): boolean {
  return kind === 'cc' || kind === 'c++';
}

/**
 * Writes the script of a choice, and the files it reads, where their text differs: cargo and cmake go by a
 * script's path, so only the text changes. Several builds may do so at once; each sees a whole script.
 * @returns the path that a build tool takes for the compiler
 * @throws Error of the file system
 */
export async function writeWrapper(choice: CompilerChoice): Promise<string> {
  const { wrapper, files = [] } = choice;
  for (const file of files) await writeWhenDifferent(file, file.executable ? 0o755 : 0o644);
  if (wrapper === undefined) return choice.argv[0] ?? choice.tool.path;
  await writeWhenDifferent(wrapper, 0o755);
  return wrapper.path;
}

/** Writes a file whole or not at all, and leaves one alone that holds this text already. */
export async function writeWhenDifferent(
  file: { readonly path: string; readonly text: string },
  mode: number,
): Promise<void> {
  if ((await readTextIfThere(file.path)) === file.text) return;
  await ensureFolder(path.dirname(file.path));
  await writeFileAtomic(file.path, file.text, { mode });
}
