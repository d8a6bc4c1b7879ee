import type { ProcessSettings } from '../model/process.js';
import type { Language } from '../model/target.js';
import type { CapabilityUse } from '../project/capabilities.js';
import { HOSTS, hostName } from '../project/hosts.js';
import { pluginNames } from '../project/plugin-names.js';
import { protoFile, serviceProblem } from './service-names.js';

/** What a value of the command line breaks; empty when it is good. */
export type Problems = readonly string[];

/** Languages of plugins for a host. */
export async function languagesOf(host: string): Promise<readonly Language[]> {
  const { findProfile } = await import('../hosts/registry.js');
  return findProfile(host).languages;
}

/** Hosts with plugins in a language; all when it is not known. */
export async function hostsFor(language: string | undefined): Promise<readonly string[]> {
  if (language === undefined) return HOSTS;
  const lists = await Promise.all(HOSTS.map(async (host) => [host, await languagesOf(host)] as const));
  return lists.flatMap(([host, languages]) => (languages.some((one) => one === language) ? [host] : []));
}

/** Why plugins in a language cannot be made for a host; undefined when they can. */
export async function languageProblem(host: string, language: Language): Promise<string | undefined> {
  const { findProfile } = await import('../hosts/registry.js');
  const { languages, noLanguage } = findProfile(host);
  if (languages.includes(language)) return undefined;
  const why = noLanguage?.[language] ?? `Plugins for this host are written in ${languages.join(' or ')}.`;
  return `--lang: expected ${languages.join(' or ')} for the host ${host}, found "${language}". ${why}`;
}

/** The magic cookie of a `KEY=VALUE`. */
export function readCookie(text: string): ProcessSettings['cookie'] {
  const sign = text.indexOf('=');
  return sign === -1 ? undefined : { key: text.slice(0, sign), value: text.slice(sign + 1) };
}

/** What is wrong with `--cookie` and with the services of a plugin for a host. */
export function processProblems(
  host: string,
  capabilities: readonly CapabilityUse[],
  cookie: string | undefined,
): Problems {
  const name = hostName(host);
  if (name !== 'go-plugin') {
    return cookie === undefined ? [] : [`--cookie: the host ${host} has none of its own to choose; leave it out.`];
  }
  const named = cookie === undefined ? undefined : readCookie(cookie);
  const wrong = cookie !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*=[^\0\r\n]+$/.test(cookie);
  const services = capabilities.flatMap(({ argument }) => argument ?? []);
  return [
    ...(wrong
      ? [`--cookie: expected KEY=VALUE, found ${named === undefined ? 'no "="' : 'an empty or unusable side'}.`]
      : []),
    ...(services.length > 1
      ? ['--capability: expected one service to begin with, found several; add the others to the .proto file.']
      : []),
    ...services.flatMap((service) => {
      const problem = serviceProblem(service);
      return problem === undefined ? [] : [`--capability: ${problem}`];
    }),
  ];
}

/** `process:` of a new manifest; undefined for hosts that leave nothing open. */
export function processSettings(
  {
    id,
    host,
    capabilities,
  }: { readonly id: string; readonly host: string; readonly capabilities: readonly CapabilityUse[] },
  cookie: string | undefined,
): ProcessSettings | undefined {
  const name = hostName(host);
  if (name === 'tau') return { wire: 'json-lines' };
  if (name !== 'go-plugin') return undefined;
  const services = capabilities.flatMap(({ argument }) => argument ?? []);
  return {
    cookie: (cookie === undefined ? undefined : readCookie(cookie)) ?? {
      key: 'PLUGIN_COOKIE',
      value: pluginNames(id).package,
    },
    versions: [1],
    protos: services.map(protoFile),
    services,
    auto_mtls: false,
  };
}
