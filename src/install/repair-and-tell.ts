import type { RunContext } from '../model/context.js';
import { folderError } from './folder-error.js';
import type { PluginsFolder } from './plugins-folder.js';
import { repair } from './transaction.js';

/** Ends what an interrupted command began, and says so. */
export async function repairAndTell(folder: PluginsFolder, context: Pick<RunContext, 'emit'>): Promise<void> {
  const done = await repair(folder).catch((error) => {
    throw folderError(error, folder.path);
  });
  if (done === undefined) return;
  const text =
    done === 'completed' ? 'Completed a change that was interrupted.' : 'Took back a change that was interrupted.';
  context.emit({ type: 'note', level: 'warn', text });
}
