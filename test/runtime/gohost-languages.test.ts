import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { goCrash } from '../../src/runtime/gohost/endings.js';
import { Bench, goKit, text, toolchain } from './harness.js';

const bench = new Bench(goKit);
afterEach(() => vi.waitUntil(() => bench.leftovers().length === 0, 30_000));
afterAll(() => bench.remove());

const go = toolchain('go', 'version');
describe.skipIf(go === undefined)(`a plugin in Go in a host in Go (${go ?? 'skipped: go is not installed'})`, () => {
  let plugin = '';
  beforeAll(() => {
    plugin = bench.compileGo('go');
  });

  test('two runtimes in one process serve calls in order and beside each other', async () => {
    const session = await bench.start(plugin);
    const body = randomBytes(1 << 20);
    expect(body.equals((await session.call('echo', body).end).body)).toBe(true);
    expect(body.equals((await session.call('echo', body, { concurrent: true }).end).body)).toBe(true);
    expect(text((await session.call('ask', Buffer.from('question')).end).body)).toBe('question');
    expect(text((await session.call('goroutines', Buffer.from('many')).end).body)).toBe('right');
    expect(session.perform).toBeUndefined();
    expect([...session.abilities]).toEqual([]);
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  test('a panic is a crash with its trace, os.Exit an exit with its code', async () => {
    const dying = await bench.start(plugin);
    const call = dying.call('panic', Buffer.alloc(0));
    expect(await dying.ended).toMatchObject({
      kind: 'crash',
      signal: 'SIGABRT',
      inFlight: { callId: call.id, method: 'panic' },
      stderrTail: expect.stringContaining('panic: something is wrong'),
    });
    const leaving = await bench.start(plugin);
    leaving.call('exit', Buffer.alloc(0));
    expect(await leaving.ended).toMatchObject({ kind: 'exit', code: 3, inFlight: { method: 'exit' } });
  });
});

test('an exit of a Go program is told from a crash by its trace', () => {
  expect(goCrash(2, 'SIGSEGV: segmentation violation\nPC=0x7f m=0 sigcode=1\n')).toBe('SIGSEGV');
  expect(goCrash(2, 'last words\nSIGABRT: abort\n')).toBe('SIGABRT');
  expect(goCrash(2, 'panic: no\n\ngoroutine 1 [running]:')).toBe('SIGABRT');
  expect(goCrash(2, 'the plugin chose this code')).toBeUndefined();
  expect(goCrash(0, 'SIGSEGV: segmentation violation')).toBeUndefined();
});
