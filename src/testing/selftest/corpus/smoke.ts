import type { BadPlugin } from '../types.js';

const inC = (name: string, fires: BadPlugin['fires'], more: Partial<BadPlugin> = {}): BadPlugin => ({
  source: `broken/${name}`,
  language: 'c',
  fires,
  ...more,
});

/** How long a plugin that hangs may take, in milliseconds; a slow start on a busy machine fits in. */
const timeoutMs = 2500;

/** Level 1: loading, initialising, registering and leaving. */
export const BAD_SMOKE: readonly BadPlugin[] = [
  inC('unresolved', { 'load.now': 'fail' }, { says: { 'load.now': /cpex_no_such_function/ } }),
  inC('exit-load', { 'load.now': 'crash' }),
  inC('hang-load', { 'load.now': 'hang' }, { timeoutMs }),
  inC('no-entry', { 'entry.one': 'fail' }),
  inC('refuses-init', { 'init.ok': 'fail' }, { says: { 'init.ok': /returned 7/ } }),
  inC('half-table', { 'init.ok': 'fail' }, { says: { 'init.ok': /free_buffer, shutdown/ } }),
  inC('crash-init', { 'init.ok': 'crash' }),
  inC('hang-init', { 'init.ok': 'hang' }, { timeoutMs }),
  inC('wrong-abi', { 'init.version': 'fail' }, { says: { 'init.version': /9999/ } }),
  inC('no-registration', { 'register.ok': 'fail' }, { says: { 'register.ok': /not today/ } }),
  inC('garbage-registration', { 'register.ok': 'fail' }),
  inC('crash-free', { 'register.ok': 'crash' }),
  inC('crash-shutdown', { 'shutdown.ok': 'crash' }),
  inC('exit-0-shutdown', { 'shutdown.ok': 'crash' }),
  inC('crash-exit', { 'shutdown.ok': 'crash' }),
  inC('hang-shutdown', { 'shutdown.ok': 'hang' }, { timeoutMs }),
];
