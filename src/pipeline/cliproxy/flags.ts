import { type FlagType, flagType, flagValue } from './flag-values.js';
import type { HostFlag } from './host-flags.js';

/** A flag as a plugin declares it. */
export interface DeclaredFlag {
  readonly Name: string;
  readonly Usage: string;
  readonly Type: string;
  readonly DefaultValue: string;
}

/** A flag that the command line knows. */
export interface KnownFlag {
  readonly name: string;
  readonly usage: string;
  readonly type: FlagType;
  /** Value as long as it is not given. */
  readonly value: string;
  /** Plugin that it belongs to; absent for the host's own flags. */
  readonly plugin?: string;
}

/** What a plugin declared, with its id. */
export interface FlagDeclarations {
  readonly plugin: string;
  readonly flags: readonly DeclaredFlag[];
}

/** All flags together, and the host's warnings about those that it skipped. */
export interface MergedFlags {
  readonly flags: ReadonlyMap<string, KnownFlag>;
  readonly warnings: readonly string[];
}

/** Puts the flags of all plugins together, those of higher rank first. */
export function mergeFlags(own: readonly HostFlag[], declared: readonly FlagDeclarations[]): MergedFlags {
  const flags = new Map<string, KnownFlag>(own.map((flag) => [flag.name, flag]));
  const warnings: string[] = [];
  for (const { plugin, flags: wanted } of declared) {
    for (const one of wanted) {
      const read = readFlag(one, plugin);
      if (typeof read === 'string') warnings.push(read);
      else if (flags.has(read.name)) warnings.push(conflict(plugin, read.name, flags.get(read.name)?.plugin));
      else flags.set(read.name, read);
    }
  }
  return { flags, warnings };
}

function readFlag(declared: DeclaredFlag, plugin: string): KnownFlag | string {
  const name = declared.Name.trim();
  const warn = (what: string) => `pluginhost: plugin ${plugin} declared ${what}`;
  if (!isFlagName(name)) return warn(`invalid command-line flag ${JSON.stringify(declared.Name)}`);
  const type = flagType(declared.Type);
  if (type === undefined) {
    return warn(`unsupported command-line flag type ${JSON.stringify(declared.Type)} for ${name}`);
  }
  const value = flagValue(type, declared.DefaultValue);
  if (value === undefined) return warn(`invalid default value ${JSON.stringify(declared.DefaultValue)} for ${name}`);
  return { name, usage: declared.Usage, type, value, plugin };
}

function isFlagName(name: string): boolean {
  return name !== '' && !name.startsWith('-') && name !== 'help' && name !== 'h' && !/[ \t\r\n=]/.test(name);
}

/** A plugin's flag is in the host's flag set too, so the host says the same of both kinds. */
function conflict(plugin: string, name: string, owner: string | undefined): string {
  const whose = owner === undefined ? '' : ` (it belongs to plugin ${owner})`;
  return `pluginhost: plugin ${plugin} command-line flag ${name} conflicts with an existing flag and was skipped${whose}`;
}
