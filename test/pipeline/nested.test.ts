import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { Bench, base64, executor, type Line, serving, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

const model = (name: string, more: object = {}) =>
  JSON.stringify({
    entry_protocol: 'openai',
    exit_protocol: 'openai',
    model: name,
    stream: false,
    body: base64('inner'),
    host_callback_id: '@ID@',
    ...more,
  });
const asks = (method: string, name: string, more: object = {}): Line => [
  'executor.execute',
  'ask',
  `${method} ${model(name, more)}`,
];
const replies: Line = ['executor.execute', 'result', { Payload: '@ASKED@' }];
const outer = (...lines: readonly Line[]) => ({
  capabilities: executor(),
  lines: serving('outer', ['outer'], ...lines),
});

describe.skipIf(missing !== undefined)(`model calls of plugins${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('run the same pipeline, without the interceptors and the router of the caller', async () => {
    const changes = (text: string): Line[] => [
      ['request.intercept_before', 'result', { Body: `@ADD:${text}@` }],
      ['request.intercept_after', 'result', {}],
      ['response.intercept_after', 'result', { Body: `@ADD:${text}@` }],
    ];
    const all = {
      request_interceptor: true,
      response_interceptor: true,
      model_router: true,
      request_lifecycle_plugin: true,
    };
    const ends: Line = ['request.complete', 'result', {}];
    const declines: Line = ['model.route', 'result', { Handled: false }];
    const host = await bench.start(
      {
        caller: {
          capabilities: executor('openai', all),
          lines: serving(
            'outer',
            ['outer'],
            asks('host.model.execute', 'inner'),
            replies,
            declines,
            ends,
            ...changes('+caller'),
          ),
        },
        other: { capabilities: all, lines: [declines, ends, ...changes('+other')] },
      },
      { upstreams: [upstream({ models: ['inner'], headers: { 'X-Inner': ['1'] } })] },
    );
    const { body, steps } = await host.ask({ model: 'outer' });
    expect(body).toBe(
      `{"ok":true,"result":{"status_code":200,"headers":{"X-Inner":["1"]},"body":"${base64('answer+other')}"}}+caller+other`,
    );
    const inner = steps.filter((one) => one.depth === 1);
    expect(inner.map(({ stage, plugin, outcome }) => [stage, plugin, outcome])).toEqual([
      ['host.model', 'caller', 'done'],
      ['model_router', 'caller', 'skipped'],
      ['model.route', 'other', 'declined'],
      ['request_interceptor', 'caller', 'skipped'],
      ['request.intercept_before', 'other', 'changed'],
      ['request_interceptor', 'caller', 'skipped'],
      ['request.intercept_after', 'other', 'unchanged'],
      ['upstream', undefined, 'done'],
      ['response_interceptor', 'caller', 'skipped'],
      ['response.intercept_after', 'other', 'changed'],
      ['request_lifecycle_plugin', 'caller', 'skipped'],
      ['request.complete', 'other', 'done'],
    ]);
  });

  it.each([
    ['before', 'model execution failed with status 403'],
    ['after', 'request terminated by plugin'],
  ])('fail in the words of the host where an interceptor ends them in the stage "%s"', async (stage, message) => {
    const ends: Line[] = [
      [`request.intercept_${stage}`, 'once', {}],
      [`request.intercept_${stage}`, 'result', { Terminate: true }],
      ['request.intercept_before', 'result', {}],
      ['request.intercept_after', 'result', {}],
    ];
    const host = await bench.start(
      {
        outer: outer(asks('host.model.execute', 'inner'), replies),
        ends: { capabilities: { request_interceptor: true }, lines: ends },
      },
      { upstreams: [upstream({ models: ['inner'] })] },
    );
    const { body } = await host.ask({ model: 'outer' });
    expect(JSON.parse(body)).toEqual({ ok: false, error: { code: 'host_call_failed', message } });
  });

  it('guard the caller also when it does not say in which call it asks', async () => {
    const host = await bench.start(
      {
        a: {
          capabilities: { request_interceptor: true },
          lines: [
            ['request.intercept_before', 'ask', `host.model.execute ${model('m', { host_callback_id: 'stale' })}`],
            ['request.intercept_before', 'result', { Body: '@ASKED@' }],
            ['request.intercept_after', 'result', {}],
          ],
        },
      },
      { upstreams: [upstream()] },
    );
    const { answer, steps } = await host.ask();
    expect(answer).toMatchObject({ ok: true });
    expect(host.said('host.model', steps)).toEqual(['a: done a asks for model m']);
  });

  it('reach the executor of the plugin that waits for them', async () => {
    const lines = serving(
      'outer',
      ['outer', 'inner'],
      ['executor.execute', 'once', { Payload: '@B64:unused@' }],
      ['executor.execute', 'result', { Payload: '@B64:unused@' }],
    );
    const host = await bench.start({
      a: {
        capabilities: { ...executor(), request_interceptor: true },
        lines: [
          ['request.intercept_before', 'ask', `host.model.execute ${model('inner')}`],
          ['request.intercept_before', 'result', { Headers: { 'X-Asked': ['@ASKED@'] } }],
          ['request.intercept_after', 'result', {}],
          ...lines,
        ],
      },
    });
    const { answer, steps } = await host.ask({ model: 'outer' });
    expect(answer).toMatchObject({ ok: true });
    const [asked] = steps.flatMap((step) => step.changes ?? []).filter(({ what }) => what === 'header X-Asked');
    expect(Buffer.from(asked?.after ?? '', 'base64').toString()).toContain(`"body":"${base64('unused')}"`);
  });

  it('stream, piece by piece, and end with the call that opened them', async () => {
    const read: Line = ['executor.execute', 'ask', 'host.model.stream_read {"stream_id":"model-1"}'];
    const note: Line = ['executor.execute', 'ask', 'host.log {"level":"info","message":"@ASKED@"}'];
    const stream = asks('host.model.execute_stream', 'inner', { stream: true });
    const host = await bench.start(
      {
        outer: outer(stream, note, read, note, read, note, read, note, read, note, replies),
        later: { capabilities: { request_normalizer: true }, lines: [] },
      },
      { upstreams: [upstream({ models: ['inner'], chunks: [Buffer.from('one'), Buffer.from('two')] })] },
    );
    await host.ask({ model: 'outer' });
    const seen = host.logged().map((text) => JSON.parse(Buffer.from(text, 'base64').toString()) as object);
    expect(seen).toMatchObject([
      { ok: true, result: { status_code: 200, headers: null, stream_id: 'model-1' } },
      { ok: true, result: { payload: base64('one') } },
      { ok: true, result: { payload: base64('two') } },
      { ok: true, result: { done: true } },
      { ok: true, result: { done: true } },
    ]);
  });

  it('are closed with the call that opened them', async () => {
    const host = await bench.start(
      {
        outer: outer(
          asks('host.model.execute_stream', 'inner', { stream: true }),
          ['executor.execute', 'once', { Payload: '@B64:first@' }],
          ['executor.execute', 'ask', 'host.model.stream_read {"stream_id":"model-1"}'],
          replies,
        ),
        life: { capabilities: { request_lifecycle_plugin: true }, lines: [['request.complete', 'result', {}]] },
      },
      { upstreams: [upstream({ models: ['inner'], chunks: [Buffer.from('one')] })] },
    );
    const first = await host.ask({ model: 'outer' });
    expect(first.body).toBe('first');
    expect(host.said('request.complete', first.steps).sort()).toEqual(['life: done canceled', 'life: done succeeded']);
    const second = await host.ask({ model: 'outer' });
    expect(JSON.parse(second.body)).toMatchObject({ ok: true, result: { done: true } });
  });

  it.each([
    ['host.model.execute', 'nobody', {}, 'unknown provider for model nobody'],
    ['host.model.execute', 'inner', { stream: true }, 'host.model.execute requires stream=false'],
    ['host.model.execute_stream', 'inner', {}, 'host.model.execute_stream requires stream=true'],
    ['host.model.execute', 'broken', {}, 'it broke'],
  ])('%s of %s with %j fails as the host does', async (method, name, more, message) => {
    const host = await bench.start(
      { outer: outer(asks(method, name, more), replies) },
      {
        upstreams: [
          upstream({ models: ['inner'] }),
          upstream({ provider: 'bad', models: ['broken'], error: 'it broke' }),
        ],
      },
    );
    const { body } = await host.ask({ model: 'outer' });
    expect(body).toBe(`{"ok":false,"error":{"code":"host_call_failed","message":"${message}"}}`);
  });

  it('end where two plugins would ask one another for ever', async () => {
    const asking: Line[] = [
      ['request.intercept_before', 'ask', `host.model.execute ${model('m')}`],
      ['request.intercept_before', 'result', {}],
      ['request.intercept_after', 'result', {}],
    ];
    const host = await bench.start(
      {
        ping: { capabilities: { request_interceptor: true }, lines: asking },
        pong: { capabilities: { request_interceptor: true }, lines: asking.filter(([, action]) => action !== 'never') },
      },
      { upstreams: [upstream()] },
    );
    const { answer, steps } = await host.ask();
    expect(answer).toMatchObject({ ok: true });
    expect(Math.max(...steps.map((one) => one.depth))).toBe(16);
  });
});
