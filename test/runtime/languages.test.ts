import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Bench, text, toolchain } from './harness.js';

const bench = new Bench();
afterEach(() => vi.waitUntil(() => bench.leftovers().length === 0, 30_000));
afterAll(() => bench.remove());

const go = toolchain('go', 'version');
describe.skipIf(go === undefined)(`a plugin in Go (${go ?? 'skipped: go is not installed'})`, () => {
  let plugin = '';
  beforeAll(() => {
    plugin = bench.compileGo('go');
  });

  test('answers on the pool, on the worker and beside others', async () => {
    const session = await bench.start(plugin);
    const body = randomBytes(1 << 20);
    expect(body.equals((await session.call('echo', body).end).body)).toBe(true);
    expect(body.equals((await session.call('echo', body, { concurrent: true }).end).body)).toBe(true);
    expect(await session.loop('echo', Buffer.alloc(100), 2000)).toMatchObject({ count: 2000, code: 0 });
    expect(text((await session.call('ask', Buffer.from('question')).end).body)).toBe('question');
    expect(text((await session.call('goroutines', Buffer.from('many')).end).body)).toBe('right');
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  test('a panic is a crash with its trace', async () => {
    const session = await bench.start(plugin);
    const call = session.call('panic', Buffer.alloc(0));
    expect(await session.ended).toMatchObject({
      kind: 'crash',
      signal: 'SIGABRT',
      inFlight: { callId: call.id, method: 'panic' },
      stderrTail: expect.stringContaining('panic: something is wrong'),
    });
  });

  test('os.Exit is an exit with its code', async () => {
    const session = await bench.start(plugin);
    session.call('exit', Buffer.alloc(0));
    expect(await session.ended).toMatchObject({ kind: 'exit', code: 3, inFlight: { method: 'exit' } });
  });
});

const rust = toolchain('rustc', '--version');
describe.skipIf(rust === undefined)(`a plugin in Rust (${rust ?? 'skipped: rustc is not installed'})`, () => {
  let plugin = '';
  beforeAll(() => {
    plugin = bench.compileRust('behaviour');
  });

  test('answers with the exact length freed', async () => {
    const session = await bench.start(plugin);
    for (const size of [0, 100, 100_000]) {
      const body = randomBytes(size);
      expect(body.equals((await session.call('echo', body).end).body)).toBe(true);
    }
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  test('a panic that reaches the ABI is a crash with its message', async () => {
    const session = await bench.start(plugin);
    session.call('panic', Buffer.alloc(0));
    expect(await session.ended).toMatchObject({
      kind: 'crash',
      signal: 'SIGABRT',
      stderrTail: expect.stringContaining('something is wrong'),
    });
  });
});
