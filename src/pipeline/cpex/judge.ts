import { cpexContract } from '../../hosts/cpex/contract.js';
import { equalJson } from '../../hosts/exact-equal.js';
import { type Fields, fieldsOf, isFields } from '../../hosts/json-fields.js';
import { checkShape, describeProblem } from '../../hosts/schema-check.js';
import type { Finding } from '../../model/finding.js';
import { stringifyExact } from '../../support/exact-json.js';
import type { Outcome } from './effects.js';
import { mergeExtensions } from './extensions.js';
import type { HookInvocation, PluginAnswer } from './types.js';

/** What the host makes of one answer, before the mode decides what becomes of it. */
export interface Judged {
  readonly outcome: Outcome | 'cancelled';
  /** The plugin's wish; absent when it gave no answer that can be read. */
  readonly allow?: boolean;
  /** The payload, where it is another one than was sent. */
  readonly payload?: { readonly value: unknown };
  /** All extensions with the plugin's changes, where there are any that it may make. */
  readonly extensions?: Fields;
  /** Why changes of the extensions are not taken. */
  readonly rejection?: string;
  readonly localState?: Fields;
  readonly globalState?: Fields;
  readonly violation?: Fields;
  readonly metadata?: Fields;
  readonly failure?: { readonly message: string; readonly code: string; readonly details?: unknown };
  readonly findings: readonly Finding[];
  readonly durationNs: number;
}

/** What was sent, and what the host knows beside it. */
export interface Asked {
  readonly request: HookInvocation;
  /** All extensions, what is hidden from the plugin among them. */
  readonly extensions: Fields;
  readonly capabilities: ReadonlySet<string>;
}

/** Judges an answer: never by what the plugin says of itself, always by comparison with what was sent. */
export function judge(answer: PluginAnswer, asked: Asked): Judged {
  const { durationNs } = answer;
  if (answer.kind === 'cancelled') return { outcome: 'cancelled', findings: [], durationNs };
  if (answer.kind !== 'result') {
    const { kind, message, code, details } = answer;
    const failure = { message, code, ...(details === undefined ? {} : { details }) };
    return { outcome: kind, failure, findings: answer.findings ?? [], durationNs };
  }
  const findings = [...answer.findings];
  const reply = withoutNulls(answer.result, findings);
  const problems = checkShape(RESULT, reply, cpexContract.types).slice(0, MOST_PROBLEMS).map(describeProblem);
  findings.push(...problems.map((problem) => finding('hook.result', `In the result of the hook ${problem}.`)));
  const fields = fieldsOf(reply);
  // A deny that can be understood is a deny, whatever else is wrong with it.
  if (fields.continue_processing === false)
    return denied(fields, asked, findings, { durationNs, broken: problems.length > 0 });
  if (problems.length > 0) return unreadable(`In the result of the hook ${problems[0]}.`, findings, durationNs);
  return allowed(fields, asked, findings, durationNs);
}

/** Problems of one result that are listed: an answer may have thousands. */
const MOST_PROBLEMS = 8;
/** Characters of metadata, as JSON, that a record keeps. */
const LONGEST_METADATA = 16 * 1024;
const RESULT = cpexContract.methods.get('hook.invoke')?.result ?? {};
const VIOLATION = cpexContract.types.get('Violation') ?? {};

function denied(
  reply: Fields,
  asked: Asked,
  findings: Finding[],
  { durationNs, broken }: { readonly durationNs: number; readonly broken: boolean },
): Judged {
  const { violation } = reply;
  const usable = isFields(violation) && checkShape(VIOLATION, violation, cpexContract.types).length === 0;
  if (!usable) {
    const seen = violation === undefined ? 'without a violation' : 'with a violation that cannot be read';
    findings.push({
      id: 'hook.violation',
      severity: 'warn',
      message: `The plugin denies ${seen}.`,
      remedy: 'Add a "violation" with a code and a reason.',
    });
  }
  // Where a plugin may not deny, its changes hold.
  const { unfit: _, ...changes } = broken ? {} : changesIn(reply, asked, findings);
  return {
    outcome: usable ? 'deny' : 'deny_bare',
    allow: false,
    ...(usable ? { violation } : {}),
    ...changes,
    findings,
    durationNs,
  };
}

function allowed(reply: Fields, asked: Asked, findings: Finding[], durationNs: number): Judged {
  if (reply.violation !== undefined) {
    findings.push({
      id: 'hook.violation',
      severity: 'warn',
      message: 'The plugin allows and names a violation, which is ignored.',
      remedy: 'Set "continue_processing" to false to deny, or leave the violation out.',
    });
  }
  const { unfit, ...changes } = changesIn(reply, asked, findings);
  if (unfit !== undefined) return unreadable(unfit, findings, durationNs, 'invalid_payload');
  const modified = changes.payload !== undefined || changes.extensions !== undefined;
  return { outcome: modified ? 'modify' : 'allow', allow: true, ...changes, findings, durationNs };
}

type Changes = Pick<Judged, 'payload' | 'extensions' | 'rejection' | 'localState' | 'globalState' | 'metadata'> & {
  /** What is wrong with a payload that does not fit the hook. */
  readonly unfit?: string;
};

/** What a result that has its shape changes. */
function changesIn(reply: Fields, { request, extensions, capabilities }: Asked, findings: Finding[]): Changes {
  const modified = Object.hasOwn(reply, 'modified_payload') && !equalJson(reply.modified_payload, request.payload);
  const unfit = modified ? payloadProblem(request.hook, reply.modified_payload) : undefined;
  if (unfit !== undefined) findings.push(finding('hook.payload', unfit));
  const merged = isFields(reply.modified_extensions)
    ? mergeExtensions({ all: extensions, seen: request.extensions, returned: reply.modified_extensions }, capabilities)
    : {};
  if (merged.rejection !== undefined) findings.push(rejected(merged.rejection));
  const { local_state: localState, global_state: globalState } = fieldsOf(reply.context);
  return {
    ...(unfit === undefined ? {} : { unfit }),
    ...(modified && unfit === undefined ? { payload: { value: reply.modified_payload } } : {}),
    ...merged,
    ...(isFields(localState) ? { localState } : {}),
    ...(isFields(globalState) ? { globalState } : {}),
    ...metadataOf(reply, findings),
  };
}

function payloadProblem(hook: string, payload: unknown): string | undefined {
  const [problem] = checkShape(cpexContract.hooks.get(hook)?.payload ?? {}, payload, cpexContract.types);
  return problem === undefined ? undefined : `In the modified payload ${describeProblem(problem)}.`;
}

function unreadable(message: string, findings: Finding[], durationNs: number, code = 'invalid_response'): Judged {
  return { outcome: 'error', failure: { message, code }, findings, durationNs };
}

function metadataOf({ metadata }: Fields, findings: Finding[]): { readonly metadata?: Fields } {
  if (!isFields(metadata) || Object.keys(metadata).length === 0) return {};
  const { length } = stringifyExact(metadata);
  if (length <= LONGEST_METADATA) return { metadata };
  findings.push({
    id: 'hook.metadata',
    severity: 'warn',
    message: `The metadata has ${length} characters as JSON; a record keeps ${LONGEST_METADATA} at most, so it has none.`,
    remedy: 'Metadata is for short notes: emit an event for more.',
  });
  return {};
}

/** Members that may be absent and are null; the ABI lets a reader take them as absent. */
function withoutNulls(result: unknown, findings: Finding[]): unknown {
  if (!isFields(result)) return result;
  const nulls = OPTIONAL.filter((name) => result[name] === null);
  if (nulls.length === 0) return result;
  findings.push({
    id: 'hook.result',
    severity: 'warn',
    clause: 'ABI-JSON-007',
    message: `The result of the hook has null for ${nulls.map((name) => `"${name}"`).join(', ')}, which the host reads as absent.`,
    remedy: 'Leave a field without a value out.',
  });
  return Object.fromEntries(Object.entries(result).filter(([name, value]) => value !== null || !nulls.includes(name)));
}

/** Not the payload: null is a value that a payload may have. */
const OPTIONAL = ['modified_extensions', 'violation', 'metadata', 'context'];

function rejected(message: string): Finding {
  return {
    id: 'hook.extensions',
    severity: 'fail',
    message,
    remedy: 'Return the extensions that the plugin saw, changed only where its capabilities allow that.',
  };
}

function finding(id: string, message: string): Finding {
  return { id, severity: 'fail', clause: 'ABI-JSON-009', message };
}
