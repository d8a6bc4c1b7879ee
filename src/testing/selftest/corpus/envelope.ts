import type { Language } from '../../../model/target.js';
import type { BadPlugin } from '../types.js';

const bad = (language: Language, source: string, fires: BadPlugin['fires'], more: Partial<BadPlugin> = {}) => ({
  source,
  language,
  fires,
  ...more,
});
const inC = (name: string, fires: BadPlugin['fires'], more: Partial<BadPlugin> = {}): BadPlugin =>
  bad('c', `broken/${name}`, fires, more);

/** A plugin that dies in its hook dies in every test that calls it. */
const DIES = { 'env.shape': 'crash', 'meta.caps': 'crash' } as const;

/** How long a plugin that hangs may take, in milliseconds; a slow start on a busy machine fits in. */
const timeoutMs = 2500;

/** Level 2: what a plugin answers and says of itself, deaths in calls, and what is seen in passing. */
export const BAD_ENVELOPE: readonly BadPlugin[] = [
  inC('garbage', { 'env.utf8': 'fail' }),
  inC('byte-order-mark', { 'env.utf8': 'fail' }, { says: { 'env.utf8': /byte order mark/ } }),
  inC('wrong-length', { 'env.utf8': 'fail' }, { says: { 'env.utf8': /NUL byte inside its length/ } }),
  inC('lone-surrogate', { 'env.utf8': 'fail' }, { says: { 'env.utf8': /surrogate/ } }),
  inC('not-json', { 'env.single': 'fail' }),
  inC('unterminated', { 'env.single': 'fail' }),
  inC('two-values', { 'env.single': 'fail' }),
  inC('duplicate-key', { 'env.single': 'fail' }, { says: { 'env.single': /comes twice/ } }),
  inC('empty-answer', { 'env.single': 'fail' }),
  inC('no-envelope', { 'env.shape': 'fail' }, { says: { 'env.shape': /no boolean "ok"/ } }),
  inC('too-large', { 'env.shape': 'fail' }, { says: { 'env.shape': /67108864/ } }),
  inC('error-without-code', { 'env.shape': 'fail' }, { says: { 'env.shape': /no "code"/ } }),
  inC('code-and-ok', { 'env.rc': 'fail' }),
  inC('no-author', { 'meta.required': 'fail' }),
  inC('no-version', { 'meta.required': 'fail' }, { says: { 'meta.required': /semantic version/ } }),
  inC('other-id', { 'meta.match': 'fail' }),
  inC('capability-lie', { 'meta.caps': 'fail' }),
  inC('undeclared-command', { 'meta.caps': 'fail' }),
  inC('unknown-capability', { 'meta.caps': 'fail' }, { says: { 'meta.caps': /hooks/ } }),
  inC('unstable', { 'meta.stable': 'warn' }),
  inC('prefix-match', { 'method.unknown': 'fail' }),
  inC('segfault', DIES, { says: { 'env.shape': /SIGSEGV/ } }),
  inC('abort', DIES, { says: { 'env.shape': /SIGABRT/ } }),
  inC('double-free', DIES),
  inC('stack-overflow', DIES),
  inC('exit-0', DIES, { says: { 'env.shape': /code 0/ } }),
  inC('exit-3', DIES, { says: { 'env.shape': /code 3/ } }),
  inC('hang-call', { 'env.shape': 'hang' }, { timeoutMs }),
  inC('fork-child', { 'hyg.children': 'fail' }),
  inC('daemon-child', { 'hyg.children': 'fail' }),
  inC('prints', { 'hyg.stdio': 'fail' }),
  inC('prints-controls', { 'hyg.stdio': 'warn' }),
  bad('go', 'panic', DIES, { says: { 'env.shape': /no guard here/ } }),
  bad('go', 'goroutine-panic', DIES, { says: { 'env.shape': /alone in a goroutine/ } }),
  bad('go', 'exit-3', DIES),
  bad('go', 'deadlock', { 'env.shape': 'hang' }, { timeoutMs }),
  bad('rust', 'panic', DIES),
  bad('rust', 'exit-3', DIES),
];
