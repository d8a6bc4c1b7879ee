import { PLUGIN_ID, PLUGIN_VERSION, plainVersion } from '../../project/name-grammar.js';
import { CpexError } from '../../support/errors.js';
import { printable } from '../../support/printable.js';
import { didYouMean } from '../../support/suggest.js';
import { githubRepository, REPOSITORY_FORM } from '../github-repository.js';

/** A plugin as a registry lists it; texts without spaces around them. */
export interface RegistryPlugin {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly author: string;
  /** Empty where a registry of releases states none. */
  readonly version: string;
  readonly repository?: string;
  readonly logo?: string;
  readonly homepage?: string;
  readonly license?: string;
  readonly tags?: readonly string[];
  readonly install: InstallPlan;
}

/** Where a registry says that the archives are: with the releases of the repository, or listed by version. */
export type InstallPlan =
  | { readonly type: 'github-release' }
  | { readonly type: 'direct'; readonly versions: ReadonlyMap<string, readonly RegistryArtefact[]> };

/** An archive that a registry of schema 2 names. */
export interface RegistryArtefact {
  readonly goos: string;
  readonly goarch: string;
  readonly url: string;
  readonly sha256: string;
  readonly size: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Other words for systems and processors that registries use. */
const SYSTEMS: Readonly<Record<string, string>> = { mac: 'darwin', macos: 'darwin', osx: 'darwin' };
const PROCESSORS: Readonly<Record<string, string>> = { x64: 'amd64', x86_64: 'amd64', aarch64: 'arm64' };

/**
 * Finds one plugin in a registry. The list as a whole must have a known version and each id once; of
 * the plugins only the one that is wanted is judged in full.
 * @param shown what messages call the registry
 * @throws CpexError `CPEX_E_INSTALL_REGISTRY`, `CPEX_E_INSTALL_NOT_LISTED`
 */
export function findInRegistry(text: string, id: string, shown: string): RegistryPlugin {
  const refuse = (why: string) => registryError(shown, why);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refuse(`it is no JSON (${(error as Error).message})`);
  }
  const { schema_version: schema, plugins } = fields(parsed);
  if (schema !== 1 && schema !== 2) throw refuse(`unsupported schema_version ${JSON.stringify(schema) ?? 'none'}`);
  if (!Array.isArray(plugins)) throw refuse('it has no list of plugins');
  const ids = plugins.map((one, index) => checkedId(one, index, refuse));
  const twice = ids.find((one, index) => ids.indexOf(one) !== index);
  if (twice !== undefined) throw refuse(`plugins[${ids.lastIndexOf(twice)}]: duplicate plugin id "${twice}"`);
  const at = ids.indexOf(id);
  if (at === -1) throw notListed(shown, `no plugin "${id}".${didYouMean(id, ids)}`);
  return readPlugin(fields(plugins[at]), schema, (why) => refuse(`plugins[${at}]: ${why}`));
}

type Refuse = (why: string) => CpexError;

function checkedId(plugin: unknown, index: number, refuse: Refuse): string {
  const id = text(fields(plugin).id);
  if (id === '') throw refuse(`plugins[${index}]: missing required field id`);
  if (!PLUGIN_ID.test(id)) throw refuse(`plugins[${index}]: invalid plugin id ${JSON.stringify(id)}`);
  return id;
}

function readPlugin(plugin: Fields, schema: number, refuse: Refuse): RegistryPlugin {
  const type = text(fields(plugin.install).type).toLowerCase() || 'github-release';
  if (type !== 'direct' && type !== 'github-release') throw refuse(`unsupported install type ${JSON.stringify(type)}`);
  if (type === 'direct' && schema === 1) throw refuse('direct install requires schema_version 2');
  const demanded = type === 'direct' ? ['version'] : ['repository'];
  for (const field of ['name', 'description', 'author', ...demanded]) {
    if (text(plugin[field]) === '') throw refuse(`missing required field ${field}`);
  }
  const version = text(plugin.version);
  if (version !== '' && !PLUGIN_VERSION.test(version))
    throw refuse(`invalid plugin version ${JSON.stringify(version)}`);
  const repository = text(plugin.repository).replace(/\/$/, '');
  if (type === 'github-release' && githubRepository(repository) === undefined) {
    throw refuse(`repository must be ${REPOSITORY_FORM}`);
  }
  const optional = {
    repository,
    logo: text(plugin.logo),
    homepage: text(plugin.homepage),
    license: text(plugin.license),
  };
  return {
    id: text(plugin.id),
    name: text(plugin.name),
    description: text(plugin.description),
    author: text(plugin.author),
    version,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== '')),
    ...(Array.isArray(plugin.tags) ? { tags: plugin.tags.map(text).filter((tag) => tag !== '') } : {}),
    install: type === 'direct' ? { type, versions: readVersions(plugin, version, refuse) } : { type },
  };
}

function readVersions(
  plugin: Fields,
  version: string,
  refuse: Refuse,
): ReadonlyMap<string, readonly RegistryArtefact[]> {
  const versions = new Map([[version, readArtefacts(plugin.install, refuse)]]);
  const more = Array.isArray(plugin.versions) ? plugin.versions : [];
  const seen = new Set<string>();
  for (const [index, one] of more.entries()) {
    const at: Refuse = (why) => refuse(`versions[${index}]: ${why}`);
    const { version: raw, install } = fields(one);
    const name = plainVersion(text(raw));
    if (!PLUGIN_VERSION.test(name)) throw at(`invalid plugin version ${JSON.stringify(text(raw))}`);
    if (seen.has(name)) throw at(`duplicate plugin version ${JSON.stringify(name)}`);
    seen.add(name);
    const type = text(fields(install).type).toLowerCase() || 'direct';
    if (type !== 'direct') throw at(`install type "${type}" does not match plugin install type "direct"`);
    if (!versions.has(name)) versions.set(name, readArtefacts(install, at));
  }
  return versions;
}

function readArtefacts(install: unknown, refuse: Refuse): RegistryArtefact[] {
  const { artifacts } = fields(install);
  if (!Array.isArray(artifacts) || artifacts.length === 0)
    throw refuse('direct install requires at least one artifact');
  return artifacts.map((one, index) => readArtefact(fields(one), (why) => refuse(`artifacts[${index}]: ${why}`)));
}

function readArtefact(artefact: Fields, refuse: Refuse): RegistryArtefact {
  const goos = text(artefact.goos).toLowerCase();
  const goarch = text(artefact.goarch).toLowerCase();
  const url = text(artefact.url);
  const sha256 = text(artefact.sha256).toLowerCase();
  const { size } = artefact;
  for (const [field, value] of Object.entries({ goos, goarch, url, sha256 }))
    if (value === '') throw refuse(`missing ${field}`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw refuse('sha256 must be 64 hexadecimal digits');
  if (size === undefined) throw refuse('missing size');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size <= 0) throw refuse('invalid size');
  return { goos: SYSTEMS[goos] ?? goos, goarch: PROCESSORS[goarch] ?? goarch, url, sha256, size };
}

/** The refusal of a registry or release; `why` says what is wrong with it. */
export function registryError(shown: string, why: string): CpexError {
  // Much of it was written by others.
  const message = `The registry cannot be used: ${printable(why)}${why.endsWith('?') ? '' : '.'}`;
  return new CpexError('CPEX_E_INSTALL_REGISTRY', message, { evidence: [printable(shown)] });
}

/** The error for what a good registry does not have; `what` goes after "has". */
export function notListed(shown: string, what: string): CpexError {
  return new CpexError('CPEX_E_INSTALL_NOT_LISTED', `The registry has ${printable(what)}`, {
    evidence: [printable(shown)],
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
