import path from 'node:path';
import { outputPaths } from '../../build/plan.js';
import { type BuildRecord, readBuilt } from '../../build/record.js';
import { ensureAllBuilt } from '../../build/service.js';
import { hashSources, listDigest, withToolFiles } from '../../build/sources.js';
import type { RunContext } from '../../model/context.js';
import type { Project } from '../../model/manifest.js';
import type { ReleaseRules } from '../../model/profile.js';
import type { Target } from '../../model/target.js';
import { builtInto } from '../../project/hosts.js';
import { hostTarget } from '../../project/targets/host.js';
import { resolveTarget } from '../../project/targets/normalise.js';
import { TARGETS } from '../../project/targets/table.js';
import { CpexError } from '../../support/errors.js';
import { exists } from '../../support/files.js';

/** A library in `dist/` with its record; the two belong together. */
export interface BuiltLibrary {
  readonly target: Target;
  /** Absolute path. */
  readonly file: string;
  /** Absolute path of its `build.json`. */
  readonly recordFile: string;
  readonly record: BuildRecord;
}

export interface CollectOptions {
  readonly project: Project;
  readonly release: ReleaseRules;
  /** Any accepted spelling, or `all`; the machine itself when empty. */
  readonly targets: readonly string[];
  /** Take what lies in `dist/` and start no tool. */
  readonly noBuild: boolean;
}

export interface Collected {
  readonly libraries: readonly BuiltLibrary[];
  readonly skipped: readonly { readonly target: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

/**
 * The release builds that were asked for. That of this machine is built when stale, one for another target
 * when `dist/` has none.
 * @throws CpexError `CPEX_E_PACKAGE_TARGET`, `CPEX_E_PACKAGE_STALE`, `CPEX_E_PACKAGE_NOT_BUILT`, and what a build throws
 */
export async function collectLibraries(options: CollectOptions, context: RunContext): Promise<Collected> {
  const { wanted, skipped } = await chooseTargets(options);
  await buildMissing(wanted, options, context);
  const libraries: BuiltLibrary[] = [];
  const notes: string[] = [];
  for (const target of wanted) {
    const library = await libraryOf(target, options);
    libraries.push(library);
    if (target.name !== hostTarget().name) notes.push(...ageNotes(library, options.project.root));
  }
  return { libraries, skipped, notes };
}

async function chooseTargets({ project, release, targets, noBuild }: CollectOptions) {
  const { id, version } = project.manifest;
  const host = hostTarget();
  const all = targets.includes('all');
  const named = all
    ? await targetsInDist(project, noBuild)
    : targets.length === 0
      ? [host]
      : targets.map(resolveTarget);
  const wanted: Target[] = [];
  const skipped: { target: string; reason: string }[] = [];
  for (const target of new Set(named)) {
    const archives = release.archives(id, version, target);
    if (typeof archives !== 'string') wanted.push(target);
    else if (all) skipped.push({ target: target.name, reason: archives });
    else throw impossible(target, archives);
  }
  if (all) skipped.push(...(await missingTargets(project, named)));
  if (wanted.length === 0) throw notBuilt('all targets', 'dist', 'Build it first: cpex build');
  return { wanted, skipped };
}

/** The machine itself, which can be built, and whatever lies in `dist/`. */
async function targetsInDist({ root }: Project, noBuild: boolean): Promise<Target[]> {
  const found: Target[] = [];
  for (const target of Object.values(TARGETS)) {
    const own = !noBuild && target.name === hostTarget().name;
    if (own || (await exists(path.join(root, 'dist', target.name, 'build.json')))) found.push(target);
  }
  return found;
}

/** Targets that the project names and that are not there to be taken. */
async function missingTargets({ manifest }: Project, found: readonly Target[]) {
  const names = new Set(found.map((one) => one.name));
  const missing = (manifest.targets ?? []).map(resolveTarget).filter((one) => !names.has(one.name));
  return missing.map((one) => ({ target: one.name, reason: `cpex.yaml names it, and dist/${one.name} is not there` }));
}

/** Builds the machine's own library when it is stale, and others that are not there: theirs may come from elsewhere. */
async function buildMissing(wanted: readonly Target[], { project, noBuild }: CollectOptions, context: RunContext) {
  if (noBuild) return;
  const { root } = project;
  const names: string[] = [];
  for (const target of wanted) {
    const there = await exists(outputPaths(root, releaseFor(project, target)).record);
    if (!there || target.name === hostTarget().name) names.push(target.name);
  }
  // What cannot be built here is refused by the build itself, in its own words.
  if (names.length > 0) await ensureAllBuilt(project, names, 'release', context);
}

function releaseFor(project: Project, target: Target) {
  return { project, target, kind: builtInto(project.manifest.host), mode: 'release' } as const;
}

async function libraryOf(target: Target, { project }: CollectOptions): Promise<BuiltLibrary> {
  const { record: recordFile, file } = outputPaths(project.root, releaseFor(project, target));
  if (!(await exists(recordFile))) {
    const shown = path.relative(project.root, path.dirname(file));
    throw notBuilt(target.name, shown, `Build it first, or put ${shown} here from the machine that built it.`);
  }
  const built = await readBuilt(recordFile);
  if (built === undefined) {
    throw stale(recordFile, 'The library is missing, or is not the one that build.json describes.', []);
  }
  requireCurrent(built.record, recordFile, project);
  return { target, file: built.file, recordFile, record: built.record };
}

function requireCurrent(record: BuildRecord, file: string, { manifest }: Project): void {
  const rows = [
    ['id', record.id, manifest.id],
    ['version', record.version, manifest.version],
    ['host', record.profile, manifest.host],
    ['mode', record.mode, 'release'],
  ] as const;
  const wrong = rows.filter(([, found, wanted]) => found !== wanted);
  if (wrong.length === 0) return;
  const evidence = wrong.map(([what, found, wanted]) => `${what}: build.json says ${found}, cpex.yaml ${wanted}`);
  throw stale(file, 'The library was built from another cpex.yaml.', evidence);
}

/** Another machine's build cannot be asked whether it is stale; its record says what it was made from. */
function ageNotes({ target, record }: BuiltLibrary, root: string): string[] {
  if (listDigest(withToolFiles(root, hashSources(root))) === record.sources.sha256) return [];
  return [`dist/${target.name} was built when the files of the project were not as they are now.`];
}

function impossible(target: Target, reason: string): CpexError {
  return new CpexError('CPEX_E_PACKAGE_TARGET', `There is no archive for ${target.name}.`, {
    evidence: [reason],
    remedy: `Leave --target ${target.name} away, or hand on the library itself from dist/${target.name}.`,
  });
}

function notBuilt(what: string, where: string, remedy: string): CpexError {
  return new CpexError('CPEX_E_PACKAGE_NOT_BUILT', `There is no release build for ${what} in ${where}.`, { remedy });
}

function stale(file: string, message: string, evidence: readonly string[]): CpexError {
  return new CpexError('CPEX_E_PACKAGE_STALE', message, {
    evidence: [file, ...evidence],
    remedy: 'Build it again, with cpex build --target, here or on its own machine.',
  });
}
