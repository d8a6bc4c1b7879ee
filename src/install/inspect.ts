import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { FileState, PluginInfo } from '../model/installed.js';
import { hostTarget } from '../project/targets/host.js';
import { systemCode } from '../support/errors.js';
import { digestOf } from './copy.js';
import { findInstalled } from './find-installed.js';
import { type InspectOptions, settledFolder } from './list.js';
import { artefactParts } from './plugins-folder.js';
import { readRecord } from './record.js';

/** One plugin, with its file's digest compared to the record. Throws `CPEX_E_INSTALL_UNKNOWN`. */
export async function inspectPlugin(id: string, options: InspectOptions, context: RunContext): Promise<PluginInfo> {
  const folder = await settledFolder(options, context);
  const plugin = findInstalled(await readRecord(folder), id, hostTarget().name, folder);
  const file = path.join(folder, ...artefactParts(plugin));
  return { folder, file, state: await stateOf(file, plugin.sha256), plugin };
}

async function stateOf(file: string, expected: string): Promise<FileState> {
  try {
    const there = await digestOf(file);
    if (there === undefined) return 'missing';
    return there.sha256 === expected ? 'intact' : 'changed';
  } catch (error) {
    // A link in the place of the file is a change, whatever it points to.
    return systemCode(error) === 'ELOOP' ? 'changed' : 'unreadable';
  }
}
