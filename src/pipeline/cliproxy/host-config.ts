import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { CliproxyBehaviour, CliproxyRevision } from '../../hosts/cliproxy/revision.js';
import { plainVersion } from '../../project/name-grammar.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { readExactYaml } from '../../support/exact-yaml.js';

/** The settings of one plugin in the host's configuration. */
export interface PluginSettings {
  readonly enabled: boolean;
  readonly priority: number;
  /** The whole subtree, as the plugin gets it. */
  readonly subtree: Readonly<Record<string, unknown>>;
  /** Version that the store pinned. */
  readonly pin?: string;
}

/** What every plugin is told of the host's configuration. */
export interface HostSummary {
  readonly AuthDir: string;
  readonly ProxyURL: string;
  readonly ForceModelPrefix: boolean;
  readonly OAuthModelAlias: Readonly<Record<string, readonly { Name: string; Alias: string }[]>> | null;
  readonly ExcludedModels: Readonly<Record<string, readonly string[]>> | null;
}

/** The part of the host's configuration file that matters to plugins. */
export interface HostConfig {
  /** Absolute path; empty where there is no file. */
  readonly file: string;
  readonly enabled: boolean;
  /** Absolute plugins folder. */
  readonly folder: string;
  readonly plugins: ReadonlyMap<string, PluginSettings>;
  readonly summary: HostSummary;
  /** Keys that let clients in. */
  readonly apiKeys: readonly string[];
}

/** What plugins are told where there is no configuration file. */
export const NO_SUMMARY: HostSummary = {
  AuthDir: '',
  ProxyURL: '',
  ForceModelPrefix: false,
  OAuthModelAlias: null,
  ExcludedModels: null,
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration file as a revision of the host does. Relative folders are taken from where the file lies.
 * @throws CpexError `CPEX_E_HOST_CONFIG`
 */
export async function readHostConfig(file: string, { behaviour }: CliproxyRevision): Promise<HostConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw unreadable(`Cannot read ${file}.`, [String(error)]);
    throw new CpexError('CPEX_E_HOST_CONFIG', `There is no file ${file}.`, {
      remedy: 'Name the configuration file of the host with --host-config.',
    });
  }
  const { value, problems } = readExactYaml(text);
  if (problems.length > 0) {
    const line = (offset: number) => text.slice(0, offset).split('\n').length;
    const evidence = problems.map(({ offset, message }) => `line ${line(offset)}: ${message}`);
    throw unreadable(`${file} is not YAML that the host can read.`, evidence);
  }
  try {
    return hostConfig(fields(value ?? {}, 'the file'), file, behaviour);
  } catch (error) {
    throw error instanceof CpexError ? unreadable(error.message, [file, ...error.evidence]) : error;
  }
}

function hostConfig(top: Fields, file: string, { expandsHome }: CliproxyBehaviour): HostConfig {
  const base = path.dirname(file);
  const plugins = fields(top.plugins ?? {}, 'plugins');
  const configs = fields(plugins.configs ?? {}, 'plugins.configs');
  const folder = text(plugins.dir, 'plugins.dir').trim() || 'plugins';
  return {
    file,
    enabled: flag(plugins.enabled, 'plugins.enabled'),
    folder: path.resolve(base, expandsHome ? homeExpanded(folder) : folder),
    plugins: new Map(Object.entries(configs).map(([id, value]) => [id, settings(value, `plugins.configs.${id}`)])),
    summary: summaryOf(top, base),
    apiKeys: Array.isArray(top['api-keys']) ? top['api-keys'].map(String) : [],
  };
}

/** The settings of a plugin from its subtree; also for a subtree that was made up. */
export function settings(value: unknown, place: string): PluginSettings {
  const subtree = fields(value ?? {}, place);
  const { priority = 0 } = subtree;
  if (typeof priority !== 'number' || !Number.isSafeInteger(priority)) {
    throw unreadable(`${place}.priority is no integer.`, [`found: ${String(priority)}`]);
  }
  const store = fields(subtree.store ?? {}, `${place}.store`);
  const version = [store.version, store['release-tag']].find((one) => typeof one === 'string' && one.trim() !== '');
  const pin = typeof version === 'string' ? { pin: plainVersion(version) } : {};
  return { enabled: flag(subtree.enabled, `${place}.enabled`), priority, subtree, ...pin };
}

function summaryOf(top: Fields, base: string): HostSummary {
  const folder = text(top['auth-dir'], 'auth-dir').trim();
  return {
    AuthDir: folder === '' ? '' : path.resolve(base, homeExpanded(folder)),
    ProxyURL: text(top['proxy-url'], 'proxy-url').trim(),
    ForceModelPrefix: flag(top['force-model-prefix'], 'force-model-prefix'),
    OAuthModelAlias: byProvider(top['oauth-model-alias'], 'oauth-model-alias', (one) => {
      const { name, alias } = fields(one, 'oauth-model-alias');
      const read = { Name: text(name, 'name').trim(), Alias: text(alias, 'alias').trim() };
      return read.Name === '' || read.Alias === '' ? undefined : read;
    }),
    ExcludedModels: byProvider(top['oauth-excluded-models'], 'oauth-excluded-models', (one) => String(one)),
  };
}

/** A map of lists by provider: names in lower case, nil where nothing is left. */
function byProvider<T>(value: unknown, place: string, read: (one: unknown) => T | undefined) {
  const lists = new Map<string, readonly T[]>();
  for (const [provider, list] of Object.entries(fields(value ?? {}, place))) {
    if (!Array.isArray(list)) throw unreadable(`${place}.${provider} is no list.`, []);
    const values = list.map(read).filter((one) => one !== undefined);
    if (provider.trim() !== '' && values.length > 0) lists.set(provider.trim().toLowerCase(), values);
  }
  return lists.size === 0 ? null : (Object.fromEntries(lists) as Record<string, readonly T[]>);
}

function homeExpanded(folder: string): string {
  return folder === '~' || folder.startsWith('~/') ? path.join(homedir(), folder.slice(1)) : folder;
}

function fields(value: unknown, place: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw unreadable(`${place} is no mapping.`, [`found: ${JSON.stringify(value)}`]);
}

function flag(value: unknown, place: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw unreadable(`${place} is neither true nor false.`, [`found: ${JSON.stringify(value)}`]);
}

function text(value: unknown, place: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw unreadable(`${place} is no text.`, [`found: ${JSON.stringify(value)}`]);
}

function unreadable(message: string, evidence: readonly string[]): CpexError {
  return new CpexError('CPEX_E_HOST_CONFIG', message, { evidence, remedy: 'Mend the file that --host-config names.' });
}
