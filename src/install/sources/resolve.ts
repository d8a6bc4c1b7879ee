import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildForm } from '../../build/build-model.js';
import type { BuildRecord } from '../../build/record.js';
import { ensureBuilt } from '../../build/service.js';
import type { RunContext } from '../../model/context.js';
import { MANIFEST_FILE, requireProject } from '../../project/find.js';
import { hostName, PROCESS_HOSTS } from '../../project/hosts.js';
import { PLUGIN_ID } from '../../project/name-grammar.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { exists } from '../../support/files.js';
import { readBuildRecord, startOf } from '../build-record.js';
import { fromArchiveFile, fromReleaseFolder } from './from-archive.js';
import { fromRegistry, type RegistryRequest } from './from-registry.js';
import type { InstallSource, SourceWork } from './install-source.js';

/** What was asked to be installed. */
export interface SourceRequest extends Omit<RegistryRequest, 'id' | 'registry'> {
  /** Registry that lists the plugin. */
  readonly registry?: string | undefined;
  /** Form of what is installed, for a host that takes both; what the host takes by itself when absent. */
  readonly as?: BuildForm | undefined;
  /** File, folder, or with a registry the id of a plugin; the project one stands in when absent. */
  readonly source?: string | undefined;
}

/**
 * Finds the library that was meant: a file; the one for this machine in an archive, a dist folder or a
 * folder of release files; that of a project, which is built first when stale; one that a registry lists.
 * Throws `CPEX_E_INSTALL_SOURCE`, what a build throws, and the refusals of archives and registries.
 */
export async function resolveSource(request: SourceRequest, work: SourceWork): Promise<InstallSource> {
  const { source: given, registry } = request;
  const { context } = work;
  if (registry !== undefined) return fromRegistry({ ...request, id: requireId(given), registry }, work);
  if (request.release !== undefined || request.releaseApi !== undefined) {
    throw new CpexError(
      'CPEX_E_USAGE',
      '--release and --release-api say something about --registry, which is not there.',
    );
  }
  if (given === undefined) return builtProject(context, request.as);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(given)) {
    throw new CpexError('CPEX_E_INSTALL_SOURCE', 'An address by itself cannot be installed.', {
      remedy:
        'Name a plugin and the registry that lists it (cpex install ID --registry URL), or download the file and give its path.',
    });
  }
  const file = path.resolve(context.cwd, given);
  if (!(await isFolder(file, given))) return (await isArchive(file)) ? fromArchiveFile(file, work) : besideRecord(file);
  if (await exists(path.join(file, MANIFEST_FILE))) return builtProject({ ...context, cwd: file }, request.as);
  return fromFolder(file, given, request.as, work);
}

function requireId(given: string | undefined): string {
  if (given !== undefined && PLUGIN_ID.test(given)) return given;
  const found = given === undefined ? 'none' : JSON.stringify(given);
  throw new CpexError('CPEX_E_USAGE', `--registry needs the id of a plugin, found ${found}.`);
}

/** Goes by the first bytes; a name alone may lie either way. */
async function isArchive(file: string): Promise<boolean> {
  if (file.toLowerCase().endsWith('.zip')) return true;
  // A pipe would never answer.
  if (!(await stat(file)).isFile()) return false;
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.readUInt32LE(0) === 0x04034b50 || buffer.readUInt32LE(0) === 0x06054b50;
  } finally {
    await handle.close();
  }
}

async function builtProject(context: RunContext, as: BuildForm | undefined): Promise<InstallSource> {
  const project = await requireProject(context);
  const built = await ensureBuilt(project, as === undefined ? {} : { as }, context);
  const form = as === 'process' && PROCESS_HOSTS.includes(hostName(project.manifest.host)) ? { form: as } : {};
  const { id, version, host, test } = project.manifest;
  return {
    file: built.file,
    host,
    config: test?.config,
    starts: project,
    ...form,
    promised: { id, version, sha256: built.sha256 },
  };
}

/** `dist/` with a folder for this machine, such a folder itself, or the files of a release. */
async function fromFolder(
  folder: string,
  given: string,
  as: BuildForm | undefined,
  work: SourceWork,
): Promise<InstallSource> {
  const { target } = work;
  const own = as === 'process' ? [`${target.name}-process`] : [];
  for (const candidate of [...[...own, target.name].map((one) => path.join(folder, one)), folder]) {
    const record = await recordIn(candidate);
    if (record !== undefined) return withRecord(path.join(candidate, record.file), record);
  }
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((one) => one.isFile()).map((one) => one.name);
  if (names.some((name) => name.endsWith('.zip'))) return fromReleaseFolder(folder, names, work);
  const others = entries.filter((one) => one.isDirectory()).map((one) => one.name);
  throw new CpexError('CPEX_E_INSTALL_SOURCE', `There is no built plugin for ${target.name} in ${given}.`, {
    evidence: others.length === 0 ? [] : [`folders there: ${others.slice(0, 10).join(', ')}`],
    remedy: 'Build it first (cpex build), or name the built file itself.',
  });
}

async function besideRecord(file: string): Promise<InstallSource> {
  const record = await recordIn(path.dirname(file));
  return record?.file === path.basename(file) ? withRecord(file, record) : { file };
}

function withRecord(file: string, record: BuildRecord): InstallSource {
  return { file, host: record.profile, promised: record, ...startOf(record, path.dirname(file)) };
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
