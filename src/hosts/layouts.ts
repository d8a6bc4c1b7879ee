import type { FileLayout } from '../model/profile.js';
import { consoleLayout } from './console/layout.js';
import { cpexLayout } from './cpex/layout.js';
import { goPluginLayout } from './go-plugin/layout.js';
import { tauLayout } from './tau/layout.js';

const LAYOUTS: ReadonlyMap<string, FileLayout> = new Map([
  ['cpex', cpexLayout],
  ['go-plugin', goPluginLayout],
  ['console', consoleLayout],
  ['tau', tauLayout],
]);

/**
 * Where a host looks for plugins, without the rest of its profile: listing needs no contract.
 * Throws `CPEX_E_HOST_UNKNOWN`.
 */
export async function findLayout(host: string): Promise<FileLayout> {
  const known = LAYOUTS.get(host);
  if (known !== undefined) return known;
  const { findProfile } = await import('./registry.js');
  return findProfile(host).layout;
}
