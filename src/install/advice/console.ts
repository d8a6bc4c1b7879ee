import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exists, writeFileAtomic } from '../../support/files.js';
import { type PathVariable, variableLines, withoutPath, withVariables } from '../host-config/variables.js';
import type { HostAdvice } from './situation.js';

/** How Console is told of plugins, by the seam that they fill. */
const VARIABLES: Readonly<Record<string, PathVariable>> = {
  store: { name: 'CONSOLE_STORE_PLUGIN', many: false },
  llm: { name: 'CONSOLE_LLM_PLUGIN', many: false },
  status_provider: { name: 'CONSOLE_STATUS_PLUGINS', many: true },
  notifier: { name: 'CONSOLE_NOTIFY_PLUGINS', many: true },
};

/** The file with Console's variables in a plugins folder. */
export function variablesFile(folder: string): string {
  return path.join(folder, 'console.env');
}

/** Console is told the path of each plugin by its environment. */
export const consoleAdvice: HostAdvice = {
  ownFile: variablesFile,
  checkConfig: async () => {},
  words: ({ file, registration }) => {
    const { seam } = registration.capabilities;
    const variables = (Array.isArray(seam) ? seam : []).flatMap((name) => VARIABLES[String(name)] ?? []);
    if (variables.length === 0) return undefined;
    return {
      text: variableLines(variables, file, 'the environment'),
      hint: 'Console starts it with this in its environment',
      changed: (text, name) => withVariables(text, variables, file, name),
      begins: true,
    };
  },
  forget: async (folder, file) => {
    const own = variablesFile(folder);
    if (!(await exists(own))) return [];
    const before = await readFile(own, 'utf8');
    const after = withoutPath(before, file);
    if (after === before) return [];
    await writeFileAtomic(own, after);
    return [`${own} does not name it any more.`];
  },
  afterChange: (_id, change) =>
    change === 'uninstall' ? ['If the environment of Console is set elsewhere, take its path out there.'] : [],
  warnings: async () => [],
};
