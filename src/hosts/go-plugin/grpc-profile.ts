import type { GrpcRules } from '../../model/process.js';
import type {
  Envelope,
  FileLayout,
  HostProfile,
  HostProtocol,
  Registration,
  ReleaseRules,
} from '../../model/profile.js';
import { contractPart } from '../../project/contract-data.js';
import { CpexError } from '../../support/errors.js';
import { type ContractFile, loadContract, type TypesFile } from '../contract.js';
import { fieldsOf } from '../json-fields.js';
import { HANDSHAKE, readHandshake } from './handshake.js';

/** What tells one host of go-plugin's kind from another. */
export interface GrpcHost {
  readonly name: string;
  readonly summary: string;
  readonly layout: FileLayout;
  readonly release: ReleaseRules;
  /** How plugins are started; absent where only a project can say. */
  readonly rules?: GrpcRules;
  /** What services of a plugin are worth in the terms of the host. */
  readonly capabilitiesOf: (services: readonly string[]) => Registration['capabilities'];
}

const NO_C =
  'There is no gRPC library for C that a plugin could use. Write it in Go or Rust, or in C for a host that loads libraries (cpex, cliproxy) or speaks over standard input and output (tau).';

/** The profile of a host that starts plugins as go-plugin does. */
export function grpcProfile(host: GrpcHost): HostProfile {
  const { name, summary, layout, release, rules } = host;
  const contract = loadContract(
    contractPart(name, 'contract') as ContractFile,
    contractPart(name, 'types') as TypesFile,
  );
  return {
    name,
    summary,
    transport: 'grpc',
    ...(rules === undefined ? {} : { process: rules }),
    contract,
    languages: ['go', 'rust'],
    noLanguage: { c: NO_C },
    layout,
    release,
    protocol: protocolOf(host),
    // go-plugin's hosts offer nothing by name: what a plugin may ask for are services of the application's own.
    services: () => ({
      answer: async (method) => ({ code: 12, body: Buffer.from(JSON.stringify(unimplemented(method))) }),
      close: async () => {},
    }),
  };
}

function unimplemented(method: string) {
  return { code: 12, name: 'UNIMPLEMENTED', message: `This host has no ${method}.` };
}

function protocolOf(host: GrpcHost): HostProtocol {
  return {
    registration: () => ({ method: HANDSHAKE, body: Buffer.from('{}') }),
    readRegistration: (result) => readHandshake(result, [], host.capabilitiesOf),
    readEnvelope: (code, body) => readStatus(code, body),
    encodeRequest: (_request, method) => {
      throw unknownServices(method);
    },
    sampleCalls: () => [],
    readWords: ([method = '']) => {
      throw unknownServices(method);
    },
  };
}

function readStatus(code: number, body: Uint8Array): Envelope {
  const value = fieldsOf(JSON.parse(Buffer.from(body).toString('utf8')));
  if (code === 0) return { ok: true, result: value, findings: [] };
  return { ok: false, error: { code: String(value.name ?? code), message: String(value.message ?? '') }, findings: [] };
}

function unknownServices(method: string): CpexError {
  return new CpexError(
    'CPEX_E_USAGE',
    `Nothing is known about the services of this plugin, so ${method} cannot be called.`,
    {
      remedy: 'Name the .proto files with --proto, or under process.protos in cpex.yaml.',
    },
  );
}
