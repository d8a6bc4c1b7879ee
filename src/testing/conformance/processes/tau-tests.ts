import { fieldsOf } from '../../../hosts/json-fields.js';
import { hooksOf, type Tool, toolsOf } from '../../../hosts/tau/registration.js';
import { hookCall } from '../../../hosts/tau/samples.js';
import type { Finding, Severity } from '../../../model/finding.js';
import type { Registration } from '../../../model/profile.js';
import { parseExact, stringifyExact } from '../../../support/exact-json.js';
import { runTrial, type Subject, type Trial } from '../../subject.js';
import { withRegistration } from '../level-2.js';
import type { TestOutcome } from '../types.js';
import { call, patiently } from './patient-calls.js';
import { schemaProblem } from './schema-problem.js';

/** Bytes of CBOR that an answer may have; a host in Rust loses longer ones. */
const ANSWER_LIMIT = 65_535;

/** Calls of one tool at the same time. */
const AT_ONCE = 8;

/** A name that no tool has. */
const NO_TOOL = 'cpex_no_such_tool';

/** tau.register: what the plugin sends by itself can be used. */
export async function registers(subject: Subject): Promise<TestOutcome> {
  const kept = { ...subject, killAtEnd: true };
  const { value, ending } = await runTrial(kept, {}, (trial) => trial.plugin.register(subject.config));
  const broken = (value?.findings ?? []).filter(({ severity }) => severity === 'fail');
  return { findings: broken.map((one) => ({ ...one, id: 'tau.register' })), ending };
}

/** tau.pure: everything once; what is no message ends the session. */
export async function writesMessages(subject: Subject): Promise<TestOutcome> {
  const { ending } = await tour(subject);
  // Calls that are not answered are the business of other tests.
  if (ending.kind === 'exit' || ending.kind === 'crash' || ending.kind === 'hang') {
    return { findings: [], unproven: 'the plugin did not answer all calls' };
  }
  return { findings: [], ending };
}

/** tau.end: the end of its input is all that tells a plugin to go. */
export async function endsWithInput(subject: Subject): Promise<TestOutcome> {
  const waits = { ...subject, killAtEnd: false };
  const { ending } = await runTrial(waits, {}, (trial) => trial.plugin.register(subject.config));
  return { findings: [], ending };
}

/** tau.schema: names and schemas of the registration. */
export function describesTools(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (_, registration, findings) => {
    const found = findings
      .filter(({ id }) => id === 'register.schema' || id === 'register.names')
      .map((one): Finding => ({ ...one, id: 'tau.schema', severity: 'fail' }));
    for (const { name, parameters } of toolsOf(registration)) {
      const problem = await schemaProblem(parameters);
      if (problem !== undefined) found.push(told('tau.schema', `The schema of the tool "${name}" is none: ${problem}`));
    }
    return found;
  });
}

/** tau.stable: two processes, one registration. */
export async function registersAlike(subject: Subject): Promise<TestOutcome> {
  const first = await rawRegistration(subject);
  const second = await rawRegistration(subject);
  const ending = first.ending.kind === 'clean' ? second.ending : first.ending;
  if (first.value === second.value) return { findings: [], ending };
  const evidence = [`first: ${first.value}`, `second: ${second.value}`];
  return { findings: [told('tau.stable', 'Two processes registered differently.', evidence)], ending };
}

function rawRegistration(subject: Subject) {
  return runTrial(subject, {}, async (trial) => {
    const { registration } = await trial.plugin.register(subject.config);
    return stringifyExact(registration?.raw ?? null);
  });
}

/** tau.tool: form and id of each result. */
export function answersTools(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (trial, registration) => {
    const found: Finding[] = [];
    for (const tool of toolsOf(registration)) {
      const { envelope } = await call(trial, tool);
      found.push(...broken('tau.tool', `the tool "${tool.name}"`, envelope.findings));
    }
    return found;
  });
}

/** tau.hook: form of each answer. */
export function answersHooks(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (trial, registration) => {
    const found: Finding[] = [];
    for (const name of hooksOf(registration)) {
      const { method, request } = hookCall(name, undefined);
      const { envelope } = await trial.plugin.invoke(method, request);
      found.push(...broken('tau.hook', `the hook "${name}"`, envelope.findings));
    }
    return found;
  });
}

/** tau.arguments: what the tool's own schema refuses. */
export function refusesArguments(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (trial, registration) => {
    const found: Finding[] = [];
    for (const tool of toolsOf(registration)) {
      for (const wrong of await wrongArguments(tool)) {
        const { envelope } = await call(trial, tool, wrong);
        const what = `the tool "${tool.name}"`;
        found.push(...broken('tau.arguments', what, envelope.findings));
        if (envelope.ok !== true || isError(envelope.result)) continue;
        const evidence = [`arguments: ${stringifyExact(wrong)}`, `answer: ${stringifyExact(envelope.result)}`];
        found.push(told('tau.arguments', `${what} takes arguments that its schema refuses.`, evidence, 'warn'));
      }
    }
    return found;
  });
}

/** Nothing at all, and values of other types, as far as the schema refuses them. */
async function wrongArguments({ parameters }: Tool): Promise<unknown[]> {
  const names = Object.keys((parameters.properties ?? {}) as object);
  const candidates = [{}, Object.fromEntries(names.map((name) => [name, [[null]]]))];
  const refused: unknown[] = [];
  for (const one of candidates) if ((await schemaProblem(parameters, one)) !== undefined) refused.push(one);
  return refused;
}

/** tau.unknown: any answer will do that says so. */
export function answersUnknown(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (trial) => {
    const { envelope } = await call(trial, { name: NO_TOOL, description: '', parameters: {} }, {});
    const found = broken('tau.unknown', 'a tool that is not there', envelope.findings);
    if (envelope.ok !== true || isError(envelope.result)) return found;
    const evidence = [`answer: ${stringifyExact(envelope.result)}`];
    return [...found, told('tau.unknown', `The call of the tool "${NO_TOOL}" was answered as a good one.`, evidence)];
  });
}

/** tau.output: what came for no call, over the whole life of the plugin. */
export async function staysWithCalls(subject: Subject): Promise<TestOutcome> {
  const { trial, ending } = await tour(subject);
  const odd = (trial?.breaches ?? []).filter(({ test }) => test === 'stdio.odd');
  return { findings: odd.map(({ message }) => told('tau.output', message)), ending };
}

/** tau.server: requests that break the contract, as the services tell of them. */
export async function asksWell(subject: Subject): Promise<TestOutcome> {
  const { trial, ending } = await tour(subject);
  const findings = (trial?.events ?? []).flatMap((event) =>
    event.kind === 'finding' && event.finding.id === 'server.request' ? [{ ...event.finding, id: 'tau.server' }] : [],
  );
  return { findings, ending };
}

function tour(subject: Subject) {
  return runTrial({ ...subject, killAtEnd: false }, {}, async (trial) => {
    const { registration } = await trial.plugin.register(subject.config);
    if (registration !== undefined) await everything(subject, trial, registration);
  });
}

/** tau.limit: the length of every answer, as frames would carry it. */
export function staysShort(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (trial, registration) => {
    const { encode } = await import('cbor2');
    const found: Finding[] = [];
    for (const { method, request } of subject.profile.protocol.sampleCalls(registration)) {
      const { end, envelope } = await patiently(trial, method, request);
      // Over frames the transport itself refuses what is too long.
      const tooLong = envelope.findings.find(({ id }) => id === 'stdio.reply');
      const size = end.body.length === 0 ? 0 : encode(parseExact(Buffer.from(end.body).toString())).length;
      if (tooLong === undefined && size <= ANSWER_LIMIT) continue;
      const message = tooLong?.message ?? `An answer to ${method} has ${size} bytes of CBOR.`;
      const evidence = [`request: ${stringifyExact(request)}`];
      const remedy = `Answer in ${ANSWER_LIMIT} bytes, and send long output as deltas.`;
      found.push({ ...told('tau.limit', message, evidence), remedy });
    }
    return found;
  });
}

/** tau.cancel: an answer has to come all the same; one that does not is a hang. */
export function answersCancelled(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (trial, registration) => {
    const found: Finding[] = [];
    for (const tool of toolsOf(registration)) {
      const stop = new AbortController();
      const answer = call(trial, tool, undefined, { signal: stop.signal });
      stop.abort();
      const { envelope } = await answer;
      found.push(...broken('tau.cancel', `the cancelled tool "${tool.name}"`, envelope.findings));
    }
    return found;
  });
}

/** tau.overlap: several calls of each tool, with a hook in between. */
export function servesBeside(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (trial, registration) => {
    const [hook] = hooksOf(registration).map((name) => hookCall(name, undefined));
    const found: Finding[] = [];
    for (const tool of toolsOf(registration)) {
      const calls = Array.from({ length: AT_ONCE }, () => call(trial, tool, undefined, { concurrent: true }));
      const beside = hook === undefined ? [] : [trial.plugin.invoke(hook.method, hook.request, { concurrent: true })];
      for (const { envelope } of await Promise.all([...calls, ...beside])) {
        found.push(
          ...broken('tau.overlap', `the tool "${tool.name}", called ${AT_ONCE} times at once`, envelope.findings),
        );
      }
    }
    return found;
  });
}

/** tau.idle: the session starts the plugin anew where it has ended. */
export function bearsIdle(subject: Subject): Promise<TestOutcome> {
  return withRegistration(subject, async (trial, registration) => {
    const found: Finding[] = [];
    for (const tool of toolsOf(registration)) {
      await trial.plugin.invoke('idle', {});
      const { envelope } = await call(trial, tool);
      found.push(...broken('tau.idle', `the tool "${tool.name}" after idle`, envelope.findings));
    }
    return found;
  });
}

/** tau.wire: the same registration, and the same answers of tools that answer alike when they are asked twice. */
export async function agreesInBoth(subject: Subject): Promise<TestOutcome> {
  const lines = await answersOver(subject, 'tau-lines');
  const frames = await answersOver(subject, 'tau-frames');
  for (const { ending } of [lines, frames]) {
    if (ending.kind === 'refused')
      return { findings: [], unproven: 'the plugin speaks one form of the messages alone' };
    if (ending.kind !== 'clean') return { findings: [], ending };
  }
  const findings = (lines.value ?? []).flatMap(({ what, answers: [one, again] }, index) => {
    const other = frames.value?.[index]?.answers;
    if (one !== again || other?.includes(one ?? '') === true) return [];
    return [told('tau.wire', `${what} differs.`, [`lines: ${one}`, `frames: ${other?.[0] ?? 'none'}`])];
  });
  return { findings };
}

interface Asked {
  readonly what: string;
  /** What came when it was asked twice. */
  readonly answers: readonly string[];
}

function answersOver(subject: Subject, wire: 'tau-lines' | 'tau-frames') {
  const { profile } = subject;
  const process = { ...profile.process, transport: 'stdio' as const, wire };
  return runTrial({ ...subject, profile: { ...profile, process } }, {}, async (trial): Promise<Asked[]> => {
    const { registration } = await trial.plugin.register(subject.config);
    if (registration === undefined) return [];
    const asked: Asked[] = [
      { what: 'The registration', answers: Array(2).fill(stringifyExact(registration.capabilities)) },
    ];
    for (const tool of toolsOf(registration)) {
      const answers: string[] = [];
      for (let time = 0; time < 2; time++) {
        const { envelope } = await call(trial, tool);
        const { tool_call_id: _, ...result } = fieldsOf(envelope.result);
        answers.push(stringifyExact(envelope.ok === true ? result : envelope.findings.map(({ message }) => message)));
      }
      asked.push({ what: `The answer of the tool "${tool.name}"`, answers });
    }
    return asked;
  });
}

async function everything(subject: Subject, trial: Trial, registration: Registration): Promise<void> {
  for (const { method, request } of subject.profile.protocol.sampleCalls(registration)) {
    await patiently(trial, method, request);
  }
}

function isError(result: unknown): boolean {
  return (result as { is_error?: unknown } | undefined)?.is_error === true;
}

function broken(id: string, what: string, findings: readonly Finding[]): Finding[] {
  return findings
    .filter(({ severity }) => severity === 'fail')
    .map((one) => ({ ...one, id, message: `${what}: ${one.message}` }));
}

function told(id: string, message: string, evidence: readonly string[] = [], severity: Severity = 'fail'): Finding {
  return { id, severity, message, ...(evidence.length === 0 ? {} : { evidence }) };
}
