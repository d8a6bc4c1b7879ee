import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, call, callbacks, hex, invoke, Player, REGISTER, register, success } from './player.js';

const player = new Player();
const play: Player['play'] = (...script) => player.play(...script);
const last: Player['last'] = (...script) => player.last(...script);

beforeAll(() => player.build(), 120_000);
afterAll(() => player.bench.remove());

describe('init and the end', () => {
  it('fills the table, gives version 1, and calls nobody on its own', async () => {
    expect((await play('init', 'shutdown')).lines).toEqual(['init 0 1', 'shutdown 0', 'end']);
  });

  it('fills the table for a host of another version too, but refuses it', async () => {
    expect((await play('init 999', 'shutdown')).lines).toEqual(['init 1 1', 'shutdown 0', 'end']);
  });

  it('refuses null arguments', async () => {
    expect((await play('init', 'init-null', 'shutdown')).lines[1]).toBe('init-null 1 1');
  });

  it('can be initialised twice, shut down twice, and started again', async () => {
    const { replies, lines } = await play(
      ...['init', register, 'init', invoke('x'), 'shutdown', 'shutdown', invoke('x'), register],
      ...['init', invoke('x'), register, invoke('x'), 'shutdown'],
    );
    expect(replies.map((reply) => reply.error?.code)).toEqual([
      ...[undefined, undefined, 'not_registered', 'not_registered'],
      ...['not_registered', undefined, undefined],
    ]);
    expect(lines.filter((line) => line.startsWith('shutdown'))).toEqual(['shutdown 0', 'shutdown 0', 'shutdown 0']);
  });

  it('lets the author say goodbye, once, and only after a registration', async () => {
    const { lines } = await play('init', register, 'shutdown', 'shutdown');
    expect(callbacks(lines)).toEqual([['host.log', { level: 'warn', message: 'bye' }]]);
  });

  it('frees nothing for a null reply', async () => {
    expect((await play('init', 'free-null', 'shutdown')).lines).toHaveLength(3);
  });
});

describe('registration', () => {
  it('says who the plugin is and what it can do', async () => {
    expect((await last()).result).toEqual({
      schema_version: 1,
      metadata: {
        id: 'sample-plugin',
        name: 'sample-plugin',
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        author: expect.stringMatching(/./),
        description: expect.any(String),
        license: 'Apache-2.0',
      },
      capabilities: {
        hooks: ['tool_pre_invoke', 'identity.resolve', 'cmf.llm_input'],
        command: [
          {
            verb: 'echo',
            about: 'Says it.',
            args: [
              { kind: 'positional', name: 'who', required: true, value_type: 'string' },
              {
                ...{ kind: 'option', long: 'times', short: 't', help: 'How often.', required: false },
                ...{ value_type: 'int', default: 1 },
              },
              { kind: 'flag', long: 'loud' },
            ],
          },
          { verb: 'flood', about: 'Writes much.', args: [] },
          { verb: 'group', about: '', args: [], subcommands: [{ verb: 'probe', about: 'Probes.', args: [] }] },
        ],
        step: [
          { runner: 'copy', default: true, step_schema: { type: 'object' } },
          { runner: 'other', default: false },
        ],
        lifecycle: [
          { events: ['step_start'], phase: 'before', timeout_ms: 5000 },
          { events: ['step_log'], phase: 'after', timeout_ms: 250 },
        ],
      },
    });
  });

  it('gives the same bytes twice', async () => {
    const { replies } = await play('init', register, register, 'shutdown');
    expect(replies[1]?.text).toBe(replies[0]?.text);
  });

  it('serves a host of a higher schema version', async () => {
    const { replies } = await play(
      'init',
      call('plugin.register', { ...REGISTER, schema_version: 77, more: [] }),
      'shutdown',
    );
    expect(replies[0]?.result?.schema_version).toBe(1);
  });

  it('refuses a configuration that the author refuses, and stays unregistered', async () => {
    const refused = call('plugin.register', { ...REGISTER, config: { refuse: true } });
    const { replies } = await play('init', refused, invoke('x'), 'shutdown');
    expect(replies.map((reply) => [reply.status, reply.error?.code])).toEqual([
      [0, 'bad_config'],
      [0, 'not_registered'],
    ]);
  });

  it('holds replies to the size that the host announced', async () => {
    const limits = { max_request_bytes: 1000, max_response_bytes: 40 };
    const { replies } = await play(
      'init',
      register,
      call('plugin.register', { ...REGISTER, limits }),
      invoke('x'),
      'shutdown',
    );
    expect(replies.at(-1)).toMatchObject({ status: 1, error: { code: 'internal' } });
  });
});

describe('configuration', () => {
  const config = async (...script: string[]) => (await last(...script, invoke('config'))).result?.metadata;

  it('is what registration brought, until another replaces it', async () => {
    expect(await config()).toEqual(REGISTER.config);
    expect(await config(call('plugin.reconfigure', { config: { b: 2 } }))).toEqual({ b: 2 });
  });

  it('stays when a new one is refused or malformed', async () => {
    expect(await config(call('plugin.reconfigure', { config: { refuse: true } }))).toEqual(REGISTER.config);
    expect(await config(call('plugin.reconfigure', { config: [] }))).toEqual(REGISTER.config);
    expect(await config(call('plugin.reconfigure', '{"config":'))).toEqual(REGISTER.config);
  });
});

describe('methods', () => {
  it.each(['plugin.unknown', 'hook.invok', 'hook.invokee', 'Hook.Invoke', 'hook', 'x'.repeat(60_000)])(
    'does not know %.20s',
    async (method) => {
      expect(await last(call(method))).toMatchObject({ status: 0, ok: false, error: { code: 'unknown_method' } });
    },
  );

  it('answers capability methods only after registration', async () => {
    const { replies } = await play('init', invoke('x'), call('command.run'), call('plugin.reconfigure'), 'shutdown');
    expect(replies.map((reply) => reply.error?.code)).toEqual(['not_registered', 'not_registered', 'not_registered']);
  });

  it.each([
    ['nothing', '', 'the text is cut off, at byte 0'],
    ['half an object', '{"hook":', 'at byte 8'],
    ['a BOM', '\ufeff{}', 'at byte 0'],
    ['two values', '{} {}', 'something after the value, at byte 3'],
    ['a key twice', '{"hook":1,"hook":2}', 'twice'],
    ['bad UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'UTF-8'],
    ['a string', '"x"', 'request must be an object, not a string'],
    ['no fields', '{}', 'request.hook is missing (a string was expected)'],
    ['a wrong type', { hook: 7 }, 'request.hook must be a string, not a number'],
    [
      'null for a field',
      { hook: 'tool_pre_invoke', payload: {}, extensions: null },
      'request.extensions must be an object, not null',
    ],
    [
      'a wrong payload',
      {
        hook: 'tool_pre_invoke',
        payload: { name: 'x', args: {}, headers: { a: 'b', c: 1 } },
        extensions: {},
        context: { request_id: '', local_state: {}, global_state: {} },
      },
      'request.payload.headers.c must be a string, not a number',
    ],
    [
      'a wrong role',
      {
        hook: 'cmf.llm_input',
        payload: { message: { schema_version: '2.0', role: 'robot', content: [] } },
        extensions: {},
        context: { request_id: '', local_state: {}, global_state: {} },
      },
      'request.payload.message.role must be one of "system", "developer", "user", "assistant", "tool"',
    ],
    [
      'a wrong element',
      {
        hook: 'cmf.llm_input',
        payload: { message: { schema_version: '2.0', role: 'user', content: [{ content_type: 'later' }, 1] } },
        extensions: {},
        context: { request_id: '', local_state: {}, global_state: {} },
      },
      'request.payload.message.content[1] must be an object, not a number',
    ],
  ])('refuses %s and says where', async (_, body, message) => {
    const reply = await last(`call hook.invoke ${hex(body)}`.trimEnd(), invoke('x'));
    expect(reply.ok).toBe(true);
    const refused = await last(`call hook.invoke ${hex(body)}`.trimEnd());
    expect(refused).toMatchObject({ status: 0, ok: false, error: { code: 'invalid_request' } });
    expect(refused.error?.message).toContain(message);
  });
});

describe('hooks', () => {
  it('allow, and log through the host', async () => {
    const { replies, lines } = await play('init', register, invoke('search'), 'shutdown');
    expect(replies[1]?.result).toEqual({ continue_processing: true });
    expect(callbacks(lines)[0]).toEqual(['host.log', { level: 'info', message: 'allowed search' }]);
  });

  it('deny with a violation, its 64-bit code exact', async () => {
    const reply = await last(invoke('forbidden'));
    expect(reply.text).toBe(
      '{"ok":true,"result":{"continue_processing":false,"violation":{"code":"forbidden_tool","reason":"this tool is not for you","proto_error_code":-9223372036854775808}}}',
    );
  });

  it('modify, and keep the order, the unknown fields and the digits of what they do not touch', async () => {
    const payload =
      '{"zeta":[1.10,{"deep":18446744073709551615}],"args":{"n":9007199254740993,"e":1E400},"name":"rename","later":null}';
    const body = `{"hook":"tool_pre_invoke","payload":${payload},"extensions":{},"context":{"request_id":"","local_state":{},"global_state":{}}}`;
    expect((await last(call('hook.invoke', body))).text).toBe(
      `{"ok":true,"result":{"continue_processing":true,"modified_payload":${payload.replace('"rename"', '"renamed"').slice(0, -1)},"headers":{"x-é":"1"}}}}`,
    );
  });

  it('take an optional field away', async () => {
    const reply = await last(invoke('drop-headers', { headers: { a: 'b' } }));
    expect(reply.result?.modified_payload).toEqual({ name: 'drop-headers', args: {} });
  });

  it('see context and extensions', async () => {
    expect((await last(invoke('context'))).result).toEqual({
      continue_processing: true,
      modified_extensions: { slot: [1] },
      context: { local_state: { shared: true } },
    });
  });

  it('are found by their other spelling, and payloads without fields keep what is in them', async () => {
    const context = { request_id: '', local_state: {}, global_state: {} };
    for (const hook of ['identity.resolve', 'identity_resolve']) {
      const reply = await last(call('hook.invoke', { hook, payload: { any: [1] }, extensions: {}, context }));
      expect(reply.result?.modified_payload).toEqual({ any: [1], seen: true });
    }
  });

  it('carry enums both ways', async () => {
    const payload = {
      message: { schema_version: '2.0', role: 'user', content: [{ content_type: 'text', text: 'x' }] },
    };
    const context = { request_id: '', local_state: {}, global_state: {} };
    const reply = await last(call('hook.invoke', { hook: 'cmf.llm_input', payload, extensions: {}, context }));
    expect(reply.result?.modified_payload).toEqual({
      message: { ...payload.message, role: 'system', channel: 'final' },
    });
  });

  it('that are not registered are unknown', async () => {
    const body = {
      hook: 'elicit',
      payload: {},
      extensions: {},
      context: { request_id: '', local_state: {}, global_state: {} },
    };
    expect(await last(call('hook.invoke', body))).toMatchObject({ status: 0, error: { code: 'unknown_hook' } });
  });

  it.each([
    ['fail', { status: 0, error: { code: 'plugin_error', message: 'as you wish: 7', details: { args: { q: 1 } } } }],
    ['no-payload', { status: 1, error: { code: 'internal' } }],
    ['bad-utf8', { status: 1, error: { code: 'internal', message: 'a text is not UTF-8' } }],
    ['no-reason', { status: 1, error: { code: 'internal', message: 'the required field reason has no value' } }],
  ])('never turn a mistake into an answer: %s', async (name, expected) => {
    expect(await last(invoke(name, { args: { q: 1 } }))).toMatchObject({ ok: false, ...expected });
  });
});

describe('commands', () => {
  const run = (path_: string[], args: unknown = {}) => call('command.run', { verb_path: path_, args, env: {} });
  const output = (lines: readonly string[], stream: string) =>
    callbacks(lines)
      .filter(([method, request]) => method === 'host.output.write' && request.stream === stream)
      .map(([, request]) => Buffer.from(request.data, 'base64').toString('utf8'))
      .join('');

  it('read their arguments, write, and end with a code and a line', async () => {
    const { replies, lines } = await play(
      'init',
      register,
      run(['echo'], { who: 'Zoë', times: 2, loud: true }),
      'shutdown',
    );
    expect(replies[1]?.result).toEqual({ exit_code: 3, message: 'said it 2 times' });
    expect(output(lines, 'stdout')).toBe('Zoë!\nZoë!\n');
    expect(output(lines, 'stderr')).toBe('done');
  });

  it.each([[[]], [['nope']], [['group']], [['echo', 'x']], [['group', 'nope']], [['probe']]])(
    '%j is unknown',
    async (path_) => {
      expect(await last(run(path_))).toMatchObject({ status: 0, error: { code: 'unknown_command' } });
    },
  );

  it('use every service of the host', async () => {
    const { replies, lines } = await play(
      'init',
      register,
      answer('host.kv.get', success({ found: true, value: 'dmFsdWU=' })),
      answer('host.kv.list', success({ keys: ['a', 'b'] })),
      answer('host.kv.delete', success({ deleted: true })),
      answer('host.config.read', success({ found: false })),
      answer('host.cancelled', success({ cancelled: true })),
      answer('host.http.do', success({ status: 418, headers: { a: ['b', 'c'] }, body: 'AAEC' })),
      run(['group', 'probe']),
      'shutdown',
    );
    expect(replies[1]?.result).toEqual({ exit_code: 0 });
    expect(output(lines, 'stdout')).toBe('value 2 1\n0 1\n418 1 3\n');
    expect(callbacks(lines).filter(([method]) => !/output|log/.test(method))).toEqual([
      ['host.kv.set', { scope: 'plugin', key: 'k', value: 'dmFsdWU=' }],
      ['host.kv.get', { scope: 'step', key: 'k' }],
      ['host.kv.list', { scope: 'build' }],
      ['host.kv.delete', { scope: 'build', key: 'k' }],
      ['host.config.read', { path: 'settings.json' }],
      ['host.cancelled', {}],
      ['host.event.emit', { name: 'progress', data: {} }],
      [
        'host.http.do',
        { method: 'GET', url: 'https://example.invalid/', headers: { accept: ['a', 'b'] }, timeout_ms: 4294967295 },
      ],
    ]);
  });

  it.each([
    ['an error', answer('host.kv.set', { ok: false, error: { code: 'full', message: 'no room' } }), 'no room'],
    ['an error with a status', answer('host.kv.set', { ok: false, error: { code: 'x', message: 'y' } }, 5), 'y'],
    ['a status without a body', 'answer host.kv.set 9 null', 'status 9'],
    ['a status with a success', answer('host.kv.set', success({}), 2), 'status 2'],
    ['success without a body', 'answer host.kv.set 0 null', 'the body is empty'],
    ['an empty body', 'answer host.kv.set 0 empty', 'the body is empty'],
    ['garbage', answer('host.kv.set', '{"ok":true,"result":{}'), 'not strict JSON'],
    ['no envelope', answer('host.kv.set', '[]'), 'no envelope'],
    ['no result', answer('host.kv.set', { ok: true }), 'no result'],
    ['an error without anything', answer('host.kv.set', { ok: false }), 'no reason'],
  ])('survive %s from the host', async (_, script, message) => {
    const reply = await last(script, run(['group', 'probe']));
    expect(reply).toMatchObject({ status: 0, ok: false, error: { code: 'kv' } });
    expect(reply.error?.message).toContain(message);
  });

  it('survive a reply of the wrong shape', async () => {
    const shapes = [{ found: true, value: '???' }, { found: 'yes' }, {}, 7, null, { found: true, value: 'dg' }];
    for (const shape of shapes) {
      const reply = await last(answer('host.kv.get', success(shape)), run(['group', 'probe']));
      expect(reply.result).toEqual({ exit_code: 2 });
    }
  });
});
