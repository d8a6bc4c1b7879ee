import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CpexError } from '../../../src/support/errors.js';
import { readCaseFile } from '../../../src/testing/cases/read.js';
import type { Case } from '../../../src/testing/cases/types.js';

/** Reads a text as the case file `file.yaml` of a folder of its own. */
export async function readCases(text: string): Promise<Case[]> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cpex-cases-')));
  try {
    const file = path.join(folder, 'file.yaml');
    await writeFile(file, text);
    return await readCaseFile(file, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What is wrong with a text, each with line and column; fails when nothing is. */
export async function problemsOf(text: string): Promise<readonly string[]> {
  const error = await readCases(text).then(
    () => undefined,
    (thrown: unknown) => thrown as CpexError,
  );
  if (error === undefined) throw new Error('The text was read without complaint.');
  if (error.code !== 'CPEX_E_CASE_INVALID') throw error;
  return error.evidence.map((line) => line.replace(/^file\.yaml:/, ''));
}
