import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, ask, bytes, call, hex, Player, register, textOf, YAML } from './cliproxy-player.js';

const player = new Player();
beforeAll(() => player.build(), 240_000);
afterAll(() => player.bench.remove());
const play = player.play.bind(player);
const last = player.last.bind(player);

describe('registration', () => {
  it('says who the plugin is, what it can do, and the lowest schema version that has it', async () => {
    const { reply } = await last();
    expect(reply.result).toEqual({
      schema_version: 1,
      metadata: {
        ...{ Name: 'full', Version: '1.2.3', Author: 'Ada', GitHubRepository: 'https://github.com/ada/full' },
        Logo: 'https://x.example/logo.png',
        ConfigFields: [{ Name: 'mode', Type: 'enum', EnumValues: ['a', 'b'], Description: '' }],
      },
      capabilities: {
        executor: true,
        executor_model_scope: 'static',
        executor_input_formats: ['openai', 'claude'],
        executor_output_formats: ['openai'],
        request_interceptor: true,
        management_api: true,
      },
    });
  });

  it('is the same whole registration when the host reconfigures, also as the first call', async () => {
    const { replies } = await play(['init', register(YAML, 'plugin.reconfigure'), register(), ask('x'), 'shutdown']);
    expect(replies[0]).toEqual(replies[1]);
    expect(replies[2]).toMatchObject({ ok: true });
  });

  it('fails with a configuration that the author refuses, and leaves the one before in force', async () => {
    const { replies } = await play([
      ...['init', register('refuse: 1\n'), ask('config'), register(), register('refuse: 2\n', 'plugin.reconfigure')],
      ...[ask('config'), register('mode: b\n', 'plugin.reconfigure'), ask('config'), 'shutdown'],
    ]);
    expect(replies.map((reply) => reply.error ?? textOf(reply.result?.Body))).toEqual([
      { code: 'bad_config', message: 'refused: refuse: 1\n' },
      expect.objectContaining({ code: 'not_registered' }),
      expect.anything(),
      { code: 'bad_config', message: 'refused: refuse: 2\n' },
      YAML,
      expect.anything(),
      'mode: b\n',
    ]);
  });

  it.each([
    ['-DWITHOUT_STREAM', "the plugin's definition lacks .executor.execute_stream."],
    [
      '-DWITH_SCHEDULER',
      "the plugin's definition has .scheduler, but cpex.yaml does not name the capability scheduler.",
    ],
  ])(
    'refuses handlers that do not fit cpex.yaml: %s',
    async (flag, message) => {
      const file = await player.plugin(flag, '-w');
      const { replies } = await play(['init', register(), 'shutdown'], file);
      expect(replies).toEqual([{ status: 0, ok: false, error: { code: 'invalid_plugin', message } }]);
    },
    120_000,
  );
});

describe('requests', () => {
  it('need no body', async () => {
    expect((await last('call request.intercept_before')).reply).toMatchObject({ status: 0, ok: true });
  });

  it('are read as Go reads them: unknown fields, null for zero, the last of two keys, no half characters', async () => {
    const unchanged = { Headers: null, Body: '', ClearHeaders: null, ResponseHeaders: null, ResponseBody: null };
    const nulls =
      '{"Model":null,"Headers":null,"Body":null,"Stream":null,"Metadata":null,"More":[1],"host_callback_id":null}';
    const odd = '{"Model":"metadata","Metadata":{"a":1,"b":"\\ud800x\\udc00","a":2}}';
    expect((await last(call('request.intercept_before', nulls))).reply.result).toMatchObject(unchanged);
    const { reply } = await last(call('request.intercept_before', odd));
    expect(textOf(reply.result?.Body)).toBe('{"b":"\ufffdx\ufffd","a":2}');
    const raw = Buffer.concat([Buffer.from('{"Model":"<'), Buffer.from([0xff, 0xc3]), Buffer.from('>"}')]);
    const replaced = await last(`call request.intercept_before ${raw.toString('hex')}`);
    expect(textOf(replaced.reply.result?.Body)).toBe('<\ufffd\ufffd>');
  });

  it.each([
    ['{"Model":1}', 'request.Model must be a string, not a number.'],
    ['{"Headers":{"a":["b",2]}}', 'request.Headers.a[1] must be a string, not a number.'],
    ['{"Body":"e30"}', 'request.Body must be base64 text; this text is not.'],
    ['[]', 'request must be an object, not an array.'],
    ['{"Model":', 'at byte 9'],
  ])('are refused when they are not what the contract says: %s', async (body, message) => {
    const { reply } = await last(call('request.intercept_before', body));
    expect(reply).toMatchObject({ status: 0, ok: false, error: { code: 'invalid_request' } });
    expect(reply.error?.message).toContain(message);
  });

  it.each(['scheduler.pick', 'plugin.quiesce', 'no.such'])('for %s are unknown to this plugin', async (method) => {
    expect((await last(call(method))).reply).toMatchObject({ status: 0, error: { code: 'unknown_method' } });
  });
});

describe('results', () => {
  it('have every field, and null or zero where nothing was set', async () => {
    const more = { Headers: { 'X-Old': ['7', '8'] }, Body: bytes('{}') };
    expect((await last(ask('change', more))).reply.result).toEqual({
      ...{ Headers: { 'X-New': ['7'] }, Body: bytes('{}'), ClearHeaders: ['X-Gone', 'X-Too'] },
      ...{ Terminate: false, StatusCode: 0, ResponseHeaders: null, ResponseBody: null },
    });
    expect((await last(ask('end'))).reply.result).toEqual({
      ...{ Headers: null, Body: null, ClearHeaders: null, Terminate: true, StatusCode: 451, ResponseHeaders: null },
      ResponseBody: bytes('<no>'),
    });
  });

  it('may be failures with an HTTP status', async () => {
    const error = { code: 'busy', message: 'later', retryable: true, http_status: 429 };
    expect((await last(ask('fail'))).reply).toEqual({ status: 0, ok: false, error });
  });

  it('are constants for identifiers', async () => {
    expect((await last(call('executor.identifier'))).reply.result).toEqual({ identifier: 'full' });
  });
});

describe('the host', () => {
  it('is told which request a callback belongs to', async () => {
    const { callbacks } = await last(ask('log', { Metadata: { n: 9007199254740991 }, host_callback_id: '17' }));
    expect(callbacks).toEqual([
      ['host.log', { level: 'trace', message: 'a"b', fields: { n: 9007199254740991 }, host_callback_id: '17' }],
    ]);
    expect((await last(ask('log'))).callbacks).toEqual([['host.log', { level: 'trace', message: 'a"b' }]]);
  });

  it('makes HTTP requests', async () => {
    const http = { StatusCode: 418, Headers: { A: ['b'] }, Body: bytes('tea') };
    const { reply, callbacks } = await last(answer('host.http.do', http), ask('http', { host_callback_id: '3' }));
    expect(reply.result).toMatchObject({ StatusCode: 418, Headers: { A: ['b'] }, Body: bytes('tea') });
    expect(callbacks).toEqual([
      [
        'host.http.do',
        {
          ...{ method: 'PUT', url: 'https://x.example/?a=1&b=2', headers: { 'X-A': ['1'] }, body: bytes('hi') },
          host_callback_id: '3',
        },
      ],
    ]);
  });

  it('says why it did not', async () => {
    const refusal = { ok: false, error: { code: 'host_call_failed', message: 'dial tcp: refused' } };
    const { reply } = await last(`answer host.http.do 0 ${hex(refusal)}`, ask('http'));
    expect(reply.error).toEqual({ code: 'host', message: 'host_call_failed: dial tcp: refused' });
    const broken = await last(answer('host.http.do', { StatusCode: '200' }), ask('http'));
    expect(broken.reply.error?.message).toBe('bad_reply: result.StatusCode must be a 64-bit integer, not a string');
  });

  it('runs models, and their streams are read under their own ids', async () => {
    const { reply, callbacks } = await last(
      answer('host.model.execute_stream', { status_code: 200, headers: null, stream_id: '8' }),
      answer('host.model.stream_read', { payload: bytes('data') }),
      ask('stream', { host_callback_id: '4' }),
    );
    expect(reply.result).toMatchObject({ StatusCode: 200, Body: bytes('data') });
    expect(callbacks).toMatchObject([
      ['host.model.execute_stream', { model: 'm', stream: true, body: bytes('{}'), host_callback_id: '4' }],
      ['host.model.stream_read', { stream_id: '8' }],
      ['host.model.stream_close', { stream_id: '8' }],
    ]);
  });

  it('lists credentials, with times in any zone', async () => {
    const files = [{ name: 'a.json', modtime: '2026-08-12T01:30:00.25+02:00', recent_requests: null }];
    const { reply } = await last(answer('host.auth.list', { files }), ask('auth'));
    expect(textOf(reply.result?.Body)).toBe('1 a.json 2026-08-11T23:30:00.25Z');
  });

  it('takes a stream from a thread of the plugin when the call has returned', async () => {
    const request = { Payload: bytes('1'), stream_id: '5', host_callback_id: '6' };
    const { replies, callbacks } = await play([
      ...['init', register(), call('executor.execute_stream', request), call('management.handle'), 'shutdown'],
    ]);
    expect(replies[1]?.result).toEqual({ headers: { 'X-Stream': ['5'] } });
    expect(callbacks).toEqual([
      ...['1', '2', '3', '4', '5'].map((piece) => ['host.stream.emit', { stream_id: '5', payload: bytes(piece) }]),
      ['host.stream.close', { stream_id: '5', error: 'no more' }],
      ['host.log', { level: 'info', message: 'done', host_callback_id: '6' }],
      ['host.log', { level: 'warn', message: 'bye' }],
    ]);
  });
});
