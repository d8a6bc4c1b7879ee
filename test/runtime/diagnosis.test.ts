import { describe, expect, test } from 'vitest';
import type { Ending } from '../../src/model/session.js';
import { diagnose } from '../../src/runtime/diagnosis.js';
import { endingEvidence } from '../../src/runtime/failure.js';
import { quoteGoroutines } from '../../src/runtime/goroutines.js';

const crash = (stderrTail: string, signal = 'SIGABRT'): Ending => ({
  kind: 'crash',
  signal,
  phase: 'call',
  stderrTail,
  frames: [],
});

/** The last words of runtimes, and what is made of them. */
const WORDS: readonly (readonly [string, string, string | undefined])[] = [
  [
    'panic: no guard here\n\ngoroutine 17 [running, locked to thread]:\nmain.onHook(...)\n',
    'a Go panic left the call: no guard here',
    'ABI-CALL-006',
  ],
  [
    'fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\n',
    'the Go runtime gave up: all goroutines are asleep - deadlock!',
    undefined,
  ],
  [
    'runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n\nruntime stack:\n',
    'the stack of a goroutine overflowed its 1000000000 bytes',
    undefined,
  ],
  ['fatal: morestack on g0\n', 'the Go runtime was on a stack that it does not know', undefined],
  [
    "thread '<unnamed>' (812) panicked at src/lib.rs:5:5:\nno guard here\nnote: run with `RUST_BACKTRACE=1`\n" +
      "thread '<unnamed>' (812) panicked at library/core/src/panicking.rs:225:5:\npanic in a function that cannot unwind\n",
    'a Rust panic tried to leave a function for C: no guard here (src/lib.rs:5:5)',
    'ABI-CALL-006',
  ],
  [
    "thread 'main' panicked at src/lib.rs:9:1:\nboom\n",
    'a Rust panic ended the process: boom (src/lib.rs:9:1)',
    'ABI-CALL-006',
  ],
  ["thread 'main' has overflowed its stack\n", 'the stack of a thread overflowed', undefined],
  [
    "terminate called after throwing an instance of 'std::runtime_error'\n  what():  x\n",
    'a C++ exception left the call: std::runtime_error',
    'ABI-CALL-006',
  ],
  [
    "cpex-probe: parse.c:12: parse: Assertion `at < end' failed.\n",
    "an assertion failed: parse.c:12: parse: Assertion `at < end' failed.",
    undefined,
  ],
  ['*** stack smashing detected ***: terminated\n', 'the C library found a smashed stack', undefined],
  [
    'free(): double free detected in tcache 2\n',
    'the C library found the heap damaged: free(): double free detected in tcache 2',
    'ABI-MEM-005',
  ],
  ['', 'it called abort', undefined],
];

describe('why a process ended', () => {
  test.each(WORDS)('%j', (said, words, clause) => {
    expect(diagnose(crash(said))).toMatchObject({ words, ...(clause === undefined ? {} : { clause }) });
  });

  test('a host in Go ends with a code', () => {
    const stderrTail = 'panic: x\n\ngoroutine 1 [running]:\n';
    expect(diagnose({ kind: 'exit', code: 2, phase: 'call', stderrTail })?.words).toBe('a Go panic left the call: x');
  });

  test('lines that only look like it are left alone', () => {
    expect(diagnose({ kind: 'exit', code: 1, phase: 'call', stderrTail: 'panic: is my log line\n' })).toBeUndefined();
    expect(diagnose(crash('nothing of the kind\n', 'SIGSEGV'))).toBeUndefined();
  });
});

const DUMP = `SIGSEGV: segmentation violation
PC=0x7f m=2 sigcode=18446744073709551610

goroutine 17 gp=0x1 m=0 mp=0x2 [sync.Mutex.Lock, locked to thread]:
runtime.gopark(0x0?, 0x0?)
\truntime/proc.go:462 +0xce fp=0x1
sync.(*Mutex).Lock(...)
\tsync/mutex.go:46
main.onHook(0x1)
\tplugin/hook.go:9 +0x1c fp=0x2
runtime.goexit({})
\truntime/asm_amd64.s:1771 +0x1

goroutine 2 gp=0x3 m=nil [force gc (idle)]:
runtime.gopark(0x0?)
\truntime/proc.go:462 +0xce
created by runtime.init.7 in goroutine 1
\truntime/proc.go:373 +0x1a

rax    0xca
`;

test('of all goroutines those are quoted that run code of the plugin', () => {
  const quoted = [
    'goroutine 17 [sync.Mutex.Lock, locked to thread]:',
    'sync.(*Mutex).Lock()',
    '\tsync/mutex.go:46',
    'main.onHook()',
    '\tplugin/hook.go:9',
  ];
  expect(quoteGoroutines(DUMP.split('\n'))).toEqual(quoted);
  expect(quoteGoroutines(['just', 'lines'])).toBeUndefined();
  expect(endingEvidence({ kind: 'hang', phase: 'call', deadlineMs: 1, stderrTail: DUMP })).toEqual(quoted);
});
