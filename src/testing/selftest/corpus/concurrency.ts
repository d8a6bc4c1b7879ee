import type { BadPlugin } from '../types.js';

const inC = (name: string, fires: BadPlugin['fires'], more: Partial<BadPlugin> = {}): BadPlugin => ({
  source: `broken/${name}`,
  language: 'c',
  fires,
  ...more,
});

/** Level 6: calls beside one another. */
export const BAD_CONCURRENCY: readonly BadPlugin[] = [
  inC('shared-buffer', { 'conc.same': 'fail', 'conc.mixed': 'fail' }, { says: { 'conc.same': /threads at once/ } }),
  {
    source: 'shared-variable',
    language: 'go',
    fires: { 'conc.same': 'fail', 'conc.mixed': 'fail' },
    says: { 'conc.same': /another call/ },
  },
  {
    source: 'shared-variable',
    language: 'rust',
    fires: { 'conc.same': 'fail', 'conc.mixed': 'fail' },
    says: { 'conc.same': /another call/ },
  },
  inC('lazy-table', { 'conc.first': 'fail' }, { says: { 'conc.first': /same instant/ } }),
  inC('bound-to-thread', { 'conc.migrate': 'crash' }),
  inC('leaks-per-thread', { 'conc.churn': 'fail' }, { says: { 'conc.churn': /for each thread/ } }),
  inC('locks-across-callback', { 'conc.block': 'warn' }, { says: { 'conc.block': /until the host has answered/ } }),
  inC('newest-call-only', { 'conc.abandon': 'fail' }, { says: { 'conc.abandon': /given up/ } }),
  inC('unlocked-pool', { 'conc.free-race': 'fail' }),
  inC('torn-configuration', { 'conc.register-race': 'fail' }, { config: { greeting: 'hello' } }),
];
