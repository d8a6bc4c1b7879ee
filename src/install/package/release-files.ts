import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '../../model/manifest.js';
import type { ReleaseRules } from '../../model/profile.js';
import type { TargetName } from '../../model/target.js';
import { artefactName } from '../../project/artefact-name.js';
import { builtInto } from '../../project/hosts.js';
import { sha256Hex } from '../../support/digest.js';
import { CHECKSUMS_FILE, checksumsText } from '../checksums.js';
import { type ArchiveEntry, writeArchive } from './archive.js';
import type { BuiltLibrary } from './collect.js';
import { type ListedArchive, registryFiles } from './registry-files.js';

/** A library that passed its examination, and where its private copy lies. */
export interface ExaminedLibrary extends BuiltLibrary {
  readonly copy: string;
}

/** One file of a release, in memory. */
export interface ReleaseFile {
  readonly kind: 'archive' | 'registry' | 'checksums';
  readonly name: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly target?: TargetName;
}

/** All files of a release in the order in which they are to be written, and what was left out. */
export async function releaseFiles(
  manifest: Manifest,
  rules: ReleaseRules,
  libraries: readonly ExaminedLibrary[],
  urlBase: string | undefined,
): Promise<{ readonly files: readonly ReleaseFile[]; readonly notes: readonly string[] }> {
  const { files: archives, listed, notes } = await archivesOf(manifest, rules, libraries);
  const registries = rules.registries ? registryFiles(manifest, listed, urlBase) : { files: new Map(), notes: [] };
  const entries = [...registries.files].map(([name, text]) => file('registry', name, Buffer.from(text)));
  // The list of digests comes last: whoever sees it sees all that it lists.
  const list = file('checksums', CHECKSUMS_FILE, Buffer.from(checksumsText(archives)));
  return { files: [...archives, ...entries, list], notes: [...notes, ...registries.notes] };
}

async function archivesOf(manifest: Manifest, rules: ReleaseRules, libraries: readonly ExaminedLibrary[]) {
  const { id, version } = manifest;
  const files: ReleaseFile[] = [];
  const listed: ListedArchive[] = [];
  const notes: string[] = [];
  // A library for one processor comes before one for several that would get the same name.
  for (const library of [...libraries].sort(byWidth)) {
    const archives = rules.archives(id, version, library.target);
    if (typeof archives === 'string') continue;
    const bytes = await pack(library, manifest, rules.withRecord);
    for (const archive of archives) {
      const target = library.target.name;
      const other = files.find((one) => one.name === archive.name);
      if (other !== undefined) {
        notes.push(`${archive.name} holds the library for ${other.target}, not that for ${target}.`);
        continue;
      }
      const made = { ...file('archive', archive.name, bytes), target };
      files.push(made);
      listed.push({ ...archive, sha256: made.sha256, size: bytes.length });
    }
  }
  const order = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  return { files: files.sort(order), listed: listed.sort(order), notes };
}

async function pack(library: ExaminedLibrary, { id, host }: Manifest, withRecord: boolean): Promise<Buffer> {
  const name = artefactName(id, builtInto(host), library.target);
  const entries: ArchiveEntry[] = [{ name, bytes: await readFile(library.copy), mode: 0o755 }];
  if (withRecord) {
    const record = await readFile(library.recordFile);
    entries.push({ name: path.basename(library.recordFile), bytes: record, mode: 0o644 });
  }
  return writeArchive(entries);
}

function byWidth(a: BuiltLibrary, b: BuiltLibrary): number {
  const wide = (one: BuiltLibrary) => (one.target.arch === 'universal' ? 1 : 0);
  return wide(a) - wide(b) || (a.target.name < b.target.name ? -1 : 1);
}

function file(kind: ReleaseFile['kind'], name: string, bytes: Buffer): ReleaseFile {
  return { kind, name, bytes, sha256: sha256Hex(bytes) };
}
