import type { Subject } from '../../subject.js';
import type { ConformanceTest, TestOutcome } from '../types.js';

const needs = ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'];

type Row = Pick<ConformanceTest, 'id' | 'title' | 'catches' | 'detect' | 'clause' | 'budgetMs'> &
  Partial<Pick<ConformanceTest, 'severity' | 'engines' | 'inPassing' | 'needs'>>;

function row(about: Row, run: (subject: Subject) => Promise<TestOutcome>): ConformanceTest {
  return { level: 7, engines: ['P'], severity: 'fail', needs, ...about, run };
}

/** Level 7: from load to unload. */
export const LIFE: readonly ConformanceTest[] = [
  row(
    {
      id: 'life.silence',
      inPassing: true,
      title: 'leaves its host alone after shutdown',
      catches: 'threads that call back too late',
      detect: "requests after shutdown; the host's table cannot be read any more",
      engines: ['K', 'P'],
      clause: 'ABI-LIFE-004',
      needs: ['register.ok', 'shutdown.ok'],
      budgetMs: 600,
    },
    async (subject) => (await import('./silence.js')).silence(subject),
  ),
  row(
    {
      id: 'life.reconfigure',
      title: 'takes a configuration as a whole or not at all',
      catches: 'half-applied state',
      detect: 'answers before and after',
      clause: 'ABI-LIFE-001',
      budgetMs: 50,
    },
    async (subject) => (await import('./reconfigure.js')).reconfigure(subject),
  ),
  row(
    {
      id: 'life.init-twice',
      title: 'can be initialised once more before shutdown',
      catches: 'globals that init overwrites',
      detect: 'answers before and after',
      severity: 'warn',
      clause: 'ABI-INIT-007',
      budgetMs: 50,
    },
    async (subject) => (await import('./again.js')).initTwice(subject),
  ),
  row(
    {
      id: 'life.shutdown-twice',
      title: 'does nothing in a second shutdown',
      catches: 'a double free',
      detect: 'traps',
      severity: 'warn',
      clause: 'ABI-LIFE-005',
      budgetMs: 50,
    },
    async (subject) => (await import('./again.js')).shutdownTwice(subject),
  ),
  row(
    {
      id: 'life.shutdown-first',
      title: 'can be shut down right after init',
      catches: 'state that only registration sets up',
      detect: 'traps',
      clause: 'ABI-LIFE-003',
      needs: ['init.ok', 'init.version', 'shutdown.ok'],
      budgetMs: 50,
    },
    async (subject) => (await import('./again.js')).shutdownFirst(subject),
  ),
  row(
    {
      id: 'life.abi-ahead',
      title: 'refuses a host of another ABI version and can be shut down and unloaded then',
      catches: 'a crash on the way out of a refusal',
      detect: 'return code, traps',
      clause: 'ABI-INIT-004',
      needs: ['init.ok', 'init.version', 'shutdown.ok'],
      budgetMs: 100,
    },
    async (subject) => (await import('./ahead.js')).abiAhead(subject),
  ),
  row(
    {
      id: 'life.null-args',
      title: 'refuses an init without a host or without a table',
      catches: 'null pointers that are followed',
      detect: 'return codes, traps',
      severity: 'warn',
      clause: 'ABI-INIT-005',
      budgetMs: 50,
    },
    async (subject) => (await import('./again.js')).nullArguments(subject),
  ),
  row(
    {
      id: 'life.threads',
      title: 'has ended its threads when shutdown returns',
      catches: 'threads that are left behind',
      detect: 'threads of the process',
      severity: 'warn',
      clause: 'ABI-THR-004',
      budgetMs: 50,
    },
    async (subject) => (await import('./threads.js')).threads(subject),
  ),
  row(
    {
      id: 'life.unload',
      title: 'leaves nothing that runs when it is unloaded after shutdown',
      catches: 'threads in code that is no longer there',
      detect: 'traps',
      clause: 'ABI-THR-004',
      budgetMs: 300,
    },
    async (subject) => (await import('./library.js')).unload(subject),
  ),
  row(
    {
      id: 'life.unload-thread-exit',
      title: 'lets a thread that has called it end after it was unloaded',
      catches: 'destructors of threads in code that is no longer there',
      detect: 'traps',
      clause: 'ABI-LIFE-009',
      budgetMs: 50,
    },
    async (subject) => (await import('./library.js')).unloadThreadExit(subject),
  ),
  row(
    {
      id: 'life.reload',
      title: 'can be loaded and unloaded twenty times',
      catches: 'descriptors, mappings and keys that are never given back',
      detect: 'what the process holds',
      severity: 'warn',
      clause: 'ABI-LIFE-009',
      budgetMs: 100,
    },
    async (subject) => (await import('./library.js')).reload(subject),
  ),
  row(
    {
      id: 'life.exit-live',
      title: 'lets the process end without shutdown',
      catches: 'crashes and hangs at exit',
      detect: 'end token and exit status',
      clause: 'ABI-LIFE-006',
      budgetMs: 50,
    },
    async (subject) => (await import('./again.js')).exitLive(subject),
  ),
  row(
    {
      id: 'life.copy',
      title: 'can live beside a copy of itself',
      catches: 'locks and names that both would use',
      detect: 'answers of both',
      severity: 'warn',
      clause: 'ABI-LOAD-005',
      budgetMs: 50,
    },
    async (subject) => (await import('./library.js')).copy(subject),
  ),
  row(
    {
      id: 'life.kill9',
      title: 'starts again as before after it was killed',
      catches: 'stale locks, torn files',
      detect: 'answers before and after',
      clause: 'ABI-LIFE-010',
      budgetMs: 300,
    },
    async (subject) => (await import('./killed.js')).killed(subject),
  ),
];
