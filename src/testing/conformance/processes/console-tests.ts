import { randomBytes } from 'node:crypto';
import { seamOf } from '../../../hosts/console/profile.js';
import { serviceNames } from '../../../hosts/go-plugin/handshake.js';
import { type Finding, PROVISIONAL } from '../../../model/finding.js';
import { runTrial, type Subject } from '../../subject.js';
import type { TestOutcome } from '../types.js';
import { finding, type Seam, Unproven, withSeam } from './console-seam.js';
import { noTime } from './console-times.js';

/** The event types of Console. */
const EVENTS = ['component_down', 'component_degraded', 'component_recovered', 'flag_changed'];

/** Statuses of plugins that do not know an event, whatever is behind them. */
const REFUSALS: ReadonlySet<string> = new Set(['INVALID_ARGUMENT', 'UNIMPLEMENTED', 'OUT_OF_RANGE', 'unreadable']);

/** No state has such a number; statuses of HTTP have. */
const STATES = 100;

/** con.seam */
export async function servesSeam(subject: Subject): Promise<TestOutcome> {
  const { value, ending } = await runTrial(subject, {}, async ({ plugin }) => {
    const { registration } = await plugin.register(subject.config);
    return serviceNames(registration?.raw);
  });
  if (ending.kind !== 'clean') return { findings: [], ending };
  if (value === undefined)
    return { findings: [], unproven: 'the plugin does not say what it serves (server reflection)' };
  const served = value.flatMap((name) => seamOf(name) ?? []);
  const evidence = [`it serves: ${value.join(', ') || 'no service of an application'}`];
  const remedy = 'Register StoreService, NotifierService, StatusProviderService or LLMService.';
  if (served.length === 0) {
    const found = finding('con.seam', 'The plugin serves none of the four seams of Console.', evidence);
    return { findings: [{ ...found, remedy }] };
  }
  const promised = (subject.manifest?.capabilities ?? []).filter((one) => one.startsWith('seam:'));
  const missing = promised.map((one) => one.slice('seam:'.length)).filter((word) => !served.includes(word));
  const said = missing.map((word) =>
    finding('con.seam', `cpex.yaml names seam:${word}, which is not served.`, evidence),
  );
  return { findings: said.map((one) => ({ ...one, remedy })) };
}

/** con.contract */
export async function isByContract(subject: Subject): Promise<TestOutcome> {
  const { value = [], ending } = await runTrial(subject, {}, async ({ plugin }) => {
    const { findings } = await plugin.register(subject.config);
    return findings.filter(({ id }) => id === PROVISIONAL);
  });
  return { findings: value.map((one): Finding => ({ ...one, id: 'con.contract', severity: 'info' })), ending };
}

/** con.notify.name, con.status.name, con.llm.name: in one process, and in the next one. */
export async function hasName(subject: Subject, id: string, word: string): Promise<TestOutcome> {
  const names: string[] = [];
  const ask = async (seam: Seam): Promise<readonly Finding[]> => {
    seam.requireAnswer('Name', 'name');
    const { status, result, said } = await seam.call('Name', {});
    if (status !== 'OK') return [finding(id, 'The plugin does not tell its name, and is called "plugin".', [said])];
    names.push(String(result.name));
    return result.name === '' ? [finding(id, 'The name is empty.')] : [];
  };
  const first = await withSeam(subject, word, async (seam) => [...(await ask(seam)), ...(await ask(seam))].slice(0, 1));
  if (first.findings.length > 0 || first.unproven !== undefined) return first;
  if (first.ending !== undefined && first.ending.kind !== 'clean') return first;
  const second = await withSeam(subject, word, ask);
  if (second.findings.length > 0 || new Set(names).size < 2) return second;
  return { ...second, findings: [finding(id, 'The name is another one when it is asked for again.', names)] };
}

/** con.notify.event: each type that Console has is taken, and one that it may have some day ends nothing. */
export function takesEvents(subject: Subject): Promise<TestOutcome> {
  return withSeam(subject, 'notifier', async (seam) => {
    const sample = seam.sample('Notify');
    const notify = (type: string) => seam.call('Notify', seam.fit('Notify', { ...sample, type }, ['type']));
    const all: { readonly type: string; readonly status: string; readonly said: string }[] = [];
    for (const type of EVENTS) all.push({ type, ...(await notify(type)) });
    // Whatever is answered; a process that dies of it is an ending.
    await notify('cpex_unknown_event');
    await seam.call('Name', {});
    const refused = all.filter(({ status }) => status !== 'OK');
    const unknown = refused.filter(({ status }) => REFUSALS.has(status));
    // Where nothing is taken for the same reason, it is what lies behind the plugin that is not there.
    if (refused.length === EVENTS.length && unknown.length === 0) {
      throw new Unproven(`no event gets through: ${refused[0]?.said}`);
    }
    return refused.map(({ type, said }) =>
      finding('con.notify.event', `Events of the type ${type} are refused.`, [said]),
    );
  });
}

/** con.status.check */
export function checksComponents(subject: Subject): Promise<TestOutcome> {
  return withSeam(subject, 'status_provider', async (seam) => {
    const nobody = seam.fit('Check', { key: `cpex-test-${randomBytes(6).toString('hex')}` });
    // A check or a status, either will do; a process that dies of it is an ending.
    await seam.call('Check', nobody);
    seam.requireAnswer('Check', 'component', 'state');
    const given = seam.sample('Check');
    const { component, state, latencyNanos = '0' } = await checked(seam, given);
    const found: Finding[] = [];
    const tell = (message: string) => found.push(finding('con.status.check', message));
    if (component !== given.key) {
      tell(`The check of ${JSON.stringify(given.key)} names the component ${JSON.stringify(component)}.`);
    }
    if (typeof state === 'number' && (state < 0 || state >= STATES)) {
      const http = state >= 100 && state < 600 ? ', which looks like a status of HTTP' : '';
      tell(`The state is ${state}${http}; states are small numbers.`);
    }
    if (/^-/.test(String(latencyNanos))) tell(`The latency is ${String(latencyNanos)} nanoseconds.`);
    return found;
  });
}

/** con.status.time */
export function tellsTime(subject: Subject): Promise<TestOutcome> {
  return withSeam(subject, 'status_provider', async (seam) => {
    seam.requireAnswer('Check', 'checkedAtUnixNano');
    const { checkedAtUnixNano: time } = await checked(seam, seam.sample('Check'));
    if (typeof time !== 'string') throw new Unproven('the contract has another type for checked_at_unix_nano');
    const why = noTime(time);
    if (why === undefined) return [];
    return [finding('con.status.time', `checked_at_unix_nano is ${time}, no time in Unix nanoseconds: ${why}.`)];
  });
}

/** A check that succeeds; one that fails is an unknown state, which is no fault. */
async function checked(seam: Seam, request: Readonly<Record<string, unknown>>) {
  const { status, result, said } = await seam.call('Check', seam.fit('Check', request));
  if (status === 'unreadable') throw new Unproven(said);
  if (status !== 'OK') throw new Unproven(`the sample's component cannot be looked at: ${said}`);
  return result;
}

/** con.llm.complete */
export function completes(subject: Subject): Promise<TestOutcome> {
  return withSeam(subject, 'llm', async (seam) => {
    seam.requireAnswer('Complete', 'text');
    const request = seam.fit('Complete', seam.sample('Complete'), ['messages']);
    const { status, result, said } = await seam.call('Complete', request);
    if (status !== 'OK') throw new Unproven(`the model cannot be asked: ${said}`);
    return result.text === '' ? [finding('con.llm.complete', 'A message is answered with no text at all.')] : [];
  });
}

/** con.llm.error: a process that dies of it is an ending. */
export function bearsNothing(subject: Subject): Promise<TestOutcome> {
  return withSeam(subject, 'llm', async (seam) => {
    seam.requireAnswer('Complete', 'text');
    const request = seam.fit('Complete', { ...seam.sample('Complete'), messages: [] }, ['messages']);
    const { status, result } = await seam.call('Complete', request);
    await seam.call('Name', {});
    if (status !== 'OK' || result.text !== '') return [];
    const message = 'A request without messages is answered with no text and no error.';
    return [{ ...finding('con.llm.error', message), severity: 'warn' }];
  });
}
