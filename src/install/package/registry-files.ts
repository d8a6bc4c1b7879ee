import type { Manifest } from '../../model/manifest.js';
import { CpexError } from '../../support/errors.js';
import { githubRepository, REPOSITORY_FORM, repairedRepository } from '../github-repository.js';

/** An archive as a registry describes it. */
export interface ListedArchive {
  readonly name: string;
  readonly goos?: string;
  readonly goarch?: string;
  readonly sha256: string;
  readonly size: number;
}

export interface RegistryFiles {
  /** Name → JSON text. */
  readonly files: ReadonlyMap<string, string>;
  /** Why a file was left out. */
  readonly notes: readonly string[];
}

/**
 * Registries with this one plugin, ready to be served or to have their entry copied: schema 1 points
 * to the releases of a repository, schema 2 to the archives themselves.
 * @param urlBase where the archives will lie; the repository's release of this version when absent
 */
export function registryFiles(
  manifest: Manifest,
  archives: readonly ListedArchive[],
  urlBase: string | undefined,
): RegistryFiles {
  const { description, repository = '' } = manifest;
  const github = githubRepository(repository);
  const missing = description === undefined ? ['registries demand a description, and cpex.yaml has none'] : [];
  const about = aboutPlugin(manifest);
  const base = urlBase ?? (github === undefined ? undefined : releaseUrl(repository, manifest.version));
  const first = [...missing, ...(github === undefined ? [repositoryProblem(repository)] : [])];
  const second = [...missing, ...(base === undefined ? ['--url-base does not say where the archives will lie'] : [])];
  const files = new Map<string, string>();
  const notes: string[] = [];
  const add = (schema: number, problems: readonly string[], entry: () => object) => {
    const name = registryName(schema);
    if (problems.length > 0) notes.push(`${name} was left out: ${problems.join('; ')}.`);
    else files.set(name, `${JSON.stringify({ schema_version: schema, plugins: [entry()] }, null, 2)}\n`);
  };
  add(1, first, () => about);
  add(2, second, () => ({ ...about, install: { type: 'direct', artifacts: artifacts(archives, base ?? '') } }));
  return { files, notes };
}

/** Name of a registry's file. */
function registryName(schema: number): string {
  return `registry.v${schema}.json`;
}

/** Checks `--url-base` and gives it a slash at the end. Throws `CPEX_E_USAGE`. */
export function readUrlBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url?.protocol === 'https:' && plain) return url.href.endsWith('/') ? url.href : `${url.href}/`;
  throw new CpexError('CPEX_E_USAGE', `--url-base ${JSON.stringify(text)} is not a plain https URL.`, {
    remedy:
      'Give the folder that the archives are downloaded from, without a query: https://example.org/releases/1.2.3/',
  });
}

function aboutPlugin(manifest: Manifest): object {
  const { id, name, description, author, repository, version, logo, homepage, license, tags } = manifest;
  const all = { id, name: name ?? id, description, author, repository, version, logo, homepage, license, tags };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function artifacts(archives: readonly ListedArchive[], base: string) {
  return archives.map(({ name, goos, goarch, sha256, size }) => ({
    goos,
    goarch,
    url: base + encodeURIComponent(name),
    sha256,
    size,
  }));
}

/** Releases carry the version with a `v` before it. */
function releaseUrl(repository: string, version: string): string {
  return `${repository}/releases/download/${encodeURIComponent(`v${version}`)}/`;
}

function repositoryProblem(repository: string): string {
  if (repository === '') return `it needs a repository of the form ${REPOSITORY_FORM}, and cpex.yaml has none`;
  const meant = repairedRepository(repository);
  const hint = meant === undefined ? '' : `; write ${meant}`;
  return `it needs a repository of the form ${REPOSITORY_FORM}, and cpex.yaml says ${repository}${hint}`;
}
