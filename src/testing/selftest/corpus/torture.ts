import type { BadPlugin } from '../types.js';

/** Level 10: plugins that work as long as all is well. */
export const BAD_TORTURE: readonly BadPlugin[] = [
  { source: 'broken/unchecked-malloc', language: 'c', fires: { 'tort.oom': 'crash' } },
  {
    source: 'broken/success-without-memory',
    language: 'c',
    fires: { 'tort.oom': 'fail' },
    says: { 'tort.oom': /says success, and its reply is not there/ },
  },
  { source: 'broken/unchecked-open', language: 'c', fires: { 'tort.nofile': 'warn' } },
  {
    source: 'broken/half-state',
    language: 'c',
    fires: { 'tort.diskfull': 'fail' },
    says: { 'tort.diskfull': /does not register again after a full disk/ },
  },
  { source: 'broken/wide-stack', language: 'c', fires: { 'tort.stack': 'warn' } },
  {
    source: 'broken/interrupted',
    language: 'c',
    fires: { 'tort.signals': 'fail' },
    says: { 'tort.signals': /With SIGALRM, SIGURG and SIGPROF/ },
  },
  {
    source: 'broken/locale-number',
    language: 'c',
    fires: { 'tort.locale': 'fail' },
    says: { 'tort.locale': /decimals have a comma/ },
  },
  {
    source: 'broken/locale-letter',
    language: 'c',
    fires: { 'tort.locale': 'fail' },
    says: { 'tort.locale': /Turkish/ },
  },
  {
    source: 'broken/few-slots',
    language: 'c',
    fires: { 'tort.256': 'fail' },
    says: { 'tort.256': /256 threads at once/ },
  },
  { source: 'broken/endless-reply', language: 'c', fires: { 'tort.2g': 'warn' } },
  { source: 'broken/last-library', language: 'c', fires: { 'tort.multi': 'fail' } },
  {
    source: 'broken/forgets-a-little',
    language: 'c',
    fires: { 'tort.soak': 'fail' },
    says: { 'tort.soak': /Memory grows as long/ },
  },
  {
    source: 'broken/stale-lock',
    language: 'c',
    fires: { 'tort.restart': 'fail' },
    says: { 'tort.restart': /does not register again after it was killed once/ },
  },
];
