import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { Bench, brief, executor, type Line, serving, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

const intercepting = (...lines: readonly Line[]) => ({ capabilities: { request_interceptor: true }, lines });
const nothing: Line = ['request.intercept_after', 'result', {}];

describe.skipIf(missing !== undefined)(
  `a request through plugins${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    it('passes interceptors in order, with headers cleared first, bodies chained and errors skipped', async () => {
      const host = await bench.start(
        {
          b: intercepting(
            ['request.intercept_before', 'result', { Body: '@ADD: b@', Headers: { 'x-new': ['b'] } }],
            nothing,
          ),
          first: {
            ...intercepting(
              [
                'request.intercept_before',
                'result',
                { Body: '@ADD: first@', ClearHeaders: ['x-old'], Headers: { 'X-New': ['first'] } },
              ],
              ['request.intercept_after', 'error', { code: 'x', message: 'not today' }],
            ),
            priority: 9,
          },
        },
        { upstreams: [upstream()] },
      );
      const { answer, body, steps } = await host.ask({ body: Buffer.from('start'), headers: { 'X-Old': ['1'] } });
      expect({ answer, body }).toMatchObject({ answer: { ok: true, status: 200 }, body: 'answer' });
      expect(steps.filter((one) => one.stage.startsWith('request.'))).toEqual([
        {
          depth: 0,
          stage: 'request.intercept_before',
          plugin: 'first',
          outcome: 'changed',
          changes: [
            { what: 'header X-New', after: 'first' },
            { what: 'header X-Old', before: '1' },
            { what: 'body', before: 'start', after: 'start first' },
          ],
        },
        {
          depth: 0,
          stage: 'request.intercept_before',
          plugin: 'b',
          outcome: 'changed',
          changes: [
            { what: 'header X-New', before: 'first', after: 'b' },
            { what: 'body', before: 'start first', after: 'start first b' },
          ],
        },
        {
          depth: 0,
          stage: 'request.intercept_after',
          plugin: 'first',
          outcome: 'warning',
          text: 'pluginhost: request interceptor first failed: not today',
        },
        { depth: 0, stage: 'request.intercept_after', plugin: 'b', outcome: 'unchanged', changes: [] },
      ]);
    });

    it.each([
      [429, 429],
      [200, 200],
      [599, 599],
      [0, 403],
      [199, 403],
      [600, 403],
    ])('ends a request with %i as %i, and asks nobody after that', async (named, status) => {
      const ends = {
        Terminate: true,
        StatusCode: named,
        ResponseHeaders: { 'Retry-After': ['1'] },
        ResponseBody: '@B64:no more@',
      };
      const host = await bench.start(
        {
          a: intercepting(['request.intercept_before', 'result', ends]),
          b: intercepting(['request.intercept_before', 'crash']),
          life: {
            capabilities: { request_lifecycle_plugin: true },
            lines: [
              ['request.complete', 'ask', 'host.log {"level":"info","message":"@REQUEST@"}'],
              ['request.complete', 'result', {}],
            ],
          },
        },
        { upstreams: [upstream()] },
      );
      const { answer, body, steps } = await host.ask();
      expect({ answer, body }).toMatchObject({
        answer: { ok: false, rejected: true, status, headers: { 'Retry-After': ['1'] } },
        body: 'no more',
      });
      expect(host.said('request.complete', steps)).toEqual(['life: done rejected']);
      expect(host.said('process')).toEqual([]);
    });

    it('ends it in the second stage as well', async () => {
      const host = await bench.start(
        {
          a: intercepting(
            ['request.intercept_before', 'result', {}],
            ['request.intercept_after', 'result', { Terminate: true, StatusCode: 418 }],
          ),
        },
        { upstreams: [upstream()] },
      );
      const { answer, steps } = await host.ask();
      expect(answer).toMatchObject({ ok: false, rejected: true, status: 418 });
      expect(host.said('upstream', steps)).toEqual([]);
    });

    it('serves a model through the executor of a plugin, with what the host tells it', async () => {
      const host = await bench.start({
        acme: {
          capabilities: executor('chat-completions'),
          lines: serving(
            'Acme',
            ['m'],
            ['executor.execute', 'result', { Payload: '@REQUEST@', Headers: { 'X-From': ['acme'] } }],
          ),
        },
      });
      const { answer, body } = await host.ask({ headers: { 'X-A': ['1'] }, alt: 'sse', metadata: { key: 'value' } });
      expect(answer).toMatchObject({ ok: true, headers: { 'X-From': ['acme'] } });
      expect(JSON.parse(body)).toEqual({
        AuthID: 'plugin:acme:acme:executor',
        AuthProvider: 'acme',
        Model: 'm',
        Format: 'openai',
        Stream: false,
        Alt: 'sse',
        Headers: { 'X-A': ['1'] },
        Query: null,
        OriginalRequest: Buffer.from('{"model":"m"}').toString('base64'),
        SourceFormat: 'openai',
        Payload: Buffer.from('{"model":"m"}').toString('base64'),
        Metadata: { key: 'value', requested_model: 'm' },
        StorageJSON: null,
        AuthMetadata: null,
        AuthAttributes: null,
        host_callback_id: expect.any(String),
      });
    });

    it('counts tokens', async () => {
      const host = await bench.start({
        acme: {
          capabilities: executor(),
          lines: serving('acme', ['m'], ['executor.count_tokens', 'result', { Payload: '@B64:7@' }]),
        },
      });
      expect((await host.ask({ count: true, stream: true })).body).toBe('7');
    });

    it.each([
      [{ executor_input_formats: [] }, 'plugin executor acme declares no input formats'],
      [{ executor_output_formats: [''] }, 'plugin executor acme declares no output formats'],
      [{ executor_input_formats: ['own'] }, 'plugin executor acme does not support input format "openai"'],
    ])('fails with %j as the host does', async (formats, message) => {
      const host = await bench.start({
        acme: { capabilities: executor('openai', formats), lines: serving('acme', ['m']) },
      });
      expect((await host.ask()).answer).toMatchObject({ ok: false, rejected: false, status: 502, message });
    });

    it('passes the status and the text of an executor on', async () => {
      const error = { code: 'auth_required', message: 'log in first', http_status: 401 };
      const host = await bench.start({
        acme: { capabilities: executor(), lines: serving('acme', ['m'], ['executor.execute', 'error', error]) },
        life: {
          capabilities: { request_lifecycle_plugin: true },
          lines: [['request.complete', 'error', { message: 'gone' }]],
        },
        use: { capabilities: { usage_plugin: true }, lines: [['usage.handle', 'error', { message: 'whatever' }]] },
      });
      const { answer, steps } = await host.ask();
      expect(answer).toMatchObject({ ok: false, rejected: false, status: 401, message: 'log in first' });
      expect(host.said('request.complete', steps)).toEqual([
        'life: warning pluginhost: request lifecycle plugin life failed: gone',
      ]);
      expect(host.said('usage.handle', steps)).toEqual(['use: failed whatever (the host ignores it)']);
    });

    it('says when nobody serves a model, before anybody has seen the request', async () => {
      const host = await bench.start({ a: intercepting(['request.intercept_before', 'crash']) });
      const { answer } = await host.ask({ model: 'unheard-of' });
      expect(answer).toMatchObject({ ok: false, status: 502, message: 'unknown provider for model unheard-of' });
      expect(host.said('process')).toEqual([]);
    });

    it('shows complete responses to interceptors in order', async () => {
      const responding = (...lines: readonly Line[]) => ({ capabilities: { response_interceptor: true }, lines });
      const host = await bench.start(
        {
          a: responding([
            'response.intercept_after',
            'result',
            { Body: '@ADD:+a@', Headers: { 'X-A': ['a'] }, ClearHeaders: ['X-Up'] },
          ]),
          b: responding(['response.intercept_after', 'error', { message: 'tired' }]),
          c: responding(['response.intercept_after', 'result', { Body: '@REQUEST@' }]),
        },
        { upstreams: [upstream({ headers: { 'X-Up': ['1'] } })] },
      );
      const { answer, body, steps } = await host.ask();
      expect(answer).toMatchObject({ status: 200, headers: { 'X-A': ['a'] } });
      expect(answer.headers).not.toHaveProperty('X-Up');
      expect(JSON.parse(body)).toMatchObject({
        SourceFormat: 'openai',
        StatusCode: 200,
        ResponseHeaders: { 'X-A': ['a'] },
        Body: Buffer.from('answer+a').toString('base64'),
        OriginalRequest: Buffer.from('{"model":"m"}').toString('base64'),
      });
      expect(host.said('response.intercept_after', steps)[1]).toBe(
        'b: warning pluginhost: response interceptor b failed: tired',
      );
    });

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
        expect.objectContaining({ Outcome: 'succeeded', StatusCode: 200, Error: '', RequestID: '00000001' }),
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
