import type { RunContext } from '../model/context.js';
import { PluginsFolder } from './plugins-folder.js';
import { repairAndTell } from './repair-and-tell.js';

/** Ends a change that was interrupted, or warns that this user cannot. Never throws. */
export async function endInterrupted(folder: string, context: RunContext): Promise<void> {
  try {
    const held = await PluginsFolder.take(folder, { signal: context.signal });
    try {
      await repairAndTell(held, context);
    } finally {
      held.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `A change was interrupted and could not be ended: ${why}`;
    context.emit({ type: 'note', level: 'warn', text });
  }
}
