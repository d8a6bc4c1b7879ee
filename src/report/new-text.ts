import path from 'node:path';
import { shellWord } from '../support/shell-word.js';

/** The parts of the result of `cpex new` that people see. */
export interface NewView {
  readonly id: string;
  /** Absolute folder of the project. */
  readonly root: string;
  readonly dryRun: boolean;
  readonly files: readonly { readonly path: string; readonly action: string; readonly kept?: string }[];
  /** Whether a git repository was made, or would be. */
  readonly git: boolean;
  /** Absolute path of the file with the author's code. */
  readonly logicFile: string;
}

/** What `cpex new` says at its end: what was made, what was kept, what to type next. */
export function renderNew(outcome: NewView, cwd: string): string {
  const folder = path.relative(cwd, outcome.root) || '.';
  return [...(outcome.dryRun ? planned(outcome, folder) : made(outcome, folder)), ...kept(outcome)].join('\n');
}

function planned(outcome: NewView, folder: string): string[] {
  const written = outcome.files.filter((file) => file.action !== 'keep');
  return [
    `Would write ${count(written.length)} to ${folder}:`,
    ...written.map((file) => `  ${file.action.padEnd(7)} ${file.path}`),
    ...(outcome.git ? ['  run     git init'] : []),
    'Nothing was written.',
  ];
}

function made(outcome: NewView, folder: string): string[] {
  const written = outcome.files.filter((file) => file.action !== 'keep').length;
  const logic = path.relative(outcome.root, outcome.logicFile);
  return [
    `Made ${outcome.id} in ${folder}: ${count(written)}. Your code goes into ${logic}.`,
    '',
    'Next:',
    ...(folder === '.' ? [] : [`  cd ${shellWord(folder)}`]),
    '  cpex build',
    '  cpex test',
  ];
}

function kept(outcome: NewView): string[] {
  const edited = outcome.files.filter((file) => file.kept === 'edited');
  if (edited.length === 0) return [];
  return ['', 'Kept, because they were edited (--overwrite replaces them):', ...edited.map((file) => `  ${file.path}`)];
}

function count(files: number): string {
  return files === 1 ? 'one file' : `${files} files`;
}
