import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Project } from '../model/manifest.js';
import { emitIdentity } from '../project/identity.js';
import { ensureFolder, writeFileAtomic } from '../support/files.js';

/**
 * Writes the SDK's identity file from the manifest, when its content differs: an unchanged file
 * keeps its date, and nothing is compiled again.
 * @returns whether it was written
 */
export async function syncIdentity(project: Project): Promise<boolean> {
  const wanted = emitIdentity(project.manifest.language, project.manifest);
  const file = path.join(project.root, wanted.path);
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === wanted.content) return false;
  await ensureFolder(path.dirname(file));
  await writeFileAtomic(file, wanted.content);
  return true;
}
