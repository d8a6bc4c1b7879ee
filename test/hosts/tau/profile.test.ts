import { describe, expect, it } from 'vitest';
import { KNOWN_KEYWORDS } from '../../../src/hosts/schema-check.js';
import { tauContract } from '../../../src/hosts/tau/contract.js';
import { tauProfile } from '../../../src/hosts/tau/profile.js';
import { readShape } from '../../../src/hosts/tau/read-shape.js';
import type { Registration, ServiceEvent } from '../../../src/model/profile.js';
import type { RunInput, RunRequest } from '../../../src/model/run-request.js';
import type { ServiceScript } from '../../../src/model/script.js';
import { CpexError } from '../../../src/support/errors.js';

const { protocol } = tauProfile;
const text = (value: string) => [{ type: 'text', text: value }];

const SMOKE = {
  name: 'smoke',
  tools: [
    {
      name: 'echo',
      description: 'Says it again.',
      parameters: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
      prompt_snippet: null,
    },
  ],
  hooks: ['before_agent_start', 'session_start', 'my_own_hook'],
  commands: [{ name: 'hello', description: 'Greets.' }],
};

function registered(raw: unknown = SMOKE): Registration {
  const { registration } = protocol.readRegistration(raw);
  if (registration === undefined) throw new Error('There is no registration.');
  return registration;
}

function words(line: string, input: Partial<RunInput> = {}): Extract<RunRequest, { kind: 'call' }> {
  const request = protocol.readWords(line.split(' '), { env: {}, ...input }, registered());
  if (request.kind !== 'call') throw new Error('It is no call.');
  return request;
}

function refusal(line: string, input: Partial<RunInput> = {}): string {
  try {
    words(line, input);
  } catch (error) {
    if (error instanceof CpexError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('the contract of tau', () => {
  it('uses only keywords that the check knows, and has samples that fit', () => {
    const unknown = new Set<string>();
    const visit = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (!KNOWN_KEYWORDS.includes(key)) unknown.add(key);
        if (key === 'properties') Object.values(value as object).forEach(visit);
        else if (Array.isArray(value)) value.forEach(visit);
        else visit(value);
      }
    };
    tauContract.types.forEach(visit);
    expect([...unknown]).toEqual([]);
    for (const one of [...tauContract.methods.values(), ...tauContract.callbacks.values()]) {
      for (const sample of one.samples) expect(readShape(one.request, sample).problems, one.name).toEqual([]);
    }
    for (const hook of tauContract.hooks.values()) {
      expect(readShape(hook.payload, hook.sample).problems, hook.name).toEqual([]);
    }
  });
});

describe('a registration', () => {
  it('says what a plugin has', () => {
    const { registration, findings } = protocol.readRegistration(SMOKE);
    expect(registration).toMatchObject({ id: 'smoke', version: '', author: '' });
    expect(Object.keys(registration?.capabilities ?? {})).toEqual(['tools', 'hooks', 'commands']);
    expect(findings.map(({ severity, message }) => [severity, message])).toEqual([
      ['info', 'tau itself fires no hook "my_own_hook"; it runs only when a plugin fires it.'],
    ]);
  });

  it('needs nothing but a name', () => {
    expect(protocol.readRegistration({ name: 'x' })).toMatchObject({
      registration: { capabilities: {} },
      findings: [],
    });
  });

  it.each([
    [{}, 'In the registration "name" is missing.'],
    [{ name: '' }, 'In the registration "name" must not be empty.'],
    [{ name: 'x', tools: {} }, 'In the registration "tools" must be an array, not an object.'],
    [{ name: 'x', tools: [{ name: 'a' }] }, 'In the registration "tools[0].description" is missing.'],
    [{ name: 'x', hooks: [1] }, 'In the registration "hooks[0]" must be a string, not a number.'],
    [{ name: 'x', commands: ['a'] }, 'In the registration "commands[0]" must be an object, not a string.'],
  ])('is refused as %j', (raw, message) => {
    const { registration, findings } = protocol.readRegistration(raw);
    expect(registration).toBeUndefined();
    expect(findings[0]).toMatchObject({ id: 'register.ok', severity: 'fail', message });
  });

  it('is warned of where it can hardly be meant', () => {
    const tool = { name: 'a', description: '', parameters: {} };
    const { findings } = protocol.readRegistration({ name: 'x', tools: [tool, tool], hooks: ['before_agent_strat'] });
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['register.schema', 'warn'],
      ['register.schema', 'warn'],
      ['register.names', 'warn'],
      ['register.hooks', 'warn'],
    ]);
    expect(findings.at(-1)?.message).toContain('Did you mean "before_agent_start"?');
  });
});

describe('requests', () => {
  it('are written in the order of the contract', () => {
    const request = { extra: 1, arguments: { b: 1, a: 2n ** 60n }, name: 'echo', tool_call_id: 'c' };
    expect(Buffer.from(protocol.encodeRequest(request, 'tool_call')).toString()).toBe(
      '{"tool_call_id":"c","name":"echo","arguments":{"b":1,"a":1152921504606846976},"extra":1}',
    );
  });

  it('are there as samples for everything that a plugin has, each with an id of its own', () => {
    const calls = protocol.sampleCalls(registered());
    expect(calls.map(({ capability, method }) => [capability, method])).toEqual([
      ['tools', 'tool_call'],
      ['hooks', 'hook'],
      ['hooks', 'session_start'],
      ['hooks', 'hook'],
    ]);
    expect(calls[0]?.request).toMatchObject({ tool_call_id: 'call-1', arguments: { message: 'sample' } });
  });
});

describe('words of cpex run', () => {
  it('run tools, hooks and messages', () => {
    expect(words('tool echo', { data: { message: 'hi' } })).toMatchObject({
      method: 'tool_call',
      form: 'tool',
      request: { name: 'echo', arguments: { message: 'hi' } },
    });
    expect(words('tool echo').request).toMatchObject({ arguments: { message: 'sample' } });
    expect(words('hook before_agent_start', { data: { prompt: 'x' } })).toMatchObject({
      method: 'hook',
      request: { name: 'before_agent_start', data: { prompt: 'x' } },
      findings: [],
    });
    expect(words('hook session_start').method).toBe('session_start');
    expect(words('idle')).toMatchObject({ method: 'idle', request: {} });
    expect(words('hook after_tool_result').findings[0]).toMatchObject({ id: 'hook.asked', severity: 'warn' });
  });

  it.each([
    ['tool ech', /^CPEX_E_TOOL_UNKNOWN The plugin has no tool "ech"\. Did you mean "echo"\?/],
    ['tool', /^CPEX_E_USAGE The name of a tool is missing/],
    ['tool echo twice', /There is a word too many: twice/],
    ['idle now', /There is a word too many: now/],
    ['command hello', /registers the command "hello", and tau has no message that runs one/],
    ['command helo', /registers no command "helo"\. Did you mean "hello"\?/],
    ['tool_cal', /tau has no message "tool_cal"\. Did you mean "tool_call"\?/],
  ])('refuse %s', (line, message) => {
    expect(refusal(line)).toMatch(message);
  });

  it('refuse data that is no object, and what other hosts have', () => {
    expect(refusal('idle', { data: [1] })).toMatch(/fields of a message are an object/);
    expect(refusal('tool echo', { extensions: {} })).toMatch(/neither extensions nor a context/);
    expect(refusal('tool echo', { phase: 'before' })).toMatch(/neither steps nor events/);
  });
});

describe('answers', () => {
  const read = (method: string, value: unknown, request?: unknown, code = 0) =>
    protocol.readEnvelope(code, Buffer.from(JSON.stringify(value)), method, request);

  it('of tools and hooks are results, and null stands for nothing', () => {
    const result = { tool_call_id: 'a', content: text('hi'), is_error: false };
    expect(read('tool_call', { ...result, summary: null }, { tool_call_id: 'a' })).toEqual({
      ok: true,
      result,
      findings: [],
    });
    const nulls = { message: null, system_prompt: null, tool_result_append: null };
    expect(read('hook', nulls)).toEqual({ ok: true, result: {}, findings: [] });
    const actions = [
      { type: 'emit_info_message', target_session_id: 's', text: 't' },
      { type: 'stop_agent_loop', reason: 'r' },
    ];
    expect(read('tool_call', { ...result, post_persist_actions: actions }).findings).toEqual([]);
    const image = [{ type: 'image', data: 'aGkK', mime_type: 'image/png' }];
    expect(read('tool_call', { ...result, content: image }).findings).toEqual([]);
  });

  it.each([
    ['no content', { tool_call_id: 'a', is_error: false }, '"content" is missing'],
    ['content that is text', { tool_call_id: 'a', content: 'x', is_error: false }, '"content" must be an array'],
    [
      'an unknown item',
      { tool_call_id: 'a', content: [{ type: 'link' }], is_error: false },
      'must be one of text, image',
    ],
    ['no text', { tool_call_id: 'a', content: [{ type: 'text' }], is_error: false }, '"content[0].text" is missing'],
    [
      'data that is no base64',
      { tool_call_id: 'a', content: [{ type: 'image', data: '?', mime_type: 'image/png' }], is_error: false },
      'must be base64',
    ],
  ])('of a tool are refused with %s', (_, value, message) => {
    const envelope = read('tool_call', value);
    expect(envelope.ok).toBeUndefined();
    expect(envelope.findings[0]).toMatchObject({ severity: 'fail', message: expect.stringContaining(message) });
  });

  it('of a tool have to name their call', () => {
    const result = { tool_call_id: 'b', content: [], is_error: false };
    expect(read('tool_call', result, { tool_call_id: 'a' }).findings[0]?.message).toBe(
      'The result names the call "b", and "a" was asked.',
    );
  });

  it('that no host gets are findings', () => {
    const envelope = read('tool_call', { code: 'reply_too_large', message: 'Too large.' }, undefined, 1);
    expect(envelope).toMatchObject({ ok: undefined, findings: [{ id: 'stdio.reply', message: 'Too large.' }] });
  });
});

describe('the server', () => {
  async function ask(request: unknown, script?: ServiceScript, callId = 1) {
    const events: ServiceEvent[] = [];
    const options = { pluginId: 'p', allowNet: false, observe: (event: ServiceEvent) => events.push(event) };
    const services = tauProfile.services({ ...options, ...(script === undefined ? {} : { script }) });
    const { signal } = new AbortController();
    const reply = await services.answer('server_request', Buffer.from(JSON.stringify(request)), { callId, signal });
    await services.close();
    return { response: JSON.parse(Buffer.from(reply.body).toString()), events };
  }

  it.each([
    [{ type: 'fire_hook', name: 'h', data: null }, { type: 'ok' }],
    [{ type: 'queue_info', target_session_id: 's', text: 't' }, { type: 'ok' }],
    [{ type: 'create_session' }, { type: 'session_created', session_id: 'session-2' }],
    [
      { type: 'get_messages', session_id: 's' },
      { type: 'messages', messages: [] },
    ],
    [{ type: 'something_new' }, { type: 'ok' }],
  ])('answers %j', async (request, response) => {
    const asked = await ask(request);
    expect(asked.response).toEqual(response);
    expect(asked.events).toEqual([{ kind: 'call', method: 'server_request', request, ok: true }]);
  });

  it('refuses what is not for plugins, and what it cannot know', async () => {
    expect((await ask({ type: 'shutdown' })).response).toEqual({
      type: 'error',
      message: 'shutdown is not for plugins',
    });
    const { response } = await ask({ type: 'execute_tool', session_id: 's', tool_name: 't', arguments: {} });
    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining('host.server') });
  });

  it('says what a script says, in its order', async () => {
    const server = [
      { request: 'get_*', response: { type: 'session_info', info: { n: 1 } } },
      { response: { type: 'error', message: 'no' } },
    ];
    expect((await ask({ type: 'get_session_info', session_id: 's' }, { server })).response).toEqual(
      server[0]?.response,
    );
    expect((await ask({ type: 'chat', session_id: 's', text: 't' }, { server })).response).toEqual(server[1]?.response);
  });

  it('reports requests that tau cannot read, and those outside of calls', async () => {
    const broken = await ask({ type: 'fire_hook' });
    expect(broken.response).toMatchObject({ type: 'error' });
    expect(broken.events[0]).toMatchObject({
      kind: 'finding',
      finding: { severity: 'fail', message: expect.stringContaining('"fire_hook" "name" is missing') },
    });
    const outside = await ask({ type: 'queue_info', target_session_id: 's', text: 't' }, undefined, 0);
    expect(outside.events[0]).toMatchObject({ kind: 'finding', finding: { severity: 'info' } });
  });
});

describe('the settings of a project', () => {
  it('choose the wire, arguments and variables', async () => {
    const settings = { wire: 'cbor', args: ['-v'], env: { A: 'b' } } as const;
    const profile = await tauProfile.forProject?.({ root: '/', settings });
    expect(profile?.process).toEqual({ transport: 'stdio', wire: 'tau-frames', args: ['-v'], env: { A: 'b' } });
    expect((await tauProfile.forProject?.({ root: '/', settings: {} }))?.process).toEqual({
      transport: 'stdio',
      wire: 'tau-lines',
    });
  });
});
