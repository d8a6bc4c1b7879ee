import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCEPTED, REFUSED, withConfig } from './bodies.js';
import { hookRequest, registration, Script } from './driver.js';
import { GoProject, missingToolchain } from './toolchain.js';

const missing = missingToolchain();
const search = hookRequest('tool_pre_invoke', { name: 'search', args: {} });

describe.skipIf(missing !== undefined)(`a Go plugin in a C host${missing === undefined ? '' : ` (${missing})`}`, () => {
  let project: GoProject;
  let host: string;
  let library: string;
  beforeAll(() => {
    project = new GoProject();
    project.add('fixture/plugin.go', 'plugin.go');
    host = project.buildHost();
    library = project.build();
  });
  afterAll(() => project.remove());

  const run = (script: Script) => script.run(host, library);
  const hook = (name: string, more: Record<string, unknown> = {}) => run(new Script().start().hook(name, more)).last;

  it('registers, again with the same answer, and answers only afterwards', () => {
    const { replies } = run(
      new Script()
        .init()
        .call('hook.invoke', search)
        .call('plugin.register', registration())
        .call('plugin.register', registration())
        .call('hook.invoke', search),
    );
    expect(replies.map((reply) => reply.code)).toEqual([0, 0, 0, 0]);
    expect(replies[0]?.body).toContain('"not_registered"');
    expect(JSON.parse(replies[1]?.body ?? '')).toEqual({
      ok: true,
      result: {
        schema_version: 1,
        metadata: expect.objectContaining({ id: 'sample-plugin', version: '0.1.0' }),
        capabilities: {
          hooks: ['identity.resolve', 'tool_pre_invoke'],
          command: [expect.objectContaining({ verb: 'count' })],
        },
      },
    });
    expect(replies[2]).toEqual(replies[1]);
    expect(replies[3]?.body).toBe('{"ok":true,"result":{"continue_processing":true}}');
  });

  it.each(['plugin.registe', 'plugin.register2', 'Plugin.Register', 'host.log', '-', 'x'.repeat(1 << 16)])(
    'knows no method %.30s',
    (method) => {
      const { last } = run(new Script().start().call(method, {}));
      expect(last).toMatchObject({ code: 0, ok: false, error: { code: 'unknown_method' } });
    },
  );

  it('refuses another ABI version, and a shutdown after that does no harm', () => {
    const output = run(new Script().init(999).word('shutdown').word('shutdown'));
    expect(output.line('init')).toBe('1 1');
    expect(output.lines.filter((line) => line === 'down')).toHaveLength(2);
  });

  it.each(Object.entries(REFUSED))('refuses %s', (_, body) => {
    const output = run(new Script().init().call('plugin.register', body).call('plugin.register', registration()));
    expect(output.replies[0]?.code).toBe(0);
    expect(JSON.parse(output.replies[0]?.body ?? '')).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
    expect(output.last.ok).toBe(true);
  });

  it.each(Object.entries(ACCEPTED))('accepts %s', (_, body) => {
    expect(run(new Script().init().call('plugin.register', body)).last).toMatchObject({ code: 0, ok: true });
  });

  it.each([
    ['panic', 'boom'],
    ['nil', 'nil pointer'],
  ])('turns a panic (%s) into an envelope and goes on', (name, text) => {
    const { replies } = run(new Script().start().hook(name).hook('search').hook(name));
    const panicked = JSON.parse(replies[1]?.body ?? '');
    expect(replies.map((reply) => reply.code)).toEqual([0, 1, 0, 1]);
    expect(panicked.error).toMatchObject({ code: 'plugin_panic', message: expect.stringContaining(text) });
    expect(panicked.error.details.stack).toContain('onToolPreInvoke');
  });

  it.each([
    ['error', 'plugin_error', 'plain'],
    ['coded', 'too_late', 'it is 12'],
    ['none', 'plugin_error', 'no verdict'],
    ['other', 'plugin_error', 'another hook'],
    ['nan', 'plugin_error', 'not finite'],
  ])('answers %s with %s', (name, code, message) => {
    expect(hook(name)).toMatchObject({
      code: 0,
      ok: false,
      error: { code, message: expect.stringContaining(message) },
    });
  });

  it('allows, denies and modifies', () => {
    expect(hook('search').result).toEqual({ continue_processing: true });
    expect(hook('deny').result).toEqual({
      continue_processing: false,
      violation: { code: 'no', reason: 'because', details: {} },
    });
    expect(hook('deny-badly').result).toMatchObject({
      continue_processing: false,
      violation: { code: 'denied', reason: '\ufffd' },
    });
    const more = { context: { request_id: 'r', local_state: { seen: 1 }, global_state: {} } };
    expect(hook('state', more).result).toEqual({ continue_processing: true, context: { local_state: { seen: 1 } } });
  });

  it('keeps numbers and unknown fields of a payload that it modifies', () => {
    const payload = '{"new":[1.50,{"b":1,"a":2}],"args":{"n":18446744073709551616,"f":1.0,"s":"</é>"},"name":"modify"}';
    const request = `{"hook":"tool_pre_invoke","payload":${payload},"extensions":{},"context":{"request_id":"r","local_state":{},"global_state":{}}}`;
    const { replies } = run(new Script().start().call('hook.invoke', request));
    expect(replies[1]?.body).toBe(
      '{"ok":true,"result":{"continue_processing":true,"modified_payload":{"name":"modified","args":{"f":1.0,"n":18446744073709551616,"s":"</é>"},"new":[1.50,{"b":1,"a":2}]}}}',
    );
  });

  it('names the place of a wrong payload, and never its value', () => {
    const request = hookRequest('tool_pre_invoke', { name: 'x', args: {}, headers: { a: 'b', c: 4711 } });
    const { last } = run(new Script().start().call('hook.invoke', request));
    expect(last.error).toEqual({ code: 'invalid_request', message: 'payload.headers.c is not a string' });
  });

  it('knows its hooks, by their other spelling too, and no others', () => {
    const at = (name: string) => run(new Script().start().call('hook.invoke', hookRequest(name, {}))).last;
    expect(at('identity_resolve').result).toMatchObject({ metadata: { hook: 'identity.resolve' } });
    expect(at('identity.resolve').ok).toBe(true);
    expect(at('elicit').error?.code).toBe('unknown_hook');
    expect(at('tool_pre_invok').error?.code).toBe('unknown_hook');
  });

  it('runs commands with checked arguments', () => {
    const command = (verb_path: string[], args: unknown) =>
      run(new Script().start().call('command.run', { verb_path, args, env: {} })).last;
    expect(command(['count'], { to: 3, loud: true }).result).toEqual({ exit_code: 0 });
    expect(command(['count', 'down'], {}).result).toEqual({ exit_code: 7, message: 'cannot count down' });
    expect(command(['count'], {}).error).toEqual({ code: 'invalid_request', message: 'args lacks "to"' });
    expect(command(['count'], { to: '3' }).error).toEqual({
      code: 'invalid_request',
      message: 'args.to is not of type int',
    });
    expect(command(['count', 'up'], {}).error?.code).toBe('unknown_command');
    expect(command([], {}).error?.code).toBe('unknown_command');
  });

  it('reports an argument that is read as another type as a panic', () => {
    const request = '{"verb_path":["count"],"args":{"to":9223372036854775807},"env":{}}';
    expect(run(new Script().start().call('command.run', request)).last).toMatchObject({
      code: 1,
      error: { code: 'plugin_panic', message: expect.stringContaining('"to"') },
    });
  });

  it('refuses, fails or panics in registration and recovers with the next one', () => {
    const output = run(
      new Script()
        .init()
        .call('plugin.register', registration({ refuse: true }))
        .call('hook.invoke', search)
        .call('plugin.register', registration({ panic: true }))
        .call('plugin.register', registration({ refuse: 4711 }))
        .call('plugin.register', registration()),
    );
    expect(output.replies.map((reply) => JSON.parse(reply.body ?? '').error?.code)).toEqual([
      'refused',
      'not_registered',
      'plugin_panic',
      'invalid_config',
      undefined,
    ]);
    expect(output.replies.map((reply) => reply.body).join()).not.toContain('4711');
  });

  it('takes a new configuration whole, and keeps numbers in it', () => {
    const config = (text: string) => `{"config":${text}}`;
    const { replies } = run(
      new Script()
        .init()
        .call('plugin.reconfigure', config('{}'))
        .call('plugin.register', withConfig('{"n":18446744073709551617}'))
        .hook('config')
        .call('plugin.reconfigure', config('[]'))
        .call('plugin.reconfigure', config('{"m":1.50}'))
        .hook('config')
        .call('plugin.quiesce', {})
        .hook('config'),
    );
    const bodies = replies.map((reply) => reply.body);
    expect(bodies[0]).toContain('"not_registered"');
    expect(bodies[2]).toContain('"metadata":{"n":18446744073709551617}');
    expect(bodies[3]).toContain('"invalid_request"');
    expect(bodies[5]).toContain('"metadata":{"m":1.50}');
    expect(bodies[6]).toBe('{"ok":true,"result":{}}');
    expect(bodies[7]).toBe(bodies[5]);
  });

  it('sends no more than the host reads', () => {
    const { last } = run(new Script().init().call('plugin.register', registration({}, 1000)).hook('big'));
    expect(last).toMatchObject({ code: 0, ok: false, error: { code: 'plugin_error' } });
  });

  it('answers 8 threads at once as it answers one, and frees all it allocates', () => {
    const output = run(
      new Script()
        .start()
        .threads(8, 300, 'hook.invoke', search)
        .balance(2000, 'hook.invoke', search)
        .balance(2000, 'command.run', { verb_path: ['count'], args: { to: 1 }, env: {} })
        .balance(2000, 'nope', undefined)
        .word('ledger')
        .word('freenull'),
    );
    expect(output.line('threads')).toBe('2400 0');
    const balances = output.lines.filter((line) => line.startsWith('balance ')).map((line) => Number(line.slice(8)));
    // Go's runtime may start a thread meanwhile; a leak would show 2000 times.
    for (const balance of balances) expect(Math.abs(balance)).toBeLessThan(20);
    expect(output.line('ledger')).toBe('0');
  });

  it('answers panics on 8 threads at once', () => {
    const request = hookRequest('tool_pre_invoke', { name: 'error', args: {} });
    expect(run(new Script().start().threads(8, 100, 'hook.invoke', request)).line('threads')).toBe('800 0');
  });

  it.each([
    ['no answer', 1, undefined],
    ['success without an answer', 0, undefined],
    ['a code with a good answer', 3, '{"ok":true,"result":{"found":true}}'],
    ['an error', 0, '{"ok":false,"error":{"code":"denied","message":"no"}}'],
    ['an error with a code', 1, '{"ok":false,"error":{"code":"denied","message":"no"}}'],
    ['no JSON', 0, 'garbage'],
    ['another shape', 0, '{"ok":true,"result":{"found":"yes"}}'],
    ['no result', 0, '{"ok":true}'],
    ['an empty object', 0, '{}'],
  ])('copes with a host that gives %s', (_, code, body) => {
    const output = run(new Script().start().answer(code, body).hook('kv').word('ledger').hook('search'));
    expect(JSON.parse(output.replies[1]?.body ?? '')).toMatchObject({ ok: false });
    expect(output.last.ok).toBe(true);
    expect(output.line('ledger')).toBe('0');
  });

  it('passes on what the host refuses with its code', () => {
    const refusal = '{"ok":false,"error":{"code":"denied","message":"no"}}';
    expect(run(new Script().start().answer(0, refusal).hook('http')).last.error?.code).toBe('denied');
  });

  it('reads answers of the host, large ones too', () => {
    const value = Buffer.alloc(4 << 20, 'x').toString('base64');
    const output = run(
      new Script()
        .start()
        .answer(0, `{"ok":true,"result":{"found":true,"value":"${value}"}}`)
        .hook('kv')
        .word('ledger'),
    );
    expect(output.last.result).toMatchObject({ metadata: { found: true, value } });
    expect(output.line('ledger')).toBe('0');
  });

  it('may be called again from within a callback', () => {
    const output = run(
      new Script()
        .start()
        .answer(0, '{"ok":true,"result":{"found":false}}')
        .reenter('hook.invoke', hookRequest('tool_pre_invoke', { name: 'kv', args: {} }))
        .hook('kv')
        .word('calls'),
    );
    expect(output.last.ok).toBe(true);
    expect(output.line('calls')).toBe('host.kv.get host.kv.get');
  });

  it('survives a panic in a goroutine of the SDK and logs it', () => {
    const output = run(new Script().start().hook('goroutine').word('shutdown').word('calls'));
    expect(output.last.ok).toBe(true);
    expect(output.line('calls')).toBe('host.log');
  });

  it('does not touch the host after shutdown, even with a goroutine that goes on', () => {
    const output = run(new Script().start().hook('background').word('shutdown').hook('search').init().hook('search'));
    expect(output.lines).toContain('down');
    expect(output.replies.slice(2).map((reply) => reply.body)).toEqual([
      expect.stringContaining('not_registered'),
      expect.stringContaining('not_registered'),
    ]);
  });

  it('keeps its state when the host initialises twice', () => {
    const output = run(new Script().start().init().hook('search').word('shutdown').word('shutdown'));
    expect(output.last).toEqual({ code: 0, ok: true, result: { continue_processing: true } });
  });
});
