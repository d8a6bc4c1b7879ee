import type { BadPlugin } from '../types.js';

export const BAD_CALLBACKS: readonly BadPlugin[] = [
  {
    source: 'broken/own-context',
    language: 'c',
    fires: { 'cb.ctx': 'fail' },
    says: { 'cb.ctx': /host\.log was asked for/ },
  },
  { source: 'broken/asks-in-init', language: 'c', fires: { 'cb.early': 'warn' }, says: { 'cb.early': /host\.log/ } },
  {
    source: 'broken/trusts-host',
    language: 'c',
    fires: { 'cb.empty': 'crash', 'cb.rc': 'crash', 'cb.garbage': 'crash' },
    says: { 'cb.empty': /0 and a null pointer/ },
  },
  {
    source: 'broken/trusts-code',
    language: 'c',
    fires: { 'cb.rc': 'crash', 'cb.empty': 'crash' },
    says: { 'cb.rc': /with 1 and an error/, 'cb.empty': /1 and a null pointer/ },
  },
  {
    source: 'broken/expects-result',
    language: 'c',
    fires: { 'cb.err': 'crash', 'cb.garbage': 'crash' },
    says: { 'cb.err': /with an error/ },
  },
  {
    source: 'broken/relays-answer',
    language: 'c',
    fires: { 'cb.garbage': 'fail' },
    says: { 'cb.garbage': /does not answer with an envelope.* with the body/ },
  },
  { source: 'broken/small-answer', language: 'c', fires: { 'cb.large': 'crash' }, says: { 'cb.large': /32 MiB/ } },
  { source: 'broken/impatient', language: 'c', fires: { 'cb.slow': 'warn' }, says: { 'cb.slow': /took 100 ms/ } },
  {
    source: 'broken/asks-for-shell',
    language: 'c',
    fires: { 'cb.allow': 'fail' },
    says: { 'cb.allow': /host\.shell\.run/ },
  },
  {
    source: 'broken/outlives-call',
    language: 'c',
    fires: { 'cb.scope': 'fail' },
    says: { 'cb.scope': /host\.output\.write/ },
  },
  {
    source: 'broken/holds-lock',
    language: 'c',
    fires: { 'cb.reenter': 'hang' },
    says: { 'cb.reenter': /called the plugin again/ },
    timeoutMs: 1500,
  },
  {
    source: 'broken/waits-for-thread',
    language: 'c',
    fires: { 'cb.thread': 'hang', 'cb.reenter': 'hang' },
    says: { 'cb.thread': /on a thread of its own/ },
    timeoutMs: 1500,
  },
  {
    source: 'cliproxy/leaves-stream',
    language: 'c',
    host: 'cliproxy',
    fires: { 'cb.stream': 'fail' },
    says: { 'cb.stream': /leaves a stream that ends well open/ },
  },
];
