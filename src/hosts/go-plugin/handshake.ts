import type { Finding } from '../../model/finding.js';
import type { Registration } from '../../model/profile.js';
import { fieldsOf } from '../json-fields.js';

/** The call that the transport itself answers, with what the plugin said when it started. */
export const HANDSHAKE = 'plugin.handshake';

/** Services that every plugin has for its host, whatever the application. */
const OWN_SERVICES: readonly RegExp[] = [/^grpc\./, /^plugin\.GRPC(?:Broker|Controller|Stdio)$/];

/** What a handshake is held to. */
export interface HandshakeRules {
  /** Full names of the services that a plugin has to serve; one of `known` when absent. */
  readonly wanted?: readonly string[];
  /** Services of the application as far as they are known. */
  readonly known: readonly string[];
  /** What services are worth in the terms of the host. */
  capabilitiesOf(services: readonly string[]): Registration['capabilities'];
  /** What is to be said of every registration. */
  readonly notes: readonly Finding[];
}

/** The application's services that a plugin says it has; undefined for one that does not describe itself. */
export function serviceNames(handshake: unknown): readonly string[] | undefined {
  const { services } = fieldsOf(handshake);
  if (!Array.isArray(services)) return undefined;
  return services.filter((one) => typeof one === 'string' && !isOwnService(one));
}

/** Whether a service belongs to gRPC or go-plugin and not to the application. */
export function isOwnService(name: string): boolean {
  return OWN_SERVICES.some((pattern) => pattern.test(name));
}

/** A handshake as a registration. It says nothing of id and version: these hosts know a plugin by its file. */
export function readHandshake(
  result: unknown,
  rules: HandshakeRules,
): { registration: Registration; findings: Finding[] } {
  const served = serviceNames(result);
  const capabilities = rules.capabilitiesOf(served ?? rules.wanted ?? rules.known);
  const findings = served === undefined ? [] : missingServices(served, rules);
  return {
    registration: { id: '', version: '', author: '', capabilities, raw: result },
    findings: [...findings, ...rules.notes],
  };
}

function missingServices(served: readonly string[], { wanted, known }: HandshakeRules): Finding[] {
  const missing = wanted?.filter((name) => !served.includes(name)) ?? [];
  // Files may also have services that are the host's.
  const none = wanted === undefined && known.length > 0 && !known.some((name) => served.includes(name));
  if (missing.length === 0 && !none) return [];
  const message = none
    ? `The plugin serves none of the services that the host knows: ${known.join(', ')}.`
    : `The plugin does not serve ${missing.join(', ')}.`;
  const has = served.length === 0 ? 'no service of an application' : served.join(', ');
  return [
    {
      id: 'register.ok',
      severity: 'fail',
      message,
      evidence: [`it serves: ${has}`],
      remedy: 'Register the service with the gRPC server that the plugin hands to go-plugin.',
    },
  ];
}
