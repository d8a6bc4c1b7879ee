import type { Subject } from '../../subject.js';
import type { ConformanceTest, EngineLetter, TestOutcome } from '../types.js';

const needs = ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'];

const BOTH: readonly EngineLetter[] = ['K', 'P'];
const PROBE: readonly EngineLetter[] = ['P'];
const CPEX = { hosts: ['cpex'] };

type Row = Pick<ConformanceTest, 'id' | 'title' | 'catches' | 'detect' | 'engines' | 'clause' | 'budgetMs'> &
  Partial<Pick<ConformanceTest, 'severity' | 'hosts'>>;

/** Level 5: requests of the plugin and what the host answers. */
export const CALLBACKS: readonly ConformanceTest[] = [
  row(
    {
      id: 'cb.ctx',
      title: 'gives the host its context back',
      catches: 'a context that is lost or made up',
      detect: "compared with that of the host's table",
      engines: PROBE,
      clause: 'ABI-CB-001',
      budgetMs: 50,
    },
    async (subject) => (await import('./manners.js')).givesContextBack(subject),
  ),
  row(
    {
      ...CPEX,
      id: 'cb.early',
      title: 'asks its host for nothing before it is registered',
      catches: 'requests that come before the host is ready',
      detect: 'requests before plugin.register',
      engines: BOTH,
      severity: 'warn',
      clause: 'ABI-INIT-006',
      budgetMs: 50,
    },
    async (subject) => (await import('./manners.js')).waitsForRegistration(subject),
  ),
  row(
    {
      id: 'cb.rc',
      title: 'copes with a host that fails',
      catches: 'a return value that nobody looks at, null pointers that are read',
      detect: 'requests answered with other values than 0: the process and the envelopes',
      engines: BOTH,
      clause: 'ABI-CB-002',
      budgetMs: 80,
    },
    async (subject) => (await import('./hostile-answers.js')).hostFails(subject),
  ),
  row(
    {
      id: 'cb.err',
      title: 'copes with errors of the host',
      catches: 'results that are used unseen',
      detect: 'requests answered with ok:false: the process and the envelopes',
      engines: BOTH,
      clause: 'ABI-CB-002',
      budgetMs: 80,
    },
    async (subject) => (await import('./hostile-answers.js')).hostRefuses(subject),
  ),
  row(
    {
      id: 'cb.empty',
      title: 'copes with answers without a body',
      catches: 'null pointers that are read',
      detect: 'requests answered with a null pointer, and 0 or 1',
      engines: BOTH,
      clause: 'ABI-CB-002',
      budgetMs: 60,
    },
    async (subject) => (await import('./hostile-answers.js')).hostIsSilent(subject),
  ),
  row(
    {
      id: 'cb.garbage',
      title: 'copes with answers that are no envelopes, or of other types',
      catches: 'unchecked casts, panics',
      detect: 'some fifty bodies, and each field of each result as every type',
      engines: BOTH,
      clause: 'ABI-CB-002',
      budgetMs: 200,
    },
    async (subject) => (await import('./hostile-answers.js')).hostTalksNonsense(subject),
  ),
  row(
    {
      id: 'cb.large',
      title: 'copes with an answer of 32 MiB',
      catches: 'buffers of a fixed size',
      detect: 'a trap, or the envelope',
      engines: BOTH,
      clause: 'ABI-CB-004',
      budgetMs: 400,
    },
    async (subject) => (await import('./patience.js')).hostIsVerbose(subject),
  ),
  row(
    {
      id: 'cb.slow',
      title: 'waits for a host that takes its time',
      catches: 'clocks that end a call, or the process',
      detect: 'one request of each kind answered late: how the call ends',
      engines: BOTH,
      severity: 'warn',
      clause: 'ABI-CB-003',
      budgetMs: 700,
    },
    async (subject) => (await import('./patience.js')).hostIsSlow(subject),
  ),
  row(
    {
      ...CPEX,
      id: 'cb.allow',
      title: 'asks for nothing that its host does not have',
      catches: 'powers that nobody gave it',
      detect: 'names of requests',
      engines: BOTH,
      clause: 'ABI-CB-005',
      budgetMs: 50,
    },
    async (subject) => (await import('./manners.js')).keepsToContract(subject),
  ),
  row(
    {
      ...CPEX,
      id: 'cb.scope',
      title: 'leaves a call alone when it has come back',
      catches: 'output and questions of a call that is over',
      detect: 'requests that belong to a call when none is under way',
      engines: BOTH,
      clause: 'ABI-CB-006',
      budgetMs: 110,
    },
    async (subject) => (await import('./manners.js')).keepsToCall(subject),
  ),
  row(
    {
      id: 'cb.reenter',
      title: 'can be called while it waits for its host',
      catches: 'locks that are held across a request',
      detect: 'calls before the answer, eight deep: whether they come back',
      engines: BOTH,
      clause: 'ABI-CB-003',
      budgetMs: 80,
    },
    async (subject) => (await import('./patience.js')).hostCallsBack(subject),
  ),
  row(
    {
      ...CPEX,
      id: 'cb.thread',
      title: 'can be called on threads of its own while they wait for the host',
      catches: 'calls that wait for a thread that waits for them',
      detect: 'requests of threads that are in no call: whether all comes back',
      engines: PROBE,
      clause: 'ABI-CB-003',
      budgetMs: 110,
    },
    async (subject) => (await import('./patience.js')).hostMeetsThreads(subject),
  ),
  row(
    {
      hosts: ['cliproxy'],
      id: 'cb.stream',
      title: 'reads every stream of its host to the end, or closes it',
      catches: 'streams that stay open',
      detect: 'streams that are open when the plugin is shut down',
      engines: BOTH,
      clause: 'CPA-STREAM-004',
      budgetMs: 200,
    },
    async (subject) => (await import('./streams.js')).endsStreams(subject),
  ),
];

function row(about: Row, run: (subject: Subject) => Promise<TestOutcome>): ConformanceTest {
  return { severity: 'fail', level: 5, needs, ...about, run };
}
