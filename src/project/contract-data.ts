import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../support/package-root.js';
import { mergePatch, revisionsOf } from './contract-revisions.js';
import { hostName, revisionName } from './hosts.js';

/** What the manifest and the scaffolder need of a contract: names, arguments and samples. */
export interface ContractData {
  /** Plain name of the host. */
  readonly profile: string;
  readonly schema_version: number;
  readonly capabilities: Readonly<Record<string, CapabilityData>>;
  readonly hooks: Readonly<Record<string, HookData>>;
  /** Words that people write for a capability, and the right ones. */
  readonly mistakes?: Readonly<Record<string, string>>;
}

export interface CapabilityData {
  readonly summary: string;
  /** Word before the colon of a capability. */
  readonly flag: string;
  /** Lowest schema version that has it; 1 when absent. */
  readonly schema_version?: number;
  readonly methods?: readonly string[];
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

const read = new Map<string, unknown>();

/** The contract of a built-in profile, by `NAME` or `NAME@REVISION`; the revision must exist. */
export function contractData(host: string): ContractData {
  return contractPart(host, 'contract') as ContractData;
}

/** `contract.json` or `types.json` of a built-in profile, with the patch of the host's revision applied. */
export function contractPart(host: string, part: 'contract' | 'types'): unknown {
  const name = hostName(host);
  const revision = revisionName(host);
  const key = `${name}@${revision} ${part}`;
  const known = read.get(key);
  if (known !== undefined) return known;
  const plain: unknown = JSON.parse(readFileSync(contractFile(name, part), 'utf8'));
  const patch = revision === undefined ? undefined : revisionsOf(name)?.revisions[revision];
  const data = patch === undefined ? plain : mergePatch(plain, patch[part]);
  read.set(key, data);
  return data;
}

/** Whether a host passes over plugins that do not say where their sources are. */
export function wantsRepository(host: string): boolean {
  const types = contractPart(host, 'types') as { $defs?: { Metadata?: { required?: readonly string[] } } };
  return types.$defs?.Metadata?.required?.includes('GitHubRepository') ?? false;
}

/** Absolute path of `contract.json` or `types.json` of a built-in profile. */
function contractFile(host: string, file: 'contract' | 'types'): string {
  return path.join(packageRoot(), 'schemas', 'hosts', hostName(host), `${file}.json`);
}
