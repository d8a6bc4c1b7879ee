import type { Finding } from '../../model/finding.js';
import type { Registration } from '../../model/profile.js';
import { fieldsOf } from '../json-fields.js';

/** The call that the transport itself answers, with what the plugin said when it started. */
export const HANDSHAKE = 'plugin.handshake';

/** Services that every plugin has for its host, whatever the application. */
const OWN_SERVICES: readonly RegExp[] = [/^grpc\./, /^plugin\.GRPC(?:Broker|Controller|Stdio)$/];

/** Whether a service belongs to gRPC or go-plugin and not to the application. */
export function isOwnService(name: string): boolean {
  return OWN_SERVICES.some((pattern) => pattern.test(name));
}

/**
 * A handshake as a registration. It says nothing of id and version: these hosts know a plugin by its file.
 * @param expected services that the application asks for, for plugins that do not tell which they have
 * @param capabilitiesOf what services are worth in the terms of the host
 */
export function readHandshake(
  result: unknown,
  expected: readonly string[],
  capabilitiesOf: (services: readonly string[]) => Registration['capabilities'],
): { registration: Registration; findings: Finding[] } {
  const { services } = fieldsOf(result);
  const told = Array.isArray(services) ? services.filter((one) => typeof one === 'string') : expected;
  const capabilities = capabilitiesOf(told.filter((one) => !isOwnService(one)));
  return { registration: { id: '', version: '', author: '', capabilities, raw: result }, findings: [] };
}
