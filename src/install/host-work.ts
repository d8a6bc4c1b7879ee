import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { InstallResult } from '../model/installed.js';
import { CpexError } from '../support/errors.js';
import type { HostAdvice } from './advice/situation.js';
import { applyConfig, planConfig } from './host-config/service.js';
import type { Placement } from './install-work.js';
import { artefactParts } from './plugins-folder.js';

/** What is to be done for the host beside placing a file. */
export interface HostWork {
  /** Does it, or says what would be done, and adds what there is to say about it. */
  finish(result: InstallResult, dryRun: boolean): Promise<InstallResult>;
}

/**
 * Settles what a host has to be told about a plugin. Throws before anything is placed when that
 * cannot be done.
 */
export async function hostWork(
  { wanted, profile, source, target, options, folder: plugins, verified }: Placement,
  context: RunContext,
  advice: HostAdvice | undefined,
): Promise<HostWork> {
  const named = options.hostConfig === undefined ? undefined : path.resolve(context.cwd, options.hostConfig);
  const config = named ?? advice?.ownFile?.(plugins);
  if (advice === undefined) {
    if (config === undefined) return { finish: async (result) => result };
    throw new CpexError(
      'CPEX_E_USAGE',
      `The host ${profile.name} has no configuration that names plugins: --host-config is not for it.`,
    );
  }
  if (config !== undefined) await advice.checkConfig(config, profile);
  const words = advice.words({
    id: wanted.id,
    file: path.join(plugins, ...artefactParts(wanted)),
    listing: source.listing,
    registration: verified.registration,
    settings: source.starts?.manifest.process,
  });
  if (words === undefined) return { finish: async (result) => result };
  const plan = await planConfig(config, words);
  return {
    finish: async (result, dryRun) => {
      const gone = result.plan.steps.find((step) => step.kind === 'remove')?.path;
      const { plugin, folder, file } = result;
      const pinned = words.pinned === true;
      const situation = { plugin, profile, target, folder, file, gone, config, pinned, cwd: context.cwd };
      const warnings = await advice.warnings(situation);
      const hostConfig = await applyConfig(plan, dryRun);
      return { ...result, notes: [...result.notes, ...warnings], hostConfig };
    },
  };
}
