import type { Subject } from '../../subject.js';
import type { ConformanceTest, TestOutcome } from '../types.js';

const needs = ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'];

type Row = Pick<ConformanceTest, 'id' | 'title' | 'catches' | 'detect' | 'clause' | 'budgetMs'> &
  Partial<Pick<ConformanceTest, 'severity'>>;

function row(about: Row, run: (subject: Subject) => Promise<TestOutcome>): ConformanceTest {
  return { level: 6, engines: ['P'], severity: 'fail', needs, ...about, run };
}

/** Level 6: calls beside one another. */
export const CONCURRENCY: readonly ConformanceTest[] = [
  row(
    {
      id: 'conc.same',
      title: 'answers one method as always when 2, 8 and 32 threads call it',
      catches: 'races with visible effect',
      detect: 'answers against those in order',
      clause: 'ABI-THR-001',
      budgetMs: 500,
    },
    async (subject) => (await import('./beside.js')).same(subject),
  ),
  row(
    {
      id: 'conc.mixed',
      title: 'answers all methods as always when 2, 8 and 32 threads call them',
      catches: 'races with visible effect',
      detect: 'answers against those in order',
      clause: 'ABI-THR-001',
      budgetMs: 500,
    },
    async (subject) => (await import('./beside.js')).mixed(subject),
  ),
  row(
    {
      id: 'conc.first',
      title: 'answers its first calls at the same instant as it answers them alone',
      catches: 'a race of lazy initialisation',
      detect: 'answers of fresh children',
      clause: 'ABI-THR-002',
      budgetMs: 1500,
    },
    async (subject) => (await import('./first.js')).first(subject),
  ),
  row(
    {
      id: 'conc.migrate',
      title: 'can be initialised, called, freed and shut down on different threads',
      catches: 'a plugin that is tied to a thread',
      detect: 'traps, answers against those in order',
      clause: 'ABI-THR-001',
      budgetMs: 50,
    },
    async (subject) => (await import('./beside.js')).migrate(subject),
  ),
  row(
    {
      id: 'conc.churn',
      title: 'serves a thousand threads that make one call each',
      catches: 'leaks per thread, crashes when a thread ends',
      detect: 'memory, mappings and threads of the process, traps',
      clause: 'ABI-THR-001',
      budgetMs: 500,
    },
    async (subject) => (await import('./beside.js')).churn(subject),
  ),
  row(
    {
      id: 'conc.block',
      title: 'serves other calls while one waits for the host',
      catches: 'a global lock across a callback',
      detect: 'calls beside one that the host holds',
      severity: 'warn',
      clause: 'ABI-CB-003',
      budgetMs: 50,
    },
    async (subject) => (await import('./block.js')).block(subject),
  ),
  row(
    {
      id: 'conc.abandon',
      title: 'finishes calls that nobody waits for beside others',
      catches: 'wrong ideas of how long a call lives',
      detect: 'traps, answers against those in order',
      clause: 'ABI-CALL-007',
      budgetMs: 300,
    },
    async (subject) => (await import('./beside.js')).abandon(subject),
  ),
  row(
    {
      id: 'conc.free-race',
      title: 'has its replies freed by some threads while others call it',
      catches: 'an allocator that is not safe',
      detect: 'traps, answers against those in order',
      clause: 'ABI-MEM-005',
      budgetMs: 300,
    },
    async (subject) => (await import('./beside.js')).freeRace(subject),
  ),
  row(
    {
      id: 'conc.register-race',
      title: 'sees the old configuration or the new one as a whole',
      catches: 'torn configuration',
      detect: 'answers against those under either configuration',
      clause: 'ABI-THR-003',
      budgetMs: 300,
    },
    async (subject) => (await import('./changes.js')).registerRace(subject),
  ),
];
