import type { ConformanceTest } from '../types.js';
import { UP } from './grpc-rows.js';

/** A test of Console's seams without what all of them share. */
type Row = Pick<ConformanceTest, 'id' | 'title' | 'catches' | 'detect' | 'severity' | 'clause'> &
  Partial<Pick<ConformanceTest, 'needs' | 'level'>> & {
    readonly test: (tests: Tests) => ConformanceTest['run'];
  };

type Tests = typeof import('./console-tests.js') & typeof import('./console-store.js');

/** What a store has to be for anything to be kept in it. */
const STORE = [...UP, 'con.store.ping'];

const ROWS: readonly Row[] = [
  {
    id: 'con.seam',
    level: 1,
    title: 'takes the place of a part of Console',
    catches: 'services that Console does not ask for, seams that cpex.yaml alone knows of',
    detect: 'server reflection',
    severity: 'fail',
    clause: 'CON-SEAM-001',
    test: ({ servesSeam }) => servesSeam,
  },
  {
    id: 'con.contract',
    title: 'is judged by a contract that is known',
    catches: "plugins that are good by cpex's own guess of Console's field numbers alone",
    detect: '.proto files that are named, or server reflection',
    severity: 'info',
    clause: 'CON-SEAM-002',
    test: ({ isByContract }) => isByContract,
  },
  {
    id: 'con.store.ping',
    title: 'a store says that it can be used',
    catches: 'stores that do not reach their database',
    detect: 'Ping',
    severity: 'fail',
    clause: 'CON-STORE-001',
    test: ({ canBeUsed }) => canBeUsed,
  },
  {
    id: 'con.store.keep',
    title: 'a store keeps what it is given, field by field',
    catches: 'columns that are missing, lists that are sorted, text that is cut',
    detect: 'a flag and a component, written and read back',
    severity: 'fail',
    clause: 'CON-STORE-002',
    needs: STORE,
    test: ({ keepsAll }) => keepsAll,
  },
  {
    id: 'con.store.times',
    title: 'a store keeps times to the nanosecond, and 0 as no time',
    catches: 'columns of microseconds, numbers of 53 bits, the zero time of Go',
    detect: 'a flag with times, written and read back',
    severity: 'fail',
    clause: 'CON-STORE-003',
    needs: STORE,
    test: ({ keepsTimes }) => keepsTimes,
  },
  {
    id: 'con.store.missing',
    title: 'a store answers NOT_FOUND for what is not there',
    catches: "errors of a database in place of Console's, answers that are empty, writes that come to nothing",
    detect: 'reads, updates and deletions under a key that nobody has',
    severity: 'fail',
    clause: 'CON-STORE-004',
    needs: STORE,
    test: ({ missesByCode }) => missesByCode,
  },
  {
    id: 'con.store.conflict',
    title: 'a store answers ALREADY_EXISTS for a key that is taken, and keeps what was there',
    catches: 'stores that overwrite',
    detect: 'two writes under one key',
    severity: 'fail',
    clause: 'CON-STORE-005',
    needs: STORE,
    test: ({ refusesConflicts }) => refusesConflicts,
  },
  {
    id: 'con.store.update',
    title: 'a store replaces what it is told to, all of it',
    catches: 'columns that an update forgets',
    detect: 'an update, read back',
    severity: 'fail',
    clause: 'CON-STORE-006',
    needs: STORE,
    test: ({ updates }) => updates,
  },
  {
    id: 'con.store.delete',
    title: 'what a store has deleted is gone, and its key is free',
    catches: 'rows that are marked and stay in the way',
    detect: 'a deletion, a read and a new write',
    severity: 'fail',
    clause: 'CON-STORE-007',
    needs: STORE,
    test: ({ deletes }) => deletes,
  },
  {
    id: 'con.store.list',
    title: 'a store lists all that is there, once and whole',
    catches: 'pages that nobody asked for, entries with their keys alone',
    detect: 'two writes and the list',
    severity: 'fail',
    clause: 'CON-STORE-008',
    needs: STORE,
    test: ({ lists }) => lists,
  },
  {
    id: 'con.store.checks',
    title: 'a store answers with the newest check of a component',
    catches: 'first checks that stay for ever',
    detect: 'two checks, LatestCheck and LatestChecks',
    severity: 'fail',
    clause: 'CON-STORE-009',
    needs: STORE,
    test: ({ keepsChecks }) => keepsChecks,
  },
  ...(['notify', 'status', 'llm'] as const).map((group): Row => {
    const word = { notify: 'notifier', status: 'status_provider', llm: 'llm' }[group];
    const what = { notify: 'a notifier', status: 'a status provider', llm: 'a language model' }[group];
    const id = `con.${group}.name`;
    return {
      id,
      title: `${what} has a name that stays`,
      catches: 'plugins that are all called "plugin"',
      detect: 'Name, in two processes',
      severity: 'warn',
      clause: `CON-${group.toUpperCase()}-001`,
      test:
        ({ hasName }) =>
        (subject) =>
          hasName(subject, id, word),
    };
  }),
  {
    id: 'con.notify.event',
    title: 'a notifier takes every event that Console has, and bears others',
    catches: 'templates that are missing for one type, panics over a new one',
    detect: 'Notify with the four types and one that is none',
    severity: 'fail',
    clause: 'CON-NOTIFY-002',
    test: ({ takesEvents }) => takesEvents,
  },
  {
    id: 'con.status.check',
    title: 'a status provider answers for the component that it is asked for',
    catches: 'names of the service behind it, statuses of HTTP, latencies before the call',
    detect: 'Check of a component, and of one that nobody knows',
    severity: 'fail',
    clause: 'CON-STATUS-002',
    test: ({ checksComponents }) => checksComponents,
  },
  {
    id: 'con.status.time',
    title: 'a status provider tells times in Unix nanoseconds',
    catches: 'seconds and milliseconds, the zero time of Go',
    detect: 'checked_at_unix_nano of a check',
    severity: 'fail',
    clause: 'CON-STATUS-003',
    test: ({ tellsTime }) => tellsTime,
  },
  {
    id: 'con.llm.complete',
    title: 'a language model answers with text',
    catches: 'answers that are empty',
    detect: 'Complete with one message',
    severity: 'fail',
    clause: 'CON-LLM-002',
    test: ({ completes }) => completes,
  },
  {
    id: 'con.llm.error',
    title: 'a language model bears a request without messages',
    catches: 'panics over an empty list',
    detect: 'Complete without messages',
    severity: 'fail',
    clause: 'CON-LLM-003',
    test: ({ bearsNothing }) => bearsNothing,
  },
];

/** What is asked of the plugins of Console, seam by seam. */
export const CONSOLE: readonly ConformanceTest[] = ROWS.map(({ test, level = 2, needs = UP, ...row }) => ({
  ...row,
  level,
  needs,
  budgetMs: 500,
  hosts: ['console'],
  transports: ['grpc'],
  engines: ['T'],
  run: async (subject) =>
    test({ ...(await import('./console-tests.js')), ...(await import('./console-store.js')) })(subject),
}));
