import path from 'node:path';
import { readPluginName } from '../../hosts/cliproxy/file-name.js';
import type { Finding, Severity } from '../../model/finding.js';
import type { Manifest } from '../../model/manifest.js';
import type { Registration } from '../../model/profile.js';
import { readCapability } from '../../project/capabilities.js';
import { type ContractData, contractData } from '../../project/contract-data.js';
import { declaredCapabilities } from '../../project/declared-capabilities.js';
import type { Subject } from '../subject.js';
import { policyOf } from './policy.js';

/** Where file name, manifest and registration disagree about who the plugin is. */
export function compareIdentity(subject: Subject, registration: Registration): Finding[] {
  const { manifest, profile } = subject;
  const { sameIdentity } = policyOf(profile.name);
  const found = sameIdentity.includes('id') ? wholeName(subject, registration) : versionInName(subject, registration);
  if (manifest === undefined) return found;
  for (const key of sameIdentity) {
    if (registration[key] === manifest[key]) continue;
    found.push(mismatch(`${key} is "${registration[key]}" in the plugin and "${manifest[key]}" in cpex.yaml`));
  }
  return [...found, ...capabilityDrift(manifest, registration)];
}

/** What cpex.yaml says that the plugin can do and what it registers, where the handlers decide about the latter. */
function capabilityDrift({ host, capabilities }: Manifest, registration: Registration): Finding[] {
  const contract = contractData(host);
  if (Object.values(contract.capabilities).every(({ argument }) => argument === undefined)) return [];
  const said = canonical(capabilities, contract);
  const registered = canonical(declaredCapabilities(registration, contract), contract);
  const missing = [...said].filter((one) => !registered.has(one));
  const unsaid = [...registered].filter((one) => !said.has(one));
  return [
    ...missing.map((one) => mismatch(`cpex.yaml says ${one}, which the plugin does not register`, [], 'warn')),
    ...unsaid.map((one) => mismatch(`the plugin registers ${one}, of which cpex.yaml says nothing`, [], 'warn')),
  ];
}

/** Entries of `capabilities:` with hooks in their canonical spelling; those that the contract does not have as they are. */
function canonical(texts: readonly string[], contract: ContractData): ReadonlySet<string> {
  return new Set(
    texts.map((text) => {
      const reading = readCapability(text, contract);
      if (!reading.ok) return text;
      const { flag, argument } = reading.use;
      return argument === undefined ? flag : `${flag}:${argument}`;
    }),
  );
}

/** Hosts that know a plugin by the id that it registers. */
function wholeName({ profile, target, artefact }: Subject, { id, version }: Registration): Finding[] {
  const wanted = path.basename(profile.layout.artefactPath(id, version, target));
  const name = path.basename(artefact);
  return name === wanted
    ? []
    : [mismatch(`the file is called ${name}, the plugin ${id}`, [`expected file name: ${wanted}`])];
}

/** Hosts that know a plugin by its file: the name that it registers is for people, its version counts. */
function versionInName({ artefact, manifest, profile }: Subject, { id, version }: Registration): Finding[] {
  const stem = path.parse(artefact).name;
  const reading = readPluginName(artefact, true);
  const { id: fileId, version: fileVersion } = 'file' in reading ? reading.file : { id: stem, version: '' };
  const found: Finding[] = [];
  if (fileVersion !== '' && fileVersion !== version) {
    found.push(mismatch(`the file says version ${fileVersion}, the plugin registers ${version}`));
  }
  if (manifest !== undefined && fileId !== manifest.id) {
    found.push(mismatch(`the host takes the id ${fileId} from the file, cpex.yaml says ${manifest.id}`));
  }
  const problem = profile.layout.idProblem(fileId);
  if (problem !== undefined) found.push(mismatch(`the host does not take ${fileId} for an id: ${problem}`));
  if (plain(id) !== plain(fileId) && id !== manifest?.name) {
    found.push(mismatch(`the plugin calls itself "${id}"; the host knows it as ${fileId}`, [], 'info'));
  }
  return found;
}

/** A name without what people write differently: "My Plugin" is my-plugin. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

function mismatch(message: string, evidence: readonly string[] = [], severity: Severity = 'fail'): Finding {
  return { id: 'meta.match', severity, message, ...(evidence.length === 0 ? {} : { evidence }) };
}
