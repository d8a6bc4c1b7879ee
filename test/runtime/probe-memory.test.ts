import { afterAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/model/session.js';
import type { Breach, Watch } from '../../src/model/watch.js';
import { Bench, probeKit, toolchain } from './harness.js';

const bench = new Bench(probeKit);
afterAll(() => bench.remove());

const onLinux = process.platform === 'linux' && toolchain('cc', '--version') !== undefined;
const plugin = onLinux ? bench.compile('allocates') : '';

async function start(watch: Watch = {}, breaches: Breach[] = []): Promise<Session> {
  return bench.start(plugin, { watch, breach: (one) => breaches.push(one) });
}

/** What the plugin holds after one call of a method that it has been called with once before. */
async function held(session: Session, method: string): Promise<{ blocks: number; bytes: number; taken: number }> {
  const fields = [
    ['method', method],
    ['body', 'x'],
    ['calls', 1],
    ['windows', 1],
    ['limit', 20_000],
  ] as const;
  const seen = await session.perform?.('mem.balance', fields);
  const number = (name: string) => seen?.number(name) ?? Number.NaN;
  return { blocks: number('blocks'), bytes: number('bytes'), taken: number('taken') };
}

describe.skipIf(!onLinux)('the record of allocations', () => {
  test('counts exactly what the plugin asks for', async () => {
    const session = await start();
    expect(session.abilities.has('ledger')).toBe(true);
    expect(await held(session, 'leak')).toEqual({ blocks: 1, bytes: 10, taken: 1 });
    expect(await held(session, 'leak-all')).toEqual({
      blocks: 9,
      bytes: 10 + 20 + 30 + 40 + 128 + 6 + 15 + 50 + 60,
      taken: 9,
    });
    expect(await held(session, 'balanced')).toEqual({ blocks: 0, bytes: 0, taken: 9 });
    expect(await held(session, 'grow')).toEqual({ blocks: 1, bytes: 100, taken: 2 });
    expect(await held(session, 'usable')).toEqual({ blocks: 0, bytes: 0, taken: 1 });
    expect(await held(session, 'reply')).toEqual({ blocks: 0, bytes: 0, taken: 1 });
    await session.stop();
  });

  test('knows what was taken before it began, and sees it replaced', async () => {
    const session = await start();
    expect(await held(session, 'replace')).toEqual({ blocks: 1, bytes: 21, taken: 1 });
    await session.stop();
  });

  test("counts threads of the plugin, and none of the probe's own work", async () => {
    const session = await start();
    const thread = await held(session, 'thread');
    expect(thread.blocks).toBeGreaterThanOrEqual(1);
    expect(thread.bytes).toBeGreaterThanOrEqual(77);
    expect(await held(session, 'ask')).toEqual({ blocks: 0, bytes: 0, taken: 0 });
    await session.stop();
  });
});

describe.skipIf(!onLinux)('guarded memory', () => {
  test('serves calls of every size as ordinary memory does', async () => {
    for (const watch of [{ guard: 'end' }, { guard: 'start' }, { skew: 3 }, { guard: 'end', skew: 1 }] as const) {
      const breaches: Breach[] = [];
      const session = await start(watch, breaches);
      for (const size of [0, 1, 15, 16, 4095, 4096, 4097, 70_000, 5_000_000]) {
        const body = Buffer.alloc(size, 'abc');
        const { body: reply } = await session.call('reply', body).end;
        expect(Buffer.compare(reply, body)).toBe(0);
      }
      for (let round = 0; round < 600; round++) await session.call('ask', Buffer.alloc(100)).end;
      expect((await session.stop()).kind).toBe('clean');
      expect(breaches).toEqual([]);
    }
  });

  test('loads a library and calls nothing where only that is asked for', async () => {
    const session = await start({ only: 'load' });
    expect((await session.stop()).kind).toBe('clean');
  });

  test('a slot that is left alone is a breach, and its poison is never freed', async () => {
    for (const guard of [{}, { guard: 'end' }] as const) {
      const breaches: Breach[] = [];
      const session = await start({ slot: 'poison', ...guard }, breaches);
      expect((await session.call('reply', Buffer.from('x')).end).body.toString()).toBe('x');
      expect(breaches).toEqual([]);
      await session.call('untouched', Buffer.from('x')).end;
      await session.call('half-touched', Buffer.from('x')).end;
      expect((await session.stop()).kind).toBe('clean');
      expect(breaches).toEqual([
        { test: 'env.slot', message: 'untouched left all of its response slot as it was.' },
        { test: 'env.slot', message: 'half-touched left the length of its response slot as it was.' },
      ]);
    }
  });
});
