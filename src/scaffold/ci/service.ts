import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { Project } from '../../model/manifest.js';
import { requireProject } from '../../project/find.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { ensureFolder, exists, readTextIfThere, writeFileAtomic } from '../../support/files.js';
import { repositoryTop } from '../../support/git.js';
import { lineDiff } from '../../support/line-diff.js';
import { packageVersion } from '../../support/package-root.js';
import { contentHash, readRecord } from '../record.js';
import { githubWorkflow } from './github.js';
import { madeBy, recordedChoice } from './made-by.js';
import {
  compareRegions,
  type MarkedText,
  markedText,
  mergeRegions,
  parseMarked,
  type RegionComparison,
} from './marked-text.js';
import type { WorkflowOptions, WorkflowPart } from './model.js';
import { workflowTargets } from './targets.js';

/** What `cpex ci` is asked to do. */
export interface CiRequest {
  /** In any spelling; what the workflow says it was made for, else all, when empty. */
  readonly targets: readonly string[];
  /** As the workflow has it when undefined. */
  readonly cross: boolean | undefined;
  /** Say what is not up to date, and write nothing. */
  readonly check: boolean;
  readonly dryRun: boolean;
  /** Replace what somebody edited; the old text is kept beside it. */
  readonly force: boolean;
}

/** What is to be done with the file, or was. */
export type CiAction = 'create' | 'update' | 'keep' | 'replace';

export interface CiOutcome {
  /** Absolute path of the workflow. */
  readonly file: string;
  readonly action: CiAction;
  readonly targets: readonly string[];
  readonly cross: boolean;
  /** Regions that are not as cpex would write them. */
  readonly regions: readonly { readonly name: string; readonly state: string }[];
  /** What changes in the file, as lines of a diff. */
  readonly diff: readonly string[];
  /** Where the old text went. */
  readonly saved?: string;
  readonly check: boolean;
  readonly dryRun: boolean;
  /** False when `check` found something to do. */
  readonly ok: boolean;
}

/**
 * Writes the project's workflow, or brings its regions up to date; lines outside them are kept byte for byte.
 * @throws CpexError `CPEX_E_CI_EDITED`, `CPEX_E_CI_MARKS`, `CPEX_E_CI_WRITE`, and those of targets
 */
export async function writeWorkflow(request: CiRequest, context: RunContext): Promise<CiOutcome> {
  const project = await requireProject(context);
  const place = await workflowPlace(project);
  const text = await readTextIfThere(place.file);
  const present = text === undefined ? undefined : parseMarked(text);
  const recorded = recordedChoice(present?.regions.get('about')?.text);
  const cross = request.cross ?? recorded?.cross ?? false;
  const spellings = request.targets.length > 0 ? request.targets : (recorded?.targets ?? []);
  const targets = workflowTargets(project, spellings);
  // Names as the table has them; no name stands for all, also for those that come later.
  const named = spellings.length === 0 || spellings.some((one) => one.toLowerCase() === 'all') ? [] : targets;
  const { language, glibc } = project.manifest;
  const parts = githubWorkflow({
    language,
    targets,
    cross,
    folder: place.folder,
    cpex: packageVersion(),
    madeBy: madeBy({ targets: named, cross }),
    ...(glibc === undefined ? {} : { glibc }),
  } satisfies WorkflowOptions);
  const change = await decide(project, place, text, present, parts, request);
  const saved = request.check || request.dryRun ? undefined : await apply(place.file, text, change);
  return {
    file: place.file,
    action: change.action,
    targets,
    cross,
    regions: change.regions.map(({ name, state }) => ({ name, state })),
    diff: lineDiff(text ?? '', change.text),
    ...(saved === undefined ? {} : { saved }),
    check: request.check,
    dryRun: request.dryRun,
    ok: !request.check || change.action === 'keep',
  };
}

interface WorkflowPlace {
  readonly file: string;
  /** The project's folder in the repository. */
  readonly folder: string;
}

/** GitHub reads workflows at the top of a repository only; each project of several gets its own. */
async function workflowPlace({ root, manifest }: Project): Promise<WorkflowPlace> {
  const top = (await repositoryTop(root)) ?? root;
  const folder = path.relative(top, root).replaceAll('\\', '/') || '.';
  const name = folder === '.' ? 'cpex.yml' : `cpex-${manifest.id}.yml`;
  return { file: path.join(top, '.github', 'workflows', name), folder };
}

interface Change {
  readonly action: CiAction;
  readonly text: string;
  readonly regions: readonly RegionComparison[];
}

async function decide(
  project: Project,
  place: WorkflowPlace,
  text: string | undefined,
  present: MarkedText | undefined,
  parts: readonly WorkflowPart[],
  request: CiRequest,
): Promise<Change> {
  const fresh = markedText(parts);
  if (text === undefined || present === undefined) return { action: 'create', text: fresh, regions: [] };
  if (await isUntouched(project, place, text)) return { action: 'update', text: fresh, regions: [] };
  const regions = compareRegions(present, parts);
  const wrong = [...present.problems, ...missingRegions(regions)];
  if (wrong.length > 0) {
    if (request.force) return { action: 'replace', text: fresh, regions };
    if (request.check) return { action: 'update', text: fresh, regions };
    throw marksError(place.file, wrong, present.regions.size === 0);
  }
  const edited = regions.filter(({ state }) => state === 'edited');
  if (edited.length > 0 && !request.force && !request.check) throw editedError(place.file, edited);
  const merged = mergeRegions(present, regions);
  const open = regions.filter(({ state }) => state !== 'current' && state !== 'off');
  if (merged === text) return { action: 'keep', text, regions: open };
  return { action: edited.length > 0 ? 'replace' : 'update', text: merged, regions: open };
}

/** A workflow that `cpex new` wrote before there were regions, and nobody changed since. */
async function isUntouched(project: Project, { file }: WorkflowPlace, text: string): Promise<boolean> {
  const record = await readRecord(project.root);
  const name = path.relative(project.root, file).replaceAll('\\', '/');
  return !text.includes('>>> cpex ci') && record?.files[name] === contentHash(text);
}

function missingRegions(regions: readonly RegionComparison[]): string[] {
  return regions.filter(({ state }) => state === 'missing').map(({ name }) => `the region ${name} is not there`);
}

/** Returns where the old text was kept. */
async function apply(file: string, old: string | undefined, { action, text }: Change): Promise<string | undefined> {
  if (action === 'keep') return undefined;
  try {
    await ensureFolder(path.dirname(file));
    const saved = action === 'replace' && old !== undefined ? await freeName(`${file}.orig`) : undefined;
    if (saved !== undefined && old !== undefined) await writeFileAtomic(saved, old);
    await writeFileAtomic(file, text);
    return saved;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new CpexError('CPEX_E_CI_WRITE', `${file} cannot be written.`, {
      evidence: [`${String((error as { path?: unknown }).path ?? file)}: ${code}`],
      remedy: 'Make the folder writable, or see what to put there with cpex ci --dry-run.',
      cause: error,
    });
  }
}

/** Nobody's earlier copy is overwritten. */
async function freeName(name: string): Promise<string> {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}.${count}`;
    if (!(await exists(candidate))) return candidate;
  }
}

function editedError(file: string, edited: readonly RegionComparison[]): CpexError {
  const names = edited.map(({ name }) => name).join(', ');
  return new CpexError('CPEX_E_CI_EDITED', `${path.basename(file)} was edited where cpex writes: ${names}.`, {
    evidence: [file],
    output: edited.flatMap(({ name, present, wanted }) => [`${name}:`, ...lineDiff(present, wanted)]),
    remedy:
      'Move your lines out of the marks, or replace them with cpex ci --force, which keeps the old text beside the file. A region that you do not want goes away for good when a line "# cpex ci off: NAME" stands in its place.',
  });
}

function marksError(file: string, problems: readonly string[], none: boolean): CpexError {
  const what = none ? 'was not written by cpex ci' : 'has lost marks that cpex ci needs';
  return new CpexError('CPEX_E_CI_MARKS', `${path.basename(file)} ${what}.`, {
    evidence: [file, ...problems],
    remedy: none
      ? 'Rename it, or replace it with cpex ci --force, which keeps the old text beside it.'
      : 'Put the marks back, or "# cpex ci off: NAME" for a region that you do not want; cpex ci --force writes the file anew and keeps the old text beside it.',
  });
}
