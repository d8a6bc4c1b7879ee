import type { Verdict } from '../../../src/model/event.js';

/** What `cpex run` and `cpex test` must say about one broken plugin. */
export interface Defect {
  /** Source below native/corpus/c for C, else below native/corpus, without its extension; the folder tells the language. */
  readonly plugin: string;
  readonly run: { readonly code: number; readonly says: RegExp };
  /** Every test that does not pass, with its verdict; all others must pass or be skipped. */
  readonly fires: Readonly<Partial<Record<string, Verdict>>>;
  /** Time limit for the plugin, for defects that wait for ever. */
  readonly timeoutMs?: number;
  /** Flags for `cpex test`. */
  readonly flags?: readonly string[];
}

/** A plugin that hangs is killed after this time; long enough for a slow start on a busy machine. */
const HANG_MS = 4000;

const inCalls = (verdict: Verdict, more: Defect['fires'] = {}): Defect['fires'] => ({
  'env.utf8': verdict,
  'env.single': verdict,
  'env.shape': verdict,
  'env.rc': verdict,
  'meta.caps': verdict,
  ...more,
});

const died = (how: string, where = 'during hook\\.invoke') => ({ code: 4, says: new RegExp(`${how} ${where}`) });
const unreadable = (why: RegExp) => ({ code: 4, says: new RegExp(`no envelope.*${why.source}`, 's') });
const fine = { code: 0, says: /^/ };

/** The process ends, or never does. */
export const DEATHS: readonly Defect[] = [
  { plugin: 'broken/segfault', run: died('crashed with SIGSEGV'), fires: inCalls('crash') },
  { plugin: 'broken/abort', run: died('crashed with SIGABRT'), fires: inCalls('crash') },
  {
    plugin: 'broken/double-free',
    run: { code: 4, says: /crashed with SIGABRT during hook\.invoke.*double free/s },
    fires: inCalls('crash', { 'hyg.stdio': 'warn' }),
  },
  { plugin: 'broken/stack-overflow', run: died('crashed with SIGSEGV'), fires: inCalls('crash') },
  { plugin: 'broken/exit-0', run: died('ended its process with code 0'), fires: inCalls('crash') },
  { plugin: 'broken/exit-3', run: died('ended its process with code 3'), fires: inCalls('crash') },
  { plugin: 'broken/close-descriptors', run: died('crashed with SIGABRT'), fires: inCalls('crash') },
  {
    plugin: 'broken/exit-load',
    run: died('ended its process with code 0', 'while it was being loaded'),
    fires: { 'load.now': 'crash' },
  },
  {
    plugin: 'broken/crash-init',
    run: died('crashed with SIGSEGV', 'in its entry function'),
    fires: { 'init.ok': 'crash' },
  },
  {
    plugin: 'broken/crash-shutdown',
    run: died('crashed with SIGSEGV', 'in shutdown'),
    fires: { 'shutdown.ok': 'crash' },
  },
  {
    plugin: 'broken/exit-0-shutdown',
    run: died('ended its process with code 0', 'in shutdown'),
    fires: { 'shutdown.ok': 'crash' },
  },
  {
    plugin: 'broken/crash-exit',
    run: died('crashed with SIGABRT', 'after shutdown, on the way out'),
    fires: { 'shutdown.ok': 'crash' },
  },
  {
    plugin: 'broken/crash-free',
    run: died('crashed with SIGSEGV', 'during plugin\\.register'),
    fires: {
      'register.ok': 'crash',
      'shutdown.ok': 'crash',
      'env.utf8': 'crash',
      'env.single': 'crash',
      'env.shape': 'crash',
      'env.rc': 'crash',
    },
  },
  {
    plugin: 'broken/hang-call',
    run: died('did not return within 4000 ms'),
    fires: inCalls('hang'),
    timeoutMs: HANG_MS,
  },
  {
    plugin: 'broken/hang-load',
    run: died('did not return within 4000 ms', 'while it was being loaded'),
    fires: { 'load.now': 'hang' },
    timeoutMs: HANG_MS,
  },
  {
    plugin: 'broken/hang-init',
    run: died('did not return within 4000 ms', 'in its entry function'),
    fires: { 'init.ok': 'hang' },
    timeoutMs: HANG_MS,
  },
  {
    plugin: 'broken/hang-shutdown',
    run: died('did not return within 4000 ms', 'in shutdown'),
    fires: { 'shutdown.ok': 'hang' },
    timeoutMs: HANG_MS,
  },
];

/** The process lives, and what it says or does is wrong. */
export const MISBEHAVIOUR: readonly Defect[] = [
  { plugin: 'broken/garbage', run: unreadable(/not UTF-8/), fires: { 'env.utf8': 'fail' } },
  { plugin: 'broken/byte-order-mark', run: unreadable(/byte order mark/), fires: { 'env.utf8': 'fail' } },
  { plugin: 'broken/wrong-length', run: unreadable(/NUL byte inside its length/), fires: { 'env.utf8': 'fail' } },
  { plugin: 'broken/lone-surrogate', run: unreadable(/surrogate/), fires: { 'env.utf8': 'fail' } },
  { plugin: 'broken/not-json', run: unreadable(/JSON value expected/), fires: { 'env.single': 'fail' } },
  { plugin: 'broken/unterminated', run: unreadable(/end of input/), fires: { 'env.single': 'fail' } },
  { plugin: 'broken/two-values', run: unreadable(/end of input/), fires: { 'env.single': 'fail' } },
  { plugin: 'broken/duplicate-key', run: unreadable(/comes twice/), fires: { 'env.single': 'fail' } },
  { plugin: 'broken/empty-answer', run: unreadable(/empty body/), fires: { 'env.single': 'fail' } },
  { plugin: 'broken/no-envelope', run: unreadable(/no boolean "ok"/), fires: { 'env.shape': 'fail' } },
  {
    plugin: 'broken/too-large',
    run: unreadable(/67108\d+ bytes; the host takes 67108864/),
    fires: { 'env.shape': 'fail' },
  },
  {
    plugin: 'broken/error-without-code',
    run: { code: 4, says: /breaks the rules of the host.*no "code"/s },
    fires: { 'env.shape': 'fail' },
  },
  {
    plugin: 'broken/code-and-ok',
    run: { code: 4, says: /breaks the rules of the host.*returned 1 together with/s },
    fires: { 'env.rc': 'fail' },
  },
  {
    plugin: 'broken/refuses-init',
    run: { code: 4, says: /cpex_plugin_init returned 7/ },
    fires: { 'init.ok': 'fail' },
  },
  { plugin: 'broken/half-table', run: { code: 4, says: /has no free_buffer, shutdown/ }, fires: { 'init.ok': 'fail' } },
  {
    plugin: 'broken/empty-table',
    run: { code: 4, says: /has no call, free_buffer, shutdown/ },
    fires: { 'init.ok': 'fail' },
  },
  { plugin: 'broken/wrong-abi', run: { code: 4, says: /9999/ }, fires: { 'init.version': 'fail' } },
  {
    plugin: 'broken/no-registration',
    run: { code: 1, says: /does not register: not today/ },
    fires: { 'register.ok': 'fail' },
  },
  {
    plugin: 'broken/garbage-registration',
    run: { code: 4, says: /answer to the registration breaks the rules/ },
    fires: { 'register.ok': 'fail', 'env.single': 'fail' },
  },
  {
    plugin: 'broken/no-author',
    run: { code: 0, says: /"metadata\.author" is missing/ },
    fires: { 'meta.required': 'fail' },
  },
  {
    plugin: 'broken/no-version',
    run: { code: 0, says: /must be a semantic version/ },
    fires: { 'meta.required': 'fail' },
  },
  { plugin: 'broken/other-id', run: fine, fires: { 'meta.match': 'fail' } },
  {
    plugin: 'broken/capability-lie',
    run: { code: 1, says: /answered with unknown_method/ },
    fires: { 'meta.caps': 'fail' },
  },
  { plugin: 'broken/undeclared-command', run: fine, fires: { 'meta.caps': 'fail' } },
  {
    plugin: 'broken/unknown-capability',
    run: { code: 0, says: /no capability "hoks"\. Did you mean "?hooks/ },
    fires: { 'meta.caps': 'fail' },
  },
  { plugin: 'broken/unstable', run: fine, fires: { 'meta.stable': 'warn' } },
  { plugin: 'broken/prefix-match', run: fine, fires: { 'method.unknown': 'fail' } },
  {
    plugin: 'broken/late-callback',
    run: { code: 0, says: /called host\.log after its shutdown/ },
    fires: { 'life.silence': 'fail' },
  },
  {
    plugin: 'broken/fork-child',
    run: { code: 0, says: /left a process behind, which was killed/ },
    fires: { 'hyg.children': 'fail' },
  },
  {
    plugin: 'broken/daemon-child',
    run: { code: 0, says: /left a process behind, which was killed/ },
    fires: { 'hyg.children': 'fail' },
  },
  {
    plugin: 'broken/prints',
    run: { code: 0, says: /plugin stderr │ noise on load.*plugin stdout │ noise in a call/s },
    fires: { 'hyg.stdio': 'fail' },
  },
  {
    plugin: 'broken/prints-megabytes',
    run: { code: 0, says: /plugin stdout │ x{1000}/ },
    fires: { 'hyg.stdio': 'fail' },
  },
  {
    plugin: 'broken/prints-controls',
    run: { code: 1, says: /printed.*logged \\x1b\[2J gone.*bad \\x1b\[31mred\\x07 news/s },
    fires: { 'hyg.stdio': 'warn' },
  },
  {
    plugin: 'broken/no-entry',
    run: { code: 5, says: /cpex_plugin_init is not exported/ },
    fires: { 'entry.one': 'fail' },
    flags: ['--skip', 'audit'],
  },
  {
    plugin: 'broken/unresolved',
    run: { code: 5, says: /cpex_no_such_function/ },
    fires: { 'load.now': 'fail' },
    flags: ['--skip', 'audit'],
  },
];

/** Where the language's runtime matters. */
export const IN_GO: readonly Defect[] = [
  {
    plugin: 'go/panic',
    run: { code: 4, says: /crashed with SIGABRT during hook\.invoke.*panic: no guard here/s },
    fires: inCalls('crash', { 'hyg.stdio': 'warn' }),
  },
  {
    plugin: 'go/goroutine-panic',
    run: { code: 4, says: /crashed with SIGABRT during hook\.invoke.*panic: alone in a goroutine/s },
    fires: inCalls('crash', { 'hyg.stdio': 'warn' }),
  },
  { plugin: 'go/exit-3', run: died('ended its process with code 3'), fires: inCalls('crash') },
  {
    plugin: 'go/deadlock',
    run: died('did not return within 4000 ms'),
    fires: inCalls('hang'),
    timeoutMs: HANG_MS,
  },
];

export const IN_RUST: readonly Defect[] = [
  {
    plugin: 'rust/panic',
    run: { code: 4, says: /crashed with SIGABRT during hook\.invoke/ },
    fires: inCalls('crash', { 'hyg.stdio': 'warn' }),
  },
  { plugin: 'rust/exit-3', run: died('ended its process with code 3'), fires: inCalls('crash') },
];

export const ALL_DEFECTS: readonly Defect[] = [...DEATHS, ...MISBEHAVIOUR, ...IN_GO, ...IN_RUST];
