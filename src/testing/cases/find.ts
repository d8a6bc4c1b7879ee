import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { findProject } from '../../project/find.js';
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
  const named = new Set(target.caseFiles);
  const cases: Case[] = [];
  for (const file of files) {
    if (!named.has(file) && (await without([file], isPipeline)).length === 0) continue;
    cases.push(...(await readCaseFile(file, cwd)));
  }
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
  const seen: string[] = [];
  for (const place of places) {
    // A folder of policies may hold their pipelines and other files beside the scenarios.
    const files = (await caseFiles(place, true)).filter(
      (file) => !/(^|[\\/])(\.|node_modules)/.test(path.relative(place, file)),
    );
    seen.push(...files);
    found.push(...(files.length === 1 && files[0] === place ? files : await without(files, isForeign)));
  }
  const cases: Case[] = [];
  for (const file of found) cases.push(...(await readCaseFile(file, cwd)));
  const alone = cases.find(({ call }) => call.kind !== 'pipeline');
  if (alone === undefined && cases.length > 0) return cases;
  throw new CpexError('CPEX_E_TEST_NO_SUBJECT', 'There is no project here and no library was named.', {
    evidence: [
      `read as cases: ${places.map((place) => path.relative(cwd, place) || '.').join(', ')}`,
      alone === undefined
        ? noCases(seen, cwd)
        : `${path.relative(cwd, alone.file)}:${alone.line} "${alone.name}" calls the plugin under test`,
    ],
    remedy:
      'Change into a project, name a built library (cpex test ./plugin.so --host cpex), or give cases a pipeline whose entries name their plugins.',
  });
}

/** Why nothing among these files is a scenario. */
function noCases(files: readonly string[], cwd: string): string {
  if (files.length === 0) return 'there are no cases in it: it holds no .yaml or .yml file';
  const [first = ''] = files;
  const others = files.length === 1 ? '' : ` and ${files.length - 1} more`;
  return `there are no cases in it: ${path.relative(cwd, first)}${others} without ${SCENARIO_KEYS.join(', ')} at the top`;
}

/** Keys of which each scenario has one at the top of its file, and all keys that begin a case. */
const SCENARIO_KEYS = ['cases', 'hook', 'steps', 'expect'];
const CASE_KEYS = [...SCENARIO_KEYS, 'name'];

/** Whether a file among cases is the configuration of a pipeline. */
function isPipeline(value: object): boolean {
  return Object.hasOwn(value, 'plugins') && !CASE_KEYS.some((key) => Object.hasOwn(value, key));
}

/** Whether a file anywhere is no case at all: a manifest, a workflow, a pipeline. A list of cases is one, with a mistake. */
function isForeign(value: object): boolean {
  if (Array.isArray(value)) {
    return !value.some((one) => typeof one === 'object' && one !== null && !isForeign(one));
  }
  return !SCENARIO_KEYS.some((key) => Object.hasOwn(value, key));
}

/** The files of which the test does not hold; what cannot be read is kept, so that the reason is told. */
async function without(files: readonly string[], isOther: (value: object) => boolean): Promise<string[]> {
  const kept: string[] = [];
  for (const file of files) {
    const { value, problems } = readExactYaml(await readFile(file, 'utf8'));
    const other = problems.length === 0 && typeof value === 'object' && value !== null && isOther(value);
    if (!other) kept.push(file);
  }
  return kept;
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
