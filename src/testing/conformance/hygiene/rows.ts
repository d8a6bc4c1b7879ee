import type { ConformanceTest } from '../types.js';

const needs = ['register.ok', 'shutdown.ok', 'env.shape', 'meta.caps'];

/** What most rows of this level have in common. */
const common = { level: 8, engines: ['P'], severity: 'fail', clause: 'ABI-CALL-008', needs } as const;

/** One part of the state that the whole process shares, compared before and after. */
function shared(id: string, title: string, catches: string): ConformanceTest {
  return {
    ...common,
    id,
    title,
    catches,
    detect: 'state of the process before loading, after init, after calls and after shutdown',
    budgetMs: 60,
    run: async (subject) => (await import('./process-state.js')).unchanged(id, subject),
  };
}

/** Level 8: what a guest leaves as it was. */
export const HYGIENE: readonly ConformanceTest[] = [
  {
    ...common,
    id: 'hyg.fd',
    title: 'closes what its calls open',
    catches: 'descriptors that leak',
    detect: 'table of descriptors before and after 100 calls of each method, twice',
    clause: 'ABI-MEM-010',
    budgetMs: 200,
    run: async (subject) => (await import('./descriptors.js')).leavesNoDescriptors('hyg.fd', subject),
  },
  {
    ...common,
    id: 'hyg.cloexec',
    title: 'opens descriptors that other programs do not inherit',
    catches: 'files and sockets without close-on-exec',
    detect: 'flags of the descriptors that the plugin has open',
    severity: 'warn',
    clause: 'ABI-PROC-001',
    budgetMs: 60,
    run: async (subject) => (await import('./descriptors.js')).keepsDescriptors('hyg.cloexec', subject),
  },
  {
    ...common,
    id: 'hyg.rss',
    title: 'holds no more memory after many calls',
    catches: 'leaks, in any language',
    detect: 'slope of the memory over the calls, with a threshold for each language',
    clause: 'ABI-MEM-010',
    budgetMs: 2000,
    run: async (subject) => (await import('./memory.js')).holdsNoMemory('hyg.rss', subject),
  },
  shared('hyg.signals', 'leaves signals to the host', 'handlers, ignored signals, masks and timers'),
  shared('hyg.locale', 'leaves the locale as it is', 'setlocale for the whole process'),
  shared('hyg.env', 'leaves the environment as it is', 'setenv for the whole process'),
  shared('hyg.cwd', 'leaves the working folder as it is', 'chdir for the whole process'),
  shared('hyg.umask', 'leaves the umask as it is', 'umask for the whole process'),
  shared('hyg.rlimit', 'leaves resource limits as they are', 'setrlimit for the whole process'),
  shared('hyg.fpu', 'leaves the floating-point unit as it is', 'rounding modes and flushing of small numbers'),
  {
    ...common,
    id: 'hyg.exit',
    title: 'does not end the process with success',
    catches: 'exit(0) in a call',
    detect: 'exit code 0 without the end token',
    engines: ['K', 'P'],
    // A plugin that ends its process in every call is the one that this is about.
    needs: ['init.ok'],
    budgetMs: 120,
    run: async (subject) => (await import('./exit.js')).staysToTheEnd('hyg.exit', subject),
  },
  {
    ...common,
    id: 'hyg.net',
    title: 'reaches no network by itself',
    catches: 'connections past the host',
    detect: 'the kernel tells of every address that is connected, bound or sent to; none is reached',
    severity: 'warn',
    clause: 'ABI-PROC-002',
    budgetMs: 60,
    run: async (subject) => (await import('./network.js')).leavesTheNetworkAlone('hyg.net', subject),
  },
  {
    ...common,
    id: 'hyg.files',
    title: 'writes no files of its own',
    catches: 'files in the working folder or the home of the user',
    detect: 'folders of its own for both, listed afterwards; files that are open for writing',
    severity: 'warn',
    clause: 'ABI-PROC-003',
    budgetMs: 60,
    run: async (subject) => (await import('./files.js')).writesNoFiles('hyg.files', subject),
  },
  {
    ...common,
    id: 'hyg.idle',
    title: 'rests while nothing is asked of it',
    catches: 'busy loops and polling',
    detect: 'processor time and wake-ups in two windows',
    severity: 'warn',
    clause: 'ABI-PROC-004',
    budgetMs: 2500,
    run: async (subject) => (await import('./idle.js')).restsWhenIdle('hyg.idle', subject),
  },
  {
    ...common,
    id: 'hyg.stack',
    title: 'needs little stack',
    catches: 'large arrays on the stack, deep recursion',
    detect: 'a painted stack: over 512 KiB fails, over 128 KiB warns',
    clause: 'ABI-THR-005',
    budgetMs: 100,
    run: async (subject) => (await import('./stack.js')).needsLittleStack('hyg.stack', subject),
  },
  {
    ...common,
    id: 'hyg.time',
    title: 'is as fast as it was',
    catches: 'calls that become slower, from one build to the next or from call to call',
    detect: 'processor time of each call, against the first run in this project and against the first calls',
    severity: 'warn',
    clause: 'ABI-PROC-005',
    budgetMs: 1500,
    run: async (subject) => (await import('./times.js')).isAsFastAsBefore('hyg.time', subject),
  },
];
