import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { findProject, MANIFEST_FILE } from '../../project/find.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { readExactYaml } from '../../support/exact-yaml.js';
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

/**
 * The scenarios to run by themselves: where case files are named and there is neither a library nor a project for them,
 * and each names all plugins of its pipeline. Undefined where there is a plugin to test.
 * @throws CPEX_E_TEST_NO_SUBJECT for a case that needs a plugin under test
 */
export async function looseScenarios(files: readonly string[], cwd: string): Promise<Case[] | undefined> {
  const places = files.map((file) => path.resolve(cwd, file));
  if (places.length === 0 || (await findProject(cwd)) !== undefined) return undefined;
  for (const place of places) if (!(await isCases(place))) return undefined;
  const found: string[] = [];
  for (const place of places) {
    const files = await caseFiles(place, true);
    // A folder of policies may hold their pipelines and other files beside the scenarios.
    for (const file of files) if (file === place || (await looksLikeCases(file))) found.push(file);
  }
  const cases: Case[] = [];
  for (const file of found) cases.push(...(await readCaseFile(file, cwd)));
  const alone = cases.find(({ call }) => call.kind !== 'pipeline');
  if (alone === undefined && cases.length > 0) return cases;
  throw new CpexError('CPEX_E_TEST_NO_SUBJECT', 'There is no project here and no library was named.', {
    evidence: [
      `read as cases: ${places.map((place) => path.relative(cwd, place) || '.').join(', ')}`,
      alone === undefined
        ? 'there are no cases in it'
        : `${path.relative(cwd, alone.file)}:${alone.line} "${alone.name}" calls the plugin under test`,
    ],
    remedy:
      'Change into a project, name a built library (cpex test ./plugin.so --host cpex), or give cases a pipeline whose entries name their plugins.',
  });
}

/** Keys of which each case file has one at its top. */
const CASE_KEYS = ['cases', 'name', 'hook', 'steps', 'expect'];

/** Whether a file is to be read as cases, with what is wrong in it told: whatever is neither a manifest nor without their keys. */
async function looksLikeCases(file: string): Promise<boolean> {
  if (path.basename(file) === MANIFEST_FILE) return false;
  const { value, problems } = readExactYaml(await readFile(file, 'utf8'));
  if (problems.length > 0) return true;
  return typeof value === 'object' && value !== null && CASE_KEYS.some((key) => Object.hasOwn(value, key));
}

/** Whether a place on the command line is one of cases: a case file or a folder. */
export async function isCases(place: string): Promise<boolean> {
  try {
    return isCaseFile(place) || (await stat(place)).isDirectory();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new CpexError('CPEX_E_CASE_NOT_FOUND', `There is no file ${place}.`);
  }
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
