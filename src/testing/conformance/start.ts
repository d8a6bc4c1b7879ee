import path from 'node:path';
import type { Finding } from '../../model/finding.js';
import type { Ending } from '../../model/session.js';
import type { Observation, Watch } from '../../model/watch.js';
import { runTrial, type Subject, type Trial, type TrialOutcome } from '../subject.js';
import { linesOfPlugin } from './in-passing.js';
import { fault } from './probe-test.js';
import type { TestOutcome } from './types.js';

/** Nanoseconds of processor time for loading and init. */
const MOST_NS = 100e6;
const STARTS = 5;

/** `load.time`: the best of five starts, in processor time, so that a busy machine changes nothing. */
export async function loadTime(subject: Subject): Promise<TestOutcome> {
  if (subject.engine.under !== undefined) {
    return { findings: [], unproven: `${subject.engine.under} needs time of its own` };
  }
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const { value, ending } = await look(subject, 'smoke.load', {}, (seen) => seen.number('ns'));
    if (value === undefined) return { findings: [], ...notSeen(ending) };
    times.push(value);
    if (value <= MOST_NS) return { findings: [] };
  }
  const best = Math.min(...times);
  const all = times.map((ns) => `${Math.round(ns / 1e6)} ms`).join(', ');
  const message = `Loading and init take ${Math.round(best / 1e6)} ms of processor time, the limit is ${MOST_NS / 1e6} ms.`;
  const finding = fault('load.time', message, [`${STARTS} starts: ${all}`]);
  return { findings: [{ ...finding, remedy: 'Do what takes long when it is first needed, or on plugin.register.' }] };
}

/** `load.quiet`: the library is loaded, and nothing of it is called. */
export async function loadQuiet(subject: Subject): Promise<TestOutcome> {
  const findings: Finding[] = [];
  const say = (message: string, evidence: readonly string[] = []) =>
    findings.push(fault('load.quiet', `When it is loaded, the plugin ${message}.`, evidence));
  const quiet: Watch = { only: 'load' };
  const { value, ending, trial } = await runTrial(
    subject,
    { watch: { ...quiet, prepare: 'snapshot' } },
    async (one) => {
      const { perform } = one.plugin.session;
      if (perform === undefined) return undefined;
      const session = one.plugin.session;
      const before = await session.perform?.('state.before', []);
      const now = await session.perform?.('state.now', []);
      const load = await session.perform?.('smoke.load', []);
      return { sockets: newSockets(before, now), waited: load?.text('waited') === '1' };
    },
  );
  if (value === undefined && ending.kind === 'clean') return { findings: [], unproven: 'needs the C probe' };
  for (const stream of ['stdout', 'stderr'] as const) {
    const lines = linesOfPlugin(trial?.printed[stream]() ?? '');
    // What a process says of its death is no noise.
    if (lines.length > 0 && ending.kind === 'clean') say(`prints to ${stream}`, lines.slice(0, 3));
  }
  if (value !== undefined && value.sockets.length > 0) say('opens sockets', value.sockets);
  if (value?.waited === true) say('starts a process and waits for its end');
  if (ending.kind === 'clean' && ending.leftovers !== undefined) say('starts processes', ending.leftovers);
  findings.push(...(await reachedOut(subject, quiet, ending)));
  return { findings, ending };
}

/** Connections that are closed again leave no trace: so those to other machines are looked for while they are made. */
async function reachedOut(subject: Subject, quiet: Watch, ending: Ending): Promise<Finding[]> {
  if (ending.kind !== 'clean') return [];
  const watch: Watch = { ...quiet, prepare: 'network' };
  const { value } = await runTrial(subject, { watch }, async ({ plugin }) =>
    plugin.session.perform?.('state.network', []),
  );
  const wanted = value?.all('wanted').map(String) ?? [];
  return wanted.length === 0
    ? []
    : [fault('load.quiet', 'When it is loaded, the plugin reaches for the network.', [...new Set(wanted)].slice(0, 5))];
}

/** Descriptors are written as number, words and target. */
function newSockets(before: Observation | undefined, now: Observation | undefined): string[] {
  const of = (seen: Observation | undefined) => (seen?.all('fd') ?? []).map(String);
  const known = new Set(of(before).map((line) => line.split(' ')[0]));
  return of(now).filter((line) => !known.has(line.split(' ')[0]) && line.includes('socket:'));
}

/** Why a function of the table is none of the plugin's, by what the probe saw at its address. */
const WRONG_PLACES: Readonly<Record<string, (file: string) => string>> = {
  nowhere: () => 'where there is no memory',
  data: (file) => `in memory that is no code${file === '' ? '' : `, of ${file}`}`,
  'no-module': () => 'in code that belongs to no library',
  host: (file) => `in code of ${file}, which was there before the plugin`,
};

/** `init.table`: each function lies in code of the plugin, or of a library that it brought along. */
export async function initTable(subject: Subject): Promise<TestOutcome> {
  const { value, ending } = await look(subject, 'smoke.table', {}, (seen) => seen.all('function').map(String), [
    'proc',
  ]);
  if (value === undefined) return { findings: [], ...notSeen(ending) };
  const findings = value.flatMap((line): Finding[] => {
    const [name, kind = '', address, file = ''] = line.split(' ');
    const where = WRONG_PLACES[kind]?.(path.basename(file));
    if (where === undefined) return [];
    return [fault('init.table', `The plugin's table names a function ${name} ${where}.`, [`address: ${address}`])];
  });
  return { findings };
}

/** `init.bounds`: init writes the four fields of the plugin's table and reads the four of the host's. */
export async function initBounds(subject: Subject): Promise<TestOutcome> {
  const watch: Watch = { guard: 'end', parts: ['tables'] };
  const seen = await runTrial({ ...subject, killAtEnd: true }, { watch }, async ({ plugin }) =>
    plugin.session.abilities.has('guard'),
  );
  return judgeTables(seen, (where) => /after the end of the (plugin|host)'s table/.test(where));
}

/** `init.host-const`: nothing that the plugin does writes to the host's table. */
export async function initHostConst(subject: Subject): Promise<TestOutcome> {
  const watch: Watch = { guard: 'end', parts: ['tables', 'read-only'] };
  const seen = await runTrial(subject, { watch }, async ({ plugin }) => {
    const { registration } = await plugin.register(subject.config);
    const samples = registration === undefined ? [] : subject.profile.protocol.sampleCalls(registration);
    for (const { method, request } of samples) await plugin.invoke(method, request);
    return plugin.session.abilities.has('guard');
  });
  return judgeTables(seen, (where) => /\bof the host's table\b.*read-only/.test(where));
}

/** A crash counts when it is the one that is looked for; any other is the business of other tests. */
function judgeTables({ value, ending }: TrialOutcome<boolean>, ours: (where: string) => boolean): TestOutcome {
  if (ending.kind === 'crash' && ending.fault?.region === 'guard' && ours(ending.fault.where ?? '')) {
    return { findings: [], ending };
  }
  if (value === false) return { findings: [], unproven: 'needs guard pages, which the host has not here' };
  if (ending.kind === 'harness-fault' || ending.kind === 'cancelled') return { findings: [], ending };
  return ending.kind === 'clean' ? { findings: [] } : { findings: [], unproven: 'needs calls that come back' };
}

/** Starts the plugin, lets the probe look at it and kills it: its end is the business of other tests. */
function look<T>(
  subject: Subject,
  experiment: string,
  options: { readonly watch?: Watch },
  read: (seen: Observation) => T,
  abilities: readonly string[] = [],
): Promise<TrialOutcome<T | undefined>> {
  return runTrial({ ...subject, killAtEnd: true }, options, async ({ plugin: { session } }: Trial) => {
    if (session.perform === undefined || !abilities.every((one) => session.abilities.has(one))) return undefined;
    return read(await session.perform(experiment, []));
  });
}

/** Why there is nothing to judge. */
function notSeen(ending: Ending): Pick<TestOutcome, 'ending' | 'unproven'> {
  if (ending.kind === 'harness-fault' || ending.kind === 'cancelled') return { ending };
  return { unproven: ending.kind === 'clean' ? 'the probe cannot see this here' : 'needs an init that comes back' };
}
