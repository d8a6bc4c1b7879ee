import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { Bench, base64, executor, type Line, REQUEST, type RunningHost, serving, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

/** Has a call written into the host's log before it is answered. */
const seen = (method: string, result: object = {}): Line[] => [
  [method, 'ask', 'host.log {"level":"info","message":"@REQUEST@"}'],
  [method, 'result', result],
];
const told = (host: RunningHost) =>
  host.logged().map((text) => JSON.parse(Buffer.from(text, 'base64').toString()) as Record<string, unknown>);
const life = { capabilities: { request_lifecycle_plugin: true }, lines: seen('request.complete') };
const quiet: Line = ['request.intercept_after', 'result', {}];

describe.skipIf(missing !== undefined)(`what plugins are told${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('is what interceptors made of a request, also as the original one', async () => {
    const change = (method: string, text: string): Line => [method, 'result', { Body: `@ADD:${text}@` }];
    const host = await bench.start({
      acme: {
        capabilities: executor('openai', { response_interceptor: true }),
        lines: serving('acme', ['m'], ...seen('executor.execute'), ...seen('response.intercept_after')),
      },
      before: {
        capabilities: { request_interceptor: true },
        lines: [change('request.intercept_before', '1'), change('request.intercept_after', '2')],
      },
    });
    await host.ask({ body: Buffer.from('start ') });
    const changed = base64('start 12');
    expect(told(host)).toEqual([
      expect.objectContaining({ OriginalRequest: changed, Payload: changed }),
      expect.objectContaining({ OriginalRequest: changed, RequestBody: changed }),
    ]);
  });

  it('is the status 500 for a failure that names none', async () => {
    const fails: Line = ['executor.execute', 'error', { message: 'no luck' }];
    const host = await bench.start({
      acme: { capabilities: executor(), lines: serving('acme', ['m'], fails) },
      life,
    });
    expect((await host.ask()).answer).toMatchObject({ ok: false, status: 500, message: 'no luck' });
    expect(told(host)).toEqual([expect.objectContaining({ Outcome: 'failed', StatusCode: 500, Error: 'no luck' })]);
  });

  it.each([
    ['before', ''],
    ['after', 'request terminated by plugin'],
  ])('is what ended a request in the stage "%s": %j', async (stage, error) => {
    const lines: Line[] = [
      [`request.intercept_${stage}`, 'result', { Terminate: true, StatusCode: 451 }],
      ['request.intercept_before', 'result', {}],
    ];
    const host = await bench.start(
      { ends: { capabilities: { request_interceptor: true }, lines }, life },
      { upstreams: [upstream()] },
    );
    expect((await host.ask()).answer).toMatchObject({ ok: false, rejected: true, status: 451 });
    expect(told(host)).toEqual([expect.objectContaining({ Outcome: 'rejected', StatusCode: 451, Error: error })]);
  });

  it('is no status for a stream whose client goes away', async () => {
    const pieces = { chunks: [{ Payload: base64('a') }, { Payload: base64('b') }] };
    const host = await bench.start({
      acme: {
        capabilities: executor(),
        lines: serving('acme', ['m'], ['executor.execute_stream', 'result', pieces]),
      },
      life,
    });
    const answer = await host.host.run({ ...REQUEST, stream: true });
    if (!('chunks' in answer)) throw new Error('the answer is no stream');
    const client = answer.chunks[Symbol.asyncIterator]();
    expect((await client.next()).done).toBe(false);
    await client.return?.();
    await host.host.settled();
    expect(told(host)).toEqual([
      expect.objectContaining({ Outcome: 'canceled', StatusCode: 0, Error: 'context canceled' }),
    ]);
  });

  it('is one RequestID for each execution, and one TraceID for what a client asked', async () => {
    const inner = JSON.stringify({ model: 'inner', body: base64('{}'), stream: false, host_callback_id: '@ID@' });
    const watch = { capabilities: { request_interceptor: true }, lines: [...seen('request.intercept_before'), quiet] };
    const host = await bench.start(
      {
        outer: {
          capabilities: executor(),
          lines: serving(
            'outer',
            ['outer'],
            ['executor.execute', 'ask', `host.model.execute ${inner}`],
            ['executor.execute', 'result', { Payload: '@ASKED@' }],
          ),
        },
        watch,
        life,
      },
      { upstreams: [upstream({ models: ['inner'] })] },
    );
    await host.ask({ model: 'outer' });
    const one = { RequestID: '00000000-0000-4000-8000-000000000001', TraceID: '00000001' };
    const two = { RequestID: '00000000-0000-4000-8000-000000000002', TraceID: '00000001' };
    const all = told(host).map(({ RequestID, TraceID, Model }) => ({ RequestID, TraceID, Model }));
    const outside = { ...one, Model: 'outer' };
    const inside = { ...two, Model: 'inner' };
    expect(all).toEqual([outside, inside, inside, outside]);
  });

  it('is nothing more of the start of a stream once an interceptor drops it', async () => {
    const drops = (...lines: readonly Line[]) => ({ capabilities: { response_stream_interceptor: true }, lines });
    const stage = 'response.intercept_stream_chunk';
    const host = await bench.start({
      acme: {
        capabilities: executor(),
        lines: serving(
          'acme',
          ['m'],
          ['executor.execute_stream', 'result', { headers: {}, chunks: [{ Payload: base64('a') }] }],
        ),
      },
      first: { ...drops([stage, 'once', { DropChunk: true }], [stage, 'result', {}]), priority: 1 },
      second: drops([stage, 'result', {}]),
    });
    const { chunks, steps } = await host.ask({ stream: true });
    expect(chunks).toEqual(['a']);
    expect(host.said(stage, steps)).toEqual([
      'first: ended headers: nobody after it is asked',
      'first: unchanged chunk 0',
      'second: unchanged chunk 0',
    ]);
  });
});
