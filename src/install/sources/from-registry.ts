import { open } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProfile } from '../../hosts/registry.js';
import type { ReleaseArchive } from '../../model/profile.js';
import { HOSTS } from '../../project/hosts.js';
import { plainVersion } from '../../project/name-grammar.js';
import { CpexError } from '../../support/errors.js';
import { ARCHIVE_LIMITS } from '../archive/refuse.js';
import { CHECKSUMS_FILE, parseChecksums } from '../checksums.js';
import { safeAddress } from '../net/address.js';
import { downloadFile, downloadText } from '../net/download.js';
import { findRelease } from '../registry/github-release.js';
import {
  findInRegistry,
  notListed,
  type RegistryArtefact,
  type RegistryPlugin,
  registryError,
} from '../registry/parse-registry.js';
import { fromArchive, privateCopy, requireDigest } from './from-archive.js';
import type { InstallSource, Listing, SourceWork } from './install-source.js';

/** Where to look a plugin up. */
export interface RegistryRequest {
  readonly id: string;
  /** An https address, a file URL or a path. */
  readonly registry: string;
  /** Version or release tag; the newest when absent. */
  readonly release?: string | undefined;
  /** Address of the service that knows releases; GitHub's when absent. */
  readonly releaseApi?: string | undefined;
}

const REGISTRY_LIMIT = 16 << 20;

/** A plugin that a registry lists: its archive, downloaded and compared with the digest that was promised. */
export async function fromRegistry(request: RegistryRequest, work: SourceWork): Promise<InstallSource> {
  const host = work.host ?? HOSTS.find(hasRegistries) ?? '';
  if (!hasRegistries(host))
    throw new CpexError('CPEX_E_USAGE', `The host ${host} has no registries: --registry is not for it.`);
  const { id } = request;
  const { text, shown, address } = await readRegistry(request.registry, work);
  const plugin = findInRegistry(text, id, shown);
  const found = plugin.install.type === 'direct' ? direct(plugin, request, shown) : undefined;
  const chosen = found === undefined ? await releaseOf(plugin, request, work) : found;
  const { version } = chosen;
  const archive = ownArchive(host, id, version, work);
  const file = path.join(work.folder, 'archive.zip');
  const origin =
    'artefacts' in chosen
      ? await fetchArtefact(chosen.artefacts, archive, file, { shown, local: address === undefined }, work)
      : await fetchAsset(chosen.assets, archive, file, work);
  const source = await fromArchive(file, { shown: origin, origin }, { id, version }, { ...work, host });
  const listing: Listing = {
    plugin,
    version,
    ...('tag' in chosen ? { releaseTag: chosen.tag } : {}),
    ...(address === undefined ? {} : { registry: address }),
  };
  return { ...source, host, listing };
}

function hasRegistries(host: string): boolean {
  return findProfile(host).release.registries;
}

async function readRegistry(given: string, work: SourceWork) {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(given) && !/^file:/i.test(given)) {
    const url = safeAddress(given);
    const options = { ...work.net, limit: REGISTRY_LIMIT, accept: 'application/json' };
    return { text: await downloadText(given, options), shown: url.href, address: url.href };
  }
  const file = /^file:/i.test(given) ? localPath(given) : path.resolve(work.context.cwd, given);
  try {
    return { text: await readCapped(file), shown: file, address: undefined };
  } catch (error) {
    throw new CpexError('CPEX_E_INSTALL_SOURCE', `The registry ${file} cannot be read.`, {
      evidence: [(error as Error).message],
      cause: error,
    });
  }
}

async function readCapped(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    if ((await handle.stat()).size > REGISTRY_LIMIT) throw new Error(`it has more than ${REGISTRY_LIMIT} bytes`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function localPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new CpexError('CPEX_E_INSTALL_URL', `${JSON.stringify(url)} names no file on this machine.`, {
      cause: error,
    });
  }
}

function direct({ id, version, install }: RegistryPlugin, { release }: RegistryRequest, shown: string) {
  const wanted = plainVersion(release ?? version);
  const versions = install.type === 'direct' ? install.versions : new Map<string, readonly RegistryArtefact[]>();
  const artefacts = versions.get(wanted);
  if (artefacts !== undefined) return { version: wanted, artefacts };
  throw notListed(shown, `no version ${wanted} of ${id}; it has ${[...versions.keys()].join(', ')}.`);
}

async function releaseOf(plugin: RegistryPlugin, request: RegistryRequest, work: SourceWork) {
  return findRelease(plugin, request.release, request.releaseApi, work.net);
}

/** The archive that the host itself would ask for on this machine. */
function ownArchive(host: string, id: string, version: string, { target }: SourceWork): ReleaseArchive {
  const archives = findProfile(host).release.archives(id, version, target);
  const [archive] = typeof archives === 'string' ? [] : archives;
  if (archive !== undefined) return archive;
  throw new CpexError('CPEX_E_INSTALL_SOURCE', `The host ${host} has no archives for ${target.name}.`, {
    evidence: typeof archives === 'string' ? [archives] : [],
  });
}

async function fetchArtefact(
  artefacts: readonly RegistryArtefact[],
  { goos, goarch }: ReleaseArchive,
  file: string,
  registry: { readonly shown: string; readonly local: boolean },
  work: SourceWork,
): Promise<string> {
  const artefact = artefacts.find((one) => one.goos === goos && one.goarch === goarch);
  if (artefact === undefined) {
    const there = artefacts.map((one) => `${one.goos}/${one.goarch}`).join(', ');
    throw registryError(registry.shown, `artifact not found for ${goos}/${goarch} (there is ${there})`);
  }
  const { size, sha256 } = artefact;
  const nearby = registry.local && /^file:/i.test(artefact.url);
  const url = nearby ? artefact.url : safeAddress(artefact.url).href;
  const limit = Math.min(size, (work.limits ?? ARCHIVE_LIMITS).archive);
  const facts = nearby
    ? await privateCopy(localPath(url), work)
    : await downloadFile(url, file, { ...work.net, limit, accept: 'application/octet-stream' });
  if (facts.size !== size) throw registryError(registry.shown, `the artifact has ${facts.size} bytes, not ${size}`);
  requireDigest(facts.sha256, sha256, url, 'the registry');
  return url;
}

/** Name → address. */
type Assets = ReadonlyMap<string, string>;

async function fetchAsset(assets: Assets, { name }: ReleaseArchive, file: string, work: SourceWork): Promise<string> {
  const [archive, list] = [name, CHECKSUMS_FILE].map((one) => {
    const address = assets.get(one);
    if (address === undefined) {
      throw registryError([...assets.keys()].slice(0, 20).join(', '), `release asset ${one} not found`);
    }
    return address;
  }) as [string, string];
  const common = { ...work.net, accept: 'application/octet-stream' };
  const text = await downloadText(list, { ...common, limit: 1 << 20 });
  const promised = parseChecksums(text, list).get(name);
  if (promised === undefined) {
    throw new CpexError('CPEX_E_INSTALL_CHECKSUMS', `The ${CHECKSUMS_FILE} of the release does not name ${name}.`, {
      evidence: [list],
    });
  }
  const { sha256 } = await downloadFile(archive, file, { ...common, limit: (work.limits ?? ARCHIVE_LIMITS).archive });
  requireDigest(sha256, promised, archive, CHECKSUMS_FILE);
  return archive;
}
