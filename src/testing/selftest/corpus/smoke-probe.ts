import type { BadPlugin } from '../types.js';

/** What only the probe sees of level 1. */
export const BAD_SMOKE_PROBE: readonly BadPlugin[] = [
  {
    source: 'broken/slow-load',
    language: 'c',
    fires: { 'load.time': 'warn' },
    says: { 'load.time': /take \d{3,} ms of processor time/ },
  },
  {
    source: 'broken/prints-at-load',
    language: 'c',
    fires: { 'load.quiet': 'fail' },
    says: { 'load.quiet': /prints to stdout/ },
  },
  {
    source: 'prints-at-load',
    language: 'go',
    fires: { 'load.quiet': 'fail' },
    says: { 'load.quiet': /prints to stdout/ },
  },
  {
    source: 'broken/forks-at-load',
    language: 'c',
    fires: { 'load.quiet': 'fail' },
    says: { 'load.quiet': /waits for its end/ },
  },
  {
    source: 'broken/child-at-load',
    language: 'c',
    fires: { 'load.quiet': 'fail' },
    says: { 'load.quiet': /starts processes/ },
  },
  {
    source: 'broken/connects-at-load',
    language: 'c',
    fires: { 'load.quiet': 'fail' },
    says: { 'load.quiet': /opens sockets/ },
  },
  {
    source: 'broken/foreign-free',
    language: 'c',
    fires: { 'init.table': 'fail' },
    says: { 'init.table': /free_buffer in code of .*there before the plugin/ },
  },
  {
    source: 'broken/garbage-table',
    language: 'c',
    fires: { 'init.table': 'fail' },
    says: { 'init.table': /shutdown in memory that is no code/ },
  },
  {
    source: 'broken/extra-field',
    language: 'c',
    fires: { 'init.bounds': 'crash' },
    says: { 'init.bounds': /wrote to 1 byte after the end of the plugin's table/ },
  },
  {
    source: 'broken/reads-newer-host',
    language: 'c',
    fires: { 'init.bounds': 'crash' },
    says: { 'init.bounds': /read 1 byte after the end of the host's table/ },
  },
  {
    source: 'broken/edits-host',
    language: 'c',
    fires: { 'init.host-const': 'crash' },
    says: { 'init.host-const': /of the host's table .* read-only/ },
  },
];
