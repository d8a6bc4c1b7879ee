import packageJson from '../../../package.json' with { type: 'json' };
import type { Finding } from '../../model/finding.js';
import type { Registration, RegistrationOptions } from '../../model/profile.js';
import { fieldsOf } from '../json-fields.js';
import { checkShape, describeProblem, type ShapeProblem } from '../schema-check.js';
import { codecNamed, JSON_CODEC } from './codec.js';
import { cpexContract } from './contract.js';
import { capabilityFindings } from './declarations.js';
import { BODY_LIMIT } from './limits.js';

/** The call that introduces host and plugin. */
export const REGISTER = 'plugin.register';

/** The registration call as this host makes it. */
export function registrationRequest(options: RegistrationOptions): { method: string; body: Uint8Array } {
  const request = {
    host: { name: 'cpex', version: packageJson.version, features: options.codecs === undefined ? [] : ['codecs'] },
    schema_version: options.schemaVersion ?? cpexContract.schemaVersion,
    config: options.config ?? {},
    limits: { max_request_bytes: BODY_LIMIT, max_response_bytes: BODY_LIMIT },
    ...(options.codecs === undefined ? {} : { codecs: options.codecs }),
  };
  // Registration is JSON whatever comes after it.
  return { method: REGISTER, body: JSON_CODEC.write(request, undefined) };
}

/**
 * Reads a registration result: who the plugin is, and every way in which it breaks the contract.
 * @param offered codecs that the request listed
 */
export function readRegistration(
  result: unknown,
  offered: readonly string[] = [],
): { registration?: Registration; findings: Finding[] } {
  const schema = cpexContract.methods.get(REGISTER)?.result ?? {};
  const problems = checkShape(schema, result, cpexContract.types);
  const findings = problems.map(shapeFinding);
  const top = fieldsOf(result);
  const metadata = fieldsOf(top.metadata);
  const capabilities = fieldsOf(top.capabilities);
  findings.push(
    ...versionFindings(top.schema_version),
    ...capabilityFindings(capabilities),
    ...codecFindings(top.codec, offered),
  );
  const usable = typeof top.codec === 'string' && offered.includes(top.codec) && codecNamed(top.codec) !== undefined;
  const { id, version, author } = metadata;
  if (typeof id !== 'string' || typeof version !== 'string') return { findings };
  return {
    registration: {
      id,
      version,
      author: typeof author === 'string' ? author : '',
      capabilities,
      ...(usable ? { codec: String(top.codec) } : {}),
      raw: result,
    },
    findings,
  };
}

function shapeFinding(problem: ShapeProblem): Finding {
  const aboutMetadata = problem.path.startsWith('metadata');
  return {
    id: aboutMetadata ? 'meta.required' : 'register.ok',
    severity: 'fail',
    clause: aboutMetadata ? 'ABI-META-003' : 'ABI-META-002',
    message: `In the registration ${describeProblem(problem)}.`,
  };
}

function versionFindings(announced: unknown): Finding[] {
  if (typeof announced !== 'number' || announced <= cpexContract.schemaVersion) return [];
  return [
    {
      id: 'register.ok',
      severity: 'fail',
      clause: 'ABI-META-002',
      message: `The plugin was built for schema version ${announced}, this host speaks up to ${cpexContract.schemaVersion}.`,
      remedy: 'Use a newer host, or build the plugin with an older SDK.',
    },
  ];
}

/** A codec that nobody offered cannot be followed: all stays JSON. */
function codecFindings(codec: unknown, offered: readonly string[]): Finding[] {
  if (typeof codec !== 'string' || offered.includes(codec)) return [];
  return [
    {
      id: 'codec.choice',
      severity: 'fail',
      clause: 'ABI-MP-001',
      message: `The plugin chose the codec ${JSON.stringify(codec)}, which the host did not offer.`,
      evidence: [offered.length === 0 ? 'offered: none' : `offered: ${offered.join(', ')}`],
      remedy: 'Name the first codec of the request that the plugin knows, and none where there is no such.',
    },
  ];
}
