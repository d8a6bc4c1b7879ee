import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { completableWords } from '../hosts/cpex/command-words.js';
import { commandsOf } from '../hosts/cpex/commands.js';
import type { Registration } from '../model/profile.js';
import { readTextIfThere, writeFileAtomic } from '../support/files.js';

/** Where shells find the words of a project's commands, below its folder. */
export const COMMAND_WORDS_FILE = path.join('.cpex', 'commands.tsv');

/**
 * Writes down what a plugin has just declared, so that a shell completes `cpex run command` without starting it: one
 * line for each word, with tabs between the verbs before it (`.` for none), the word, and its help. Nothing is
 * written where nothing changed, and nothing is said where the folder cannot be written: completion is a comfort.
 */
export async function keepCommandWords(root: string, registration: Registration): Promise<void> {
  const file = path.join(root, COMMAND_WORDS_FILE);
  const words = completableWords(commandsOf(registration));
  const text = words.map(({ verbs, word, help }) => `${['.', ...verbs].join(' ')}\t${word}\t${help}\n`).join('');
  try {
    const known = await readTextIfThere(file);
    if (known === text || (known === undefined && text === '')) return;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
  } catch {
    // Read-only projects can be run all the same.
  }
}
