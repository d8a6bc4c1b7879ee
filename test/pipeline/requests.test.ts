import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { Bench, executor, type Line, serving, upstream } from './bench.js';

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
      expect((await host.ask()).answer).toMatchObject({ ok: false, rejected: false, status: 500, message });
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
  },
);
