import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { Bench, brief, type Line, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

const intercepting = (...lines: readonly Line[]) => ({ capabilities: { request_interceptor: true }, lines });
const nothing: Line = ['request.intercept_after', 'result', {}];

describe.skipIf(missing !== undefined)(
  `what happens around a request${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    it('tells usage and lifecycle plugins of a success', async () => {
      const watching = (capability: string, method: string) => ({
        capabilities: { [capability]: true },
        lines: [
          [method, 'ask', 'host.log {"level":"info","message":"@REQUEST@"}'],
          [method, 'result', {}],
        ] as Line[],
      });
      const host = await bench.start(
        {
          life: watching('request_lifecycle_plugin', 'request.complete'),
          use: watching('usage_plugin', 'usage.handle'),
        },
        { upstreams: [upstream({ body: Buffer.from('{"usage":{"prompt_tokens":3,"completion_tokens":4}}') })] },
      );
      const { steps } = await host.ask();
      expect(
        steps
          .filter(({ stage }) => /complete|usage/.test(stage))
          .map(brief)
          .sort(),
      ).toEqual(['life: done succeeded', 'use: done']);
      const told = host.logged().map((text) => JSON.parse(Buffer.from(text, 'base64').toString()) as object);
      expect(told).toContainEqual(
        expect.objectContaining({ Outcome: 'succeeded', StatusCode: 200, Error: '', TraceID: '00000001' }),
      );
      expect(told).toContainEqual(
        expect.objectContaining({
          Provider: 'openai',
          Model: 'm',
          Failed: false,
          Detail: expect.objectContaining({ InputTokens: 3, OutputTokens: 4, TotalTokens: 7 }),
        }),
      );
    });

    it('goes on without a plugin that crashes, as it would after an error, and says that the host would be dead', async () => {
      const host = await bench.start(
        {
          a: intercepting(['request.intercept_before', 'crash']),
          b: intercepting(['request.intercept_before', 'result', { Body: '@ADD: b@' }], nothing),
        },
        { upstreams: [upstream()] },
      );
      const { answer, steps } = await host.ask();
      expect(answer).toMatchObject({ ok: true, status: 200 });
      expect(host.said('process', steps)[0]).toMatch(
        /^a: failed The plugin crashed with SIGSEGV during request.intercept_before .*CLIProxyAPI would have died/,
      );
      const [failed, next] = host.said('request.intercept_before', steps);
      expect(failed).toMatch(/^a: warning pluginhost: request interceptor a failed: The plugin crashed/);
      expect(next).toBe('b: changed');
      const again = await host.ask();
      expect(again.answer).toMatchObject({ ok: true });
    });

    it('asks frontend authentication in order, and turns strangers away', async () => {
      const auth = (line: Line, more: object = {}) => ({
        capabilities: { frontend_auth_provider: true, ...more },
        lines: [['frontend_auth.identifier', 'result', { identifier: 'door' }], line] as Line[],
      });
      const yes: Line = ['frontend_auth.authenticate', 'result', { Authenticated: true, Principal: 'ada' }];
      const no: Line = ['frontend_auth.authenticate', 'result', { Authenticated: false }];
      const error: Line = ['frontend_auth.authenticate', 'error', { message: 'no idea' }];
      const open = await bench.start(
        { a: auth(no), b: auth(error), c: auth(yes), d: auth(['frontend_auth.authenticate', 'crash']) },
        { upstreams: [upstream()] },
      );
      const first = await open.ask();
      expect(first.answer).toMatchObject({ ok: true });
      expect(open.said('frontend_auth.authenticate', first.steps)).toEqual([
        'a: declined plugin:a:door (the next one is tried)',
        'b: failed plugin:b:door: no idea (the next one is tried)',
        'c: done plugin:c:door knows ada',
      ]);
      const exclusive = { frontend_auth_provider_exclusive: true };
      const shut = await bench.start(
        { a: auth(yes), x: auth(no, exclusive) },
        { upstreams: [upstream()], apiKeys: ['key'] },
      );
      const second = await shut.ask({ headers: { Authorization: ['Bearer key'] } });
      expect(second.answer).toMatchObject({ ok: false, status: 401, message: 'Missing API key' });
      expect(shut.said('conflicts')).toEqual([
        'host: warning plugin:a:door is not asked: plugin:x:door authenticates exclusively',
      ]);
      const keyed = await bench.start({ a: auth(no) }, { upstreams: [upstream()], apiKeys: ['key'] });
      expect((await keyed.ask({ headers: { Authorization: ['Bearer key'] } })).answer).toMatchObject({ ok: true });
      expect((await keyed.ask()).answer).toMatchObject({ status: 401 });
    });
  },
);
