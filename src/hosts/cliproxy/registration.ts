import type { Contract, JsonSchema } from '../../model/contract.js';
import type { Finding } from '../../model/finding.js';
import type { Registration, RegistrationOptions } from '../../model/profile.js';
import { nearest } from '../../support/suggest.js';
import { decodeGo } from '../go-json/decode.js';
import { encodeGo } from '../go-json/encode.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import { configYaml } from './config.js';
import { formatNames } from './formats.js';

/** Methods whose result is a whole registration. */
export const LIFE_CYCLE: ReadonlySet<string> = new Set(['plugin.register', 'plugin.reconfigure']);

/** What is known of capability keys beyond those of this revision. */
export interface CapabilityKeys {
  /** Wrong keys that are seen in plugins → the key that was meant. */
  readonly mistakes: Readonly<Record<string, string>>;
  /** Keys of other revisions: a plugin may also speak to hosts that know more. */
  readonly elsewhere: ReadonlySet<string>;
}

/** What the host says of a plugin that it will not use. */
export const INVALID = 'returned invalid metadata or no capabilities';

/** The call with which the host registers a plugin, or registers it again. */
export function registrationRequest(
  contract: Contract,
  options: RegistrationOptions,
): { method: string; body: Uint8Array } {
  const method = options.again === true ? 'plugin.reconfigure' : 'plugin.register';
  const request = {
    config_yaml: Buffer.from(configYaml(options.config)).toString('base64'),
    schema_version: options.schemaVersion ?? contract.schemaVersion,
  };
  const schema = contract.methods.get(method)?.request ?? {};
  return { method, body: encodeGo(request, schema, contract.types) };
}

/** Reads a registration as the host does; without one the host does not use the plugin. */
export function readRegistration(
  contract: Contract,
  keys: CapabilityKeys,
  result: unknown,
): { registration?: Registration; findings: Finding[] } {
  const read = decodeGo(result, contract.methods.get('plugin.register')?.result ?? {}, contract.types);
  if (!read.ok) return { findings: [refusal(`decode plugin result plugin.register: ${read.message}`)] };
  const top = fieldsOf(read.value);
  const version = Number(top.schema_version ?? 0);
  if (version > contract.schemaVersion) {
    const remedy = `This revision of the host speaks schema version ${contract.schemaVersion}: announce the lowest one that the capabilities need.`;
    return { findings: [{ ...refusal(`plugin schema version ${version} is not supported`), remedy }] };
  }
  const metadata = fieldsOf(top.metadata);
  const declared = fieldsOf(top.capabilities);
  const unknown = unknownKeys(contract, keys, fieldsOf(memberOf(result, 'capabilities')), declared);
  const lacking = [...blankMetadata(metadata), ...noCapability(contract, declared)];
  if (lacking.length > 0) return { findings: [...lacking, ...unknown] };
  return {
    registration: {
      id: text(metadata.Name).trim(),
      version: text(metadata.Version).trim(),
      author: text(metadata.Author).trim(),
      capabilities: Object.fromEntries(Object.entries(declared).filter(([, value]) => isSet(value))),
      raw: read.value,
    },
    findings: [...unknown, ...executorFindings(declared), ...exclusiveFindings(declared)],
  };
}

/** The host trims these and wants all four. */
function blankMetadata(metadata: Fields): Finding[] {
  const blank = ['Name', 'Version', 'Author', 'GitHubRepository'].filter((key) => text(metadata[key]).trim() === '');
  if (blank.length === 0) return [];
  return [refusal(`${INVALID} (blank in the metadata: ${blank.join(', ')})`)];
}

function noCapability(contract: Contract, declared: Fields): Finding[] {
  if ([...contract.capabilities.keys()].some((name) => declared[name] === true)) return [];
  return [refusal(`${INVALID} (no capability that this revision knows is true)`)];
}

/** Keys that the host ignores, whatever they were meant to say. */
function unknownKeys(contract: Contract, keys: CapabilityKeys, written: Fields, declared: Fields): Finding[] {
  const known = Object.keys(fieldsOf(schemaOf(contract, 'Capabilities').properties));
  const letters = new Set(known.map((key) => key.toLowerCase()));
  return Object.entries(written).flatMap(([key, value]): Finding[] => {
    if (letters.has(key.toLowerCase()) || !isSet(value)) return [];
    if (keys.elsewhere.has(key)) {
      return [capability('info', `This revision of the host does not know the capability "${key}" and ignores it.`)];
    }
    const mistaken = keys.mistakes[key];
    const meant = mistaken ?? nearest(key, known);
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    const harmless = meant === undefined || isSet(declared[meant]);
    const severity = harmless ? 'info' : mistaken === undefined ? 'warn' : 'fail';
    return [
      capability(severity, `The host does not know the capability ${JSON.stringify(key)} and ignores it.${hint}`),
    ];
  });
}

const SCOPES = ['both', 'static', 'oauth'];

function executorFindings(declared: Fields): Finding[] {
  if (declared.executor !== true) return [];
  const findings: Finding[] = [];
  for (const side of ['input', 'output']) {
    const named = declared[`executor_${side}_formats`];
    if (formatNames(Array.isArray(named) ? named.map(text) : []).length > 0) continue;
    findings.push({
      ...capability('fail', `The executor declares no ${side} formats: it registers, and each use of it fails.`),
      evidence: [`plugin executor … declares no ${side} formats`],
      remedy: `Name them in executor_${side}_formats, e.g. ["openai"].`,
    });
  }
  const scope = text(declared.executor_model_scope);
  if (scope !== '' && !SCOPES.includes(scope)) {
    const message = `The host does not know the executor_model_scope ${JSON.stringify(scope)} and takes "both"; there are ${SCOPES.join(', ')}.`;
    findings.push(capability('warn', message));
  }
  return findings;
}

function exclusiveFindings(declared: Fields): Finding[] {
  if (declared.frontend_auth_provider_exclusive !== true || declared.frontend_auth_provider === true) return [];
  const message = 'frontend_auth_provider_exclusive means nothing without frontend_auth_provider; the host ignores it.';
  return [capability('warn', message)];
}

/** A member of an object by its letters alone, exact spelling first. */
function memberOf(value: unknown, name: string): unknown {
  const fields = fieldsOf(value);
  if (Object.hasOwn(fields, name)) return fields[name];
  const found = Object.keys(fields).find((key) => key.toLowerCase() === name);
  return found === undefined ? undefined : fields[found];
}

function schemaOf(contract: Contract, type: string): JsonSchema {
  return contract.types.get(type) ?? {};
}

function isSet(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value !== '') || (Array.isArray(value) && value.length > 0);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function refusal(message: string): Finding {
  return { id: 'register.ok', severity: 'fail', message: `The host does not use this plugin: ${message}` };
}

function capability(severity: Finding['severity'], message: string): Finding {
  return { id: 'meta.caps', severity, message };
}
