import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { ServiceReply, Session } from '../../../src/model/session.js';
import { Bench, collectTrace, type EngineKit, failureOf, text } from '../harness.js';

/** What calls have to do, whatever engine makes them. */
export function callSuite(kit: EngineKit): void {
  const bench = new Bench(kit);
  let plugin = '';
  let session: Session | undefined;

  beforeAll(() => {
    plugin = bench.compile('behaviour');
  });
  afterEach(async () => {
    await session?.stop();
    session = undefined;
    await vi.waitUntil(() => bench.leftovers().length === 0, 30_000);
  });
  afterAll(() => bench.remove());

  const SIZES = [0, 1, 100, 16 * 1024 - 1, 16 * 1024, 64 * 1024 + 7, 1 << 20, 64 << 20];

  test.each(SIZES)('a body of %i bytes comes back as it was', async (size) => {
    session = await bench.start(plugin);
    const body = randomBytes(size);
    const end = await session.call('echo', body).end;
    expect(end.code).toBe(0);
    // A frame without a body stands for no buffer.
    expect(end.slot).toEqual({ nullPointer: kit.program === true && size === 0, length: size });
    expect(body.equals(end.body)).toBe(true);
  });

  test('calls that are made at once are answered in order, each with its own body', async () => {
    session = await bench.start(plugin);
    const running = session;
    // Enough to pass from the pool to the worker in the middle, with small and shared bodies mixed.
    const bodies = Array.from({ length: 600 }, (_, index) =>
      Buffer.alloc(index % 7 === 0 ? 40_000 + index : index, index),
    );
    const order: number[] = [];
    const ends = await Promise.all(
      bodies.map(async (body, index) => {
        const end = await running.call('echo', body).end;
        order.push(index);
        return end;
      }),
    );
    expect(order).toEqual(bodies.map((_, index) => index));
    for (const [index, end] of ends.entries()) expect(bodies[index]?.equals(end.body)).toBe(true);
  });

  test('the response slot is reported as the plugin left it', async () => {
    session = await bench.start(plugin);
    const nothing = await session.call('nothing', Buffer.alloc(0)).end;
    expect(nothing).toMatchObject({ code: 7, slot: { nullPointer: true, length: 0 } });
    const lost = await session.call('lost', Buffer.alloc(0)).end;
    // What is in a slot beside a buffer does not cross to another process.
    expect(lost.slot).toEqual({ nullPointer: true, length: kit.program === true ? 0 : 42 });
    expect(lost.body.byteLength).toBe(0);
    const huge = await session.call('huge', Buffer.alloc(0)).end;
    expect(huge.slot).toEqual(
      kit.program === true ? { nullPointer: true, length: 0 } : { nullPointer: false, length: 2 ** 60 },
    );
    expect(huge.body.byteLength).toBe(0);
  });

  test.each([10, 20_000, 3 << 20])('a request of %i bytes to the host is answered', async (size) => {
    const asked: [string, number][] = [];
    session = await bench.start(plugin, {
      services: {
        answer: async (method, request, context) => {
          asked.push([method, context.callId]);
          return { code: 0, body: Buffer.from(request).reverse() };
        },
      },
    });
    const body = randomBytes(size);
    const call = session.call('ask', body);
    expect(
      Buffer.from(body)
        .reverse()
        .equals((await call.end).body),
    ).toBe(true);
    expect(asked).toEqual([['host.echo', call.id]]);
  });

  test("the host's failure code reaches the plugin", async () => {
    session = await bench.start(plugin, { services: { answer: async () => ({ code: 5, body: Buffer.alloc(0) }) } });
    expect((await session.call('ask', Buffer.from('x')).end).code).toBe(5);
  });

  test('a service may call the plugin back before it answers', async () => {
    const callers: number[] = [];
    session = await bench.start(plugin, {
      services: {
        answer: async (_method, request, context) => {
          callers.push(context.callId);
          const depth = Number(text(request));
          const nested = depth === 0 ? undefined : await context.call?.('ask', Buffer.from(String(depth - 1)));
          return { code: 0, body: Buffer.from(`${depth} ${nested === undefined ? '' : text(nested.body)}`) };
        },
      },
    });
    const end = await session.call('ask', Buffer.from('5')).end;
    expect(text(end.body).trim()).toBe('5 4 3 2 1 0');
    expect(new Set(callers).size).toBe(6);
  });

  test('a name that C cannot take is refused without harm', async () => {
    session = await bench.start(plugin);
    await expect(session.call('a\0b', Buffer.alloc(0)).end).rejects.toMatchObject({ code: 'CPEX_E_METHOD_NAME' });
    await expect(session.call('x'.repeat(70_000), Buffer.alloc(0)).end).rejects.toThrow('longer than');
    expect((await session.call('', Buffer.alloc(0)).end).code).toBe(0);
    expect((await session.call('ü'.repeat(20_000), Buffer.alloc(0)).end).code).toBe(0);
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  test('400 threads of the plugin may ask at once', async () => {
    const asked = new Set<string>();
    session = await bench.start(plugin, {
      services: {
        answer: async (_method, request) => {
          asked.add(text(request));
          return { code: 0, body: request };
        },
      },
    });
    const end = await session.call('threads', Buffer.from('400')).end;
    expect(text(end.body)).toBe('0');
    expect(asked.size).toBe(400);
  });

  test('concurrent calls overlap', async () => {
    const events: string[] = [];
    session = await bench.start(plugin, {
      services: {
        answer: async (method, request): Promise<ServiceReply> => {
          events.push(method);
          return { code: 0, body: request };
        },
      },
    });
    const running = session;
    await Promise.all([1, 2, 3, 4].map((id) => running.call('meet', Buffer.from(`${id}`), { concurrent: true }).end));
    expect(events.slice(0, 4)).toEqual(['host.enter', 'host.enter', 'host.enter', 'host.enter']);
    expect(events).toHaveLength(8);
  });

  test('more concurrent calls than the pool takes are all answered', async () => {
    session = await bench.start(plugin);
    const running = session;
    const ends = Array.from({ length: 3000 }, (_, index) => {
      return running.call('echo', Buffer.from(String(index)), { concurrent: true }).end;
    });
    expect((await Promise.all(ends)).map((end) => Number(text(end.body)))).toEqual(ends.map((_, index) => index));
  });

  test('a loop makes every call and leaves the session usable', async () => {
    session = await bench.start(plugin);
    for (const mode of ['borrowed', 'copied'] as const) {
      const result = await session.loop('echo', Buffer.alloc(1000), 5000, { mode });
      expect(result).toMatchObject({ count: 5000, code: 0 });
      expect(result.totalNs).toBeGreaterThan(0);
    }
    expect(text((await session.call('echo', Buffer.from('after')).end).body)).toBe('after');
  });

  test('the trace holds every message in order', async () => {
    const { records, trace } = collectTrace();
    session = await bench.start(plugin, { trace });
    await session.call('ask', Buffer.from('four')).end;
    await session.stop();
    expect(records.map(({ direction, kind, method, size }) => `${direction} ${kind} ${method} ${size}`)).toEqual([
      'to-plugin life init 0',
      'to-host life init 0',
      'to-plugin request ask 4',
      'to-host request host.echo 4',
      'to-plugin response host.echo 4',
      'to-host response ask 4',
      'to-plugin life shutdown 0',
      'to-host life shutdown 0',
      'to-host life ended: clean 0',
    ]);
    expect(records.map((record) => record.sequence)).toEqual(records.map((_, index) => index));
  });

  test('stopping waits for calls, happens once, and ends the session', async () => {
    session = await bench.start(plugin);
    const call = session.call('echo', Buffer.from('last'));
    const endings = await Promise.all([session.stop(), session.stop()]);
    expect(endings).toEqual([{ kind: 'clean' }, { kind: 'clean' }]);
    expect(text((await call.end).body)).toBe('last');
    expect(await failureOf(session.call('echo', Buffer.alloc(0)).end)).toEqual({ kind: 'clean' });
  });

  test('killing and aborting end everything at once', async () => {
    session = await bench.start(plugin);
    const call = session.call('hang', Buffer.alloc(0));
    session.kill();
    expect(await session.ended).toEqual({ kind: 'cancelled' });
    expect(await failureOf(call.end)).toEqual({ kind: 'cancelled' });

    const abort = new AbortController();
    session = await bench.start(plugin, { signal: abort.signal });
    abort.abort();
    expect(await session.ended).toEqual({ kind: 'cancelled' });
    expect(await failureOf(bench.start(plugin, { signal: abort.signal }))).toEqual({ kind: 'cancelled' });
  });

  test('what the plugin prints is handed on whole and never mixed with the protocol', async () => {
    let received = 0;
    session = await bench.start(plugin, {
      output: (stream, bytes) => {
        // A program's standard output is its channel: what it prints comes over the other one.
        if (stream === (kit.program === true ? 'stderr' : 'stdout')) received += bytes.byteLength;
      },
    });
    expect(text((await session.call('flood', Buffer.from(String(64 << 20))).end).body)).toBe('done');
    expect(text((await session.call('scribble', Buffer.alloc(0)).end).body)).toBe('written');
    expect(text((await session.call('echo', Buffer.from('alive')).end).body)).toBe('alive');
    expect(await session.stop()).toEqual({ kind: 'clean' });
    expect(received).toBe(64 << 20);
  });
}
