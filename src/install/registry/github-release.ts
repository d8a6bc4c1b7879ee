import { PLUGIN_VERSION, plainVersion } from '../../project/name-grammar.js';
import { CpexError } from '../../support/errors.js';
import { githubRepository } from '../github-repository.js';
import { safeAddress } from '../net/address.js';
import { downloadText, type NetOptions } from '../net/download.js';
import { type RegistryPlugin, registryError } from './parse-registry.js';

/** A release as its service describes it. */
export interface FoundRelease {
  readonly tag: string;
  /** The tag without its `v`. */
  readonly version: string;
  /** Name of each file → address. */
  readonly assets: ReadonlyMap<string, string>;
}

const API = 'https://api.github.com';
const LIMIT = 8 << 20;

/**
 * Asks for the newest release of a plugin's repository, or for the one with a tag. A version is looked
 * for under the tag `v<version>` first, as most releases are named.
 */
export async function findRelease(
  { repository = '' }: RegistryPlugin,
  wanted: string | undefined,
  api = API,
  net: NetOptions,
): Promise<FoundRelease> {
  const parts = githubRepository(repository);
  if (parts === undefined) throw registryError(repository, 'it names no repository');
  const base = `${safeAddress(api).href.replace(/\/$/, '')}/repos/${parts.owner}/${parts.name}/releases`;
  if (wanted === undefined) return readRelease(await ask(`${base}/latest`, net), base);
  const tags = [...new Set([`v${plainVersion(wanted)}`, wanted, plainVersion(wanted)])];
  for (const [index, tag] of tags.entries()) {
    try {
      return readRelease(await ask(`${base}/tags/${encodeURIComponent(tag)}`, net), base);
    } catch (error) {
      if (index === tags.length - 1 || !isMissing(error)) throw error;
    }
  }
  throw registryError(base, `it has no release ${wanted}`);
}

function ask(address: string, net: NetOptions): Promise<string> {
  return downloadText(address, { ...net, limit: LIMIT, accept: 'application/vnd.github+json' });
}

function isMissing(error: unknown): boolean {
  return error instanceof CpexError && error.code === 'CPEX_E_INSTALL_DOWNLOAD' && error.message.includes('status 404');
}

function readRelease(text: string, shown: string): FoundRelease {
  let release: { tag_name?: unknown; assets?: unknown };
  try {
    release = (JSON.parse(text) ?? {}) as typeof release;
  } catch (error) {
    throw registryError(shown, `the description of the release is no JSON (${(error as Error).message})`);
  }
  const tag = typeof release.tag_name === 'string' ? release.tag_name.trim() : '';
  const version = plainVersion(tag);
  if (!PLUGIN_VERSION.test(version)) throw registryError(shown, `invalid release tag ${JSON.stringify(tag)}`);
  const assets = new Map<string, string>();
  for (const one of Array.isArray(release.assets) ? release.assets : []) {
    const { name, browser_download_url: url } = (one ?? {}) as { name?: unknown; browser_download_url?: unknown };
    if (typeof name === 'string' && typeof url === 'string') assets.set(name.trim(), url);
  }
  return { tag, version, assets };
}
