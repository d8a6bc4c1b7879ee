import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { Bench, executor, serving, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

describe.skipIf(missing !== undefined)(
  `a request through plugins${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    it('passes interceptors in order, with headers cleared first, bodies chained and errors skipped', async () => {
      const host = await bench.start(
        {
          b: {
            capabilities: { request_interceptor: true },
            lines: [
              ['request.intercept_before', 'result', { Body: '@ADD: b@', Headers: { 'x-new': ['b'] } }],
              ['request.intercept_after', 'result', {}],
            ],
          },
          first: {
            priority: 9,
            capabilities: { request_interceptor: true },
            lines: [
              [
                'request.intercept_before',
                'result',
                { Body: '@ADD: first@', ClearHeaders: ['x-old'], Headers: { 'X-New': ['first'] } },
              ],
              ['request.intercept_after', 'error', { code: 'x', message: 'not today' }],
            ],
          },
        },
        { upstreams: [upstream()] },
      );
      const { answer, body, steps } = await host.ask({ body: Buffer.from('start'), headers: { 'X-Old': ['1'] } });
      expect({ answer, body }).toMatchObject({ answer: { ok: true, status: 200 }, body: 'answer' });
      expect(steps.filter((one) => one.stage.startsWith('request.'))).toMatchObject([
        {
          plugin: 'first',
          changes: [
            { what: 'header X-New', after: 'first' },
            { what: 'header X-Old', before: '1' },
            { what: 'body', before: 'start', after: 'start first' },
          ],
        },
        {
          plugin: 'b',
          changes: [
            { what: 'header X-New', before: 'first', after: 'b' },
            { what: 'body', after: 'start first b' },
          ],
        },
        { plugin: 'first', outcome: 'warning', text: 'pluginhost: request interceptor first failed: not today' },
        { plugin: 'b', outcome: 'unchanged' },
      ]);
    });

    it('serves a model through the executor of a plugin', async () => {
      const host = await bench.start({
        acme: {
          capabilities: executor(),
          lines: serving(
            'acme',
            ['m'],
            ['executor.execute', 'result', { Payload: '@REQUEST@', Headers: { 'X-From': ['acme'] } }],
          ),
        },
      });
      const { answer, body } = await host.ask();
      expect(answer).toMatchObject({ ok: true, headers: { 'X-From': ['acme'] } });
      expect(JSON.parse(body)).toMatchObject({
        AuthID: 'plugin:acme:acme:executor',
        AuthProvider: 'acme',
        Model: 'm',
        Format: 'openai',
        SourceFormat: 'openai',
      });
    });
  },
);
