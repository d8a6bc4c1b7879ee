import { expect, test } from 'vitest';
import { raceFindings } from '../../../src/testing/sanitizers/race-tests.js';
import { findingsOf } from '../../../src/testing/sanitizers/report.js';
import { readSanitizerText } from '../../../src/testing/sanitizers/sanitizer-text.js';
import { readValgrindXml } from '../../../src/testing/sanitizers/valgrind-xml.js';

const PLUGIN = '/work/dist/plugin.so';
const ROOT = '/work';

const ADDRESS = `=================================================================
==12039==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000002013 at pc 0x7f bp 0x7f sp 0x7f
READ of size 1 at 0x602000002013 thread T2
#0|${PLUGIN}|0x3b61|call|/work/src/plugin.c|11
#1|/cache/cpex-probe|0x10fa8|enter|/probe/watch.c|68

0x602000002013 is located 3 bytes inside of 8-byte region [0x602000002010,0x602000002018)
freed by thread T2 here:
#0|/usr/lib/libasan.so.8|0xb76a8|__interceptor_free|asan.cpp|52
#1|${PLUGIN}|0x3b01|call|/work/src/plugin.c|10

Thread T2 created by T1 here:
#0|${PLUGIN}|0x49726|start|/work/src/plugin.c|3

SUMMARY: AddressSanitizer: heap-use-after-free /work/src/plugin.c:11 in call
Shadow bytes around the buggy address:
`;

test('an error of AddressSanitizer becomes a finding with the lines of the plugin', () => {
  const twice = readSanitizerText(ADDRESS + ADDRESS);
  expect(findingsOf('san.addr', twice, PLUGIN, ROOT)).toEqual([
    {
      id: 'san.addr',
      severity: 'fail',
      message: 'heap-use-after-free, in call (src/plugin.c:11).',
      evidence: [
        'READ of size 1',
        '  call (src/plugin.c:11)',
        'it is located 3 bytes inside of 8-byte region, freed',
        '  in __interceptor_free, called by',
        '  call (src/plugin.c:10)',
        'Thread T2 created by T1 here',
        '  start (src/plugin.c:3)',
      ],
    },
  ]);
});

test('what concerns other libraries alone, or the size of a stack, is no finding', () => {
  const reports = readSanitizerText(ADDRESS);
  expect(findingsOf('san.addr', reports, '/work/dist/other.so', ROOT)).toEqual([]);
  expect(readSanitizerText(ADDRESS.replace('heap-use-after-free', 'stack-overflow'))).toEqual([]);
});

test('undefined behaviour and races are read as well, and names of Rust made readable', () => {
  const text = `/work/src/plugin.c:36:25: runtime error: signed integer overflow: 1 + 2147483647 cannot be represented
#0|${PLUGIN}|0x59|count|/work/src/plugin.c|36

WARNING: ThreadSanitizer: data race (pid=12181)
  Write of size 4 at 0x7b0400000823 by thread T2:
#0|${PLUGIN}|0x25|_RNvCs3tsCgQMNctR_8careless12read_too_far|/work/src/lib.rs|11
`;
  const messages = findingsOf('x', readSanitizerText(text), PLUGIN, ROOT).map(({ message }) => message);
  expect(messages).toEqual([
    'signed integer overflow: 1 + 2147483647 cannot be represented, in count (src/plugin.c:36).',
    'data race, in careless::read_too_far (src/lib.rs:11).',
  ]);
});

test('valgrind: errors with their stacks, no leaks, also from a file without its end', () => {
  const frame = (object: string, name: string) =>
    `<frame><ip>0x1</ip><obj>${object}</obj><fn>${name}</fn><dir>/work/src</dir><file>plugin.c</file><line>43</line></frame>`;
  const text = `<error><kind>UninitCondition</kind><what>Conditional jump depends on uninitialised value(s)</what>
    <stack>${frame(PLUGIN, 'read_unwritten')}</stack>
    <auxwhat>Uninitialised value was created by a heap allocation</auxwhat>
    <stack><frame><ip>0x2</ip><obj>/vg.so</obj><fn>malloc</fn></frame>${frame(PLUGIN, 'operator&lt;')}</stack></error>
    <error><kind>Leak_PossiblyLost</kind><stack>${frame(PLUGIN, 'leak')}</stack></error><error><kind>Inv`;
  expect(findingsOf('san.valgrind', readValgrindXml(text), PLUGIN, ROOT)).toEqual([
    expect.objectContaining({
      message: 'Conditional jump depends on uninitialised value(s), in read_unwritten (src/plugin.c:43).',
      evidence: [
        '  read_unwritten (src/plugin.c:43)',
        'Uninitialised value was created by a heap allocation',
        '  in malloc, called by',
        '  operator< (src/plugin.c:43)',
      ],
    }),
  ]);
});

test('races of Go, each pair of places once', () => {
  const race = `==================
WARNING: DATA RACE
Read at 0x0000005b by goroutine 8:
  careless/tally.Count()
      /work/tally/tally.go:8 +0x84

Previous write at 0x0000005b by goroutine 7:
  careless/tally.Count()
      /work/tally/tally.go:8 +0xa4
==================
`;
  expect(raceFindings('conc.tsan', race + race, ROOT)).toEqual([
    expect.objectContaining({
      message: 'Two goroutines use the same memory without a lock, at tally/tally.go:8.',
      evidence: [
        'Read in careless/tally.Count (tally/tally.go:8)',
        'Previous write in careless/tally.Count (tally/tally.go:8)',
      ],
    }),
  ]);
});
