import type { Manifest } from '../model/manifest.js';
import type { Language } from '../model/target.js';
import { readCapability } from './capabilities.js';
import { type ContractData, contractData } from './contract-data.js';
import { hostName } from './hosts.js';

/** What a plugin registers beyond its texts, decided when its identity is written. */
export interface CapabilityFlags {
  /** The lowest schema version that has every chosen capability. */
  readonly schemaVersion: number;
  /** Every capability of the host, also one that its revision lacks, in the order of the contract; whether the plugin has it. */
  readonly flags: readonly (readonly [name: string, chosen: boolean])[];
}

/**
 * The capabilities of `cpex.yaml` as flags. Undefined for a host whose capabilities take
 * arguments: there the handlers themselves say what the plugin answers.
 */
export function capabilityFlags(manifest: Pick<Manifest, 'host' | 'capabilities'>): CapabilityFlags | undefined {
  const contract = contractData(manifest.host);
  const all = Object.entries(contract.capabilities);
  if (all.some(([, data]) => data.argument !== undefined)) return undefined;
  const chosen = chosenIn(manifest.capabilities, contract);
  const versions = all.filter(([name]) => chosen.has(name)).map(([, data]) => data.schema_version ?? 1);
  // The bindings of a project are those of the host's own revision: they ask for these flags in any case.
  const bound = Object.keys(contractData(hostName(manifest.host)).capabilities);
  const names = new Set([...bound, ...all.map(([name]) => name)]);
  return {
    schemaVersion: Math.max(1, ...versions),
    flags: [...names].map((name) => [name, chosen.has(name)] as const),
  };
}

/** Names of the capabilities; a word that the contract does not have was reported where the manifest was read. */
function chosenIn(texts: readonly string[], contract: ContractData): ReadonlySet<string> {
  const readings = texts.map((text) => readCapability(text, contract));
  return new Set(readings.flatMap((reading) => (reading.ok ? [reading.use.capability] : [])));
}

/** The lines that go below the texts of an identity file, each ended by a line feed. */
export const CAPABILITY_EMITTERS: Readonly<Record<Language, (flags: CapabilityFlags) => string>> = {
  c: ({ schemaVersion, flags }) => {
    const rows = [
      ['CPEX_PLUGIN_SCHEMA_VERSION', String(schemaVersion)] as const,
      ...flags.map(([name, chosen]) => [`CPEX_CAN_${name.toUpperCase()}`, chosen ? '1' : '0'] as const),
    ];
    const width = Math.max(...rows.map(([name]) => name.length));
    const lines = rows.map(([name, value]) => `#define ${name.padEnd(width)} ${value}`);
    return `/* What the plugin registers: the lowest schema version that will do, and what cpex.yaml says it can do. */\n${lines.join('\n')}\n`;
  },
  go: ({ schemaVersion, flags }) => {
    const chosen = flags.flatMap(([name, has]) => (has ? [goName(name)] : []));
    const names = chosen.map((name) => goParameter(name));
    const width = Math.max(0, ...names.map((name) => name.length)) + 1;
    return [
      '// PluginSchemaVersion is the lowest schema version that has what cpex.yaml says.',
      `const PluginSchemaVersion = ${schemaVersion}`,
      '',
      '// pluginCapabilities is what cpex.yaml says that the plugin can do.',
      `var pluginCapabilities = []string{${flags.flatMap(([name, has]) => (has ? [`"${name}"`] : [])).join(', ')}}`,
      '',
      '// Serve takes a handler for each capability that cpex.yaml names, in the order',
      '// of the contract. Call it once, from init.',
      'func Serve(',
      ...chosen.map((name, index) => `\t${names[index]} ${name},`),
      ') {',
      '\tserve(handlers{',
      ...names.map((name) => `\t\t${`${name}:`.padEnd(width)} ${name},`),
      '\t})',
      '}',
      '',
    ].join('\n');
  },
  rust: ({ schemaVersion, flags }) => {
    const lines = flags.map(([name, chosen]) => `pub const CAN_${name.toUpperCase()}: bool = ${chosen};`);
    return [
      '/// The lowest schema version that has what cpex.yaml says.',
      `pub const PLUGIN_SCHEMA_VERSION: u64 = ${schemaVersion};`,
      '',
      '// What cpex.yaml says that the plugin can do.',
      ...lines,
      '',
    ].join('\n');
  },
};

/** Words that Go writes in capitals inside a name. */
const INITIALISMS: ReadonlySet<string> = new Set(['api', 'http', 'id', 'json', 'url']);

/** Name of the handler interface of a capability: `management_api` gives `ManagementAPI`. */
export function goName(capability: string): string {
  return capability
    .split('_')
    .map((word) => (INITIALISMS.has(word) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
}

/** `ManagementAPI` as a parameter or a field of its own package: `managementAPI`. */
export function goParameter(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
