import type { Envelope, HostProtocol, Registration, SampleCall } from '../../model/profile.js';
import type { RunInput, RunRequest } from '../../model/run-request.js';
import { CpexError } from '../../support/errors.js';
import { fieldsOf } from '../json-fields.js';
import { withBrokerNumbers } from './broker-number.js';
import { findMethod, methodOf } from './find-method.js';
import { HANDSHAKE, type HandshakeRules, isOwnService, readHandshake, serviceNames } from './handshake.js';
import { decodeMessage } from './proto/decode.js';
import { encodeMessage } from './proto/encode.js';
import { expectedOf } from './proto/expected.js';
import type { MethodType, Services } from './proto/model.js';
import { ValueProblem } from './proto/value-problem.js';
import { WireProblem } from './proto/wire.js';
import { readOwnAnswer, readStatus } from './status.js';

/** What the protocol has to know of its host and the plugin's application. */
export interface GrpcApplication extends Omit<HandshakeRules, 'known'> {
  readonly services: Services;
  /** The capability that services are worth. */
  readonly capability: string;
  /** A request that a method can be tried with. */
  readonly sampleOf: (method: MethodType) => unknown;
}

/** How calls of an application's services are written and read. */
export function grpcProtocol(application: GrpcApplication): HostProtocol {
  const { services } = application;
  const typeOf = (method: string) => methodOf(services, method) ?? findMethod(services, method).type;
  return {
    registration: () => ({ method: HANDSHAKE, body: Buffer.from('{}') }),
    readRegistration: (result) => readHandshake(result, { ...application, known: ownNames(services) }),
    resolveMethod: (name) => (isVirtual(name) ? name : findMethod(services, name, application.wanted).wire),
    readEnvelope: (code, body, method) => readAnswer(services, code, body, method),
    encodeRequest: (request, method) => {
      if (isVirtual(method)) return Buffer.from('{}');
      const { request: type } = typeOf(method);
      try {
        return encodeMessage(type, request, services.messages);
      } catch (error) {
        throw error instanceof ValueProblem ? unfit(method, type.fullName, error) : error;
      }
    },
    streamsOf: (method) => {
      const type = methodOf(services, method);
      return { requests: type?.requestStream === true, answers: type?.answerStream === true };
    },
    completeRequest: (request, ask) => withBrokerNumbers(request, async () => fieldsOf(await ask('broker.serve')).id),
    readChunk: (body, method) => decodeMessage(typeOf(method).answer, body, services.messages),
    readExpected: (value, method) => {
      const type = methodOf(services, method);
      return type === undefined ? value : expectedOf(type.answer, value);
    },
    readTraced: (record) => readTraced(services, record),
    sampleCalls: (registration) => sampleCalls(application, registration),
    readWords: (words, input) => readWords(application, words, input),
  };
}

/** Calls that the transport answers itself. */
function isVirtual(method: string): boolean {
  return method === HANDSHAKE || method === 'plugin.reflection' || method === 'broker.serve';
}

function readAnswer(services: Services, code: number, body: Uint8Array, method: string): Envelope {
  if (isVirtual(method)) return readOwnAnswer(code, body);
  if (code !== 0) return readStatus(code, body);
  const type = methodOf(services, method);
  if (type === undefined || type.answerStream) return { ok: true, findings: [] };
  try {
    return { ok: true, result: decodeMessage(type.answer, body, services.messages), findings: [] };
  } catch (error) {
    if (!(error instanceof WireProblem)) throw error;
    const message = `The answer of ${method} is no ${type.answer.fullName}: ${error.message}.`;
    const evidence = [`${body.length} bytes: ${Buffer.from(body.subarray(0, 32)).toString('hex')}`];
    const remedy = 'Build the plugin with the .proto files that its host has.';
    return { ok: undefined, findings: [{ id: 'env.encoding', severity: 'fail', message, evidence, remedy }] };
  }
}

/** Statuses are text; what cannot be read is shown as the bytes that it is. */
function readTraced(services: Services, record: Parameters<NonNullable<HostProtocol['readTraced']>>[0]): unknown {
  const { direction, kind, method, code = 0, body } = record;
  const type = methodOf(services, method);
  if (type === undefined || kind === 'life' || code !== 0) return undefined;
  const asked = kind === 'request' || (kind === 'chunk' && direction === 'to-plugin');
  // The end of a stream holds nothing.
  if (kind === 'response' && type.answerStream) return undefined;
  try {
    return decodeMessage(asked ? type.request : type.answer, body, services.messages);
  } catch (error) {
    if (error instanceof WireProblem) return undefined;
    throw error;
  }
}

function unfit(method: string, type: string, problem: ValueProblem): CpexError {
  return new CpexError('CPEX_E_MESSAGE_VALUE', `The request of ${method} does not fit ${type}: ${problem.sentence}`);
}

function sampleCalls(
  { services, sampleOf, ...application }: GrpcApplication,
  registration: Registration,
): SampleCall[] {
  const served = serviceNames(registration.raw) ?? application.wanted ?? ownNames(services);
  return served.flatMap((service) =>
    [...(services.services.get(service)?.values() ?? [])].map((method) => ({
      method: method.name,
      request: requestOf(method, sampleOf(method)),
      capability: application.capability,
    })),
  );
}

/** The services of the application itself. */
function ownNames({ services }: Services): string[] {
  return [...services.keys()].filter((name) => !isOwnService(name));
}

/** A stream of requests is a list. */
function requestOf({ requestStream }: MethodType, one: unknown): unknown {
  return requestStream && !Array.isArray(one) ? [one] : one;
}

/** Reads `SERVICE/METHOD`: the request is the data given, else a sample. */
function readWords(application: GrpcApplication, words: readonly string[], input: RunInput): RunRequest {
  const [name = '', stray] = words;
  if (stray !== undefined) {
    throw new CpexError('CPEX_E_USAGE', `There is a word too many: ${stray}`, {
      remedy: 'Name a method as SERVICE/METHOD; data goes after --data: -d JSON, -d @FILE or -d -.',
    });
  }
  if ([input.extensions, input.context, input.phase, input.archive].some((one) => one !== undefined)) {
    throw new CpexError('CPEX_E_USAGE', 'Services of this host have neither hooks nor steps and events of builds.');
  }
  if (isVirtual(name)) return { kind: 'call', method: name, request: {}, form: 'result', findings: [] };
  const { wire, type } = findMethod(application.services, name, application.wanted);
  const request = input.data ?? application.sampleOf(type);
  return { kind: 'call', method: wire, request: requestOf(type, request), form: 'result', findings: [] };
}
