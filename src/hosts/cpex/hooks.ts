import type { Finding } from '../../model/finding.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { canonicalHook } from '../contract.js';
import { equalJson } from '../exact-equal.js';
import { fieldsOf } from '../json-fields.js';
import { checkShape, describeProblem } from '../schema-check.js';
import { cpexContract } from './contract.js';
import { aliasMessage } from './declarations.js';

/** The request of `hook.invoke`. */
export interface HookRequest {
  readonly hook: string;
  readonly payload: unknown;
  readonly extensions: unknown;
  readonly context: unknown;
}

export interface HookParts {
  readonly extensions?: unknown;
  readonly context?: unknown;
}

/** What one plugin made of one hook, as the host sees it. */
export interface HookOutcome {
  readonly verdict: 'allow' | 'deny';
  /** Found by comparison with the payload that was sent, never taken from the plugin. */
  readonly payloadModified: boolean;
  readonly extensionsModified: boolean;
  /** The payload that the next plugin would get. */
  readonly payload: unknown;
  readonly violation?: unknown;
  readonly findings: readonly Finding[];
}

/**
 * The request of a hook call, under the hook's canonical name. A missing payload is the contract's
 * sample. Throws `CPEX_E_HOOK_UNKNOWN` for a name that is neither a hook nor an alias of one.
 */
export function hookRequest(name: string, payload: unknown, parts: HookParts = {}): HookRequest {
  const hook = knownHook(name);
  return {
    hook,
    payload: payload === undefined ? cpexContract.hooks.get(hook)?.sample : payload,
    extensions: parts.extensions ?? {},
    context: parts.context ?? { request_id: 'req-1', local_state: {}, global_state: {} },
  };
}

/** What there is to say about a hook's name before a call: that it is an alias. */
export function hookNameFindings(name: string): Finding[] {
  const hook = canonicalHook(cpexContract, name);
  if (hook === undefined || hook === name) return [];
  return [{ id: 'hook.alias', severity: 'warn', message: aliasMessage(name, hook) }];
}

/** Judges the result of `hook.invoke`. A deny without a violation denies all the same, with a finding. */
export function evaluateHook(request: HookRequest, result: unknown): HookOutcome {
  const schema = cpexContract.methods.get('hook.invoke')?.result ?? {};
  const findings: Finding[] = checkShape(schema, result, cpexContract.types).map((problem) => ({
    id: 'hook.result',
    severity: 'fail',
    clause: 'ABI-JSON-009',
    message: `In the result of the hook ${describeProblem(problem)}.`,
  }));
  const reply = fieldsOf(result);
  // Fail closed: anything but a plain true denies.
  const verdict = reply.continue_processing === true ? 'allow' : 'deny';
  const hasViolation = reply.violation !== undefined && reply.violation !== null;
  if (verdict === 'deny' && !hasViolation) findings.push(denyWithoutViolation());
  if (verdict === 'allow' && hasViolation) findings.push(allowWithViolation());
  const changed = Object.hasOwn(reply, 'modified_payload') && !equalJson(reply.modified_payload, request.payload);
  if (changed) findings.push(...payloadFindings(request.hook, reply.modified_payload));
  const extended =
    Object.hasOwn(reply, 'modified_extensions') && !equalJson(reply.modified_extensions, request.extensions);
  return {
    verdict,
    payloadModified: changed,
    extensionsModified: extended,
    payload: changed ? reply.modified_payload : request.payload,
    ...(hasViolation ? { violation: reply.violation } : {}),
    findings,
  };
}

/** The canonical name of a hook. Throws `CPEX_E_HOOK_UNKNOWN` for a name that is neither a hook nor an alias of one. */
export function knownHook(name: string): string {
  const hook = canonicalHook(cpexContract, name);
  if (hook !== undefined) return hook;
  const names = [...cpexContract.hooks.keys()];
  const hint = didYouMean(name, names);
  throw new CpexError('CPEX_E_HOOK_UNKNOWN', `There is no hook "${name}".${hint}`, {
    evidence: hint === '' ? [`hooks: ${names.join(', ')}`] : [],
    remedy: 'docs/hosts/cpex.md lists all hooks with their payloads.',
  });
}

function payloadFindings(hook: string, payload: unknown): Finding[] {
  const schema = cpexContract.hooks.get(hook)?.payload ?? {};
  return checkShape(schema, payload, cpexContract.types).map((problem) => ({
    id: 'hook.payload',
    severity: 'fail',
    message: `In the modified payload ${describeProblem(problem)}.`,
  }));
}

function denyWithoutViolation(): Finding {
  return {
    id: 'hook.violation',
    severity: 'warn',
    message: 'The plugin denies without a violation. The host denies, and nobody learns why.',
    remedy: 'Add a "violation" with a code and a reason.',
  };
}

function allowWithViolation(): Finding {
  return {
    id: 'hook.violation',
    severity: 'warn',
    message: 'The plugin allows and names a violation, which is ignored.',
    remedy: 'Set "continue_processing" to false to deny, or leave the violation out.',
  };
}
