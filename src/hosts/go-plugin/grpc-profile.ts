import type { Contract, MethodContract } from '../../model/contract.js';
import type { Finding } from '../../model/finding.js';
import type { GrpcRules, ProcessSettings } from '../../model/process.js';
import type {
  FileLayout,
  HostProfile,
  HostProtocol,
  ProfileSource,
  Registration,
  ReleaseRules,
} from '../../model/profile.js';
import type { Session } from '../../model/session.js';
import { contractPart } from '../../project/contract-data.js';
import { CpexError } from '../../support/errors.js';
import { type ContractFile, loadContract, type TypesFile } from '../contract.js';
import { HANDSHAKE, readHandshake } from './handshake.js';
import type { MethodType, Services } from './proto/model.js';
import type { GrpcApplication } from './protocol.js';
import { readOwnAnswer, statusReply } from './status.js';

/** What tells one host of go-plugin's kind from another. */
export interface GrpcHost {
  readonly name: string;
  readonly summary: string;
  readonly layout: FileLayout;
  readonly release: ReleaseRules;
  /** How plugins are started, with what the project says. Throws a CpexError where it does not say enough. */
  rulesOf(settings: ProcessSettings): GrpcRules;
  /** How plugins are started where no project says anything; absent where that is not known then. */
  readonly rules?: GrpcRules;
  /** The capability of the host's contract that services are worth. */
  readonly capability: string;
  /** What follows the colon of that capability for a service; undefined for a service that the host knows nothing about. */
  wordOf(service: string): string | undefined;
  /** A request to try a method with, by the method's own name; where the host knows a better one than any value that fits. */
  readonly samples?: Readonly<Record<string, unknown>>;
  /** File with the services to go by until a project or a plugin says better, and what is to be said of them then. */
  readonly provisional?: { readonly file: string; readonly note: Finding };
}

const NO_C =
  'There is no gRPC library for C that a plugin could use. Write it in Go or Rust, or in C for a host that loads libraries (cpex, cliproxy) or speaks over standard input and output (tau).';

/** The profile of a host that starts plugins as go-plugin does. */
export function grpcProfile(host: GrpcHost): HostProfile {
  const { name, summary, layout, release, rules } = host;
  const contract = baseContract(name);
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
    protocol: unknownServices(host),
    // What a plugin may ask for are services of the application's own.
    services: () => ({
      answer: async (method) => statusReply('UNIMPLEMENTED', `This host has no ${method}.`),
      close: async () => {},
    }),
    forProject: (source) => forProject(host, source),
    learn: (session) => learn(host, grpcProfile(host), session),
  };
}

function baseContract(name: string): Contract {
  return loadContract(contractPart(name, 'contract') as ContractFile, contractPart(name, 'types') as TypesFile);
}

/** The profile with the project's cookie and versions, and with its services where files have them. */
async function forProject(host: GrpcHost, { root, settings, capabilities }: ProfileSource): Promise<HostProfile> {
  const base: HostProfile = { ...grpcProfile(host), process: host.rulesOf(settings) };
  const { protos = [], services: named } = settings;
  const wanted = (services: Services) => named ?? servicesFor(host, services, capabilities);
  if (protos.length === 0) return { ...base, learn: (session) => learn(host, base, session, wanted) };
  const { loadProtoFiles } = await import('./proto/load-files.js');
  const services = await loadProtoFiles(protos, root);
  if (services.services.size === 0) {
    throw new CpexError('CPEX_E_PROTO_FILE', 'The .proto files have no service.', {
      evidence: protos,
      remedy: 'Name the file that has it; what it imports is found by itself.',
    });
  }
  requireServices(services, named ?? []);
  const { learn: _, ...known } = base;
  return withServices(host, known, services, { wanted, notes: [] });
}

type Wanted = (services: Services) => readonly string[] | undefined;

/** The services that entries such as `service:greeter.Greeter` or `seam:store` are about; undefined without any. */
function servicesFor(
  host: GrpcHost,
  { services }: Services,
  capabilities: readonly string[] = [],
): readonly string[] | undefined {
  const prefix = `${host.capability}:`;
  const words = capabilities.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
  const found = words.flatMap((word) => {
    const full = [...services.keys()].filter((name) => host.wordOf(name) === word);
    const short = [...services.keys()].filter((name) => name.endsWith(`.${word}`));
    return full.length > 0 ? full : short.length === 1 ? short : [];
  });
  return found.length === 0 ? undefined : found;
}

/** What services of a plugin are worth in the terms of the host. */
function capabilitiesOf({ capability, wordOf }: GrpcHost, services: readonly string[]): Registration['capabilities'] {
  return { [capability]: [...new Set(services.flatMap((name) => wordOf(name) ?? []))] };
}

/** Services that the project names and no file has would be asked of every plugin in vain. */
function requireServices({ services }: Services, wanted: readonly string[]): void {
  const missing = wanted.filter((name) => !services.has(name));
  if (missing.length === 0) return;
  throw new CpexError('CPEX_E_SERVICE_UNKNOWN', `No .proto file has the service ${missing.join(', ')}.`, {
    evidence: [...services.keys()],
    remedy: 'Write the full names of services under process.services in cpex.yaml.',
  });
}

/** Asks the running plugin for its services; where it does not describe itself, what the host goes by stays. */
async function learn(
  host: GrpcHost,
  base: HostProfile,
  session: Session,
  wanted: Wanted = () => undefined,
): Promise<HostProfile> {
  const end = await session.call('plugin.reflection', Buffer.from('{}')).end;
  const told = JSON.parse(Buffer.from(end.body).toString('utf8')) as { reflection?: boolean; files?: string[] };
  if (end.code === 0 && told.reflection === true && told.files !== undefined) {
    return withServices(host, base, await described(told.files), { wanted, notes: [] });
  }
  if (host.provisional === undefined) return base;
  const { file, note } = host.provisional;
  const { loadProtoFiles } = await import('./proto/load-files.js');
  return withServices(host, base, await loadProtoFiles([file], ''), { wanted, notes: [note] });
}

/** The services in files that a plugin sent, each in base64. */
async function described(files: readonly string[]): Promise<Services> {
  const { servicesOfDescriptors } = await import('./proto/from-descriptors.js');
  try {
    return await servicesOfDescriptors(files.map((file) => Buffer.from(file, 'base64')));
  } catch (error) {
    throw new CpexError('CPEX_E_PLUGIN_ANSWER', 'What the plugin says of its services by reflection cannot be used.', {
      evidence: [(error as Error).message],
      remedy: 'Name the .proto files with --proto, or under process.protos in cpex.yaml.',
      cause: error,
    });
  }
}

interface Wishes {
  /** Full names of the services that a plugin has to serve; undefined where it is one of all there are. */
  readonly wanted: Wanted;
  readonly notes: readonly Finding[];
}

async function withServices(
  host: GrpcHost,
  base: HostProfile,
  services: Services,
  { wanted, notes }: Wishes,
): Promise<HostProfile> {
  const { grpcProtocol } = await import('./protocol.js');
  const { methodContracts } = await import('./methods.js');
  const { messageSchemas } = await import('./proto/schema.js');
  const { requestSample } = await import('./samples.js');
  const { applicationServices } = await import('./host-services.js');
  const named = wanted(services);
  const application: GrpcApplication = {
    ...(named === undefined ? {} : { wanted: named }),
    notes,
    services,
    capability: host.capability,
    capabilitiesOf: (names) => capabilitiesOf(host, names),
    sampleOf: (method: MethodType) => requestSample(method, services, host.samples),
  };
  const contract = baseContract(host.name);
  const methods = new Map<string, MethodContract>([...contract.methods, ...methodContracts(application)]);
  const types = new Map([...contract.types, ...messageSchemas(services)]);
  return {
    ...base,
    contract: { ...contract, methods, types },
    protocol: grpcProtocol(application),
    services: (options) => applicationServices(services, options),
  };
}

/** The protocol until something is known about the services: the handshake alone. */
function unknownServices(host: GrpcHost): HostProtocol {
  const refuse = (method: string): never => {
    throw new CpexError(
      'CPEX_E_SERVICE_UNKNOWN',
      `Nothing is known of the services that ${method || 'a call'} is for.`,
      {
        evidence: ['no .proto file is named, and the plugin does not describe its services (server reflection)'],
        remedy: 'Name the .proto files with --proto, or under process.protos in cpex.yaml.',
      },
    );
  };
  return {
    registration: () => ({ method: HANDSHAKE, body: Buffer.from('{}') }),
    readRegistration: (result) =>
      readHandshake(result, { capabilitiesOf: (names) => capabilitiesOf(host, names), known: [], notes: [] }),
    readEnvelope: (code, body) => readOwnAnswer(code, body),
    encodeRequest: (_request, method) => (method === HANDSHAKE ? Buffer.from('{}') : refuse(method)),
    sampleCalls: () => [],
    readWords: ([method = '']) =>
      method === HANDSHAKE ? { kind: 'call', method, request: {}, form: 'result', findings: [] } : refuse(method),
  };
}
