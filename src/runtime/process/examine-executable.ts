import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { TargetArch, TargetName, TargetOs } from '../../model/target.js';
import { TARGETS } from '../../project/targets/table.js';
import { printableStart } from '../../support/printable.js';
import { shellWord } from '../../support/shell-word.js';
import { type ExecutableFormat, FORMAT_BYTES, readFormat } from './executable-format.js';

/** What a file is, and what keeps the system from running it. */
export interface Examined {
  /** For the evidence: its mode, its format, its processor against the machine's. */
  readonly facts: readonly string[];
  readonly problem?: FileProblem;
}

export interface FileProblem {
  /** A sentence without the file's name: `It is a text file.` */
  readonly says: string;
  readonly remedy: string;
  /** No system runs such a file; else one that is set up for it may. */
  readonly certain: boolean;
}

/** What is to run the file: this machine, or a runner for another target. */
export interface Machine {
  readonly os: TargetOs | (string & {});
  readonly arch: TargetArch | (string & {});
  readonly name: string;
  /** A runner looks for loaders in folders of its own. */
  readonly foreign: boolean;
}

/** The machine that an executable is for: this one, or the target's where a runner is in between. */
export function machineFor(target: TargetName, foreign: boolean): Machine {
  if (foreign) {
    const { os, arch } = TARGETS[target];
    return { os, arch, name: `the target ${target}`, foreign };
  }
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  return { os, arch: process.arch, name: 'this machine', foreign };
}

/** Looks at a file that was to be started. Never throws: what cannot be read is a problem of the file. */
export function examineExecutable(file: string, machine: Machine, env: Readonly<Record<string, string>>): Examined {
  let found: Stats;
  try {
    found = statSync(file);
  } catch {
    const remedy = 'Build the project, or name the executable with --plugin.';
    return { facts: [`file: ${file}: not there`], problem: { says: 'The file is not there.', remedy, certain: true } };
  }
  const mode = `mode ${(found.mode & 0o7777).toString(8).padStart(4, '0')}`;
  if (!found.isFile()) {
    const says = found.isDirectory() ? 'It is a folder.' : 'It is no regular file.';
    return {
      facts: [`file: ${file} (${mode})`],
      problem: { says, remedy: 'Name the executable itself.', certain: true },
    };
  }
  const format = formatOf(file);
  const words = format === undefined ? 'cannot be read' : describe(format, machine);
  const facts = [`file: ${file} (${mode}, ${found.size} bytes): ${words}`];
  const problem = modeProblem(file, found) ?? (format === undefined ? undefined : formatProblem(format, machine, env));
  return { facts, ...(problem === undefined ? {} : { problem }) };
}

function formatOf(file: string): ExecutableFormat | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const head = Buffer.alloc(Math.min(FORMAT_BYTES, fstatSync(descriptor).size));
    return readFormat(head.subarray(0, readSync(descriptor, head, 0, head.length, 0)));
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

function describe(format: ExecutableFormat, machine: Machine): string {
  switch (format.kind) {
    case 'program':
      return `${format.name} ${format.library ? 'library' : 'executable'} for ${format.os} ${format.arch}; ${machine.name} is ${machine.os} ${machine.arch}`;
    case 'script':
      return `a script for ${printableStart(format.interpreter)}`;
    case 'text':
      return 'a text file';
    case 'empty':
      return 'empty';
    case 'unknown':
      return 'of unknown format';
  }
}

function modeProblem(file: string, found: Stats): FileProblem | undefined {
  if (process.platform === 'win32') return undefined;
  if ((found.mode & 0o111) === 0) {
    return { says: 'It is not executable.', remedy: `chmod +x ${shellWord(file)}`, certain: true };
  }
  try {
    accessSync(file, constants.X_OK);
    return undefined;
  } catch {
    const remedy = 'Give yourself the right to run it; a file system that is mounted noexec runs nothing.';
    return { says: 'You may not run it.', remedy, certain: true };
  }
}

function formatProblem(
  format: ExecutableFormat,
  machine: Machine,
  env: Readonly<Record<string, string>>,
): FileProblem | undefined {
  const rebuild = 'Name the executable that the build made, not one of its sources.';
  switch (format.kind) {
    case 'empty':
      return { says: 'It is empty.', remedy: 'Build it again.', certain: true };
    case 'text':
      return { says: 'It is a text file without a line such as #!/usr/bin/env node.', remedy: rebuild, certain: true };
    case 'unknown':
      return { says: 'It is no executable of any format known.', remedy: rebuild, certain: true };
    case 'script':
      return machine.os === 'windows' || machine.foreign ? undefined : scriptProblem(format, env);
    case 'program':
      return programProblem(format, machine);
  }
}

function scriptProblem(
  { interpreter, carriageReturn }: ExecutableFormat & { kind: 'script' },
  env: Readonly<Record<string, string>>,
): FileProblem | undefined {
  const name = printableStart(interpreter);
  if (carriageReturn) {
    return {
      says: `Its first line names "${name}" and ends as lines of Windows do: no program has such a name.`,
      remedy: 'Save it with line ends of Unix.',
      certain: true,
    };
  }
  const folders = path.isAbsolute(interpreter) ? ['/'] : (env.PATH ?? '').split(path.delimiter);
  if (interpreter !== '' && folders.some((folder) => existsSync(path.resolve(folder, interpreter)))) return undefined;
  const where = path.isAbsolute(interpreter) ? '' : " along the plugin's PATH";
  return {
    says: `Its interpreter ${name} is not there${where}.`,
    remedy: `Install ${name}, or mend the first line.`,
    certain: false,
  };
}

function programProblem(format: ExecutableFormat & { kind: 'program' }, machine: Machine): FileProblem | undefined {
  const { os, arch, library, loader } = format;
  if (!runs(os, arch, machine)) {
    return {
      says: `It is for ${os} ${arch}, and ${machine.name} is ${machine.os} ${machine.arch}.`,
      remedy: 'Build it for this target: cpex build --target says which there are.',
      certain: false,
    };
  }
  if (library)
    return {
      says: 'It is a library, which no system starts.',
      remedy: 'Build the plugin as an executable.',
      certain: false,
    };
  if (loader === undefined || machine.foreign || existsSync(loader)) return undefined;
  return {
    says: `Its loader ${printableStart(loader)} is not there: it is for another C library than this machine has.`,
    remedy: 'Build it for the C library of this machine, or link it statically.',
    certain: false,
  };
}

/** Whether a machine runs programs of a kind, by itself or as it comes from the shop. */
function runs(os: string, arch: string, machine: Machine): boolean {
  if (os !== machine.os) return false;
  if (arch === machine.arch || arch === 'universal') return true;
  if (os === 'linux') return machine.arch === 'x64' && arch === 'x86 (32-bit)';
  // Rosetta, and what Windows has of that kind.
  return os === 'darwin' ? machine.arch === 'arm64' : os === 'windows';
}
