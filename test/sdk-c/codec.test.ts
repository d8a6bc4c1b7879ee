import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMsgpack } from '../../src/support/msgpack-read.js';
import { writeMsgpack } from '../../src/support/msgpack-write.js';
import { answer, call, invocation, invoke, Player, REGISTER, rawCallbacks, register, success } from './player.js';

const player = new Player();
beforeAll(() => player.build(), 120_000);
afterAll(() => player.bench.remove());

const pack = (value: unknown) => Buffer.from(writeMsgpack(value));
const unpack = (body: Uint8Array): unknown => {
  const reading = readMsgpack(body, 128);
  if (!reading.ok) throw new Error(reading.message);
  return reading.value;
};
const agree = (...codecs: string[]) => call('plugin.register', { ...REGISTER, codecs });
const packed = (method: string, value: unknown) => call(method, pack(value));

/** The reply to the last call of a script after both sides agreed on MessagePack. */
async function last(...script: string[]): Promise<{ status: number; envelope: unknown }> {
  const { replies } = await player.play('init', agree('msgpack'), ...script, 'shutdown');
  const reply = replies.at(-1);
  if (reply === undefined) throw new Error('no reply');
  return { status: reply.status, envelope: unpack(reply.bytes) };
}

const context = { request_id: 'r', local_state: {}, global_state: {} };
const message = (...content: unknown[]) => ({
  payload: { message: { schema_version: '2.0', role: 'user', content } },
  hook: 'cmf.llm_input',
  ...{ extensions: {}, context },
});
const resource = (more: object) => ({
  content_type: 'resource',
  content: { resource_request_id: '1', uri: 'u', resource_type: 'file', ...more },
});

describe('the choice of a codec', () => {
  it.each([
    [['msgpack'], 'msgpack'],
    [['msgpack', 'json'], 'msgpack'],
    [['cbor', 'msgpack', 'json'], 'msgpack'],
    [['json', 'msgpack'], 'json'],
    [['cbor', 'MsgPack', ''], undefined],
    [[], undefined],
  ])('from %j is %s', async (codecs, codec) => {
    const { replies } = await player.play('init', agree(...codecs), 'shutdown');
    expect(replies[0]?.result?.codec).toBe(codec);
    expect(Object.keys(replies[0]?.result ?? {})).toHaveLength(codec === undefined ? 3 : 4);
  });

  it('holds from the end of the registration until another one, or the end', async () => {
    const { replies } = await player.play(
      ...['init', invoke('x'), agree('msgpack'), packed('hook.invoke', invocation('x'))],
      ...['init', packed('plugin.reconfigure', { config: {} }), packed('plugin.quiesce', {})],
      ...[call('plugin.register', '{}'), packed('hook.invoke', invocation('x'))],
      ...[register, invoke('x'), agree('msgpack'), packed('hook.invoke', invocation('x'))],
      ...['shutdown', invoke('x'), 'init', invoke('x'), agree('msgpack'), 'shutdown'],
    );
    expect(replies.map(({ bytes }) => (bytes[0] === 0x7b ? 'json' : 'msgpack'))).toEqual([
      ...['json', 'json', 'msgpack'],
      ...['msgpack', 'msgpack'],
      ...['json', 'msgpack'],
      ...['json', 'json', 'json', 'msgpack'],
      ...['json', 'json', 'json'],
    ]);
  });

  it('does not go by what a body looks like', async () => {
    const invalid = {
      ok: false,
      error: { code: 'invalid_request', message: expect.stringMatching(/not MessagePack/) },
    };
    for (const body of [invoke('x'), 'call hook.invoke']) {
      expect(await last(body)).toEqual({ status: 0, envelope: invalid });
    }
    const { replies } = await player.play('init', register, packed('hook.invoke', invocation('x')), 'shutdown');
    expect(replies[1]).toMatchObject({ error: { code: 'invalid_request' } });
  });
});

describe('with MessagePack', () => {
  it('errors are envelopes too', async () => {
    expect(await last(packed('no.such', {}))).toEqual({
      status: 0,
      envelope: { ok: false, error: { code: 'unknown_method', message: 'This plugin has no such method.' } },
    });
    expect(await last(packed('hook.invoke', invocation('fail', { args: { q: 1 } })))).toEqual({
      status: 0,
      envelope: {
        ok: false,
        error: { code: 'plugin_error', message: 'as you wish: 7', details: { args: { q: 1 } } },
      },
    });
    expect(await last(packed('hook.invoke', invocation('bad-utf8')))).toEqual({
      status: 1,
      envelope: { ok: false, error: { code: 'internal', message: 'a text is not UTF-8' } },
    });
  });

  it('unknown fields, nils and numbers survive a modified payload, in their order', async () => {
    const later = { z: null, a: [18446744073709551615n, -9223372036854775808n, 1.5, 9007199254740993n, {}] };
    const request = invocation('rename', { args: { n: null }, later });
    const { envelope } = await last(packed('hook.invoke', request));
    const changed = { ...request.payload, name: 'renamed', headers: { 'x-é': '1' } };
    expect(envelope).toEqual({ ok: true, result: { continue_processing: true, modified_payload: changed } });
    expect(pack(envelope)).toEqual(
      pack({ ok: true, result: { continue_processing: true, modified_payload: changed } }),
    );
  });

  it('a float stays a float', async () => {
    const body = pack(invocation('rename', { args: { n: 'F' } }));
    const at = body.indexOf(Buffer.from('a146', 'hex'));
    const float = Buffer.from('cb4008000000000000', 'hex');
    const request = Buffer.concat([body.subarray(0, at), float, body.subarray(at + 2)]);
    const { replies } = await player.play('init', agree('msgpack'), call('hook.invoke', request), 'shutdown');
    expect(replies[1]?.bytes.includes(float)).toBe(true);
  });

  it('bytes are bytes, in parts of messages as well', async () => {
    const parts = [resource({ blob: Buffer.from([0, 255, 1]) }), resource({ blob: Buffer.of() })];
    const { envelope } = await last(packed('hook.invoke', message(...parts)));
    expect(envelope).toMatchObject({ ok: true, result: { modified_payload: { message: { content: parts } } } });
  });

  it.each([
    ['text for bytes', message(resource({ blob: 'AAEC' })), 'content[0].content.blob must be bytes, not a string'],
    ['bytes for text', message(resource({ uri: Buffer.of(1) })), 'content[0].content.uri must be a string, not bytes'],
    [
      'bytes in an open place',
      invocation('x', { args: { a: [1, Buffer.of(1)] } }),
      'request.payload.args.a[1] must not be bytes',
    ],
    ['bytes in an unknown field', { ...invocation('x'), later: Buffer.of(1) }, 'request.later must not be bytes'],
    [
      'bytes in an unknown part',
      message({ content_type: 'later', data: Buffer.of(1) }),
      'content[0].data must not be bytes',
    ],
    ['nil for a field', { ...invocation('x'), extensions: null }, 'request.extensions must be an object, not null'],
    [
      'a float for an integer',
      { ...invocation('x'), extensions: { delegation: { depth: 1.5 } } },
      'extensions.delegation.depth must be an unsigned 32-bit integer',
    ],
  ])('%s are refused, with their place', async (_, request, place) => {
    const { status, envelope } = await last(packed('hook.invoke', request));
    expect(status).toBe(0);
    expect(envelope).toMatchObject({
      ok: false,
      error: { code: 'invalid_request', message: expect.stringContaining(place) },
    });
  });

  it('an integer may come as a float or in a long form', async () => {
    const run = pack({ verb_path: ['echo'], env: {}, args: { who: 'x', times: 'F' } });
    const at = run.indexOf(Buffer.from('a146', 'hex'));
    for (const form of ['cb4000000000000000', 'd30000000000000002', 'cd0002']) {
      const body = Buffer.concat([run.subarray(0, at), Buffer.from(form, 'hex'), run.subarray(at + 2)]);
      const { envelope } = await last(answer('host.output.write', pack(success({}))), call('command.run', body));
      expect(envelope).toEqual({ ok: true, result: { exit_code: 3, message: 'said it 2 times' } });
    }
  });

  it('callbacks and their answers are in the codec, and before the first registration in JSON', async () => {
    const packedAnswer = (method: string, result: unknown) => answer(method, pack(success(result)));
    const { replies, lines } = await player.play(
      ...['init', agree('msgpack')],
      ...['host.kv.set', 'host.event.emit', 'host.output.write', 'host.log'].map((method) => packedAnswer(method, {})),
      packedAnswer('host.kv.get', { found: true, value: Buffer.from('value') }),
      packedAnswer('host.kv.list', { keys: ['a', 'b'] }),
      packedAnswer('host.kv.delete', { deleted: true }),
      packedAnswer('host.config.read', { found: false }),
      packedAnswer('host.cancelled', { cancelled: true }),
      packedAnswer('host.http.do', { status: 418, headers: { a: ['b', 'c'] }, body: Buffer.from([0, 1, 2]) }),
      packed('command.run', { verb_path: ['group', 'probe'], args: {}, env: {} }),
      'shutdown',
    );
    expect(unpack(replies[1]?.bytes ?? Buffer.of())).toEqual({ ok: true, result: { exit_code: 0 } });
    const said = rawCallbacks(lines).map(([method, body]) => [method, unpack(body)]);
    expect(said.slice(0, 2)).toEqual([
      ['host.kv.set', { scope: 'plugin', key: 'k', value: Buffer.from('value') }],
      ['host.kv.get', { scope: 'step', key: 'k' }],
    ]);
    expect(said.flatMap(([method, request]) => (method === 'host.output.write' ? [request] : []))).toEqual(
      ['value 2 1\n', '0 1\n', '418 1 3\n'].map((text) => ({
        stream: 'stdout',
        data: Buffer.from(text),
      })),
    );
  });

  it.each([
    ['JSON', success({ found: false })],
    ['text for bytes', pack(success({ found: true, value: 'dmFsdWU=' }))],
    ['bytes where none belong', pack(success({ found: false, later: Buffer.of(1) }))],
    ['half a body', pack(success({ found: false })).subarray(0, -1)],
    ['an extension', Buffer.from('d40100', 'hex')],
  ])('survives an answer that is %s', async (_, body) => {
    const script = [answer('host.kv.set', pack(success({}))), answer('host.kv.get', body)];
    const { status, envelope } = await last(
      ...[...script, packed('command.run', { verb_path: ['group', 'probe'], args: {}, env: {} })],
    );
    expect({ status, envelope }).toEqual({ status: 0, envelope: { ok: true, result: { exit_code: 2 } } });
  });

  it('steps and events carry bytes', async () => {
    const event = {
      kind: 'step_log',
      build_id: 'b',
      step_id: 's',
      key: 'k',
      stream: 'stdout',
      data: Buffer.from('hi'),
    };
    const { replies, lines } = await player.play(
      ...['init', agree('msgpack'), answer('host.log', pack(success({})))],
      packed('lifecycle.event', { event, phase: 'after' }),
      'shutdown',
    );
    expect(unpack(replies[1]?.bytes ?? Buffer.of())).toEqual({ ok: true, result: { outcome: 'continue' } });
    expect(unpack(rawCallbacks(lines)[0]?.[1] ?? Buffer.of())).toEqual({ level: 'info', message: 'hi' });
  });
});
