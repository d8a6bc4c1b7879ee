import { chmod, readFile, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { HostConfigResult } from '../../model/installed.js';
import { CpexError } from '../../support/errors.js';
import { writeFileAtomic } from '../../support/files.js';
import { copyNew } from '../copy.js';
import type { Listing } from '../sources/install-source.js';
import { withEntry } from './edit.js';
import { type ConfigEntry, configEntry, entryText } from './entry.js';

/** What is to be done about a host's configuration; plain data. */
export interface ConfigPlan {
  readonly id: string;
  readonly entry: ConfigEntry;
  /** Absolute path; absent where the entry is only shown. */
  readonly file?: string;
}

/** Ending of the file that holds what the configuration was before. */
const BACKUP = '.cpex-backup';

/** Decides what the configuration is to say, and makes sure that it can be made to say so. */
export async function planConfig(
  file: string | undefined,
  id: string,
  listing: Listing | undefined,
): Promise<ConfigPlan> {
  const entry = configEntry(listing);
  if (file === undefined) return { id, entry };
  await changedText(file, id, entry);
  return { id, entry, file };
}

/** Writes the entry, or says what would be written. The file keeps its mode; its old content is kept beside it. */
export async function applyConfig({ id, entry, file }: ConfigPlan, dryRun: boolean): Promise<HostConfigResult> {
  const text = entryText(id, entry);
  if (file === undefined) return { action: 'shown', entry: text };
  const { before, after, real } = await changedText(file, id, entry);
  if (before === after) return { action: 'unchanged', file, entry: text };
  if (dryRun) return { action: 'planned', file, entry: text };
  try {
    return { action: 'written', file, backup: await replaceText(real, after), entry: text };
  } catch (error) {
    throw new CpexError(
      'CPEX_E_INSTALL_HOST_CONFIG',
      'The plugin is in its place, but its entry could not be written.',
      {
        evidence: [file, (error as Error).message, ...text.trimEnd().split('\n')],
        remedy: 'Put the entry above into the file by hand, or run the command again where the file can be written.',
        cause: error,
      },
    );
  }
}

/** Returns the path of the copy of what the file was before. */
async function replaceText(file: string, text: string): Promise<string> {
  // Such a file holds keys: the copy must not be open to more people than the file itself.
  const mode = (await stat(file)).mode & 0o777;
  const backup = `${file}${BACKUP}`;
  await rm(backup, { force: true });
  await copyNew(file, backup, mode);
  await writeFileAtomic(file, text, { mode });
  await chmod(file, mode);
  return backup;
}

async function changedText(file: string, id: string, entry: ConfigEntry) {
  try {
    const real = await realpath(file);
    const before = await readFile(real, 'utf8');
    return { real, before, after: withEntry(before, id, entry, path.basename(file)) };
  } catch (error) {
    if (error instanceof CpexError) throw error;
    throw new CpexError('CPEX_E_INSTALL_HOST_CONFIG', `The configuration ${file} cannot be read.`, {
      evidence: [(error as Error).message],
      cause: error,
    });
  }
}
