import { chmod, readFile, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { HostConfigResult } from '../../model/installed.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { ensureFolder, writeFileAtomic } from '../../support/files.js';
import { copyNew } from '../copy.js';
import type { ConfigWords } from './words.js';

/** What is to be done about a host's configuration. */
export interface ConfigPlan {
  readonly words: ConfigWords;
  /** Absolute path; absent where the words are only shown. */
  readonly file?: string;
}

/** Ending of the file that holds what the configuration was before. */
const BACKUP = '.cpex-backup';

/** Decides what the configuration is to say, and makes sure that it can be made to say so. */
export async function planConfig(file: string | undefined, words: ConfigWords): Promise<ConfigPlan> {
  if (file === undefined) return { words };
  await changedText(file, words);
  return { words, file };
}

/** Writes the words, or says what would be written. The file keeps its mode; its old content is kept beside it. */
export async function applyConfig({ words, file }: ConfigPlan, dryRun: boolean): Promise<HostConfigResult> {
  const { text, hint } = words;
  if (file === undefined) return { action: 'shown', entry: text, hint };
  const { before, after, real } = await changedText(file, words);
  if (before === after) return { action: 'unchanged', file, entry: text };
  if (dryRun) return { action: 'planned', file, entry: text };
  try {
    const backup = before === undefined ? await beginFile(real, after) : await replaceText(real, after);
    return { action: 'written', file, ...(backup === undefined ? {} : { backup }), entry: text };
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

async function beginFile(file: string, text: string): Promise<undefined> {
  await ensureFolder(path.dirname(file));
  await writeFileAtomic(file, text);
}

async function changedText(file: string, words: ConfigWords) {
  const name = path.basename(file);
  try {
    const real = await realpath(file);
    const before = await readFile(real, 'utf8');
    return { real, before, after: words.changed(before, name) };
  } catch (error) {
    if (error instanceof CpexError) throw error;
    if (words.begins && systemCode(error) === 'ENOENT')
      return { real: file, before: undefined, after: words.changed('', name) };
    throw new CpexError('CPEX_E_INSTALL_HOST_CONFIG', `The configuration ${file} cannot be read.`, {
      evidence: [(error as Error).message],
      cause: error,
    });
  }
}
