import path from 'node:path';
import { shellWord } from '../support/shell-word.js';

/** The parts of the result of `cpex adopt` that people see. */
export interface AdoptView {
  /** Absolute folder of the repository. */
  readonly root: string;
  readonly action: 'create' | 'replace';
  readonly dryRun: boolean;
  readonly manifest: { readonly id: string };
  /** What `cpex.yaml` says, or would say. */
  readonly text: string;
  /** Value by value, where it was found. */
  readonly found: Readonly<Record<string, { readonly value: string; readonly from: string }>>;
}

/** What `cpex adopt` says at its end: each value with its source, and what to type next. */
export function renderAdopt(outcome: AdoptView, cwd: string): string {
  const folder = path.relative(cwd, outcome.root) || '.';
  const file = path.join(folder, 'cpex.yaml');
  if (outcome.dryRun) {
    return [...valueLines(outcome), '', `Would ${outcome.action} ${file}:`, '', outcome.text.trimEnd()].join('\n');
  }
  return [
    `Adopted ${outcome.manifest.id}: ${outcome.action === 'create' ? 'wrote' : 'replaced'} ${file}.`,
    ...valueLines(outcome),
    '',
    'Next:',
    ...(folder === '.' ? [] : [`  cd ${shellWord(folder)}`]),
    '  cpex build',
    '  cpex test',
  ].join('\n');
}

function valueLines({ found }: AdoptView): string[] {
  const width = Math.max(...Object.keys(found).map((key) => key.length));
  return Object.entries(found).map(([key, { value, from }]) => `  ${key.padEnd(width)}  ${value}  (${from})`);
}
