import path from 'node:path';
import { findLayout } from '../hosts/layouts.js';
import type { RunContext } from '../model/context.js';
import type { ListedPlugins } from '../model/installed.js';
import { exists } from '../support/files.js';
import { chooseFolder, type FolderChoice } from './choose-folder.js';
import { JOURNAL_FILE, readRecord, STATE_FOLDER } from './record.js';

export interface InspectOptions extends FolderChoice {
  readonly host?: string | undefined;
}

/** What the record of a plugins folder names. Reads no library and nothing of a project. */
export async function listPlugins(options: InspectOptions, context: RunContext): Promise<ListedPlugins> {
  const folder = await settledFolder(options, context);
  return { folder, plugins: await readRecord(folder) };
}

/** The folder, with an interrupted change ended first where this user may do that. */
export async function settledFolder(options: InspectOptions, context: RunContext): Promise<string> {
  const layout = await findLayout(options.host ?? 'cpex');
  const folder = await chooseFolder(options, layout, context);
  // Only an unfinished change needs the means to end it.
  if (await exists(path.join(folder, STATE_FOLDER, JOURNAL_FILE))) {
    const { endInterrupted } = await import('./end-interrupted.js');
    await endInterrupted(folder, context);
  }
  return folder;
}
