import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ending } from '../../src/model/session.js';
import { describeEnding, endingEvidence } from '../../src/runtime/failure.js';
import { Bench, probeKit, toolchain } from './harness.js';

const bench = new Bench(probeKit);
const x64 = process.arch === 'x64';
let plugin = '';
beforeAll(() => {
  plugin = bench.compile('crashes');
});
afterAll(() => bench.remove());

async function die(method: string, options: Parameters<Bench['start']>[1] = {}): Promise<Ending> {
  const session = await bench.start(plugin, options);
  session.call(method, Buffer.from('{}'), method === 'deadlock' ? { deadline: 700 } : {});
  return session.ended;
}

/** What the plugin does → how the sentence ends, and the function that has to be named first. */
const DEATHS: Readonly<Record<string, readonly [RegExp, RegExp]>> = {
  'read-null': [
    /SIGSEGV during read-null \(call 1\): it (read|used) a null pointer, 16 bytes further on\.$/,
    /read_null/,
  ],
  'write-null': [/: it (wrote to|used) a null pointer\.$/, /write_null/],
  'call-null': [/: it (jumped to|used) a null pointer\.$/, /call_nothing.*, in no code$/],
  'write-text': [/: it (wrote to|used) memory that can only be read, of crashes\.so\.$/, /write_text/],
  wild: x64 ? [/: it used an address that cannot exist\.$/, /use_wild/] : [/SIG(SEGV|BUS)/, /use_wild/],
  unmapped: [/: it (wrote to|used) an address where there is no memory\.$/, /use_unmapped/],
  ...(x64 ? { divide: [/SIGFPE .*: an integer was divided by zero\.$/, /plugin_call/] as const } : {}),
  assert: [
    /SIGABRT .*: an assertion failed: .*crashes\.c:\d+: fail_assertion: Assertion/,
    /fail_assertion.*, in .*assert/,
  ],
  'free-twice': [/SIGABRT .*: the C library found the heap damaged: .*double free/, /free_twice.*, in .*free/],
  overflow: [/SIGSEGV .*: the stack of its thread overflowed\.$/, /descend/],
  thread: [/SIGSEGV .*: it (wrote to|used) a null pointer\.$/, /write_null/],
  // More than goes through the channel at once: the system would notice in the middle of a frame.
  'absent-question': [/: it (read|used) a null pointer, 16 bytes further on\.$/, /ask_host.*, in |plugin_call.*, in /],
  'bad-question': [/: it (read|used) a null pointer, 16 bytes further on\.$/, /ask_host.*, in |plugin_call.*, in /],
};

describe('a crash says what was done, and where', () => {
  test.each(Object.entries(DEATHS))('%s', async (method, [sentence, place]) => {
    const ending = await die(method);
    expect(describeEnding(ending)).toMatch(sentence);
    const evidence = endingEvidence(ending);
    const frames = evidence.filter((line) => line.startsWith('#'));
    expect(frames[0]).toMatch(place);
    if (toolchain('addr2line', '--version') !== undefined)
      expect(frames[0]).toMatch(/ at \S*(crashes\.c|host_calls\.h):\d+/);
    expect(frames.every((line) => /^#\d+ crashes\.so\+0x[0-9a-f]+/.test(line))).toBe(true);
    expect(evidence.join('\n')).not.toMatch(/native\/probe|calls_serve|watched_call/);
    expect(evidence.includes('on a thread that the plugin had started')).toBe(method === 'thread');
  });

  test('a recursion is told once', async () => {
    const ending = await die('overflow');
    expect(endingEvidence(ending).filter((line) => line.includes('descend')).length).toBeLessThan(4);
    expect(endingEvidence(ending).join('\n')).toMatch(/\(\d+ times and more\)/);
  });

  test('memory of the host is named', async () => {
    const ending = await die('past-request', { watch: { guard: 'end' } });
    expect(describeEnding(ending)).toMatch(
      /it (read|used) 1 byte after the end of the request of past-request \(2 bytes\)\.$/,
    );
    expect(ending).toMatchObject({ kind: 'crash', fault: { region: 'guard', thread: 'the main thread' } });
  });
});

test.skipIf(process.platform !== 'linux')('a hang says where each thread of the plugin waits', async () => {
  const ending = await die('deadlock');
  const evidence = endingEvidence(ending).join('\n');
  expect(ending).toMatchObject({ kind: 'hang', inFlight: { method: 'deadlock' } });
  expect(evidence).toMatch(/thread \d+ .*, the main thread\n {2}#0 crashes\.so\+0x[0-9a-f]+ dead_lock.*, in /);
  expect(evidence).toMatch(/which the plugin had started\n {2}#0 crashes\.so\+0x[0-9a-f]+ wait_for_lock.*, in /);
  expect(evidence).not.toMatch(/native\/probe|calls_serve/);
});
