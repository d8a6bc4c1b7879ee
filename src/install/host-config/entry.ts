import { stringify } from 'yaml';
import { sha256Hex } from '../../support/digest.js';
import type { Listing } from '../sources/install-source.js';

/** What a host's configuration is to say about a plugin, below `plugins.configs.<id>`. */
export interface ConfigEntry {
  readonly enabled: true;
  /** As the host's own store writes it; absent for plugins that no store can fetch again. */
  readonly store?: Readonly<Record<string, unknown>>;
}

const OFFICIAL = 'https://raw.githubusercontent.com/router-for-me/CLIProxyAPI-Plugins-Store/main/registry.json';

/** The entry of a plugin, with what the store needs to fetch it again. */
export function configEntry(listing: Listing | undefined): ConfigEntry {
  const store = listing === undefined ? undefined : storeManifest(listing);
  return store === undefined ? { enabled: true } : { enabled: true, store };
}

/** The entry as it would stand in a file of its own. */
export function entryText(id: string, entry: ConfigEntry): string {
  return stringify({ plugins: { configs: { [id]: entry } } }, { lineWidth: 0 });
}

/** Undefined for a registry in a file: the host could not read it again. */
function storeManifest({ plugin, version, releaseTag, registry }: Listing): Record<string, unknown> | undefined {
  if (registry === undefined) return undefined;
  const source = {
    'source-id': registry === OFFICIAL ? 'official' : `source-${sha256Hex(registry).slice(0, 12)}`,
    'source-name': registry === OFFICIAL ? 'Official' : new URL(registry).host,
    'source-url': registry,
  };
  const { id, install } = plugin;
  if (install.type === 'direct') return { 'schema-version': 2, id, version, ...source, install: { type: 'direct' } };
  const { name, description, author, repository, logo, homepage, license, tags } = plugin;
  const all = {
    ...{ id, name, description, author, version, 'release-tag': releaseTag, repository, logo, homepage, license },
    tags: tags?.length === 0 ? undefined : tags,
    ...source,
    install: { type: install.type },
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
