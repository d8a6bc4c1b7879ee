import { describe, expect, it } from 'vitest';
import { codecOf, MSGPACK_CODEC, requestPlaces } from '../../src/hosts/cpex/codec.js';
import { cpexProfile } from '../../src/hosts/cpex/profile.js';
import type { HostProtocol } from '../../src/model/profile.js';
import { readMsgpack } from '../../src/support/msgpack-read.js';
import { writeMsgpack } from '../../src/support/msgpack-write.js';

const packed = cpexProfile.protocol.inCodec?.('msgpack') as HostProtocol;
const raw = (body: Uint8Array) => {
  const reading = readMsgpack(body, 128);
  if (!reading.ok) throw new Error(reading.message);
  return reading.value;
};
const resource = (blob: unknown) => ({ resource_request_id: 'r', uri: 'u', resource_type: 'blob', blob });
const part = (blob: unknown) => ({ content_type: 'resource', content: resource(blob) });
const message = (...content: unknown[]) => ({ message: { schema_version: '2.0', role: 'user', content } });
const hook = (payload: unknown, name = 'cmf.llm_input') => ({
  hook: name,
  payload,
  extensions: { custom: { blob: 'AQI=' } },
  context: { request_id: 'r', local_state: {}, global_state: {} },
});

describe('a request', () => {
  it('has bin where the payload of its hook has bytes, however deep, and nowhere else', () => {
    const nested = { content_type: 'prompt_result', content: { messages: [message(part('/w==')).message] } };
    const request = hook(message(part('AQI='), nested, { content_type: 'text', text: 'AQI=' }));
    expect(raw(packed.encodeRequest(request, 'hook.invoke'))).toEqual(
      hook(
        message(
          part(Buffer.from([1, 2])),
          { content_type: 'prompt_result', content: { messages: [message(part(Buffer.from([255]))).message] } },
          { content_type: 'text', text: 'AQI=' },
        ),
      ),
    );
  });

  it('has bytes under an alias of the hook too, and none in a hook of another payload', () => {
    const sent = (name: string, blob: unknown) => {
      expect(raw(packed.encodeRequest(hook(message(part('AQI=')), name), 'hook.invoke'))).toEqual(
        hook(message(part(blob)), name),
      );
    };
    sent('cmf.prompt_pre_invoke', Buffer.from([1, 2]));
    sent('elicit', 'AQI=');
    sent('of another version', 'AQI=');
  });

  it('leaves parts of an unknown kind alone', () => {
    const unknown = { content_type: 'hologram', content: { blob: 'AQI=' } };
    expect(raw(packed.encodeRequest(hook(message(unknown)), 'hook.invoke'))).toEqual(hook(message(unknown)));
  });

  it('passes on what does not fit the schema, for the plugin to refuse', () => {
    for (const blob of ['no base64!', 'AQI', 7, null]) {
      const wrong = hook(message(part(blob)));
      expect(raw(packed.encodeRequest(wrong, 'hook.invoke'))).toEqual(wrong);
    }
    expect(raw(packed.encodeRequest(7, 'hook.invoke'))).toBe(7);
  });

  it('has bytes in events of builds, by their kind', () => {
    const event = { kind: 'step_log', build_id: 'b', step_id: 's', key: 'k', stream: 'stdout', data: '' };
    expect(raw(packed.encodeRequest({ event, phase: 'after' }, 'lifecycle.event'))).toEqual({
      event: { ...event, data: Buffer.alloc(0) },
      phase: 'after',
    });
  });

  it('is refused with a reason when a value has no form', () => {
    expect(() => packed.encodeRequest(hook({ n: 2n ** 64n }), 'hook.invoke')).toThrow(
      expect.objectContaining({ code: 'CPEX_E_CODEC_VALUE' }),
    );
  });

  it('does not change the value that was handed in', () => {
    const request = hook(message(part('AQI=')));
    const before = structuredClone(request);
    packed.encodeRequest(request, 'hook.invoke');
    expect(request).toEqual(before);
  });
});

describe('a reply', () => {
  const read = (value: unknown, method = 'hook.invoke', request: unknown = hook({})) =>
    packed.readEnvelope(0, value instanceof Uint8Array ? value : writeMsgpack(value), method, request);

  it('gets bytes as base64 where the hook of its request has them', () => {
    const result = { continue_processing: true, modified_payload: message(part(Buffer.from([1, 2]))) };
    expect(read({ ok: true, result })).toEqual({
      ok: true,
      result: { continue_processing: true, modified_payload: message(part('AQI=')) },
      findings: [],
    });
  });

  it('keeps integers of 64 bits exact', () => {
    const result = { continue_processing: true, metadata: { a: 2n ** 64n - 1n, b: -(2n ** 63n), c: 2 ** 53 - 1 } };
    expect(read({ ok: true, result }).result).toEqual(result);
  });

  it.each([
    ['bin in the place of a text', { ok: true, result: { metadata: { a: [Buffer.from('x')] } } }, 'ABI-MP-016'],
    ['a text in the place of bytes', { ok: true, result: { modified_payload: message(part('AQI=')) } }, 'ABI-MP-016'],
    [
      'bin in a part of an unknown kind',
      { result: { modified_payload: message({ content_type: 'h', b: Buffer.alloc(1) }) } },
      'ABI-MP-016',
    ],
    ['JSON', Buffer.from('{"ok":true,"result":{}}'), 'ABI-MP-002'],
    ['two values', Buffer.concat([writeMsgpack({ ok: true }), writeMsgpack(1)]), 'ABI-MP-006'],
    ['a key twice', Buffer.from('82a26f6bc3a26f6bc3', 'hex'), 'ABI-MP-007'],
    ['a text that is not UTF-8', Buffer.from('81a26f6ba1ff', 'hex'), 'ABI-MP-008'],
    ['an extension', Buffer.from('81a26f6bd40100', 'hex'), 'ABI-MP-011'],
    ['NaN', Buffer.from('81a26f6bcb7ff8000000000000', 'hex'), 'ABI-MP-013'],
  ])('is refused for %s', (_what, body, clause) => {
    expect(read(body)).toMatchObject({ ok: undefined, findings: [{ id: 'codec.answer', clause, severity: 'fail' }] });
  });

  it('names the place of misplaced bytes', () => {
    const [finding] = read({ ok: true, result: { metadata: { a: [Buffer.from('x')] } } }).findings;
    expect(finding?.message).toContain('"result.metadata.a.0" is bin');
  });

  it('may be empty together with a code, as in JSON', () => {
    expect(packed.readEnvelope(1, Buffer.alloc(0), 'hook.invoke')).toMatchObject({ ok: false, findings: [] });
    expect(packed.readEnvelope(0, Buffer.alloc(0), 'hook.invoke').findings).toMatchObject([{ id: 'env.single' }]);
  });

  it('is held to the shape of envelopes', () => {
    expect(read({ ok: 1 }).findings).toMatchObject([{ id: 'env.shape', evidence: ['{"ok":1}'] }]);
    expect(read([1]).findings).toMatchObject([
      { id: 'env.shape', message: 'The reply is MessagePack, but not an object.' },
    ]);
  });
});

describe('registration', () => {
  const answer = (codec?: unknown) => ({
    schema_version: 1,
    metadata: { id: 'p', name: 'p', version: '1.0.0', author: 'a' },
    capabilities: {},
    ...(codec === undefined ? {} : { codec }),
  });

  it('offers codecs in JSON, in any protocol', () => {
    const request = { config: {}, codecs: ['zz', 'msgpack'] };
    const body = JSON.parse(Buffer.from(packed.registration(request).body).toString('utf8'));
    expect(body).toMatchObject({ codecs: ['zz', 'msgpack'], host: { features: ['codecs'] } });
    expect(packed.registration({ config: {} })).toEqual(cpexProfile.protocol.registration({ config: {} }));
  });

  it('takes the codec that was offered', () => {
    expect(cpexProfile.protocol.readRegistration(answer('msgpack'), ['zz', 'msgpack'])).toMatchObject({
      registration: { codec: 'msgpack' },
      findings: [],
    });
    expect(cpexProfile.protocol.readRegistration(answer(), ['msgpack']).registration).not.toHaveProperty('codec');
  });

  it.each([
    ['msgpack', undefined],
    ['zz', ['msgpack']],
    ['', ['msgpack']],
  ])('complains about %j when %j was offered', (codec, offered) => {
    const { registration, findings } = cpexProfile.protocol.readRegistration(answer(codec), offered);
    expect(registration).not.toHaveProperty('codec');
    expect(findings).toMatchObject([{ id: 'codec.choice', severity: 'fail', clause: 'ABI-MP-001' }]);
  });

  it('knows its codecs by name', () => {
    expect(packed.inCodec?.('zz')).toBeUndefined();
    expect(packed.inCodec?.('json')?.encodeRequest({ a: 1 }, 'plugin.quiesce')).toEqual(Buffer.from('{"a":1}'));
  });
});

describe('a callback', () => {
  const events: unknown[] = [];
  const services = () =>
    cpexProfile.services({ allowNet: false, observe: (event: unknown) => events.push(event) } as never);
  const context = { signal: new AbortController().signal } as never;

  it('is answered in the codec that it came in', async () => {
    const host = services();
    const set = { scope: 'plugin', key: 'k', value: Buffer.from([0, 255]) };
    expect(raw((await host.answer('host.kv.set', writeMsgpack(set), context)).body as Uint8Array)).toEqual({
      ok: true,
      result: {},
    });
    const get = { scope: 'plugin', key: 'k' };
    const packedReply = await host.answer('host.kv.get', writeMsgpack(get), context);
    expect(raw(packedReply.body as Uint8Array)).toEqual({
      ok: true,
      result: { found: true, value: Buffer.from([0, 255]) },
    });
    const jsonReply = await host.answer('host.kv.get', Buffer.from(JSON.stringify(get)), context);
    expect(Buffer.from(jsonReply.body as Uint8Array).toString()).toBe(
      '{"ok":true,"result":{"found":true,"value":"AP8="}}',
    );
    expect(events).toContainEqual({
      kind: 'call',
      method: 'host.kv.set',
      request: { ...set, value: 'AP8=' },
      ok: true,
    });
    await host.close();
  });

  it.each([
    ['a text for bytes', writeMsgpack({ scope: 'plugin', key: 'k', value: 'AP8=' })],
    ['bin for a text', writeMsgpack({ scope: 'plugin', key: Buffer.from('k'), value: Buffer.alloc(0) })],
    ['a cut body', writeMsgpack({ scope: 'plugin', key: 'k' }).subarray(0, 9)],
  ])('is refused in its codec for %s', async (_what, body) => {
    const host = services();
    const reply = raw((await host.answer('host.kv.set', body, context)).body as Uint8Array);
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
    await host.close();
  });

  it('is JSON when it is nothing else', async () => {
    const host = services();
    for (const body of [Buffer.alloc(0), Buffer.from(' {}'), Buffer.from([0x01])]) {
      const reply = await host.answer('host.kv.get', body, context);
      expect(JSON.parse(Buffer.from(reply.body as Uint8Array).toString())).toMatchObject({ ok: false });
    }
    expect(codecOf(Buffer.from([0xde, 0, 0]))).toBe(MSGPACK_CODEC);
    await host.close();
  });
});

it('finds no bytes where the schema has none', () => {
  expect(requestPlaces('command.run', {})).toBeUndefined();
  expect(requestPlaces('plugin.reconfigure', {})).toBeUndefined();
  expect(requestPlaces('no.such', {})).toBeUndefined();
});

describe('a request whose payload was written before', () => {
  const protocols = { json: cpexProfile.protocol, msgpack: packed };

  it.each(Object.entries(protocols))('is the same in %s', (_name, protocol) => {
    const written = new Map();
    const payload = message(part('AQI='), { content_type: 'text', text: 'é' });
    const large = message({ content_type: 'text', text: 'x'.repeat(100_000) });
    const { payload: own, ...rest } = hook(payload);
    const first = { payload: own, ...rest };
    const others = [
      { ...hook(payload), context: { request_id: '2' } },
      hook({ n: 2n ** 63n }),
      hook(large),
      hook(large),
    ];
    for (const request of [hook(payload), first, ...others, hook(payload)]) {
      expect(Buffer.from(protocol.encodeRequest(request, 'hook.invoke', written))).toEqual(
        Buffer.from(protocol.encodeRequest(request, 'hook.invoke')),
      );
    }
  });

  it('does not take the bytes of another value, though it is equal', () => {
    const written = new Map();
    const first = { a: 1 };
    packed.encodeRequest(hook(first, 'elicit'), 'hook.invoke', written);
    expect(written.get('msgpack')).toMatchObject({ value: first });
    const second = { a: 1 };
    packed.encodeRequest(hook(second, 'elicit'), 'hook.invoke', written);
    expect(written.get('msgpack').value).toBe(second);
  });
});
