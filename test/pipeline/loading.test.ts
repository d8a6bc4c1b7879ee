import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { Bench, executor, registration, serving, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

const normalizer = { request_normalizer: true };

describe.skipIf(missing !== undefined)(`loading several plugins${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('orders them by priority, then by id, and leaves out what is not enabled', async () => {
    const host = await bench.start({
      c: { capabilities: normalizer },
      a: { capabilities: normalizer, priority: -1 },
      b: { capabilities: normalizer },
      z: { capabilities: normalizer, priority: 3 },
      off: { capabilities: normalizer, enabled: false },
    });
    expect(host.host.members.map(({ id }) => id)).toEqual(['z', 'b', 'c', 'a']);
    expect(host.said('load')).toEqual(['off: skipped it is not enabled: its configuration needs enabled: true']);
  });

  it.each([
    ['an error', [['plugin.register', 'error', { code: 'invalid_config', message: 'no key' }]], 'no key'],
    ['no envelope', [['plugin.register', 'raw', 'oops']], 'decode plugin envelope plugin.register:'],
    [
      'a newer schema',
      [['plugin.register', 'result', registration('bad', normalizer, 9)]],
      'plugin schema version 9 is not supported',
    ],
  ] as const)('warns twice of %s, and goes on with the others', async (_, lines, message) => {
    const host = await bench.start({
      bad: { capabilities: normalizer, registration: lines },
      good: { capabilities: normalizer },
    });
    expect(host.host.members.map(({ id }) => id)).toEqual(['good']);
    const [first, second] = host.said('plugin.register');
    expect(first).toMatch(new RegExp(`^bad: warning pluginhost: plugin bad plugin.register failed: .*${message}`));
    expect(second).toBe('bad: warning pluginhost: plugin bad returned invalid metadata or no capabilities');
  });

  it.each([
    [
      'blank metadata',
      { ...registration('bad', normalizer), metadata: { Name: ' ', Version: '1', Author: 'a', GitHubRepository: 'g' } },
    ],
    ['no capability', registration('bad', { executor_input_formats: ['openai'] })],
  ])('warns once of %s', async (_, said) => {
    const host = await bench.start({ bad: { capabilities: {}, registration: [['plugin.register', 'result', said]] } });
    expect(host.host.members).toEqual([]);
    expect(host.said('plugin.register')).toEqual([
      expect.stringMatching(/^bad: warning pluginhost: plugin bad returned invalid metadata or no capabilities \(/),
    ]);
  });

  it('registers a plugin by reconfigure whose first registration failed', async () => {
    const host = await bench.start(
      {
        late: {
          capabilities: normalizer,
          registration: [
            ['plugin.register', 'error', { message: 'not yet' }],
            ['plugin.reconfigure', 'result', registration('late', normalizer)],
            ['request.normalize', 'result', { Body: '@ADD: late@' }],
          ],
        },
        good: { capabilities: normalizer, lines: [['request.normalize', 'result', { Body: '@ADD: good@' }]] },
      },
      { upstreams: [upstream()] },
    );
    expect(host.host.members.map(({ id }) => id)).toEqual(['good']);
    await host.host.reconfigure();
    expect(host.host.members.map(({ id }) => id)).toEqual(['good', 'late']);
    expect(host.said('plugin.reconfigure')).toHaveLength(2);
    expect(host.said('request.normalize', (await host.ask()).steps)).toEqual(['good: changed', 'late: changed']);
  });

  it('goes on without a library that cannot be loaded', async () => {
    const broken = path.join(bench.folder, 'broken.so');
    writeFileSync(broken, 'no library');
    const good = bench.place('good');
    copyFileSync(good, path.join(bench.folder, 'twin.so'));
    const host = await bench.start(
      { good: { capabilities: normalizer } },
      {
        extra: [
          { id: 'broken', path: broken },
          { id: 'good', path: path.join(bench.folder, 'twin.so') },
        ],
      },
    );
    expect(host.host.members.map(({ id }) => id)).toEqual(['good']);
    expect(host.said('load')).toEqual([
      expect.stringMatching(
        /^broken: warning pluginhost: failed to load plugin broken from .*broken\.so: dlopen .*broken\.so: /,
      ),
      expect.stringMatching(/^good: skipped .*twin\.so has an id that is taken already$/),
    ]);
  });

  it('shares models and providers out, and says who got nothing', async () => {
    const host = await bench.start(
      {
        low: { capabilities: executor(), lines: serving('acme', ['m1', 'm2']) },
        high: { capabilities: executor(), lines: serving(' ACME ', [' m1 ', '']), priority: 1 },
        mine: { capabilities: executor(), lines: serving('openai', ['m1']) },
        none: { capabilities: executor(), lines: serving('', ['m5']) },
        fails: { capabilities: { model_provider: true }, lines: [['model.static', 'error', { message: 'no list' }]] },
        scoped: {
          capabilities: executor('openai', { executor_model_scope: 'oauth' }),
          lines: serving('scoped', ['m9']),
        },
      },
      { upstreams: [upstream({ models: [] })] },
    );
    expect(host.host.offers.claims.models.map(({ model, plugin }) => `${model.ID} ${plugin}`)).toEqual([
      'm1 high',
      'm1 mine',
    ]);
    expect(host.said('conflicts')).toEqual([
      'host: warning plugin low: provider acme belongs to plugin high, so this executor is skipped',
      'host: warning plugin mine: the host serves provider openai by itself, so this executor is skipped',
    ]);
    expect(host.said('model.register')).toContain('none: skipped no provider is named');
    expect(host.said('model.register')).toContain(
      'scoped: skipped its executor_model_scope is "oauth": models come from credentials alone',
    );
    expect(host.said('model.static')).toEqual(['fails: warning pluginhost: model registrar fails failed: no list']);
    expect(host.said('executor.identifier')).toEqual([
      'none: failed the identifier is empty: the host takes no notice of this capability',
    ]);
  });

  it('speaks the language of an old revision', async () => {
    const host = await bench.start(
      {
        a: {
          capabilities: { request_interceptor: true },
          schema: 1,
          lines: [
            ['request.intercept_before', 'ask', 'host.log {"level":"info","message":"@REQUEST@"}'],
            ['request.intercept_before', 'result', {}],
            ['request.intercept_after', 'result', {}],
          ],
        },
        newer: { capabilities: normalizer, schema: 3 },
      },
      { host: 'cliproxy@v7.2.28', upstreams: [upstream()] },
    );
    expect(host.said('plugin.register')).toContain(
      'newer: warning pluginhost: plugin newer plugin.register failed: plugin schema version 3 is not supported',
    );
    await host.ask();
    const request = JSON.parse(Buffer.from(host.logged()[0] ?? '', 'base64').toString()) as object;
    expect(Object.keys(request)).not.toContain('RequestID');
    expect(Object.keys(request)).toContain('SourceFormat');
  });
});
