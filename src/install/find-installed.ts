import type { InstalledPlugin } from '../model/installed.js';
import { CpexError } from '../support/errors.js';
import { didYouMean } from '../support/suggest.js';

/**
 * The installed plugin of that id, for this target where there are several. Throws
 * `CPEX_E_INSTALL_UNKNOWN`.
 */
export function findInstalled(
  plugins: readonly InstalledPlugin[],
  id: string,
  target: string,
  folder: string,
): InstalledPlugin {
  const named = plugins.filter((one) => one.id === id);
  const found = named.find((one) => one.target === target) ?? named[0];
  if (found !== undefined) return found;
  const ids = plugins.map((one) => one.id);
  throw new CpexError('CPEX_E_INSTALL_UNKNOWN', `No plugin "${id}" is installed.${didYouMean(id, ids)}`, {
    evidence: [folder],
    remedy: 'cpex list shows what is installed; each host has a folder of its own, which --host NAME looks into.',
  });
}
