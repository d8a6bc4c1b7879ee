import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { Bench, executor, type Line, serving, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

const router = (result: unknown, more: { priority?: number; lines?: readonly Line[]; capabilities?: object } = {}) => ({
  capabilities: { model_router: true, ...more.capabilities },
  priority: more.priority ?? 0,
  lines: [['model.route', 'result', result], ...(more.lines ?? [])] as Line[],
});
const answers = (text: string): Line => ['executor.execute', 'result', { Payload: `@B64:${text}@` }];

describe.skipIf(missing !== undefined)(`routing and scheduling${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('asks routers in order and passes over targets that cannot serve', async () => {
    const target = (kind: string, name = '') => ({ Handled: true, TargetKind: kind, Target: name, Reason: 'because' });
    const host = await bench.start({
      r1: router({ Handled: false }, { priority: 99 }),
      r2: router(target('executor', 'nobody'), { priority: 98 }),
      r3: router(target('executor', 'r1'), { priority: 97 }),
      r4: router(target('executor', 'oauth'), { priority: 96 }),
      r5: router(target('executor', 'foreign'), { priority: 95 }),
      r6: router(target('provider', 'Elsewhere'), { priority: 94 }),
      r7: router(target('nonsense', 'x'), { priority: 93 }),
      r8: router(target('executor', ' '), { priority: 92 }),
      r9: router(target('self'), { priority: 91 }),
      ra: { ...router({}, { priority: 90 }), lines: [['model.route', 'error', { message: 'no map' }]] },
      rb: router(target('executor', ' good '), { priority: 89 }),
      rc: { ...router({}), lines: [['model.route', 'crash']] },
      oauth: { capabilities: executor('openai', { executor_model_scope: 'oauth' }), lines: serving('o', ['x']) },
      foreign: { capabilities: executor('own'), lines: serving('f', ['y']) },
      good: { capabilities: executor(), lines: serving('g', ['z'], answers('good')) },
    });
    const { body, steps } = await host.ask({ model: 'any' });
    expect(body).toBe('good');
    const invalid = 'warning pluginhost: model router returned';
    expect(host.said('model.route', steps)).toEqual([
      'r1: declined',
      `r2: ${invalid} unavailable executor plugin nobody (there is no such plugin)`,
      `r3: ${invalid} unavailable executor plugin r1 (it declares no executor)`,
      `r4: ${invalid} unavailable executor plugin oauth (its executor_model_scope is "oauth")`,
      `r5: ${invalid} unavailable executor plugin foreign (plugin executor f does not support input format "openai")`,
      `r6: ${invalid} unavailable provider elsewhere`,
      `r7: ${invalid} invalid target (target_kind "nonsense", target "x")`,
      `r8: ${invalid} invalid target (target_kind "executor", target "")`,
      `r9: ${invalid} unavailable executor plugin r9 (it declares no executor)`,
      'ra: warning pluginhost: model router failed: no map',
      'rb: done executor of good: because',
    ]);
  });

  it('routes to itself, without a credential and without changing the model', async () => {
    const lines = serving('self', ['listed'], ['executor.execute', 'result', { Payload: '@REQUEST@' }]);
    const host = await bench.start({
      me: router({ Handled: true, TargetKind: 'self', TargetModel: 'other' }, { lines, capabilities: executor() }),
      pick: { capabilities: { scheduler: true }, lines: [['scheduler.pick', 'crash']] },
    });
    const { body } = await host.ask({ model: 'unlisted' });
    expect(JSON.parse(body)).toMatchObject({ Model: 'unlisted', AuthID: '', AuthProvider: '' });
  });

  it('routes to a provider with another model, and tells routers who there is', async () => {
    const host = await bench.start(
      {
        r: {
          capabilities: { model_router: true },
          lines: [
            ['model.route', 'ask', 'host.log {"level":"info","message":"@REQUEST@"}'],
            ['model.route', 'result', { Handled: true, TargetKind: 'provider', Target: 'ACME', TargetModel: ' real ' }],
          ],
        },
        acme: {
          capabilities: executor(),
          lines: serving('acme', ['real'], ['executor.execute', 'result', { Payload: '@REQUEST@' }]),
        },
      },
      { upstreams: [upstream({ models: ['none'] })] },
    );
    const { body } = await host.ask({ model: 'alias' });
    expect(JSON.parse(body)).toMatchObject({
      Model: 'real',
      AuthProvider: 'acme',
      Metadata: { requested_model: 'alias' },
    });
    expect(JSON.parse(Buffer.from(host.logged()[0] ?? '', 'base64').toString())).toMatchObject({
      Plugin: { Name: 'r' },
      PluginID: 'r',
      SourceFormat: 'openai',
      RequestedModel: 'alias',
      AvailableProviders: ['acme', 'openai'],
    });
  });

  describe('the scheduler', () => {
    const files = { 'a.json': { type: 'acme', n: 1 }, 'b.json': { type: 'acme', n: 2 }, 'note.txt': 'no' };
    const acme = {
      capabilities: executor('openai', {
        auth_provider: true,
        executor_model_scope: 'oauth',
        model_registrar: false,
        model_provider: true,
      }),
      lines: [
        ['executor.identifier', 'result', { identifier: 'acme' }],
        ['auth.identifier', 'result', { identifier: 'ACME ' }],
        ['auth.parse', 'once', { Handled: true, Auth: { ID: 'first', Attributes: { priority: '1' } } }],
        ['auth.parse', 'result', { Handled: true, Auth: { ID: 'second', Attributes: { priority: '5' } } }],
        ['model.for_auth', 'result', { Models: [{ ID: 'm' }] }],
        ['executor.execute', 'result', { Payload: '@REQUEST@' }],
      ] as Line[],
    };
    const picking = async (...lines: readonly Line[]) => {
      const plugins = {
        acme,
        pick: { capabilities: { scheduler: true }, priority: 1, lines },
        late: { capabilities: { scheduler: true }, lines: [['scheduler.pick', 'crash']] as Line[] },
      };
      const host = await bench.start(plugins, { authFolder: bench.auths(files) });
      const { answer, body, steps } = await host.ask();
      const used = body === '' ? undefined : (JSON.parse(body) as { AuthID: string }).AuthID;
      return { answer, used, said: host.said('scheduler.pick', steps) };
    };

    it.each([
      [{ Handled: true, AuthID: ' first ' }, 'first', 'pick: done first'],
      [{ Handled: false }, 'second', 'pick: declined the host picks second'],
      [{ Handled: true, DelegateBuiltin: 'round-robin' }, 'second', 'pick: done round-robin: the host picks second'],
      [{ Handled: true, DelegateBuiltin: 'fill-first' }, 'second', 'pick: done fill-first: the host picks second'],
      [
        { Handled: true, AuthID: 'third' },
        'second',
        'pick: warning pluginhost: scheduler returned invalid response: unknown auth id',
      ],
      [
        { Handled: true, DelegateBuiltin: 'dice' },
        'second',
        'pick: warning pluginhost: scheduler returned invalid response: unknown delegate',
      ],
      [
        { Handled: true },
        'second',
        'pick: warning pluginhost: scheduler returned invalid response: missing auth id or delegate',
      ],
    ])('answers %j', async (result, used, said) => {
      expect(await picking(['scheduler.pick', 'result', result])).toMatchObject({ used, said: [said] });
    });

    it('rejects a request with an error, and no other scheduler is asked', async () => {
      const denied = await picking([
        'scheduler.pick',
        'error',
        { code: 'scheduler_denied', message: 'quota', http_status: 429 },
      ]);
      expect(denied.answer).toMatchObject({ ok: false, status: 429, message: 'quota' });
      const plain = await picking(['scheduler.pick', 'error', { message: 'quota' }]);
      expect(plain.answer).toMatchObject({ ok: false, status: 500 });
    });

    it('sees the candidates that may serve the model', async () => {
      const { said } = await picking(['scheduler.pick', 'error', { message: '@REQUEST@' }]);
      const request = JSON.parse(Buffer.from(said[0]?.split(': ').at(-1) ?? '', 'base64').toString()) as object;
      expect(request).toMatchObject({
        Provider: 'acme',
        Providers: ['acme'],
        Model: 'm',
        Stream: false,
        Candidates: [
          { ID: 'second', Provider: 'acme', Priority: 5, Status: 'active', Attributes: { priority: '5' } },
          { ID: 'first', Priority: 1 },
        ],
      });
    });
  });
});
