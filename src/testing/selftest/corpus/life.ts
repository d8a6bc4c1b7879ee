import type { BadPlugin } from '../types.js';

const inC = (name: string, fires: BadPlugin['fires'], more: Partial<BadPlugin> = {}): BadPlugin => ({
  source: `broken/${name}`,
  language: 'c',
  fires,
  ...more,
});

/** Level 7: from load to unload. */
export const BAD_LIFE: readonly BadPlugin[] = [
  inC('late-callback', { 'life.silence': 'fail' }, { says: { 'life.silence': /host\.log/ } }),
  inC('reads-host-late', { 'life.silence': 'fail' }, { says: { 'life.silence': /uses the table/ } }),
  inC(
    'half-applied',
    { 'life.reconfigure': 'fail' },
    { config: { greeting: 'hello', loud: false }, says: { 'life.reconfigure': /that was refused/ } },
  ),
  inC('forgets-registration', { 'life.init-twice': 'warn' }, { says: { 'life.init-twice': /not_registered/ } }),
  inC('frees-state-twice', { 'life.shutdown-twice': 'warn' }),
  inC('ends-registered-only', { 'life.shutdown-first': 'crash' }),
  inC('refuses-half-ready', { 'life.abi-ahead': 'crash' }),
  inC('takes-any-host', { 'life.abi-ahead': 'fail' }, { says: { 'life.abi-ahead': /returned 0/ } }),
  inC('follows-null', { 'life.null-args': 'warn' }),
  inC('leaves-thread', { 'life.threads': 'warn' }, { says: { 'life.threads': /still there/ } }),
  { source: 'leaves-thread', language: 'rust', fires: { 'life.threads': 'warn' } },
  { source: 'leaves-threads', language: 'go', fires: { 'life.threads': 'warn' } },
  inC('ticks-on', { 'life.unload': 'crash' }),
  inC('thread-destructor', { 'life.unload-thread-exit': 'crash' }),
  inC('keeps-descriptor', { 'life.reload': 'warn' }, { says: { 'life.reload': /descriptors: / } }),
  inC('wants-shutdown', { 'life.exit-live': 'crash' }),
  inC(
    'lock-file',
    { 'life.copy': 'warn', 'life.kill9': 'fail' },
    { says: { 'life.copy': /init returned 4/, 'life.kill9': /returned 4/ } },
  ),
  inC('torn-file', { 'life.kill9': 'fail' }, { says: { 'life.kill9': /killed during/ } }),
];
