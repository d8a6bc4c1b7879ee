import type { CapabilityContract, Contract, HookContract, JsonSchema, MethodContract } from '../model/contract.js';

/** `contract.json` of a profile, as it stands in the file. */
export interface ContractFile {
  readonly profile: string;
  readonly abi_version: number;
  readonly schema_version: number;
  readonly capabilities: Readonly<Record<string, CapabilityRow>>;
  readonly methods: Readonly<Record<string, MethodRow>>;
  readonly callbacks: Readonly<Record<string, MethodRow>>;
  readonly hooks: Readonly<Record<string, HookRow>>;
}

interface CapabilityRow {
  readonly summary: string;
  readonly flag: string;
  readonly argument?: {
    readonly name: string;
    readonly pattern?: string;
    readonly values?: 'hooks' | readonly string[];
  };
  readonly methods: readonly string[];
}

interface MethodRow {
  readonly summary: string;
  readonly request: JsonSchema;
  readonly result: JsonSchema;
  readonly capability?: string;
  readonly samples: readonly unknown[];
}

interface HookRow {
  readonly payload: JsonSchema;
  readonly sample: unknown;
  readonly aliases?: readonly string[];
}

/** `types.json`: the types that the contract's schemas refer to. */
export interface TypesFile {
  readonly $defs: Readonly<Record<string, JsonSchema>>;
}

/** Hook names where a capability's argument is one of the contract's hooks. */
const HOOK_PATTERN = '^[a-z][a-z0-9_.]*$';

/** Turns the two data files of a profile into the contract that everything else reads. */
export function loadContract(file: ContractFile, types: TypesFile): Contract {
  return {
    profile: file.profile,
    abiVersion: file.abi_version,
    schemaVersion: file.schema_version,
    types: new Map(Object.entries(types.$defs)),
    methods: mapRows(file.methods, method),
    callbacks: mapRows(file.callbacks, method),
    capabilities: mapRows(file.capabilities, (name, row) => capability(name, row, Object.keys(file.hooks))),
    hooks: mapRows(file.hooks, hook),
  };
}

/** The name that the contract uses for a hook, given that name or an alias; undefined when it has none. */
export function canonicalHook(contract: Contract, name: string): string | undefined {
  if (contract.hooks.has(name)) return name;
  for (const one of contract.hooks.values()) if (one.aliases.includes(name)) return one.name;
  return undefined;
}

function mapRows<Row, Value>(rows: Readonly<Record<string, Row>>, read: (name: string, row: Row) => Value) {
  return new Map(Object.entries(rows).map(([name, row]) => [name, read(name, row)]));
}

function method(name: string, row: MethodRow): MethodContract {
  const { summary, request, result, capability, samples } = row;
  return { name, summary, request, result, samples, ...(capability === undefined ? {} : { capability }) };
}

function capability(name: string, row: CapabilityRow, hooks: readonly string[]): CapabilityContract {
  const { summary, flag, methods, argument } = row;
  if (argument === undefined) return { name, summary, flag, methods };
  const values = argument.values === 'hooks' ? hooks : argument.values;
  return {
    name,
    summary,
    flag,
    methods,
    argument: {
      name: argument.name,
      pattern: argument.pattern ?? HOOK_PATTERN,
      ...(values === undefined ? {} : { values }),
    },
  };
}

function hook(name: string, row: HookRow): HookContract {
  const reference = String(row.payload.$ref ?? '');
  return {
    name,
    aliases: row.aliases ?? [],
    payloadType: reference.slice(reference.lastIndexOf('/') + 1),
    payload: row.payload,
    sample: row.sample,
  };
}
