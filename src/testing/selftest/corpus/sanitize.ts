import type { BadPlugin } from '../types.js';

/** Errors that show in no answer; they need the sources, except valgrind's. */
export const BAD_SANITIZE: readonly BadPlugin[] = [
  {
    source: 'careless-c',
    project: 'careless-c',
    language: 'c',
    fires: { 'san.addr': 'fail', 'san.ub': 'fail', 'san.valgrind': 'fail', 'conc.tsan': 'fail' },
    says: {
      'san.addr': /heap-buffer-overflow, in read_too_far \(plugin\.c:\d+\)/,
      'san.ub': /signed integer overflow.*, in count_too_far \(plugin\.c:\d+\)/,
      'san.valgrind': /uninitialised value.*, in read_unwritten \(plugin\.c:\d+\)/,
      'conc.tsan': /data race, in call \(plugin\.c:\d+\)/,
    },
  },
  {
    source: 'careless-go',
    project: 'careless-go',
    language: 'go',
    fires: { 'san.addr': 'fail', 'conc.tsan': 'fail' },
    says: { 'san.addr': /heap-buffer-overflow/, 'conc.tsan': /tally\/tally\.go:\d+/ },
  },
  {
    source: 'careless-rust',
    project: 'careless-rust',
    language: 'rust',
    fires: { 'san.addr': 'fail', 'san.valgrind': 'fail' },
    says: { 'san.addr': /heap-buffer-overflow/, 'san.valgrind': /Invalid read of size 1/ },
  },
];
