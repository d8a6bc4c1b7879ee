import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CompilerWish, chooseCompiler } from '../../../src/build/compilers/choose.js';
import type { TargetName } from '../../../src/model/target.js';
import { TARGETS } from '../../../src/project/targets/table.js';
import { freshFolder } from '../projects.js';

/** Why these tests need another machine: the choice depends on what the machine itself is. */
export const needsLinux =
  process.platform === 'linux' && process.arch === 'x64' ? undefined : 'they are written for linux-x64';

const BANNER = 'gcc (Debian 12.2.0-14) 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc.';
/** What gcc says when the headers of the C library are not installed. */
export const NO_HEADERS = '<stdin>:1:10: fatal error: stdlib.h: No such file or directory';
/** What gcc says when its package holds the driver alone. */
export const NO_CC1 = "gcc: fatal error: cannot execute 'cc1': execvp: No such file or directory";

/** A PATH of its own, with scripts in the place of compilers. */
export class FakeTools {
  readonly folder = freshFolder('bin');
  readonly home = freshFolder('home');
  readonly env: Record<string, string> = { PATH: this.folder, HOME: this.home };

  script(name: string, body: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** @param fault what it says instead of compiling */
  gcc(name = 'gcc', fault?: string): string {
    const compile = fault === undefined ? 'exit 0' : `echo "${fault}" >&2; exit 1`;
    return this.script(name, `case "$*" in\n*--version*) echo '${BANNER}' ;;\n*) ${compile} ;;\nesac`);
  }

  /** A zig with the folder that belongs to it. */
  zig(version = '0.17.1', folder = '.'): string {
    const file = this.script(path.join(folder, 'zig'), `[ "$1" = version ] && echo ${version}`);
    this.zigLibrary(folder);
    return file;
  }

  zigLibrary(folder = '.'): void {
    const library = path.join(this.folder, folder, 'lib');
    mkdirSync(path.join(library, 'std'), { recursive: true });
    mkdirSync(path.join(library, 'libc'), { recursive: true });
    writeFileSync(path.join(library, 'std', 'std.zig'), '');
  }

  /** A Python that has the wheel in a folder, and counts how often it is asked. */
  python(folder: string | undefined): string {
    const log = path.join(this.home, 'python.log');
    const answer = folder === undefined ? '' : path.join(this.folder, folder);
    this.script('python3', `echo asked >> '${log}'; echo '${answer}'`);
    return log;
  }

  choose(target: TargetName, wish: Partial<CompilerWish> = {}) {
    return chooseCompiler({ target: TARGETS[target], env: this.env, ...wish });
  }
}
