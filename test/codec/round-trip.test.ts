import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpexContract } from '../../src/hosts/cpex/contract.js';
import { cpexProfile } from '../../src/hosts/cpex/profile.js';
import { equalJson } from '../../src/hosts/exact-equal.js';
import { fieldsOf } from '../../src/hosts/json-fields.js';
import type { HostProtocol } from '../../src/model/profile.js';
import type { Language } from '../../src/model/target.js';
import { stringifyExact } from '../../src/support/exact-json.js';
import { readMsgpack } from '../../src/support/msgpack-read.js';
import { writeMsgpack } from '../../src/support/msgpack-write.js';
import { CODECS, ECHOED, type EchoPlugin, EchoPlugins, hasTool } from './echo-plugins.js';
import { PARTS, partOf } from './parts.js';
import { FLOATS, INT64_EDGES, UINT64_EDGES, valuesOf } from './values.js';

const LANGUAGES = (['c', 'go', 'rust'] as const).filter(hasTool);
const packed = cpexProfile.protocol.inCodec?.('msgpack') as HostProtocol;
const plugins = new EchoPlugins();
const running: EchoPlugin[] = [];

beforeAll(async () => {
  for (const language of LANGUAGES) {
    const library = await plugins.build(language);
    for (const codec of CODECS) running.push(await plugins.open(language, library, codec));
  }
});
afterAll(async () => {
  for (const plugin of running) await plugin.close();
  plugins.remove();
});

/** Sends a payload through every plugin, which has to bring it back; those in MessagePack in the same bytes but for the order of keys. */
async function comesBack(hook: (typeof ECHOED)[number], payload: unknown): Promise<void> {
  const bodies: { language: Language; body: Uint8Array }[] = [];
  for (const plugin of running) {
    const { envelope, body } = await plugin.echo(hook, payload);
    const where = `${plugin.language} over ${plugin.codec}`;
    if (envelope.ok !== true || envelope.findings.length > 0) {
      throw new Error(`${where}: ${stringifyExact(envelope.error ?? envelope.findings)}`);
    }
    const { modified_payload: back } = envelope.result as { modified_payload?: unknown };
    if (!equalJson(back, payload)) throw new Error(`${where} brings back ${stringifyExact(back)}`);
    if (plugin.codec === 'msgpack') bodies.push({ language: plugin.language, body });
  }
  const [first, ...others] = bodies.map(({ language, body }) => ({ language, hex: canonical(language, body) }));
  for (const { language, hex } of others) {
    if (first !== undefined && first.hex !== hex)
      throw new Error(`${language} writes ${hex}, ${first.language} ${first.hex}`);
  }
}

/** A body with its keys in one order. Its forms have to be the shortest already: what this host would write. */
function canonical(language: Language, body: Uint8Array): string {
  const reading = readMsgpack(body, 128);
  if (!reading.ok) throw new Error(`${language}: ${reading.message}`);
  const again = Buffer.from(writeMsgpack(reading.value)).toString('hex');
  const was = Buffer.from(body).toString('hex');
  if (again !== was) throw new Error(`${language} writes ${was}, and ${again} is shorter`);
  return Buffer.from(writeMsgpack(sorted(reading.value))).toString('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]));
}

const requestOf = (hook: string, payload: unknown) => {
  const context = { request_id: 'r', local_state: {}, global_state: {} };
  return { hook, payload, extensions: {}, context };
};
const message = (...content: unknown[]) => ({ message: { schema_version: '2.0', role: 'user', content } });

describe.skipIf(LANGUAGES.length === 0)(`a payload comes back (${LANGUAGES.join(', ')})`, () => {
  it.each(PARTS)('with a part "%s", with and without each optional field', async (kind) => {
    for (const part of partOf(kind)) await comesBack('cmf.llm_input', message(part));
  });

  it('with all parts together, and an unknown one between them', async () => {
    const all = PARTS.flatMap((kind) => partOf(kind).slice(0, 1));
    const unknown = { content_type: 'hologram', content: { depth: 2n ** 64n - 1n, none: null }, more: [0.5] };
    await comesBack('cmf.llm_input', message(...all.slice(0, 6), unknown, ...all.slice(6)));
  });

  it.each(UINT64_EDGES)('with the uint64 %s in its places', async (edge) => {
    const video = { content_type: 'video', content: { type: 'url', data: 'u', duration_ms: edge } };
    const range = { resource_request_id: 'r', uri: 'u', resource_type: 'blob', range_start: edge, range_end: edge };
    await comesBack('cmf.llm_input', message(video, { content_type: 'resource_ref', content: range }));
  });

  it('with numbers at their edges in open places', async () => {
    await comesBack('tool_pre_invoke', { name: 'n', args: { signed: INT64_EDGES, unsigned: UINT64_EDGES, FLOATS } });
  });

  it('with null where null is a value, which is not the absence of one', async () => {
    const args = { here: null, list: [null, {}, []], deep: { none: null } };
    await comesBack('tool_pre_invoke', { name: 'n', args });
    await comesBack('tool_pre_invoke', { name: 'n', args: {} });
    const result = (content: unknown) => ({
      content_type: 'tool_result',
      content: { tool_call_id: 'c', tool_name: 't', content },
    });
    await comesBack('cmf.llm_input', message(result(null), result({}), result('')));
  });

  it.each([0, 1, 255, 256, 65_535, 65_536, 200_000])('with %i bytes', async (size) => {
    const bytes = Buffer.from(Array.from({ length: size }, (_, index) => index % 256));
    const blob = { resource_request_id: 'r', uri: 'u', resource_type: 'blob', blob: bytes.toString('base64') };
    await comesBack('cmf.llm_input', message({ content_type: 'resource', content: blob }));
  });

  it.each([31, 32, 255, 256, 65_535, 65_536, 1 << 20])('with a text of %i characters', async (length) => {
    await comesBack('cmf.llm_input', message({ content_type: 'text', text: 'x'.repeat(length) }));
    await comesBack('cmf.llm_input', message({ content_type: 'text', text: 'é\u{1f600}'.repeat(length / 8) }));
  });

  it.each([15, 16, 65_535, 65_536])('with a list of %i items', async (length) => {
    await comesBack('tool_pre_invoke', { name: 'n', args: { list: Array.from({ length }, (_, index) => index) } });
  });

  it('with values nested as deep as may be', async () => {
    let deep: unknown = 0;
    // The body, the payload and the arguments are around it; the reply has one level more.
    for (let level = 0; level < 124; level++) deep = level % 2 === 0 ? [deep] : { level: deep };
    await comesBack('tool_pre_invoke', { name: 'n', args: { deep } });
  });

  it('with messages in messages', async () => {
    let inner = message({ content_type: 'text', text: 'innermost' });
    for (let level = 0; level < 12; level++) {
      const content = { prompt_request_id: 'p', prompt_name: 'n', messages: [inner.message] };
      inner = message({ content_type: 'prompt_result', content });
    }
    await comesBack('cmf.llm_input', inner);
  });

  it.each(ECHOED)('whatever the schema of %s allows', { timeout: 300_000 }, async (hook) => {
    const schema = cpexContract.hooks.get(hook)?.payload ?? {};
    await fc.assert(
      fc.asyncProperty(valuesOf(schema, cpexContract.types), (payload) => comesBack(hook, payload)),
      { numRuns: 150 },
    );
  });
});

/** A byte of a body that is set, left out or put in. */
const CHANGE = fc.record({
  place: fc.nat(),
  how: fc.constantFrom('set', 'drop', 'insert'),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('c0c1c4cacfd3d9df8090a0227b5c7d302e65', 'hex'))),
});

function changed(body: Buffer, { place, how, byte }: { place: number; how: string; byte: number }): Buffer {
  const at = place % body.length;
  const put = Buffer.from(how === 'drop' ? [] : [byte]);
  return Buffer.concat([body.subarray(0, at), put, body.subarray(how === 'insert' ? at : at + 1)]);
}

describe.skipIf(LANGUAGES.length === 0)('a body with a wrong byte', () => {
  const bodies = { json: cpexProfile.protocol, msgpack: packed };

  it.each(CODECS)('says the same to every language, or nothing at all, in %s', { timeout: 300_000 }, async (codec) => {
    const schema = cpexContract.hooks.get('cmf.llm_input')?.payload ?? {};
    await fc.assert(
      fc.asyncProperty(valuesOf(schema, cpexContract.types), CHANGE, async (payload, change) => {
        const whole = bodies[codec].encodeRequest(requestOf('cmf.llm_input', payload), 'hook.invoke');
        const body = changed(Buffer.from(whole), change);
        const said: unknown[] = [];
        for (const plugin of running.filter((one) => one.codec === codec)) {
          const end = await plugin.send('hook.invoke', body);
          const reply = bodies[codec].readEnvelope(end.code, end.body, 'hook.invoke', { hook: 'cmf.llm_input' });
          const { modified_payload: back } = fieldsOf(reply.result);
          said.push(reply.ok ? { back } : { ok: false });
        }
        for (const one of said) {
          if (!equalJson(one, said[0]))
            throw new Error(`${body.toString('hex')}: ${said.map((each) => stringifyExact(each)).join(' ')}`);
        }
      }),
      { numRuns: 600 },
    );
  });
});

describe.skipIf(LANGUAGES.length === 0)('what has no place in a body', () => {
  const request = requestOf('tool_pre_invoke', { name: 'n', args: { x: 0.5 } });
  const valid = Buffer.from(packed.encodeRequest(request, 'hook.invoke'));
  const half = Buffer.from('cb3fe0000000000000', 'hex');

  it.each([
    ['NaN', 'cb7ff8000000000000'],
    ['infinity', 'cb7ff0000000000000'],
    ['negative infinity', 'cbfff0000000000000'],
    ['a NaN of 32 bits', 'ca7fc00000'],
    ['bytes', 'c40161'],
    ['a timestamp', 'd6ff00000000'],
  ])('is refused: %s', async (_what, hex) => {
    const at = valid.indexOf(half);
    const body = Buffer.concat([valid.subarray(0, at), Buffer.from(hex, 'hex'), valid.subarray(at + half.length)]);
    for (const plugin of running.filter(({ codec }) => codec === 'msgpack')) {
      const end = await plugin.send('hook.invoke', body);
      expect(readMsgpack(end.body, 128)).toMatchObject({
        value: { ok: false, error: { code: 'invalid_request' } },
      });
    }
  });

  it.each([
    ['cb4340000000000000', 2n ** 53n],
    ['cb43e0000000000000', 2n ** 63n],
    ['ca5f000000', 2n ** 63n],
    ['cb43efffffffffffff', 2n ** 64n - 2048n],
    ['cb8000000000000000', 0],
  ])('is not the float %s where an integer is due: it is %s', async (hex, value) => {
    const video = { content_type: 'video', content: { type: 'url', data: 'u', duration_ms: 'here' } };
    const whole = Buffer.from(packed.encodeRequest(requestOf('cmf.llm_input', message(video)), 'hook.invoke'));
    const at = whole.indexOf('here') - 1;
    const body = Buffer.concat([whole.subarray(0, at), Buffer.from(hex, 'hex'), whole.subarray(at + 5)]);
    for (const plugin of running.filter(({ codec }) => codec === 'msgpack')) {
      const end = await plugin.send('hook.invoke', body);
      const content = [{ content: { duration_ms: value } }];
      expect(readMsgpack(end.body, 128), plugin.language).toMatchObject({
        value: { ok: true, result: { modified_payload: { message: { content } } } },
      });
    }
  });

  it('is not the float that stood there', async () => {
    for (const plugin of running.filter(({ codec }) => codec === 'msgpack')) {
      expect(readMsgpack((await plugin.send('hook.invoke', valid)).body, 128)).toMatchObject({
        value: { ok: true, result: { modified_payload: request.payload } },
      });
    }
  });
});
