import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, Player } from './player.js';

const player = new Player();
beforeAll(() => player.build(), 120_000);
afterAll(() => player.bench.remove());

const context = { request_id: '', local_state: {}, global_state: {} };
const message = (...content: unknown[]) => ({ message: { schema_version: '2.0', role: 'user', content } });

/** Sends a message through a handler that reads it whole and writes it again with another role and a channel. */
async function pass(...content: unknown[]) {
  const request = { hook: 'cmf.llm_input', payload: message(...content), extensions: {}, context };
  const reply = await player.last(call('hook.invoke', request));
  return reply;
}

/** Each part with every field, and with those that must be there; all with a field of a later version. */
const PARTS: readonly (readonly [string, object])[] = [
  ['text', { text: 'é\u0000' }],
  ['thinking', { text: '' }],
  ['tool_call', { content: { tool_call_id: 'c', name: 't', arguments: { n: null, a: [1.5] }, namespace: 'n' } }],
  ['tool_call', { content: { tool_call_id: 'c', name: 't', arguments: {} } }],
  ['tool_result', { content: { tool_call_id: 'c', tool_name: 't', content: null, is_error: true } }],
  ['tool_result', { content: { tool_call_id: 'c', tool_name: 't', content: [{}] } }],
  [
    'resource',
    {
      content: {
        ...{ resource_request_id: 'r', uri: 'u', name: 'n', description: 'd', resource_type: 'database' },
        ...{ content: 'text', blob: 'AAEC', mime_type: 'm', size_bytes: 9007199254740991, annotations: { a: 1 } },
        version: 'v',
      },
    },
  ],
  ['resource', { content: { resource_request_id: 'r', uri: 'u', resource_type: 'file', blob: '' } }],
  [
    'resource_ref',
    {
      content: {
        ...{ resource_request_id: 'r', uri: 'u', name: 'n', resource_type: 'api', range_start: 0, range_end: 7 },
        selector: 's',
      },
    },
  ],
  ['resource_ref', { content: { resource_request_id: 'r', uri: 'u', resource_type: 'memory' } }],
  ['prompt_request', { content: { prompt_request_id: 'p', name: 'n', arguments: { a: 1 }, server_id: 's' } }],
  [
    'prompt_result',
    {
      content: {
        ...{
          prompt_request_id: 'p',
          prompt_name: 'n',
          messages: [message({ content_type: 'text', text: 'x' }).message],
        },
        ...{ content: 'c', is_error: false, error_message: 'e' },
      },
    },
  ],
  ['prompt_result', { content: { prompt_request_id: 'p', prompt_name: 'n', messages: [] } }],
  ['image', { content: { type: 'url', data: 'd', media_type: 'm' } }],
  ['document', { content: { type: 'base64', data: 'd', media_type: 'm', title: 't' } }],
  ['video', { content: { type: 'url', data: 'd', media_type: 'm', duration_ms: 1 } }],
  ['audio', { content: { type: 'url', data: 'd' } }],
];

describe('parts of messages', () => {
  it.each(PARTS)('%s comes back as it was: %j', async (kind, fields) => {
    const part = { content_type: kind, ...fields, later: [1, null] };
    const reply = await pass(part);
    const written = { ...message(part).message, role: 'system', channel: 'final' };
    expect(reply.text).toBe(
      JSON.stringify({ ok: true, result: { continue_processing: true, modified_payload: { message: written } } }),
    );
  });

  it('of an unknown kind stay as they are, to the digit and in their order', async () => {
    const part = '{"z":[1.10,18446744073709551616,{"e":1E5}],"content_type":"hologram","text":7,"a":null}';
    const body = `{"hook":"cmf.llm_input","payload":{"message":{"schema_version":"2.0","role":"user","content":[${part}]}},"extensions":{},"context":${JSON.stringify(context)}}`;
    const reply = await player.last(call('hook.invoke', body));
    expect(reply.text).toContain(`"content":[${part}]`);
  });

  it.each([
    [{}, 'content[0].content_type is missing'],
    [{ content_type: 7 }, 'content[0].content_type must be a string, not a number'],
    [{ content_type: null }, 'content[0].content_type must be a string, not null'],
    [{ content_type: 'text' }, 'content[0].text is missing'],
    [
      { content_type: 'image', content: { type: 'ftp', data: '' } },
      'content[0].content.type must be one of "url", "base64"',
    ],
    [{ content_type: 'resource', content: { blob: '?' } }, 'content[0].content.resource_request_id is missing'],
  ])('that are wrong are refused, with their place: %j', async (part, place) => {
    const reply = await pass(part);
    expect(reply).toMatchObject({ status: 0, error: { code: 'invalid_request' } });
    expect(reply.error?.message).toContain(place);
  });
});
