import type { Invocation } from '../../host-process/reference-host.js';
import type { Finding } from '../../model/finding.js';
import type { Registration, ServiceEvent } from '../../model/profile.js';
import { stringifyExact } from '../../support/exact-json.js';
import { runTrial, type Subject, type Trial } from '../subject.js';
import { judgeAnswers } from './cliproxy-answers.js';
import { judgeNames } from './cliproxy-names.js';
import { envelopeTest, withRegistration } from './level-2.js';
import type { ConformanceTest, TestOutcome } from './types.js';

const hosts = ['cliproxy'];
const needs = ['register.ok'];

/** Tests whose findings come from the host's services while a streamed call runs. */
const STREAMS = [
  ['stream.deadlock', 'emits no more before it returns than the host keeps', 'a request that hangs', 'CPA-STREAM-001'],
  ['stream.open', 'closes every stream', 'a request that hangs', 'CPA-STREAM-002'],
  ['stream.mixed', 'returns its pieces or emits them', 'pieces that get lost', 'CPA-STREAM-003'],
] as const;

/** What CLIProxyAPI asks of its plugins beyond the ABI; clauses are those of docs/hosts/cliproxy.md. */
export const CLIPROXY: readonly ConformanceTest[] = [
  {
    ...envelopeTest(
      'env.bytes',
      'encodes the bytes of a body, not a string literal of it',
      'JSON that clients get in quotes',
      'bytes fields of every answer',
      'CPA-CALL-005',
    ),
    hosts,
    severity: 'warn',
  },
  {
    ...envelopeTest(
      'env.case',
      'writes keys in the case of the contract',
      'keys that only a lenient reader knows',
      'keys of every answer',
      'CPA-CALL-006',
    ),
    hosts,
    severity: 'info',
  },
  {
    id: 'life.again',
    level: 2,
    hosts,
    title: 'registers whole with plugin.reconfigure, also as the first call',
    catches: 'a plugin that is lost after a change of the configuration',
    detect: 'registrations compared',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'CPA-REG-006',
    budgetMs: 50,
    needs,
    run: registerAgain,
  },
  {
    id: 'use.names',
    level: 2,
    hosts,
    title: 'names providers, models, flags and routes that the host takes',
    catches: 'capabilities that nobody can use',
    detect: "the host's rules for names",
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'CPA-CALL-007',
    budgetMs: 50,
    needs,
    run: (subject) => withRegistration(subject, (trial, registration) => judgeNames(subject, trial, registration)),
  },
  {
    id: 'use.answers',
    level: 2,
    hosts,
    title: 'gives answers that the host can use',
    catches: 'logins that never end, choices that are passed over',
    detect: "the host's rules for answers",
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'CPA-CALL-008',
    budgetMs: 50,
    needs,
    run: (subject) => withRegistration(subject, (trial, registration) => judgeAnswers(subject, trial, registration)),
  },
  ...STREAMS.map(
    ([id, title, catches, clause]): ConformanceTest => ({
      id,
      level: 2,
      hosts,
      title,
      catches,
      detect: "the host's queue",
      engines: ['K', 'P'],
      severity: 'fail',
      clause,
      budgetMs: 500,
      needs,
      run: (subject) => watchStreams(subject, id),
    }),
  ),
];

/** Makes the sample calls that stream; passes on what the host's services found. */
async function watchStreams(subject: Subject, id: string): Promise<TestOutcome> {
  const events: ServiceEvent[] = [];
  const outcome = await withRegistration(subject, async (trial, registration) => {
    const calls = subject.profile.protocol.sampleCalls(registration).filter(({ method }) => method.endsWith('_stream'));
    for (const { method, request } of calls) await trial.plugin.invoke(method, request);
    events.push(...trial.events);
    return [];
  });
  const found = events.flatMap((event) => (event.kind === 'finding' && event.finding.id === id ? [event.finding] : []));
  return { ...outcome, findings: [...outcome.findings, ...found] };
}

/** `plugin.reconfigure` after a registration, and in a plugin that has not registered yet. */
async function registerAgain(subject: Subject): Promise<TestOutcome> {
  const first = await withRegistration(subject, async (trial, registration) => {
    const again = await trial.plugin.register(subject.config, { again: true });
    return judge(again, registration, 'after plugin.register');
  });
  const { value, ending } = await runTrial(subject, {}, async (trial: Trial) =>
    judge(await trial.plugin.register(subject.config, { again: true }), undefined, 'as the first call'),
  );
  const endings = [first.ending, ending].filter((one) => one !== undefined && one.kind !== 'clean');
  return {
    findings: [...first.findings, ...(value ?? [])],
    ...(endings[0] === undefined ? {} : { ending: endings[0] }),
  };
}

interface Again {
  readonly registration?: Registration;
  readonly invocation: Invocation;
  readonly findings: readonly Finding[];
}

function judge(again: Again, before: Registration | undefined, when: string): Finding[] {
  const { envelope } = again.invocation;
  if (again.registration === undefined) {
    const said = envelope.error?.message ?? again.findings[0]?.message ?? 'no usable answer';
    return [finding(`plugin.reconfigure ${when} brings no registration: ${said}`)];
  }
  if (before === undefined) return [];
  const [old, now] = [stringifyExact(before.capabilities), stringifyExact(again.registration.capabilities)];
  if (old === now) return [];
  return [finding(`plugin.reconfigure ${when} declares other capabilities than plugin.register`, [old, now])];
}

function finding(message: string, evidence: readonly string[] = []): Finding {
  return { id: 'life.again', severity: 'fail', message, ...(evidence.length === 0 ? {} : { evidence }) };
}
