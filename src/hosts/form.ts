import type { HostProfile } from '../model/profile.js';
import { CpexError } from '../support/errors.js';

/** How a plugin is built for a host that takes both. */
export type PluginForm = 'library' | 'process';

/**
 * The profile under which a plugin of that form runs; as it is when no form was asked for.
 * @throws CpexError `CPEX_E_USAGE` for a form that the host does not take
 */
export function inForm(profile: HostProfile, form: PluginForm | undefined): HostProfile {
  if (form === undefined) return profile;
  const { name, transport, asProcess } = profile;
  const usual: PluginForm = transport === 'native' ? 'library' : 'process';
  if (form === usual) return profile;
  if (asProcess === undefined) {
    const does = usual === 'library' ? 'loads its plugins as libraries' : 'starts its plugins as processes';
    throw new CpexError('CPEX_E_USAGE', `--as ${form} is not for the host ${name}, which ${does}.`, {
      remedy: 'Leave --as away.',
    });
  }
  const { native: _, ...rest } = profile;
  return { ...rest, ...asProcess, transport: asProcess.process.transport };
}
