import { didYouMean } from '../support/suggest.js';
import { type ContractData, contractData } from './contract-data.js';
import { revisionsOf } from './contract-revisions.js';
import { HOSTS } from './hosts.js';

/**
 * What helps after `expected …, found …` with a word that a contract does not have: the name that a common
 * mistake means, the revision or the host that has the word, the capability that it is a part of, or the
 * nearest word. Begins with a space; empty when nothing is known.
 */
export function capabilityHint(word: string, contract: ContractData): string {
  const flags = flagsOf(contract);
  const meant = contract.mistakes?.[word];
  if (meant !== undefined && flags.includes(meant)) return ` Did you mean "${meant}"?`;
  const elsewhere = otherHost(word, contract.profile);
  if (elsewhere !== undefined) return ` "${word}" is a capability of the host ${elsewhere}.`;
  const owner = flags.find((flag) => word.startsWith(`${flag}_`));
  if (owner !== undefined && !flags.includes(word)) return ` It is a part of the capability "${owner}".`;
  return didYouMean(word, flags);
}

/** A revision of the same host, or another host, that has the capability. */
function otherHost(word: string, profile: string): string | undefined {
  const { default: usual, revisions = {} } = revisionsOf(profile) ?? {};
  const names = [...(usual === undefined ? [] : [usual]), ...Object.keys(revisions)];
  const hosts = [...names.map((revision) => `${profile}@${revision}`), ...HOSTS.filter((host) => host !== profile)];
  return hosts.find((host) => flagsOf(contractData(host)).includes(word));
}

function flagsOf(contract: ContractData): string[] {
  return Object.values(contract.capabilities).map(({ flag }) => flag);
}
