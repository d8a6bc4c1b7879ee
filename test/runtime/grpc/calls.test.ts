import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CallOptions, HostServices, Session } from '../../../src/model/session.js';
import { processName } from '../../../src/support/process-group.js';
import { failureOf, fixturePlugin, named, read, removeFolders, startFixture, write } from './fixture.js';

let session: Session | undefined;

beforeAll(() => {
  fixturePlugin();
}, 300_000);
afterEach(async () => {
  session?.kill();
  await session?.ended;
  session = undefined;
});
afterAll(removeFolders);

async function start(...args: Parameters<typeof startFixture>) {
  const started = await startFixture(...args);
  session = started.session;
  return started;
}

/** Makes a call whose answer is a stream; the numbers that came, and its end. */
async function stream(on: Session, method: string, request: Uint8Array, options: CallOptions, type: string) {
  const call = on.call(named(method), request, { streaming: true, ...options });
  const got: Record<string, unknown>[] = [];
  for await (const { body } of call.chunks) got.push(read(type, body));
  return { got, end: await call.end };
}

function text(body: Uint8Array): Record<string, unknown> {
  return JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
}

describe.each([
  ['plain', false],
  ['with certificates for one run', true],
])('%s', (_, autoMtls) => {
  test('a plugin of the real library starts, answers a call and stops', async () => {
    const { session: on, trace } = await start('', { autoMtls });
    const request = write('Everything', { aString: 'hello', anInt64: '9007199254740993', someBytes: 'AAEC' });
    const end = await on.call(named('Echo'), request).end;
    expect(end).toMatchObject({ code: 0, slot: { nullPointer: false, length: request.length } });
    expect(read('Everything', end.body)).toEqual({
      aString: 'hello',
      anInt64: '9007199254740993',
      someBytes: Buffer.from([0, 1, 2]),
    });
    expect(await on.stop()).toEqual({ kind: 'clean' });
    const told = trace.filter(
      ({ method }) => !method.startsWith('plugin.GRPCStdio') && !method.startsWith('plugin.GRPCBroker'),
    );
    expect(
      told.map(({ kind, method, direction, code }) => `${direction} ${kind} ${method} ${code ?? ''}`.trim()),
    ).toEqual([
      'to-host life handshake',
      'to-plugin request grpc.health.v1.Health/Check',
      'to-host response grpc.health.v1.Health/Check 0',
      'to-host life init 0',
      `to-plugin request ${named('Echo')}`,
      `to-host response ${named('Echo')} 0`,
      // What was printed comes meanwhile.
      'to-plugin request grpc.health.v1.Health/Check',
      'to-host response grpc.health.v1.Health/Check 0',
      'to-plugin request plugin.GRPCController/Shutdown',
      expect.stringMatching(/^to-host response plugin\.GRPCController\/Shutdown (?:0|1|14)$/),
      'to-host life ended: clean',
    ]);
  });

  test('what the handshake said can be asked for', async () => {
    const { session: on } = await start('', { autoMtls });
    const end = await on.call('plugin.handshake', Buffer.from('{}')).end;
    expect(text(end.body)).toMatchObject({
      core: 1,
      version: 3,
      network: 'unix',
      address: expect.stringMatching(/\/cpex-[0-9a-f]+\/plugin\d+$/),
      protocol: 'grpc',
      tls: autoMtls,
      health: 'SERVING',
      controller: true,
      stdio: true,
      broker: true,
      reflection: true,
      services: [
        'fixture.v1.Fixture',
        'grpc.health.v1.Health',
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1alpha.ServerReflection',
        'plugin.GRPCBroker',
        'plugin.GRPCController',
        'plugin.GRPCStdio',
      ],
    });
  });

  test('the plugin asks the host over the broker, during the call and after it has passed a nested one', async () => {
    const asked: unknown[] = [];
    const services: HostServices = {
      answer: async (method, request, { callId, call }) => {
        const { text: line } = read('Line', request);
        asked.push([method, line, callId]);
        if (line === 'deny 0') return { code: 7, body: Buffer.from('{"message":"not ünder these"}') };
        const nested = await call?.(named('Echo'), write('Everything', { aString: String(line) }));
        return {
          code: 0,
          body: write('Line', { text: `${read('Everything', nested?.body ?? Buffer.of()).aString}!` }),
        };
      },
    };
    const { session: on } = await start('', { autoMtls }, { services });
    const { id } = text((await on.call('broker.serve', Buffer.of()).end).body);
    const call = on.call(named('AskHost'), write('AskRequest', { brokerId: id, text: 'how', times: 2 }));
    expect(read('Line', (await call.end).body)).toEqual({ text: 'how 0!, how 1!' });
    expect(asked).toEqual([
      ['fixture.v1.Host/Ask', 'how 0', call.id],
      ['fixture.v1.Host/Ask', 'how 1', call.id],
    ]);
    // A plugin of the real library dials a number once.
    const second = text((await on.call('broker.serve', Buffer.of()).end).body).id;
    const denied = await on.call(named('AskHost'), write('AskRequest', { brokerId: second, text: 'deny' })).end;
    expect([denied.code, text(denied.body).message]).toEqual([7, 'not ünder these']);
    expect(await on.stop()).toEqual({ kind: 'clean' });
  });

  test('the host dials what the plugin serves over the broker', async () => {
    const { session: on } = await start('', { autoMtls });
    const { value } = read('Number', (await on.call(named('Offer'), write('Nothing', {})).end).body);
    const body = write('Everything', { aString: 'over there' });
    const end = await on.call(`broker:${value}/${named('Echo')}`, body).end;
    expect(read('Everything', end.body)).toEqual({ aString: 'over there' });
  });
});

test('a connection that the plugin never announces is waited for no longer than go-plugin does', async () => {
  const { session: on } = await start();
  const call = on.call(`broker:9/${named('Echo')}`, Buffer.of());
  const { code, body } = await call.end;
  expect({ code, ...text(body) }).toMatchObject({
    code: 14,
    name: 'UNAVAILABLE',
    message: 'The plugin did not announce connection 9 within 5000 ms.',
  });
  expect(await on.stop()).toEqual({ kind: 'clean' });
  const { session: bare } = await start('no-controller');
  const { body: none } = await bare.call(`broker:1/${named('Echo')}`, Buffer.of()).end;
  expect(text(none).message).toBe('The plugin serves no plugin.GRPCBroker, or has ended its stream.');
}, 60_000);

test.each([1, 100, 64 * 1024, 5 << 20, 64 << 20])('a body of %i bytes comes back as it was', async (size) => {
  const { session: on } = await start();
  const body = write('Bytes', { data: randomBytes(size) });
  const end = await on.call(named('Blob'), body).end;
  expect(end.code).toBe(0);
  expect(Buffer.from(body).equals(end.body)).toBe(true);
});

test('streams go in both directions, and an error may follow what came', async () => {
  const { session: on } = await start();
  const counted = await stream(on, 'Count', write('CountRequest', { first: '5', count: 3 }), {}, 'Number');
  expect(counted.got).toEqual([{ value: '5' }, { value: '6' }, { value: '7' }]);
  expect(counted.end).toMatchObject({ code: 0, body: new Uint8Array() });
  const broken = await stream(on, 'Count', write('CountRequest', { count: 2, code: 11 }), {}, 'Number');
  expect(broken.got).toHaveLength(2);
  expect(text(broken.end.body)).toEqual({ code: 11, name: 'OUT_OF_RANGE', message: 'counted far enough' });
  const more = [2, 3].map((value) => write('Number', { value }));
  const sum = await on.call(named('Sum'), write('Number', { value: 1 }), { more }).end;
  expect(read('Number', sum.body)).toEqual({ value: '6' });
  const none = await on.call(named('Sum'), Buffer.of(), { more: 'none' }).end;
  expect(none).toMatchObject({ code: 0 });
  const lines = [write('Line', { text: 'b' })];
  const chat = await stream(on, 'Chat', write('Line', { text: 'a' }), { more: lines }, 'Line');
  expect(chat.got).toEqual([{ text: 'A' }, { text: 'B' }]);
});

test('streams wait for slow readers on both sides and lose nothing', async () => {
  const { session: on } = await start();
  // More than waits anywhere on the way.
  const more = Array.from({ length: 400 }, (_, at) => write('Line', { text: `${at}:${'x'.repeat(100_000)}` }));
  const call = on.call(named('Chat'), Buffer.of(), { more, streaming: true });
  const got: string[] = [];
  for await (const { body } of call.chunks) {
    const { text: line = '' } = read('Line', body) as { text?: string };
    got.push(line.slice(0, 5).replace(/X+$/, ''));
    if (got.length % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(got).toEqual(['', ...more.map((_, at) => `${at}:`)]);
  expect((await call.end).code).toBe(0);
});

test('a reader that stops early holds up nobody', async () => {
  const { session: on } = await start();
  const more = Array.from({ length: 400 }, () => write('Line', { text: 'x'.repeat(100_000) }));
  const call = on.call(named('Chat'), Buffer.of(), { more, streaming: true });
  for await (const _ of call.chunks) break;
  expect((await call.end).code).toBe(0);
});

test('an answer that is a stream, and one that is none, are no answer to a plain call', async () => {
  const { session: on } = await start();
  const many = await on.call(named('Count'), write('CountRequest', { count: 2 })).end;
  expect(text(many.body).message).toBe('The plugin answered with 2 messages where one was expected.');
  const none = await on.call(named('Count'), write('CountRequest', { count: 0 })).end;
  expect(text(none.body)).toMatchObject({ code: 13, message: expect.stringContaining('without an answer') });
});

test('a status is told with its name and message, unknown methods and services too', async () => {
  const { session: on } = await start();
  const failed = await on.call(named('Fail'), write('Failure', { code: 5, message: 'no fläg "a"' })).end;
  expect(failed.code).toBe(5);
  expect(text(failed.body)).toEqual({ code: 5, name: 'NOT_FOUND', message: 'no fläg "a"' });
  const odd = await on.call(named('Fail'), write('Failure', { code: 77, message: 'x' })).end;
  expect(text(odd.body)).toMatchObject({ code: 77, name: 'CODE_77' });
  for (const method of [named('Missing'), 'no.Service/Here']) {
    expect((await on.call(method, Buffer.of()).end).code).toBe(12);
  }
  await expect(on.call('just words', Buffer.of()).end).rejects.toMatchObject({ code: 'CPEX_E_METHOD_NAME' });
});

test('a call that is cancelled is told to the plugin, and the next one is answered', async () => {
  const { session: on, printed } = await start();
  const call = on.call(named('Misbehave'), write('Line', { text: 'wait' }));
  // It has to have come as far as the plugin.
  await on.call(named('Echo'), Buffer.of(), { concurrent: true }).end;
  call.cancel();
  expect((await call.end).code).toBe(1);
  expect((await on.call(named('Echo'), Buffer.of()).end).code).toBe(0);
  await vi.waitUntil(() => printed.stderr.includes('[WARN] fixture: the call was cancelled\n'), 10_000);
});

test('calls come in order, and beside others where that is asked for', async () => {
  const { session: on } = await start();
  const waiting = on.call(named('Misbehave'), write('Line', { text: 'wait' }));
  const later = on.call(named('Echo'), Buffer.of());
  let done = false;
  void later.end.then(() => {
    done = true;
  });
  expect((await on.call(named('Echo'), Buffer.of(), { concurrent: true }).end).code).toBe(0);
  expect(done).toBe(false);
  waiting.cancel();
  expect((await later.end).code).toBe(0);
});

test('what the plugin prints comes as output, whatever way it takes, and never blocks it', async () => {
  const { session: on, printed } = await start();
  const request = { toStdout: `${'out'.repeat(400)}\n`, toStderr: `${'err'.repeat(400)}\n`, times: 1000 };
  expect((await on.call(named('Print'), write('Printing', request)).end).code).toBe(0);
  await on.call(named('Print'), write('Printing', { log: 'all is well', level: 'info', times: 1 })).end;
  await vi.waitUntil(() => printed.stdout.length === 1201_000 && printed.stderr.includes('all is well'), 20_000);
  expect(printed.stderr).toContain('[INFO] fixture: all is well: times=1 who=fixture\n');
});

test('what is printed last is not lost by a stop', async () => {
  const { session: on, printed } = await start();
  await on.call(named('Print'), write('Printing', { toStdout: 'the last word\n', times: 1 })).end;
  await on.stop();
  expect(printed.stdout).toBe('the last word\n');
});

test('a panic, an exit, a server that stops and a hang end the session with the call in flight', async () => {
  const { session: on } = await start();
  const ending = await failureOf(on.call(named('Misbehave'), write('Line', { text: 'panic' })).end);
  expect(ending).toMatchObject({
    kind: 'exit',
    code: 2,
    phase: 'call',
    inFlight: { method: named('Misbehave') },
    stderrTail: expect.stringContaining('panic: the fixture was asked to'),
  });
  expect(await on.stop()).toBe(await on.ended);
  await expect(failureOf(on.call(named('Echo'), Buffer.of()).end)).resolves.toBe(ending);

  const { session: second } = await start();
  const exited = await failureOf(second.call(named('Misbehave'), write('Line', { text: 'exit' })).end);
  expect(exited).toMatchObject({ kind: 'exit', code: 7, inFlight: { method: named('Misbehave') } });

  const { session: stopped } = await start();
  const served = await failureOf(stopped.call(named('Misbehave'), write('Line', { text: 'stop' })).end);
  expect(served).toMatchObject({ kind: 'exit', code: 0, inFlight: { method: named('Misbehave') } });

  const { session: third } = await start();
  const call = third.call(named('Misbehave'), write('Line', { text: 'hang' }), { deadline: 300 });
  expect(await failureOf(call.end)).toMatchObject({
    kind: 'hang',
    deadlineMs: 300,
    inFlight: { method: named('Misbehave') },
    stderrTail: expect.stringContaining('goroutine'),
  });
}, 60_000);

test('what the plugin has started and left does not outlive it', async () => {
  const { session: on } = await start();
  const { body } = await on.call(named('Misbehave'), write('Line', { text: 'orphan' })).end;
  const orphan = Number(read('Line', body).text);
  expect(await on.stop()).toMatchObject({ kind: 'clean', leftovers: [expect.stringContaining('sleep 600')] });
  await vi.waitUntil(() => processName(orphan) === undefined, 10_000);
});

test('reflection tells services and the files behind them', async () => {
  const { session: on } = await start();
  const end = await on.call('plugin.reflection', Buffer.of()).end;
  const { services, files } = text(end.body) as { services: string[]; files: string[] };
  expect(services).toContain('fixture.v1.Fixture');
  const all = files.map((file) => Buffer.from(file, 'base64').toString('latin1'));
  for (const name of ['fixture.proto', 'google/protobuf/timestamp.proto', 'google/protobuf/duration.proto']) {
    expect(all.some((file) => file.slice(2).startsWith(name))).toBe(true);
  }
});

test('many calls at once are all answered', async () => {
  const { session: on } = await start();
  const ends = await Promise.all(
    Array.from(
      { length: 2000 },
      (_, value) => on.call(named('Echo'), write('Everything', { anInt32: value }), { concurrent: true }).end,
    ),
  );
  expect(ends.map(({ body }) => read('Everything', body).anInt32 ?? 0)).toEqual(ends.map((_, value) => value));
  const looped = await on.loop(named('Echo'), Buffer.of(), 50);
  expect(looped).toMatchObject({ count: 50, code: 0 });
});
