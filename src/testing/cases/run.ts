import type { Invocation, Registered } from '../../host-process/reference-host.js';
import { streamValue } from '../../host-process/stream-value.js';
import type { Contract, HookContract } from '../../model/contract.js';
import type { TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import type { HostProtocol, ServiceEvent } from '../../model/profile.js';
import type { Codec } from '../../pipeline/cpex/types.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { runTrial, type Subject, type Trial, targetWords } from '../subject.js';
import { judgeEnding } from '../verdict.js';
import { buildCall } from './build-calls.js';
import { missingEvents, toFinding, tooLong, unmet } from './findings.js';
import { type Mismatch, show } from './match.js';
import type { Snapshots } from './snapshots.js';
import { spelt } from './spelling.js';
import type { Case, PluginCall } from './types.js';

/** What a case has to say about the call that it made. */
interface Observation {
  readonly invocation: Invocation;
  readonly verdict?: 'allow' | 'deny';
  readonly payloadModified?: boolean;
}

/** A call to the plugin under test, and what must come of it. */
type PluginCase = Case<PluginCall>;

/**
 * Runs one case in a child of its own and compares what came with what was expected.
 * @param heard takes what the plugin said when it registered
 */
export async function runCase(
  one: PluginCase,
  subject: Subject,
  snapshots: Snapshots,
  codec: Codec = 'json',
  heard: (registered: Registered) => void = () => {},
): Promise<Omit<TestResult, 'durationMs'>> {
  const id = `case:${one.name}`;
  const about = { suite: 'cases', id, title: one.name, file: one.file, line: one.line };
  const options = {
    script: one.script,
    ...(one.timeoutMs === undefined ? {} : { callDeadline: one.timeoutMs }),
    ...(codec === 'json' ? {} : { codecs: [codec, 'json'] }),
  };
  const { value, ending, trial } = await runTrial(subject, options, (running) => observe(one, subject, running, heard));
  const died = judgeEnding(ending, id, subject.profile.transport);
  const judged = { subject, protocol: (trial?.plugin.profile ?? subject.profile).protocol };
  if (value === undefined || died !== undefined) {
    const findings = [...(value === undefined ? [] : compare(one, value, trial?.events ?? [], snapshots, judged))];
    if (died !== undefined) findings.push({ ...died.finding, file: one.file });
    return { ...about, verdict: died?.verdict ?? 'fail', findings };
  }
  if (typeof value === 'string') {
    return { ...about, verdict: 'fail', findings: [{ id, severity: 'fail', message: value, file: one.file }] };
  }
  const findings = compare(one, value, trial?.events ?? [], snapshots, judged);
  return { ...about, verdict: findings.length === 0 ? 'pass' : 'fail', findings };
}

/** Registers and makes the call; a text says why that was not possible. */
async function observe(
  one: PluginCase,
  subject: Subject,
  trial: Trial,
  heard: (registered: Registered) => void,
): Promise<Observation | string> {
  const registered = await trial.plugin.register(one.config ?? subject.config);
  heard(registered);
  const { invocation: first, registration } = registered;
  if (one.call.kind === 'method' && one.call.method === 'plugin.register') return { invocation: first };
  if (registersAgain(one, subject)) {
    return { invocation: (await trial.plugin.register(one.config ?? subject.config, { again: true })).invocation };
  }
  if (registration === undefined) {
    return `the plugin does not register with this configuration: ${first.envelope.error?.message ?? 'no usable answer'}`;
  }
  const { call } = one;
  if (call.kind === 'method') return invoke(trial, call.method, call.request, one.cancelAfterMs);
  if (call.kind === 'command') {
    const request = { verb_path: call.verbs, args: call.args, env: call.env };
    return { invocation: await trial.plugin.invoke('command.run', request) };
  }
  const ownHooks = call.kind === 'hook' && !subject.profile.contract.methods.has('hook.invoke');
  if (call.kind === 'step' || call.kind === 'event' || call.kind === 'tool' || ownHooks) {
    const made = buildCall(call, subject.profile, registration);
    return typeof made === 'string' ? made : invoke(trial, made.method, made.request, one.cancelAfterMs);
  }
  const { hook, extensions, context } = call;
  const known = knownHook(subject.profile.contract, hook);
  if (typeof known === 'string') return known;
  const payload = call.payload === undefined ? known?.sample : call.payload;
  const request = { hook, payload, extensions, context };
  const invocation = await trial.plugin.invoke('hook.invoke', request);
  if (invocation.envelope.ok !== true || subject.profile.evaluate === undefined) return { invocation };
  const evaluation = subject.profile.evaluate(request, invocation.envelope.result);
  return { invocation, verdict: evaluation.verdict, payloadModified: evaluation.payloadModified };
}

/** Makes a call; a text says why the host could not make it. */
async function invoke(
  trial: Trial,
  method: string,
  request: unknown,
  cancelAfterMs?: number,
): Promise<Observation | string> {
  const signal = cancelAfterMs === undefined ? {} : { signal: AbortSignal.timeout(cancelAfterMs) };
  try {
    return { invocation: await trial.plugin.invoke(method, request, signal) };
  } catch (error) {
    if (error instanceof CpexError && error.kind === 'user') return error.message;
    throw error;
  }
}

/** Whether a case is about the registration after the first one, which may have failed. */
function registersAgain({ call, config }: PluginCase, { profile }: Subject): boolean {
  if (call.kind !== 'method' || Object.keys(call.request ?? {}).length > 0) return false;
  const { method } = profile.protocol.registration({ config, again: true });
  return method === call.method && method !== profile.protocol.registration({ config }).method;
}

/** The hook of that name or alias, or what is wrong with the name; nothing where a profile has no list of hooks. */
function knownHook({ hooks }: Contract, name: string): HookContract | string | undefined {
  if (hooks.size === 0) return undefined;
  const found = hooks.get(name) ?? [...hooks.values()].find(({ aliases }) => aliases.includes(name));
  if (found !== undefined) return found;
  // A host that gets an unknown name asks nobody and allows, so a typo would test nothing.
  return `there is no hook "${name}".${didYouMean(name, hooks.keys())} To test an unknown one: method: hook.invoke`;
}

function compare(
  one: PluginCase,
  seen: Observation | string,
  events: readonly ServiceEvent[],
  snapshots: Snapshots,
  { subject, protocol }: { readonly subject: Subject; readonly protocol: HostProtocol },
): Finding[] {
  if (typeof seen === 'string') return [];
  const expect = spelt(one, protocol);
  const { envelope, end } = seen.invocation;
  const mismatches: Mismatch[] = [];
  const check = (path: string, actual: unknown, wanted: unknown) => mismatches.push(...unmet(path, actual, wanted));
  const result = envelope.result as AnswerParts | undefined;
  if (expect.error === undefined && envelope.ok !== true) {
    const error = envelope.error === undefined ? 'no envelope' : `${envelope.error.code}: ${envelope.error.message}`;
    mismatches.push({ path: 'error', expected: 'a result', actual: error });
  }
  check('error', envelope.error, expect.error);
  check('result', envelope.result, expect.result);
  const { stream } = seen.invocation;
  check('stream', stream === undefined ? undefined : streamValue(stream), expect.stream);
  if (stream?.error !== undefined && expect.stream === undefined) {
    mismatches.push({ path: 'stream.error', expected: 'a stream that ends well', actual: stream.error });
  }
  check('verdict', seen.verdict, expect.verdict);
  check('payload_modified', seen.payloadModified, expect.payloadModified);
  check('exit_code', result?.exit_code, expect.exitCode);
  check('content', result?.content, expect.content);
  check('is_error', result?.is_error, expect.isError);
  check('artifacts', result?.artifacts, expect.artifacts);
  check('outcome', result?.outcome, expect.outcome);
  check('stdout', output(events, 'stdout'), expect.stdout);
  check('stderr', output(events, 'stderr'), expect.stderr);
  mismatches.push(...missingEvents(events, expect), ...tooLong(end.durationNs, expect.withinMs));
  if (expect.snapshot) mismatches.push(...snapshots.compare(one, envelope.error ?? envelope.result));
  const again = `cpex test ${JSON.stringify(one.file)}${targetWords(subject)}`;
  const found = mismatches.map((mismatch) => {
    const finding = toFinding(one, mismatch, again);
    if (envelope.ok !== true || !WITHOUT_REASON.includes(mismatch.path)) return finding;
    return { ...finding, evidence: reasons(envelope.result, events) };
  });
  return [...found, ...noticed(one, events)];
}

/** Members of results that have an expectation of their own. */
interface AnswerParts {
  readonly exit_code?: unknown;
  readonly artifacts?: unknown;
  readonly outcome?: unknown;
  readonly content?: unknown;
  readonly is_error?: unknown;
}

/** Parts of an answer that are one word or number, and of which something beside them says why. */
const WITHOUT_REASON: readonly string[] = ['verdict', 'exit_code', 'outcome', 'is_error'];

/** Lines of stderr that are told. */
const MOST_LINES = 5;

/** Why a plugin answered as it did: the whole answer, and the end of what it wrote to stderr. */
function reasons(result: unknown, events: readonly ServiceEvent[]): string[] {
  const written = output(events, 'stderr').trimEnd();
  const lines = written === '' ? [] : written.split('\n').slice(-MOST_LINES);
  return [`result: ${show(result)}`, ...lines.map((line) => `stderr: ${line}`)];
}

/** What the host noticed and would not bear. */
function noticed(one: Case, events: readonly ServiceEvent[]): Finding[] {
  return events.flatMap((event) =>
    event.kind === 'finding' && event.finding.severity === 'fail'
      ? [{ ...event.finding, id: `case:${one.name}`, file: one.file }]
      : [],
  );
}

/** What a command wrote through host.output.write, or a step through host.step.log, as text. */
function output(events: readonly ServiceEvent[], stream: 'stdout' | 'stderr'): string {
  const parts = events.flatMap((event) =>
    (event.kind === 'output' || event.kind === 'step_log') && event.stream === stream ? [event.bytes] : [],
  );
  return Buffer.concat(parts).toString('utf8');
}
