import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../support/package-root.js';
import { hostName } from './hosts.js';

/** What the manifest and the scaffolder need of a contract: names, arguments and samples. */
export interface ContractData {
  readonly schema_version: number;
  readonly capabilities: Readonly<Record<string, CapabilityData>>;
  readonly hooks: Readonly<Record<string, HookData>>;
}

export interface CapabilityData {
  readonly summary: string;
  /** Word before the colon of a capability. */
  readonly flag: string;
  readonly argument?: {
    readonly name: string;
    readonly pattern?: string;
    /** `hooks` means one of the contract's hooks. */
    readonly values?: 'hooks' | readonly string[];
  };
}

export interface HookData {
  /** A valid payload. */
  readonly sample: unknown;
  /** Other spellings of the hook's name. */
  readonly aliases?: readonly string[];
}

const read = new Map<string, ContractData>();

/** The contract of a built-in profile, by the host's name with or without a revision. */
export function contractData(host: string): ContractData {
  const name = hostName(host);
  const known = read.get(name);
  if (known !== undefined) return known;
  const data = JSON.parse(readFileSync(contractFile(name, 'contract'), 'utf8')) as ContractData;
  read.set(name, data);
  return data;
}

/** Absolute path of `contract.json` or `types.json` of a built-in profile. */
export function contractFile(host: string, file: 'contract' | 'types'): string {
  return path.join(packageRoot(), 'schemas', 'hosts', hostName(host), `${file}.json`);
}
