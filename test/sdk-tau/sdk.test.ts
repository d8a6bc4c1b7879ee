import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language } from '../../src/model/target.js';
import { type Fields, TauHost, type WireName, within } from './host.js';
import { missingToolchain, TauProject } from './project.js';

const LANGUAGES: readonly Language[] = ['go', 'rust', 'c'];
const WIRES: readonly WireName[] = ['json-lines', 'cbor'];

/** The text of a result. */
const textOf = (result: Fields) => (result.content as Fields[]).map(({ text }) => text ?? '').join('');
const nothing = { message: null, system_prompt: null, tool_result_append: null };

const member = (type: string, description: string, more: Fields = {}) => ({ type, description, ...more });
const TYPED_SCHEMA = {
  type: 'object',
  properties: {
    text: member('string', 'Any text.'),
    count: member('integer', 'Any integer.'),
    ratio: member('number', 'Any number.'),
    tags: member('array', 'Any texts.', { items: { type: 'string' } }),
    free: { description: 'Anything.' },
    mode: member('string', 'How.', { enum: ['fast', 'slow'] }),
    limit: member('integer', 'Where to stop.', { minimum: 0 }),
    deep: member('object', 'More.', {
      properties: { sure: member('boolean', 'Really.') },
      required: ['sure'],
      additionalProperties: false,
    }),
    sizes: member('object', 'By name.', { additionalProperties: { type: 'integer' } }),
  },
  required: ['text', 'count', 'ratio', 'tags', 'free'],
  additionalProperties: false,
};
const TYPED = { text: 'é\u0000"', count: -5, ratio: 0.5, tags: ['a', ''], free: { b: [1, null], a: 'x' } };

describe.each(LANGUAGES)('a tau plugin in %s', (language) => {
  const missing = missingToolchain(language);
  let project: TauProject;
  let program: string;
  const open: TauHost[] = [];
  beforeAll(() => {
    if (missing !== undefined) return;
    project = new TauProject(language).useFixture();
    program = project.build();
  });
  afterAll(() => {
    for (const host of open) host.program.kill();
    project?.remove();
  });

  describe.skipIf(missing !== undefined).each(WIRES)('over %s', (wire) => {
    const start = (env: Record<string, string> = {}) => {
      const host = TauHost.start(wire, [program], env);
      open.push(host);
      return host;
    };

    it('registers first, alike at every start, with the schemas of its tools', async () => {
      const [first, second] = [start(), start()];
      const registration = await first.registration();
      expect(await second.registration()).toEqual(registration);
      expect(registration).toMatchObject({ name: 'smoke', commands: [{ name: 'greet', description: 'Says hello.' }] });
      expect(registration.hooks).toEqual(['session_start', 'before_agent_start', 'broken', 'asking']);
      const tools = new Map((registration.tools as Fields[]).map((tool) => [tool.name, tool]));
      expect(tools.get('echo')).toMatchObject({
        description: 'Echoes.',
        prompt_snippet: 'Say it again.',
        prompt_guidelines: ['Be brief.'],
      });
      expect(tools.get('slow')).not.toHaveProperty('prompt_snippet');
      expect(tools.get('slow')).toMatchObject({ prompt_guidelines: [] });
      expect(tools.get('typed')?.parameters).toEqual(TYPED_SCHEMA);
      const none = { type: 'object', properties: {}, required: [], additionalProperties: false };
      expect(tools.get('wait')?.parameters).toEqual(none);
    });

    it('reads typed arguments', async () => {
      const host = start();
      expect(JSON.parse(textOf(await host.tool('typed', TYPED)))).toEqual({
        ...TYPED,
        mode: null,
        limit: null,
        deep: null,
      });
      const all = { ...TYPED, count: 3.0, mode: 'slow', limit: 2 ** 53, deep: { sure: true }, sizes: { x: 1 } };
      expect(JSON.parse(textOf(await host.tool('typed', all)))).toEqual(all);
      const nulls = { ...TYPED, mode: null, limit: null, deep: null };
      expect(JSON.parse(textOf(await host.tool('typed', nulls)))).toEqual(nulls);
      // The null of a Rust host, in frames.
      const empty = { ...TYPED, mode: [], deep: [] };
      const result = await host.tool('typed', empty);
      expect(result.is_error).toBe(wire === 'json-lines');
      expect((await host.tool('picture', null)).is_error).toBe(false);
      expect((await host.tool('picture', [])).is_error).toBe(wire === 'json-lines');
    });

    it.each([
      [{ count: 'x' }, 'arguments.count is not an integer that fits into 64 bits'],
      [{ count: 1.5 }, 'arguments.count is not an integer that fits into 64 bits'],
      [{ count: 2 ** 63 }, 'arguments.count is not an integer that fits into 64 bits'],
      [{ limit: -1 }, 'arguments.limit is not an integer from 0 that fits into 64 bits'],
      [{ ratio: '1' }, 'arguments.ratio is not a number'],
      [{ text: null }, 'arguments.text is not a string'],
      [{ text: undefined }, 'arguments lacks "text"'],
      [{ tags: ['a', 7] }, 'arguments.tags[1] is not a string'],
      [{ tags: 'a' }, 'arguments.tags is not a list'],
      [{ mode: 'quick' }, 'arguments.mode is not one of fast, slow'],
      [{ deep: { sure: 1 } }, 'arguments.deep.sure is not true or false'],
      [{ deep: 4711 }, 'arguments.deep is not an object'],
      [{ sizes: { x: 'y' } }, 'arguments.sizes.x is not an integer that fits into 64 bits'],
      [{ more: 4711 }, 'arguments has an unknown member "more"'],
    ])('names the place where %j does not fit', async (change, message) => {
      const host = start();
      const args = JSON.parse(JSON.stringify({ ...TYPED, ...change })) as Fields;
      expect(await host.tool('typed', args)).toMatchObject({
        tool_call_id: 'call-typed',
        is_error: true,
        content: [{ type: 'text', text: message }],
      });
      expect(textOf(await host.tool('echo', { message: 'on' }))).toBe('ECHO: on');
    });

    it('answers what fails, what is not there, and several calls in a row', async () => {
      const host = start();
      expect(await host.tool('fail', {})).toMatchObject({ is_error: true, content: [{ text: 'it failed' }] });
      expect(await host.tool('none', {})).toMatchObject({
        is_error: true,
        content: [{ text: 'there is no tool "none"' }],
      });
      for (const message of ['a', 'b', 'c']) {
        expect(await host.tool('echo', { message })).toEqual({
          tool_call_id: 'call-echo',
          content: [{ type: 'text', text: `ECHO: ${message}` }],
          is_error: false,
        });
      }
      expect(await host.program.close()).toBe(0);
    });

    const panics = language === 'c' ? ' (needs a language with panics)' : '';
    it.skipIf(panics !== '')(`turns a panic into a result, and goes on${panics}`, async () => {
      const host = start();
      expect(textOf(await host.tool('crash', {}))).toBe('tool crash panicked: boom');
      expect(textOf(await host.tool('echo', { message: 'on' }))).toBe('ECHO: on');
      expect(host.program.stderr).toContain('boom');
    });

    it('answers with pictures, a summary and actions', async () => {
      expect(await start().tool('picture', {})).toEqual({
        tool_call_id: 'call-picture',
        content: [
          { type: 'text', text: 'a dot & more' },
          { type: 'image', data: 'AP8B', mime_type: 'image/png' },
        ],
        is_error: false,
        summary: 'two parts',
        post_persist_actions: [
          { type: 'emit_info_message', target_session_id: 's1', text: 'shown' },
          { type: 'stop_agent_loop', reason: 'enough' },
        ],
      });
    });

    it('shows output in order, before the result', async () => {
      const host = start();
      const result = await host.tool('slow', { lines: 200 });
      expect(textOf(result)).toBe('done');
      expect(host.deltas).toEqual(
        Array.from({ length: 200 }, (_, at) => ({ tool_call_id: 'call-slow', text: `line ${at + 1}` })),
      );
    });

    it('runs calls beside one another, and cancels the one that is meant', async () => {
      const host = start();
      const waiting = ['w1', 'w2'].map((id) => host.tool('wait', {}, id));
      await host.deltasReach(2);
      expect(textOf(await host.tool('echo', { message: 'meanwhile' }))).toBe('ECHO: meanwhile');
      expect(await host.hook('unheard', {})).toEqual(nothing);
      await host.send('cancel_tool_call', { tool_call_id: 'w2' });
      expect(await waiting[1]).toMatchObject({
        tool_call_id: 'w2',
        is_error: true,
        content: [{ text: 'the call was cancelled' }],
      });
      await host.send('cancel_tool_call', { tool_call_id: 'w2' });
      await host.send('cancel_tool_call', { tool_call_id: 'never' });
      expect(textOf(await host.tool('echo', { message: 'still' }))).toBe('ECHO: still');
      // Not idle: a call is running.
      await host.send('idle', {});
      await host.send('cancel_tool_call', { tool_call_id: 'w1' });
      expect(await waiting[0]).toMatchObject({ tool_call_id: 'w1' });
      await host.send('idle', {});
      expect(await within('the end', host.program.ended)).toBe(0);
    });

    it('ends when its input ends, with calls under way too', async () => {
      const host = start();
      void host.tool('wait', {});
      await host.deltasReach(1);
      expect(await host.program.close()).toBe(0);
    });

    it('answers hooks, those that fail and those that nobody asked for', async () => {
      const host = start();
      const data = { prompt: 'Hi', system_prompt: 'Be kind.', session_id: 's1', message_count: 1 };
      expect(await host.hook('before_agent_start', data)).toEqual({ ...nothing, system_prompt: 'Be kind. Hi' });
      expect(await host.hook('before_agent_start', { prompt: 4711 })).toEqual(nothing);
      expect(await host.hook('broken', {})).toEqual(nothing);
      expect(await host.hook('unheard', null)).toEqual(nothing);
      await host.send('init', { cwd: '/tmp', session_id: 's1' });
      const started = await host.send('session_start', { cwd: '/tmp', session_id: 's1', project_name: 'p' });
      expect(started).toEqual(wire === 'cbor' ? {} : { ...nothing, message: { content: 's1 in /tmp' } });
      expect(await host.program.close()).toBe(0);
      expect(host.program.stderr).toContain('the hook failed');
      expect(host.program.stderr).not.toContain('4711');
    });

    it('asks the host, and hears what it refuses', async () => {
      const host = start();
      host.respond = (request) =>
        request.type === 'chat' ? { type: 'error', message: 'no such session' } : { type: 'messages', messages: [1] };
      const asked = await host.tool('ask', { kind: 'get_messages', fields: { session_id: 's1' } });
      expect(JSON.parse(textOf(asked))).toEqual({ type: 'messages', messages: [1] });
      const refused = await host.tool('ask', { kind: 'chat' });
      expect(refused).toMatchObject({ is_error: true, content: [{ text: 'chat: no such session' }] });
      expect(await host.hook('asking', {})).toEqual({ ...nothing, tool_result_append: 'messages' });
      expect(host.requests).toEqual([
        { type: 'get_messages', session_id: 's1' },
        { type: 'chat' },
        { type: 'get_messages' },
      ]);
      const many = Array.from({ length: 100 }, (_, at) => host.tool('ask', { kind: 'get_messages' }, `m${at}`));
      for (const result of await Promise.all(many)) expect(result.is_error).toBe(false);
    });

    it('keeps what is printed out of the messages', async () => {
      const host = start();
      expect(textOf(await host.tool('noisy', {}))).toBe('quiet');
      expect(await host.program.close()).toBe(0);
      expect(host.program.stderr).toContain('printed by the plugin');
      if (language !== 'c') expect(host.program.stderr).toContain('printed by a child');
    });

    it('answers at length, and says what the frames would lose', async () => {
      const host = start();
      // The rest of an answer takes 71 bytes beside its text.
      const fits = 65_535 - 71;
      expect(textOf(await host.tool('big', { size: fits })).length).toBe(fits);
      const text = textOf(await host.tool('big', { size: fits + 1 }));
      const lost = "the answer has 65536 bytes, and tau's frames carry 65535 at most";
      expect(text.slice(0, 100)).toBe(wire === 'cbor' ? lost : 'x'.repeat(100));
      // Requests have no such limit.
      const long = textOf(await host.tool('echo', { message: 'x'.repeat(1_000_000) }));
      expect(long.slice(0, 10)).toBe(wire === 'cbor' ? lost.slice(0, 10) : 'ECHO: xxxx');
    });
  });

  it.skipIf(missing !== undefined)('answers hooks in their order where answers carry no number', async () => {
    const host = TauHost.start('json-lines', [program]);
    open.push(host);
    const asking = host.hook('asking', {});
    const other = host.hook('before_agent_start', {
      prompt: 'p',
      system_prompt: 's',
      session_id: 's1',
      message_count: 0,
    });
    expect(await asking).toEqual({ ...nothing, tool_result_append: 'ok' });
    expect(await other).toEqual({ ...nothing, system_prompt: 's p' });
  });

  it.skipIf(missing !== undefined)('goes on after lines that it cannot read', async () => {
    const host = TauHost.start('json-lines', [program]);
    open.push(host);
    host.program.write(
      'nonsense 4711\n\n{"type":"steer"}\n{"type":"tool_call"}\n[1]\n{"type":"hook","name":7,"data":1}\n',
    );
    expect(textOf(await host.tool('echo', { message: 'on' }))).toBe('ECHO: on');
    expect(await host.program.close()).toBe(0);
    expect(host.program.stderr).toContain('cpex: ');
    expect(host.program.stderr).not.toContain('4711');
  });

  it.skipIf(missing !== undefined)('takes a last line without an end, and refuses another wire', async () => {
    const host = TauHost.start('json-lines', [program]);
    open.push(host);
    await host.registration();
    host.program.write('{"type":"idle"}');
    expect(await host.program.close()).toBe(0);
    const other = TauHost.start('json-lines', [program], { CPEX_TAU_WIRE: 'morse' });
    expect(await within('the end', other.program.ended)).toBe(1);
    expect(other.program.stderr).toContain('CPEX_TAU_WIRE is neither json-lines nor cbor');
  });
});
