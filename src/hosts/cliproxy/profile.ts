import type { HostProfile, HostServicesHandle, ServiceOptions } from '../../model/profile.js';
import type { NativeRules } from '../../model/session.js';
import { LANGUAGES } from '../../model/target.js';
import { contractPart } from '../../project/contract-data.js';
import { revisionsOf } from '../../project/contract-revisions.js';
import { type ContractFile, loadContract, type TypesFile } from '../contract.js';
import { readGoEnvelope } from './envelope.js';
import { cliproxyLayout } from './layout.js';
import { type CapabilityKeys, readRegistration, registrationRequest } from './registration.js';
import { cliproxyRelease } from './release.js';
import { encodeRequest } from './requests.js';
import { cliproxyRevision } from './revision.js';
import { sampleCalls } from './samples.js';
import { cliproxyServices } from './services.js';
import { readWords } from './words.js';

/** How the host loads a library, with the texts that stand in its log when it cannot. */
const NATIVE: NativeRules = {
  entry: 'cliproxy_plugin_init',
  abiVersion: 1,
  optionalShutdown: true,
  shutdownRefused: true,
  optionalResponse: true,
  messages: {
    load: 'dlopen {path}: {detail}',
    entry: 'missing {entry}: {detail}',
    init: '{entry} returned {code}',
    version: 'plugin ABI version {version} is not supported',
    table: 'plugin function table is incomplete',
  },
};

/** CLIProxyAPI at one of its revisions: twenty capabilities over the native ABI. */
export function cliproxyProfile(revision: string): HostProfile {
  const host = `cliproxy@${revision}`;
  const file = contractPart(host, 'contract') as ContractFile & { readonly mistakes?: CapabilityKeys['mistakes'] };
  const keys = { mistakes: file.mistakes ?? {}, elsewhere: capabilitiesOfAll() };
  const contract = loadContract(file, contractPart(host, 'types') as TypesFile);
  return {
    name: 'cliproxy',
    revision,
    summary: 'CLIProxyAPI: models, credentials, translation and management over the native ABI.',
    transport: 'native',
    native: NATIVE,
    contract,
    languages: LANGUAGES,
    layout: cliproxyLayout(cliproxyRevision(revision).layout),
    release: cliproxyRelease,
    protocol: {
      registration: (options) => registrationRequest(contract, options),
      readRegistration: (result) => readRegistration(contract, keys, result),
      readEnvelope: (code, body, method) => readGoEnvelope(contract, code, body, method),
      encodeRequest: (request, method) => encodeRequest(contract, request, method),
      sampleCalls: (registration) => sampleCalls(contract, registration),
      readWords: (words, input) => readWords(contract, words, input),
    },
    services: (options: ServiceOptions): HostServicesHandle => cliproxyServices(contract, options),
  };
}

/** The keys of every revision together: those of the default one, and those that patches name. */
function capabilitiesOfAll(): ReadonlySet<string> {
  const { revisions = {} } = revisionsOf('cliproxy') ?? {};
  const parts = [contractPart('cliproxy', 'contract'), ...Object.values(revisions).map(({ contract }) => contract)];
  return new Set(parts.flatMap((part) => Object.keys((part as Partial<ContractFile>).capabilities ?? {})));
}
