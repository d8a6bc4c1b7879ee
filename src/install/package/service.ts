import path from 'node:path';
import { writing } from '../../build/write-error.js';
import { artefactKind, profileFor } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { Finding } from '../../model/finding.js';
import type { Project } from '../../model/manifest.js';
import type { PackagedFile, PackageResult } from '../../model/package.js';
import type { Plan } from '../../model/plan.js';
import type { HostProfile } from '../../model/profile.js';
import type { Engine } from '../../model/session.js';
import { artefactName } from '../../project/artefact-name.js';
import { hostTarget } from '../../project/targets/host.js';
import { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import { copyNew } from '../copy.js';
import { trialEngine } from '../trial-engine.js';
import { type BuiltLibrary, type CollectOptions, collectLibraries } from './collect.js';
import { examine } from './examine.js';
import { comparedFiles, writeRelease } from './folder.js';
import { readUrlBase } from './registry-files.js';
import { type ExaminedLibrary, type ReleaseFile, releaseFiles } from './release-files.js';

/** What is packaged, and where to. */
export interface PackageOptions extends Pick<CollectOptions, 'targets' | 'noBuild'> {
  readonly project: Project;
  /** Folder for the files, relative to the working folder; `dist/package` of the project when absent. */
  readonly out?: string | undefined;
  /** URL of the folder that the archives will be downloaded from. */
  readonly urlBase?: string | undefined;
  readonly dryRun: boolean;
}

/** For tests: other engines, an end at a chosen file. */
export interface PackageSeams {
  readonly engine?: Engine;
  readonly placed?: (name: string) => void;
}

/**
 * Makes the files of a release from the project's release builds: archives, digests and registries,
 * with everything from `cpex.yaml`. Nothing is written before every library has passed.
 * @throws CpexError `CPEX_E_PACKAGE_*`, and what a build throws
 */
export async function packageProject(
  options: PackageOptions,
  context: RunContext,
  seams: PackageSeams = {},
): Promise<PackageResult> {
  const { project } = options;
  const profile = await profileFor(project.manifest.host, project);
  requireUsableId(project, profile);
  const urlBase = options.urlBase === undefined ? undefined : readUrlBase(options.urlBase);
  const collected = await collectLibraries({ ...options, release: profile.release }, context);
  const temporary = await temporaryFolder('package');
  try {
    const { libraries, findings } = await examineAll(
      collected.libraries,
      temporary.path,
      profile,
      options,
      context,
      seams,
    );
    const made = await releaseFiles(project.manifest, profile.release, libraries, urlBase);
    const result = { findings, skipped: collected.skipped, notes: [...collected.notes, ...made.notes] };
    return await place(made.files, result, options, context, seams);
  } finally {
    await temporary.remove();
  }
}

async function examineAll(
  libraries: readonly BuiltLibrary[],
  folder: string,
  profile: HostProfile,
  { project }: PackageOptions,
  context: RunContext,
  seams: PackageSeams,
): Promise<{ libraries: ExaminedLibrary[]; findings: Finding[] }> {
  const examined: ExaminedLibrary[] = [];
  const findings: Finding[] = [];
  const engine = seams.engine ?? (await trialEngine(profile, hostTarget(), context));
  const kind = artefactKind(profile);
  for (const library of libraries) {
    const { target, file: shown, record } = library;
    const copy = path.join(folder, artefactName(target.name, kind, target));
    const { sha256 } = await copyNew(shown, copy, 0o700);
    if (sha256 !== record.sha256) throw changing(shown);
    findings.push(...(await examine({ project, profile, target, file: copy, shown, cwd: folder, engine }, context)));
    examined.push({ ...library, copy });
  }
  return { libraries: examined, findings };
}

type Facts = Pick<PackageResult, 'findings' | 'skipped' | 'notes'>;

async function place(
  made: readonly ReleaseFile[],
  facts: Facts,
  options: PackageOptions,
  context: RunContext,
  seams: PackageSeams,
): Promise<PackageResult> {
  const { project, dryRun } = options;
  const { id, version } = project.manifest;
  const folder =
    options.out === undefined ? path.join(project.root, 'dist', 'package') : path.resolve(context.cwd, options.out);
  return writing(folder, async () => {
    const { files, obsolete } = dryRun
      ? await comparedFiles(folder, id, made)
      : await writeRelease(folder, project, made, context, seams.placed);
    const changes = obsolete.length + files.filter((one) => one.action !== 'keep').length;
    const outcome = dryRun ? 'planned' : changes === 0 ? 'unchanged' : 'packaged';
    return { outcome, id, version, folder, files, ...facts, plan: planOf(`${id} ${version}`, files, folder, obsolete) };
  });
}

function planOf(name: string, files: readonly PackagedFile[], folder: string, obsolete: readonly string[]): Plan {
  const writes = files.map(({ path: file, action, size }) => ({ kind: 'write' as const, path: file, action, size }));
  const removals = obsolete.map((one) => ({ kind: 'remove' as const, path: path.join(folder, one) }));
  return { title: `Package ${name}`, steps: [...writes, ...removals] };
}

function requireUsableId({ manifest }: Project, { name, layout }: HostProfile): void {
  const problem = layout.idProblem(manifest.id);
  if (problem === undefined) return;
  throw new CpexError('CPEX_E_PACKAGE_IDENTITY', `The host ${name} would misread the id "${manifest.id}".`, {
    evidence: [problem],
    remedy: 'Choose another id in cpex.yaml.',
  });
}

function changing(file: string): CpexError {
  return new CpexError('CPEX_E_PACKAGE_STALE', 'What was built changed while it was being packaged.', {
    evidence: [file],
    remedy: 'Wait until other builds have ended, and run the command again.',
  });
}
