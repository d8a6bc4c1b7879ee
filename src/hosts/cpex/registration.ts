import packageJson from '../../../package.json' with { type: 'json' };
import type { Finding } from '../../model/finding.js';
import type { Registration, RegistrationOptions } from '../../model/profile.js';
import { didYouMean } from '../../support/suggest.js';
import { canonicalHook } from '../contract.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import { checkShape, describeProblem, type ShapeProblem } from '../schema-check.js';
import { cpexContract } from './contract.js';
import { encode } from './envelope.js';
import { BODY_LIMIT } from './limits.js';

const REGISTER = 'plugin.register';

/** The registration call as this host makes it. */
export function registrationRequest(options: RegistrationOptions): { method: string; body: Uint8Array } {
  const request = {
    host: { name: 'cpex', version: packageJson.version, features: [] },
    schema_version: options.schemaVersion ?? cpexContract.schemaVersion,
    config: options.config ?? {},
    limits: { max_request_bytes: BODY_LIMIT, max_response_bytes: BODY_LIMIT },
  };
  return { method: REGISTER, body: encode(request) };
}

/** Reads a registration result: who the plugin is, and every way in which it breaks the contract. */
export function readRegistration(result: unknown): { registration?: Registration; findings: Finding[] } {
  const schema = cpexContract.methods.get(REGISTER)?.result ?? {};
  const problems = checkShape(schema, result, cpexContract.types);
  const findings = problems.map(shapeFinding);
  const top = fieldsOf(result);
  const metadata = fieldsOf(top.metadata);
  const capabilities = fieldsOf(top.capabilities);
  findings.push(...versionFindings(top.schema_version), ...capabilityFindings(capabilities));
  const { id, version, author } = metadata;
  if (typeof id !== 'string' || typeof version !== 'string') return { findings };
  return {
    registration: {
      id,
      version,
      author: typeof author === 'string' ? author : '',
      capabilities,
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

function capabilityFindings(capabilities: Fields): Finding[] {
  const findings: Finding[] = [];
  for (const name of Object.keys(capabilities)) {
    if (cpexContract.capabilities.has(name)) continue;
    const hint = didYouMean(name, cpexContract.capabilities.keys());
    findings.push(capability('fail', `There is no capability ${JSON.stringify(name)}.${hint}`));
  }
  return [...findings, ...hookFindings(capabilities.hooks), ...verbFindings(capabilities.command, '')];
}

function hookFindings(hooks: unknown): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const hook of strings(hooks)) {
    const canonical = canonicalHook(cpexContract, hook);
    if (canonical === undefined) {
      const hint = didYouMean(hook, cpexContract.hooks.keys());
      findings.push(capability('fail', `There is no hook ${JSON.stringify(hook)}.${hint}`));
      continue;
    }
    if (canonical !== hook) findings.push(capability('warn', aliasMessage(hook, canonical)));
    if (seen.has(canonical)) findings.push(capability('fail', `The hook "${canonical}" is declared twice.`));
    seen.add(canonical);
  }
  return findings;
}

function verbFindings(commands: unknown, parent: string): Finding[] {
  if (!Array.isArray(commands)) return [];
  const seen = new Set<unknown>();
  return commands.flatMap((command: unknown) => {
    const { verb, subcommands } = fieldsOf(command);
    const path = `${parent}${String(verb)}`;
    const twice = seen.has(verb) ? [capability('fail', `The command "${path}" is declared twice.`)] : [];
    seen.add(verb);
    return [...twice, ...verbFindings(subcommands, `${path} `)];
  });
}

/** The sentence for a hook that was named by its other spelling. */
export function aliasMessage(alias: string, canonical: string): string {
  return `The hook "${alias}" is an older spelling of "${canonical}".`;
}

function capability(severity: Finding['severity'], message: string): Finding {
  return { id: 'meta.caps', severity, clause: 'ABI-META-004', message };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
