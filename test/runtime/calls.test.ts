import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Session } from '../../src/model/session.js';
import { Bench, koffiKit } from './harness.js';
import { callSuite } from './suites/calls.js';

callSuite(koffiKit);

const bench = new Bench();
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

test('where files cannot be mapped, bodies and requests cross all the same', async () => {
  const unmapped = { mapping: false };
  session = await bench.start(plugin, {}, unmapped);
  const body = randomBytes(9 << 20);
  for (const options of [{}, { concurrent: true }]) {
    expect(body.equals((await session.call('echo', body, options).end).body)).toBe(true);
  }
  expect(body.equals((await session.call('ask', body).end).body)).toBe(true);
  await session.loop('echo', body, 2);
  expect(body.equals((await session.call('echo', body).end).body)).toBe(true);
  const call = session.call('segv', Buffer.alloc(0));
  expect(await session.ended).toMatchObject({
    kind: 'crash',
    phase: 'call',
    inFlight: { callId: call.id, method: 'segv' },
  });
});

test('a gigabyte of output does not grow the CLI', async () => {
  let received = 0;
  let peak = 0;
  const before = process.memoryUsage.rss();
  session = await bench.start(plugin, {
    output: (_stream, bytes) => {
      received += bytes.byteLength;
      peak = Math.max(peak, process.memoryUsage.rss());
    },
  });
  // With the worker: a thread of Node's that touched stdout would make writes to it fail silently.
  await session.loop('echo', Buffer.alloc(1), 1);
  await session.call('flood', Buffer.from(String(2 ** 30))).end;
  await session.stop();
  expect(received).toBe(2 ** 30);
  expect(peak - before).toBeLessThan(150 * 2 ** 20);
});
