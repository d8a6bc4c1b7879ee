import type { BadPlugin } from '../types.js';

export const BAD_FUZZ: readonly BadPlugin[] = [
  {
    source: 'broken/half-escape',
    language: 'c',
    fires: { 'fuzz.bytes': 'crash' },
    says: { 'fuzz.bytes': /SIGSEGV in hook\.invoke/ },
  },
  {
    source: 'broken/huge-number',
    language: 'c',
    fires: { 'fuzz.struct': 'crash' },
    says: { 'fuzz.struct': /SIGSEGV in hook\.invoke/ },
  },
  {
    source: 'broken/third-reconfigure',
    language: 'c',
    fires: { 'fuzz.seq': 'crash' },
    says: { 'fuzz.seq': /SIGSEGV in plugin\.reconfigure/ },
  },
  {
    source: 'broken/answer-without-member',
    language: 'c',
    fires: { 'fuzz.host': 'crash' },
    says: { 'fuzz.host': /SIGSEGV in hook\.invoke/ },
  },
  {
    source: 'locked-c',
    project: 'locked-c',
    language: 'c',
    fires: { 'fuzz.cov': 'fail' },
    says: { 'fuzz.cov': /libFuzzer found a body that the plugin does not survive in hook\.invoke/ },
  },
];
