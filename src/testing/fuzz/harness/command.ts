import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../../model/context.js';
import { CpexError } from '../../../support/errors.js';
import { USUAL } from '../../conformance/durations.js';
import { findSubjects } from '../../resolve.js';
import { samplesOf } from '../samples.js';
import { harnessFiles } from './files.js';

/** Writes the harness of the project; files that are there already stay as they are. */
export async function harnessCommand(file: string | undefined, context: RunContext) {
  const refused = () =>
    new CpexError('CPEX_E_FUZZ', 'A harness is written for a project, not for a library on its own.', {
      remedy: 'Change into the project.',
    });
  if (file !== undefined) throw refused();
  const options = { files: [], debug: false, durations: USUAL, seed: 0, engine: 'probe' as const };
  const [target] = await findSubjects(options, context);
  if (target?.project === undefined) throw refused();
  const { project, subject } = target;
  const written: string[] = [];
  const kept: string[] = [];
  for (const one of harnessFiles(project, subject, await samplesOf(subject))) {
    const place = path.join(project.root, ...one.path.split('/'));
    if (await exists(place)) {
      kept.push(one.path);
      continue;
    }
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, one.text);
    written.push(one.path);
  }
  const text = () =>
    [
      ...written.map((name) => `wrote ${name}`),
      ...kept.map((name) => `kept ${name}`),
      'fuzz/README.md says how to run it; cpex test --only fuzz.cov --level 9 does, too.',
    ].join('\n');
  return { value: { root: project.root, written, kept }, text };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
