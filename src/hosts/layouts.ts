import type { FileLayout } from '../model/profile.js';
import { cpexLayout } from './cpex/layout.js';

/**
 * Where a host looks for plugins, without the rest of its profile: listing needs no contract.
 * Throws `CPEX_E_HOST_UNKNOWN`.
 */
export async function findLayout(host: string): Promise<FileLayout> {
  if (host === 'cpex') return cpexLayout;
  const { findProfile } = await import('./registry.js');
  return findProfile(host).layout;
}
