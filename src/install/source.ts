import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildRecord } from '../build/record.js';
import { ensureBuilt } from '../build/service.js';
import type { RunContext } from '../model/context.js';
import type { Target } from '../model/target.js';
import { MANIFEST_FILE, requireProject } from '../project/find.js';
import { CpexError, systemCode } from '../support/errors.js';
import { exists } from '../support/files.js';
import { readBuildRecord } from './build-record.js';

/** The file to install and what is said about it elsewhere. */
export interface InstallSource {
  /** Absolute path. */
  readonly file: string;
  /** Host that it was built for, where that is known. */
  readonly host?: string;
  /** Configuration that the project is tested with. */
  readonly config?: unknown;
  /** What `build.json` beside it promises. */
  readonly promised?: Pick<BuildRecord, 'id' | 'version' | 'sha256'>;
}

/**
 * Finds the library that was meant: a file; the one for this machine in a dist folder; that of a
 * project, which is built first when stale. Throws `CPEX_E_INSTALL_SOURCE`, and what a build throws.
 */
export async function resolveSource(
  given: string | undefined,
  target: Target,
  context: RunContext,
): Promise<InstallSource> {
  if (given === undefined) return builtProject(context);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(given)) {
    throw new CpexError('CPEX_E_INSTALL_SOURCE', 'Only files on this machine can be installed.', {
      remedy: 'Download the library, check where it comes from, and give its path.',
    });
  }
  const file = path.resolve(context.cwd, given);
  if (!(await isFolder(file, given))) return besideRecord(file);
  if (await exists(path.join(file, MANIFEST_FILE))) return builtProject({ ...context, cwd: file });
  return fromDist(file, given, target);
}

async function builtProject(context: RunContext): Promise<InstallSource> {
  const project = await requireProject(context);
  const built = await ensureBuilt(project, {}, context);
  const { id, version, host, test } = project.manifest;
  return { file: built.file, host, config: test?.config, promised: { id, version, sha256: built.sha256 } };
}

/** `dist/` with a folder for this machine, or such a folder itself. */
async function fromDist(folder: string, given: string, target: Target): Promise<InstallSource> {
  for (const candidate of [path.join(folder, target.name), folder]) {
    const record = await recordIn(candidate);
    if (record !== undefined) return withRecord(path.join(candidate, record.file), record);
  }
  const others = (await readdir(folder, { withFileTypes: true })).flatMap((one) =>
    one.isDirectory() ? [one.name] : [],
  );
  throw new CpexError('CPEX_E_INSTALL_SOURCE', `There is no built plugin for ${target.name} in ${given}.`, {
    evidence: others.length === 0 ? [] : [`folders there: ${others.slice(0, 10).join(', ')}`],
    remedy: 'Build it first (cpex build), or name the library itself.',
  });
}

async function besideRecord(file: string): Promise<InstallSource> {
  const record = await recordIn(path.dirname(file));
  return record?.file === path.basename(file) ? withRecord(file, record) : { file };
}

function withRecord(file: string, record: BuildRecord): InstallSource {
  return { file, host: record.profile, promised: record };
}

function recordIn(folder: string): Promise<BuildRecord | undefined> {
  return readBuildRecord(path.join(folder, 'build.json'));
}

async function isFolder(file: string, given: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'There is no file or folder' : 'It cannot be read:';
    throw new CpexError('CPEX_E_INSTALL_SOURCE', `${why} ${given}.`, { cause: error });
  }
}
