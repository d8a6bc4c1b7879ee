import type { LoadStage, Phase } from '../../model/session.js';
import { runTrial, type Subject } from '../subject.js';
import type { ConformanceTest, TestOutcome } from './types.js';

/** What only the probe can see is judged elsewhere. */
const start = () => import('./start.js');

/** Level 1: does it load, introduce itself and leave? */
export const LEVEL_1: readonly ConformanceTest[] = [
  {
    id: 'load.now',
    level: 1,
    title: 'loads with immediate, local binding',
    catches: 'unresolved symbols, missing libraries, wrong architecture',
    detect: 'text of the loader',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-LOAD-001',
    budgetMs: 50,
    run: (subject) => startOnly(subject, ['load'], ['load']),
  },
  {
    id: 'load.time',
    level: 1,
    title: 'loads and initialises within 100 ms of CPU time',
    catches: 'heavy constructors',
    detect: 'CPU time, best of five',
    engines: ['P'],
    severity: 'warn',
    clause: 'ABI-LOAD-002',
    budgetMs: 50,
    needs: ['init.ok', 'init.version'],
    run: async (subject) => (await start()).loadTime(subject),
  },
  {
    id: 'load.quiet',
    level: 1,
    title: 'does nothing visible when it is loaded',
    catches: 'constructors that print, fork, connect or exit',
    detect: 'pipes, children, sockets, end token',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-LOAD-002',
    budgetMs: 50,
    needs: ['load.now', 'entry.one'],
    run: async (subject) => (await start()).loadQuiet(subject),
  },
  {
    id: 'entry.one',
    level: 1,
    title: 'exports its entry function',
    catches: 'name mangling, a missing export',
    detect: 'symbol look-up',
    engines: ['K', 'P', 'S'],
    severity: 'fail',
    clause: 'ABI-LOAD-003',
    budgetMs: 50,
    needs: ['load.now'],
    run: (subject) => startOnly(subject, ['entry'], []),
  },
  {
    id: 'init.ok',
    level: 1,
    title: 'initialises: code 0 and a full function table, in time',
    catches: 'a refusal, a hang, a half-filled table',
    detect: 'return code, table, deadline',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-INIT-001',
    budgetMs: 50,
    needs: ['entry.one'],
    run: (subject) => startOnly(subject, ['init', 'table'], ['init']),
  },
  {
    id: 'init.version',
    level: 1,
    title: 'reports an ABI version that the host speaks',
    catches: 'a stale header',
    detect: 'field of the plugin table',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-INIT-004',
    budgetMs: 50,
    needs: ['entry.one', 'init.ok'],
    run: (subject) => startOnly(subject, ['version'], []),
  },
  {
    id: 'init.table',
    level: 1,
    title: 'points its functions into its own code',
    catches: 'garbage in the table',
    detect: 'memory map',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-INIT-003',
    budgetMs: 20,
    needs: ['init.ok', 'init.version'],
    run: async (subject) => (await start()).initTable(subject),
  },
  {
    id: 'init.bounds',
    level: 1,
    title: 'keeps to the fields of both tables',
    catches: 'a header with extra fields',
    detect: 'guard page after the table',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-LAYOUT-001',
    budgetMs: 20,
    needs: ['init.ok', 'init.version'],
    run: async (subject) => (await start()).initBounds(subject),
  },
  {
    id: 'init.host-const',
    level: 1,
    title: 'leaves the host table alone',
    catches: 'a plugin that edits the host table',
    detect: 'read-only page',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-INIT-002',
    budgetMs: 50,
    needs: ['init.ok', 'init.version'],
    run: async (subject) => (await start()).initHostConst(subject),
  },
  {
    id: 'register.ok',
    level: 1,
    title: 'registers with an answer that fits the schema',
    catches: 'a wrong shape',
    detect: 'schema',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-META-002',
    budgetMs: 50,
    needs: ['init.ok', 'init.version'],
    run: register,
  },
  {
    id: 'shutdown.ok',
    judgesEnd: true,
    level: 1,
    title: 'shuts down; its process ends by itself with code 0',
    catches: 'a crash, an exit or a hang in shutdown',
    detect: 'end token and exit status',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-LIFE-008',
    budgetMs: 50,
    needs: ['init.ok', 'init.version'],
    run: async (subject) => {
      const { ending } = await runTrial(subject, {}, (trial) => trial.plugin.register(subject.config));
      return { findings: [], ending };
    },
  },
];

/** Starts and ends the plugin; what concerns other stages is the business of their tests. */
async function startOnly(
  subject: Subject,
  stages: readonly LoadStage[],
  phases: readonly Phase[],
): Promise<TestOutcome> {
  // The end is the business of shutdown.ok.
  const { ending } = await runTrial({ ...subject, killAtEnd: true }, {}, async () => undefined);
  const ours =
    (ending.kind === 'refused' && stages.some((stage) => stage === ending.stage)) ||
    ('phase' in ending && phases.includes(ending.phase)) ||
    ending.kind === 'harness-fault' ||
    ending.kind === 'cancelled';
  return ours ? { findings: [], ending } : { findings: [] };
}

async function register(subject: Subject): Promise<TestOutcome> {
  const kept = { ...subject, killAtEnd: true };
  const { value, ending } = await runTrial(kept, {}, (trial) => trial.plugin.register(subject.config));
  if (value === undefined) return { findings: [], ending };
  const { envelope, end } = value.invocation;
  if (envelope.ok === false) {
    return {
      findings: [
        {
          id: 'register.ok',
          severity: 'fail',
          message: `plugin.register was answered with the error ${envelope.error?.code}: ${envelope.error?.message}`,
        },
      ],
    };
  }
  if (envelope.ok === undefined) {
    return {
      findings: [
        {
          id: 'register.ok',
          severity: 'fail',
          message: `the answer to plugin.register is no envelope (code ${end.code}, ${end.body.byteLength} bytes)`,
          evidence: envelope.findings.map((finding) => finding.message),
        },
      ],
    };
  }
  return { findings: value.findings.filter((finding) => finding.id === 'register.ok') };
}
