import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { CallContext, Chunk } from '../../../src/model/session.js';
import { SessionFailure } from '../../../src/runtime/failure.js';
import { bodyOf, callTool, TauBench, textOf, WIRES } from './tau-bench.js';

const bench = new TauBench();
afterEach(async () => {
  expect(await bench.close()).toEqual([]);
});
afterAll(() => bench.remove());

const nothing = Buffer.from('{}');

async function texts(chunks: AsyncIterable<Chunk>): Promise<string[]> {
  const all: string[] = [];
  for await (const { body } of chunks) all.push(Buffer.from(body).toString());
  return all;
}

describe.each(WIRES)('a plugin over %s', (wire) => {
  it('registers first, and ends with its input', async () => {
    const { session } = await bench.start(wire);
    const registration = bodyOf(await session.call('register', nothing).end) as { name: string; tools: unknown[] };
    expect(registration.name).toBe('tau-test');
    expect(registration.tools).toHaveLength(7);
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('runs tools, and says what they failed of', async () => {
    const { session } = await bench.start(wire);
    const echo = await callTool(session, 'echo_tool', { message: 'hi' }).end;
    expect(echo.code).toBe(0);
    expect(textOf(echo)).toBe('ECHO: hi');
    const failed = bodyOf(await callTool(session, 'fail_tool', {}).end);
    expect(failed).toMatchObject({ is_error: true, content: [{ type: 'text', text: 'it failed' }] });
  });

  it('answers hooks and the start of a session', async () => {
    const { session } = await bench.start(wire);
    const data = { prompt: 'Why?', system_prompt: '', session_id: 's', message_count: 1 };
    const hook = session.call('hook', Buffer.from(JSON.stringify({ name: 'before_agent_start', data })));
    expect(bodyOf(await hook.end)).toMatchObject({ message: { content: 'Hooked: Why?' } });
    const context = Buffer.from(JSON.stringify({ cwd: '/tmp', session_id: 's' }));
    expect(bodyOf(await session.call('session_start', context).end)).toEqual({});
    expect(bodyOf(await session.call('init', context).end)).toEqual({});
  });

  it('keeps the values of arguments as they are', async () => {
    const { session } = await bench.start(wire);
    const given = {
      integer: 2 ** 40,
      negative: -1,
      fraction: 0.1,
      none: null,
      list: [1, 'ü', { deep: true }],
      no: false,
    };
    expect(JSON.parse(textOf(await callTool(session, 'note_tool', given).end))).toEqual(given);
  });

  it('sends output in its order, and then the result', async () => {
    const { session, trace } = await bench.start(wire);
    const call = callTool(session, 'slow_tool', { lines: 200 });
    const pieces = texts(call.chunks);
    expect(textOf(await call.end)).toBe('sent 200');
    expect(await pieces).toEqual(Array.from({ length: 200 }, (_, at) => `line ${at + 1}\n`));
    expect(trace.filter(({ kind }) => kind === 'chunk')).toHaveLength(200);
  });

  it('takes output that nobody reads', async () => {
    const { session } = await bench.start(wire);
    expect(textOf(await callTool(session, 'slow_tool', { lines: 100 }).end)).toBe('sent 100');
  });

  it('runs other calls and hooks while a tool runs, and cancels it', async () => {
    const { session } = await bench.start(wire);
    const waiting = callTool(session, 'wait_tool', {}, true);
    const many = Array.from({ length: 60 }, (_, at) => callTool(session, 'echo_tool', { message: at }, true));
    const hook = { name: 'after_tool_result', data: {} };
    const heard = session.call('hook', Buffer.from(JSON.stringify(hook)), { concurrent: true });
    const said = await Promise.all(many.map(async ({ end }) => textOf(await end)));
    expect(said).toEqual(Array.from({ length: 60 }, (_, at) => `ECHO: ${at}`));
    expect((await heard.end).code).toBe(0);
    waiting.cancel();
    expect(textOf(await waiting.end)).toBe('cancelled');
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('hears the answers of the server, during a call', async () => {
    const contexts: CallContext[] = [];
    const { session } = await bench.start(wire, {
      services: {
        answer: async (method, request, context) => {
          contexts.push(context);
          return {
            code: 0,
            body: Buffer.from(JSON.stringify({ type: 'ok', method, heard: bodyOf({ body: request }) })),
          };
        },
      },
    });
    const request = { type: 'fire_hook', name: 'h', data: { n: 1 } };
    const call = callTool(session, 'ask_tool', { request });
    expect(JSON.parse(textOf(await call.end))).toEqual({ type: 'ok', method: 'server_request', heard: request });
    expect(contexts.map(({ callId }) => callId)).toEqual([call.id]);
  });

  it('ends when it is idle, and is started again for the next call', async () => {
    const { session, trace } = await bench.start(wire);
    const first = session.pid;
    expect(bodyOf(await session.call('idle', nothing).end)).toEqual({});
    await expect.poll(() => session.pid, { timeout: 20_000 }).toBe(0);
    expect(textOf(await callTool(session, 'echo_tool', { message: 'again' }).end)).toBe('ECHO: again');
    expect(session.pid).not.toBe(first);
    const life = trace.filter(({ kind }) => kind === 'life').map(({ method }) => method);
    expect(life).toEqual(['init', 'init', 'ended after idle', 'started again', 'init']);
    const registration = bodyOf(await session.call('register', nothing).end);
    expect(registration).toMatchObject({ name: 'tau-test' });
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('may end although a call came after it was idle, which goes to the next process', async () => {
    const { session, trace } = await bench.start(wire);
    const ends = [session.call('idle', nothing), callTool(session, 'wait_tool', {})].map(({ end }) => end);
    await ends[0];
    await expect
      .poll(() => trace.filter(({ method }) => method === 'started again').length, { timeout: 20_000 })
      .toBe(1);
    session.kill();
    await expect(ends[1]).rejects.toThrow('cancelled');
  });

  it('may stay when it is idle', async () => {
    const { session } = await bench.start(wire, { mode: 'stays' });
    const { pid } = session;
    await session.call('idle', nothing).end;
    expect(textOf(await callTool(session, 'echo_tool', { message: 1 }).end)).toBe('ECHO: 1');
    expect(session.pid).toBe(pid);
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('can be stopped after its end', async () => {
    const { session, trace } = await bench.start(wire);
    await session.call('idle', nothing).end;
    await expect.poll(() => trace.some(({ method }) => method === 'ended after idle'), { timeout: 20_000 }).toBe(true);
    expect(session.pid).toBe(0);
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('is told of by every message that crosses, with its size on the wire', async () => {
    const { session, trace } = await bench.start(wire);
    await callTool(session, 'echo_tool', { message: 'hi' }).end;
    await session.stop();
    const calls = trace.filter(({ method }) => method === 'tool_call');
    expect(calls.map(({ direction, kind }) => [direction, kind])).toEqual([
      ['to-plugin', 'request'],
      ['to-host', 'response'],
    ]);
    expect(calls[0]?.id).toBe(calls[1]?.id);
    for (const { size, body, wire: form } of calls) {
      expect(form).toBe(wire === 'tau-lines' ? 'line' : 'cbor');
      expect(JSON.parse(Buffer.from(body).toString()).tool_call_id).toMatch(/^t/);
      expect(size).not.toBe(body.byteLength);
    }
    expect(trace.find(({ method }) => method === 'register')).toMatchObject({ direction: 'to-host', kind: 'request' });
  });

  it('refuses calls that are no messages, and two with one id', async () => {
    const { session } = await bench.start(wire);
    await expect(session.call('plugin.register', nothing).end).rejects.toThrow('sends no message "plugin.register"');
    await expect(session.call('tool_call', nothing).end).rejects.toThrow('needs a text "tool_call_id"');
    await expect(session.call('hook', Buffer.from('[]')).end).rejects.toThrow('no JSON object');
    const request = Buffer.from('{"tool_call_id":"same","name":"wait_tool","arguments":{}}');
    const first = session.call('tool_call', request, { concurrent: true });
    await expect(session.call('tool_call', request, { concurrent: true }).end).rejects.toThrow('"same" is under way');
    first.cancel();
    expect(textOf(await first.end)).toBe('cancelled');
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('makes a call many times in a row', async () => {
    const { session } = await bench.start(wire);
    const request = Buffer.from('{"tool_call_id":"again","name":"echo_tool","arguments":{"message":1}}');
    const { count, code, totalNs } = await session.loop('tool_call', request, 50);
    expect([count, code]).toEqual([50, 0]);
    expect(totalNs).toBeGreaterThan(0);
  });
});

describe.each(WIRES)('a broken plugin over %s', (wire) => {
  const refusals: [mode: string, message: RegExp][] = [
    ['exits-early', /ended with code 3 before it sent its registration/],
    [
      'noise',
      wire === 'tau-lines' ? /a line is no JSON .*: starting up/ : /text where a frame was to begin: "starting/,
    ],
    ...(wire === 'tau-lines'
      ? ([
          ['result-first', /its first message is "tool_result", and "register" has to come before/],
          ['cut-line', /in the middle of a message: \{"type":"regi/],
          ['speaks-cbor', /it begins with a frame of CBOR/],
        ] as [string, RegExp][])
      : ([
          ['idle-first', /its first message is OutputDelta, and Register has to come before/],
          ['speaks-lines', /a line of JSON where a frame was to begin: "\{/],
        ] as [string, RegExp][])),
  ];

  it.each(refusals)('is refused at its start: %s', async (mode, message) => {
    const ending = await bench.refused(wire, mode);
    expect(ending).toMatchObject({ kind: 'refused', stage: 'register' });
    expect(new SessionFailure(ending).message).toMatch(message);
  });

  it('that never registers is waited for no longer than the start may take', async () => {
    const ending = await bench.refused(wire, 'silent', { deadlines: { start: 700 } });
    expect(ending).toMatchObject({ kind: 'hang', deadlineMs: 700, awaited: 'its registration' });
  });

  it('that prints during a call is refused with what it printed', async () => {
    const { session } = await bench.start(wire, { mode: 'noise-in-call' });
    await expect(callTool(session, 'echo_tool', { message: 1 }).end).rejects.toThrow(
      /what tau cannot read: .*loading /,
    );
    expect(await session.ended).toMatchObject({ kind: 'refused', remedy: expect.stringContaining('standard error') });
  });

  it('that crashes or exits in a call is told of with the call', async () => {
    for (const [mode, ending] of [
      ['crash', { kind: 'crash', signal: 'SIGABRT' }],
      ['exit', { kind: 'exit', code: 0 }],
    ] as const) {
      const { session } = await bench.start(wire, { mode });
      const call = callTool(session, 'echo_tool', { message: 1 });
      await expect(call.end).rejects.toBeInstanceOf(SessionFailure);
      expect(await session.ended).toMatchObject({
        ...ending,
        phase: 'call',
        inFlight: { callId: call.id, method: 'tool_call' },
      });
    }
  });

  it('that exits in a call after it was idle is not started again and again', async () => {
    const { session } = await bench.start(wire, { mode: 'exit' });
    await session.call('idle', nothing).end;
    await expect(callTool(session, 'echo_tool', { message: 1 }).end).rejects.toThrow(/code 0 during tool_call/);
  });

  it('that fails when it is idle is told of', async () => {
    const { session } = await bench.start(wire, { mode: 'idle-fails' });
    await session.call('idle', nothing).end;
    expect(await session.ended).toMatchObject({ kind: 'exit', code: 3 });
  });

  it('that does not answer a cancelled call hangs', async () => {
    const { session } = await bench.start(wire, { mode: 'ignores-cancel', deadlines: { call: 800 } });
    const call = callTool(session, 'wait_tool', {});
    call.cancel();
    await expect(call.end).rejects.toThrow(/did not return within 800 ms during tool_call/);
  });

  it('that does not end with its input is killed', async () => {
    const { session } = await bench.start(wire, { mode: 'ignores-end', deadlines: { stop: 500 } });
    expect(await session.stop()).toMatchObject({ kind: 'hang', phase: 'shutdown', deadlineMs: 500 });
  });

  it('that registers twice, or sends output after its result, goes on and is told of', async () => {
    const twice = await bench.start(wire, { mode: 'registers-twice' });
    await callTool(twice.session, 'echo_tool', { message: 1 }).end;
    expect(twice.breaches).toEqual([{ test: 'stdio.odd', message: expect.stringContaining('registered again') }]);
    const late = await bench.start(wire, { mode: 'late-delta' });
    await callTool(late.session, 'echo_tool', { message: 1 }).end;
    await expect.poll(() => late.breaches.length, { timeout: 20_000 }).toBe(1);
    expect(late.breaches[0]?.message).toMatch(/which is not under way/);
  });
});

describe('lines alone', () => {
  it('have results that nobody waits for, and types that there are not', async () => {
    const unasked = await bench.start('tau-lines', { mode: 'unasked' });
    await callTool(unasked.session, 'echo_tool', { message: 1 }).end;
    expect(unasked.breaches[0]?.message).toMatch(/tool_result that nobody waits for/);
    const unknown = await bench.start('tau-lines', { mode: 'unknown-type' });
    expect(await unknown.session.ended).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('has the type "log", which is none of a plugin\'s'),
    });
  });
});

describe('frames alone', () => {
  it('have answers that are too large for hosts in Rust, and those that are just not', async () => {
    const { session } = await bench.start('tau-frames');
    const fits = await callTool(session, 'big_tool', { bytes: 65_400 }).end;
    expect([fits.code, textOf(fits).length]).toEqual([0, 65_400]);
    const large = await callTool(session, 'big_tool', { bytes: 65_535 }).end;
    expect(large.code).toBe(1);
    expect(bodyOf(large)).toMatchObject({ code: 'reply_too_large', message: expect.stringMatching(/65535 at most/) });
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('carry requests of any size, in both directions, and no larger answers', async () => {
    const { session } = await bench.start('tau-frames', {
      services: {
        answer: async () => ({ code: 0, body: Buffer.from(JSON.stringify({ type: 'ok', x: 'x'.repeat(70_000) })) }),
      },
    });
    const message = 'x'.repeat(200_000);
    expect((await callTool(session, 'echo_tool', { message }).end).code).toBe(1);
    const request = { type: 'fire_hook', name: 'h', data: 'x'.repeat(200_000) };
    const answer = JSON.parse(textOf(await callTool(session, 'ask_tool', { request }).end));
    expect(answer).toMatchObject({
      type: 'error',
      message: expect.stringMatching(/no more than 65535 reach a plugin/),
    });
  });

  it('hold output up while its reader is busy', async () => {
    const { session, trace } = await bench.start('tau-frames');
    const call = callTool(session, 'slow_tool', { lines: 3 });
    const reader = call.chunks[Symbol.asyncIterator]();
    expect((await reader.next()).done).toBe(false);
    const answered = () => trace.filter(({ method, kind }) => method === 'output_delta' && kind === 'response').length;
    // The plugin waits for the answer to each piece before it sends the next.
    expect(answered()).toBe(0);
    await reader.next();
    expect(answered()).toBe(1);
    await reader.next();
    expect((await reader.next()).done).toBe(true);
    expect(textOf(await call.end)).toBe('sent 3');
  });

  it.each([
    ['wrong-variant', /the answer to tool_call is nothing that tau reads: it says "Idle"/],
    ['unknown-variant', /a request is nothing that tau reads: "Log" is none of Register/],
  ])('with %s are refused', async (mode, message) => {
    const { session } = await bench.start('tau-frames', { mode });
    callTool(session, 'echo_tool', { message: 1 });
    expect(await session.ended).toMatchObject({ kind: 'refused', message: expect.stringMatching(message) });
  });

  it('with a second answer are told of', async () => {
    const { session, breaches } = await bench.start('tau-frames', { mode: 'answers-twice' });
    await callTool(session, 'echo_tool', { message: 1 }).end;
    await expect.poll(() => breaches.length, { timeout: 20_000 }).toBe(1);
    expect(breaches[0]?.message).toMatch(/answered slot 0, in which nothing was asked/);
  });
});
