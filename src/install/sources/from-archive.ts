import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { readPluginName } from '../../hosts/cliproxy/file-name.js';
import { findProfile } from '../../hosts/registry.js';
import { artefactName } from '../../project/artefact-name.js';
import { builtInto, HOSTS } from '../../project/hosts.js';
import { CpexError, isCpexError, systemCode } from '../../support/errors.js';
import { chooseLibrary } from '../archive/choose-library.js';
import { chooseProgram, programId } from '../archive/choose-program.js';
import { extractFile } from '../archive/extract.js';
import { type OpenArchive, openArchive } from '../archive/open-archive.js';
import { type ArchiveName, readArchiveName } from '../archive-names.js';
import { readBuildRecord, startOf } from '../build-record.js';
import { CHECKSUMS_FILE, parseChecksums } from '../checksums.js';
import { type CopyFacts, copyNew } from '../copy.js';
import type { InstallSource, NamedPlugin, SourceWork } from './install-source.js';

const RECORD = 'build.json';
/** Bytes of a `build.json`. */
const RECORD_LIMIT = 1 << 20;

/** An archive on this machine: copied first, and compared with the list of checksums beside it. */
export async function fromArchiveFile(file: string, work: SourceWork): Promise<InstallSource> {
  const base = path.basename(file);
  const name = archiveName(base, work);
  const { copy, sha256 } = await privateCopy(file, work);
  const expected = (await checksumsBeside(file))?.get(base);
  if (expected !== undefined) requireDigest(sha256, expected, file, CHECKSUMS_FILE);
  const notes = expected === undefined ? [`No ${CHECKSUMS_FILE} beside ${base} vouches for it.`] : [];
  const source = await fromArchive(copy, { shown: file, origin: file }, name, work);
  return { ...source, notes };
}

/** The archive for this machine in a folder of release files; the list of checksums there must name it. */
export async function fromReleaseFolder(
  folder: string,
  names: readonly string[],
  work: SourceWork,
): Promise<InstallSource> {
  const archives = names.filter((one) => one.endsWith('.zip'));
  const read = archives.map((name) => ({ name, facts: readName(name, work) }));
  const own = read.filter(({ facts }) => facts?.targets.includes(work.target.name) === true);
  const [chosen, ...others] = own;
  if (chosen === undefined || others.length > 0) throw unclear(folder, archives, own.length > 0, work);
  const file = path.join(folder, chosen.name);
  const expected = (await checksumsBeside(file))?.get(chosen.name);
  if (expected === undefined) {
    throw new CpexError('CPEX_E_INSTALL_CHECKSUMS', `No ${CHECKSUMS_FILE} in the folder names ${chosen.name}.`, {
      evidence: [folder],
      remedy: 'Get the whole release, or name the archive itself if you know where it comes from.',
    });
  }
  return fromArchiveFile(file, work);
}

/** Takes the one library, or the plugin's program, out of an archive that is in a private place already. */
export async function fromArchive(
  file: string,
  { shown, origin }: { readonly shown: string; readonly origin: string },
  expected: NamedPlugin | undefined,
  work: SourceWork,
): Promise<InstallSource> {
  const archive = await openArchive(file, shown, work.limits);
  try {
    const record = await recordIn(archive, work.folder);
    const known = work.host ?? record?.profile;
    const kind = known === undefined ? 'library' : builtInto(known);
    const chosen =
      kind === 'library'
        ? chooseLibrary(archive, work.target, expected)
        : chooseProgram(archive, work.target, expected ?? record);
    const unpacked = path.join(work.folder, artefactName('unpacked', kind, work.target));
    await extractFile(archive, chosen, unpacked);
    const promised = record?.file === chosen.name ? record : undefined;
    const host = work.host ?? promised?.profile ?? hostOfName(path.basename(shown));
    return {
      file: unpacked,
      origin,
      named: expected ?? (kind === 'library' ? nameOf(chosen.name) : { id: programId(chosen.name) }),
      ...(host === undefined ? {} : { host }),
      ...(promised === undefined ? {} : { promised, ...startOf(promised, work.folder) }),
    };
  } finally {
    archive.close();
  }
}

function nameOf(library: string): NamedPlugin {
  const read = readPluginName(library, true);
  if ('problem' in read) {
    throw new CpexError(
      'CPEX_E_INSTALL_ID',
      `The library ${JSON.stringify(library)} cannot be installed: ${read.problem}.`,
    );
  }
  const { id, version } = read.file;
  return version === '' ? { id } : { id, version };
}

async function recordIn(archive: OpenArchive, folder: string) {
  const record = archive.files.find((one) => one.name === RECORD);
  if (record === undefined || record.size > RECORD_LIMIT) return undefined;
  const file = path.join(folder, RECORD);
  await extractFile(archive, record, file);
  return readBuildRecord(file);
}

/** Compares a digest with the one that was promised. Throws `CPEX_E_INSTALL_DIGEST`. */
export function requireDigest(found: string, promised: string, file: string, promiser: string): void {
  if (found === promised) return;
  throw new CpexError('CPEX_E_INSTALL_DIGEST', `The archive is not the one that ${promiser} describes.`, {
    evidence: [file, `${promiser}: ${promised}`, `file: ${found}`],
    remedy: 'Get it again from its source. If it still differs, ask its author: somebody may have changed it.',
  });
}

/** Copies a file of this machine to where nobody else can change it. */
export async function privateCopy(file: string, { folder }: SourceWork): Promise<CopyFacts & { copy: string }> {
  const copy = path.join(folder, 'archive.zip');
  try {
    // The link to an archive is the user's own way of naming it.
    return { copy, ...(await copyNew(await realpath(file), copy, 0o600)) };
  } catch (error) {
    throw new CpexError('CPEX_E_INSTALL_SOURCE', `${file} cannot be read.`, {
      evidence: [(error as Error).message],
      cause: error,
    });
  }
}

async function checksumsBeside(file: string): Promise<ReadonlyMap<string, string> | undefined> {
  const list = path.join(path.dirname(file), CHECKSUMS_FILE);
  try {
    return parseChecksums(await readFile(list, 'utf8'), list);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (isCpexError(error)) throw error;
    throw new CpexError('CPEX_E_INSTALL_CHECKSUMS', 'The list of checksums cannot be read.', {
      evidence: [list, (error as Error).message],
      cause: error,
    });
  }
}

/** What an archive's name says, where it is one of a release; refuses one for another machine. */
function archiveName(base: string, work: SourceWork): ArchiveName | undefined {
  const name = readName(base, work);
  if (name === undefined || name.targets.includes(work.target.name)) return name;
  throw new CpexError(
    'CPEX_E_INSTALL_SOURCE',
    `${base} is for ${name.targets.join(' and ')}, this machine is ${work.target.name}.`,
    {
      remedy: 'Take the archive for this machine from the same release.',
    },
  );
}

function readName(base: string, { host }: SourceWork): ArchiveName | undefined {
  for (const one of host === undefined ? HOSTS : [host]) {
    const name = readArchiveName(base, findProfile(one).release);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The host whose words an archive is named in. */
function hostOfName(base: string): string | undefined {
  return HOSTS.find((host) => readArchiveName(base, findProfile(host).release) !== undefined);
}

function unclear(folder: string, archives: readonly string[], several: boolean, { target }: SourceWork): CpexError {
  const what = several ? 'more than one archive' : 'no archive';
  return new CpexError('CPEX_E_INSTALL_SOURCE', `There is ${what} for ${target.name} in ${folder}.`, {
    evidence: archives.slice(0, 10),
    remedy: several ? 'Name the archive itself.' : 'Take the archive for this machine from the same release.',
  });
}
