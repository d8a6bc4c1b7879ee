import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CpexError, systemCode } from '../../support/errors.js';
import type { TestTarget } from '../test-target.js';
import { readCaseFile } from './read.js';
import type { Case } from './types.js';

/** Reads the cases that belong to a target: those named, else those of its project. */
export async function findCases(target: TestTarget, cwd: string): Promise<Case[]> {
  const files: string[] = [];
  for (const one of target.caseFiles) files.push(...(await caseFiles(one, true)));
  if (target.caseFiles.length === 0 && target.project !== undefined) {
    const folder = target.project.manifest.test?.cases ?? path.join('tests', 'cases');
    files.push(...(await caseFiles(path.resolve(target.project.root, folder), false)));
  }
  const cases: Case[] = [];
  for (const file of files) cases.push(...(await readCaseFile(file, cwd)));
  return cases;
}

/** Whether a word on the command line names a case file rather than a library. */
export function isCaseFile(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

async function caseFiles(place: string, required: boolean): Promise<string[]> {
  try {
    const facts = await stat(place);
    if (!facts.isDirectory()) return [place];
    const names = await readdir(place, { recursive: true });
    return names
      .filter(isCaseFile)
      .sort()
      .map((name) => path.join(place, name));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    if (!required) return [];
    throw new CpexError('CPEX_E_CASE_NOT_FOUND', `There is no case file ${place}.`);
  }
}
