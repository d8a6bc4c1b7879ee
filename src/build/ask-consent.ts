import { confirm } from '@inquirer/prompts';
import { promptError } from '../support/prompt-error.js';
import type { InstallCommand } from './doctor/install-commands.js';

/**
 * Asks on stderr whether these commands may run. A module of its own with a static import: a dynamic one of the
 * package would bundle every kind of prompt, of which the editor's brings half a megabyte of character tables.
 * @throws CpexError `CPEX_E_INTERRUPTED` on Ctrl-C and when the signal is aborted
 */
export async function askConsent(commands: readonly InstallCommand[], signal: AbortSignal): Promise<boolean> {
  const message = ['Run this?', ...commands.map(({ text }) => `    ${text}`), ' '].join('\n');
  try {
    return await confirm({ message, default: false }, { output: process.stderr, signal });
  } catch (error) {
    throw promptError(error, 'Interrupted: nothing was installed.');
  }
}
