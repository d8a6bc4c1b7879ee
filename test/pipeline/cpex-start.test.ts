import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openPipeline } from '../../src/pipeline/cpex/pipeline.js';
import type { PluginEntry } from '../../src/pipeline/cpex/types.js';
import { missingTools } from '../testing/support/compile.js';
import { CpexBench, configOf, HOOK, request } from './cpex-bench.js';

const missing = missingTools('cc');
const bench = new CpexBench();
afterAll(() => bench.close());

const METADATA = '"metadata":{"id":"p","name":"P","version":"1.0.0","author":"Tests"}';
const registers = (capabilities: string) => `{"schema_version":1,${METADATA},"capabilities":${capabilities}}`;

describe.skipIf(missing !== undefined)(`the start of a pipeline${missing === undefined ? '' : ` (${missing})`}`, () => {
  const SECRET = 'hunter2-hunter2';
  const config = { password: SECRET };
  const bad = (name: string, action: string, argument: unknown, more: Partial<PluginEntry> = {}) =>
    bench.plugin(name, { config, does: [[action, argument, 'register']], ...more });

  it.each([
    [
      'does not register',
      () => bad('bad', 'error', { code: 'invalid_config', message: `not ${SECRET}` }),
      'CPEX_E_PLUGIN_ANSWER',
      'it does not register: not (removed) (invalid_config)',
    ],
    ['dies', () => bad('bad', 'crash', ''), 'CPEX_E_PLUGIN_DIED', 'crashed with SIG'],
    [
      'cannot be loaded',
      () => ({ ...bench.plugin('bad'), artefact: bench.at('nothing.so') }),
      'CPEX_E_PLUGIN_REFUSED',
      'nothing.so',
    ],
    ['answers with no registration', () => bad('bad', 'raw', 'hello'), 'CPEX_E_PIPELINE_PLUGIN', 'not JSON'],
    [
      'declares a hook that does not exist',
      () => bad('bad', 'result', registers('{"hooks":["tool_pre_invok"]}')),
      'CPEX_E_PIPELINE_PLUGIN',
      'There is no hook "tool_pre_invok". Did you mean "tool_pre_invoke"?',
    ],
    ['declares no hooks', () => bad('bad', 'result', registers('{}')), 'CPEX_E_PIPELINE_PLUGIN', 'declares no hooks'],
    [
      'is wanted for a hook that it does not declare',
      () => bench.plugin('bad', { hooks: ['tool_pre_invoke', 'cmf.llm_input'] }),
      'CPEX_E_PIPELINE_HOOKS',
      'the hook "cmf.llm_input", which it does not declare',
    ],
  ])('fails with the name of a plugin that %s, and the others are ended', async (_what, plugin, code, message) => {
    const pid = bench.at('good-pid');
    writeFileSync(pid, '');
    const good = bench.plugin('good', { does: [['pid', pid, 'register']] });
    const opened = bench.open([good, plugin()]);
    const error = await opened.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(/^The plugin "bad" cannot be used: /) });
    expect((error as Error).message).toContain(message);
    expect(JSON.stringify(error)).not.toContain(SECRET);
    expect(bench.lives(pid)).toBe(false);
  });

  it('does not start a plugin whose mode is disabled', async () => {
    const pid = bench.at('off-pid');
    const host = await bench.open([bench.plugin('off', { mode: 'disabled', does: [['pid', pid, 'register']] })]);
    expect(host.members).toEqual([]);
    const run = await host.invoke(HOOK, request());
    expect(run.records).toMatchObject([{ status: 'disabled', plugin_id: '', mode: 'disabled' }]);
    expect(bench.lives(pid)).toBe(false);
    await host.close();
  });

  it('takes older spellings of hooks that a plugin declares', async () => {
    const host = await bench.open([bad('old', 'result', registers('{"hooks":["identity_resolve"]}'))]);
    expect([...(host.members[0]?.declaredHooks ?? [])]).toEqual(['identity.resolve']);
    const run = await host.invoke('identity_resolve', request({ payload: {} }));
    expect(run.records).toMatchObject([{ status: 'completed', hook_name: 'identity.resolve' }]);
    await host.close();
  });

  it('gives each plugin the services of the host under its own name', async () => {
    const host = await bench.open([
      bench.plugin('logs', { does: [['ask', 'host.log {"level":"info","message":"hello"}']] }),
      bench.plugin('asks', { mode: 'concurrent', does: [['ask', 'host.event.emit {"name":"e","data":{}}']] }),
    ]);
    await host.invoke(HOOK, request());
    const told = bench.events.flatMap(([name, event]) => (event.kind === 'call' ? [] : [[name, event.kind]]));
    expect(told).toEqual([
      ['logs', 'log'],
      ['asks', 'event'],
    ]);
    await host.close();
  });

  it('offers the codec of the settings, or of the plugin, and registers in JSON', async () => {
    const registrations = () =>
      bench.traced.flatMap(([name, { method, kind, body }]) =>
        method === 'plugin.register' && kind === 'request'
          ? [[name, JSON.parse(Buffer.from(body).toString()).codecs]]
          : [],
      );
    bench.traced.splice(0);
    const host = await bench.open([bench.plugin('usual'), bench.plugin('own', { codec: 'json' })], {
      codec: 'msgpack',
    });
    expect(new Map(registrations() as [string, unknown][])).toEqual(
      new Map<string, unknown>([
        ['usual', ['msgpack', 'json']],
        ['own', undefined],
      ]),
    );
    expect((await host.invoke(HOOK, request())).verdict).toBe('allow');
    await host.close();
  });

  it('gives a plugin a process of its own where a route configures it differently', async () => {
    const key = { scope: 'plugin', key: 'k' };
    const plain = bench.plugin('p', {
      does: [
        ['ask', `host.kv.get ${JSON.stringify(key)}`],
        ['result', { continue_processing: true, metadata: { which: 'plain' } }],
      ],
    });
    const variant = {
      ...bench.plugin('p', {
        does: [
          ['ask', `host.kv.set ${JSON.stringify({ ...key, value: 'dg==' })}`],
          ['result', { continue_processing: true, metadata: { which: 'variant' } }],
        ],
      }),
      variant: 'routes.0',
    };
    const host = await openPipeline(
      {
        ...configOf([plain]),
        variants: [variant],
        select: (_hook, { payload }) => ({
          plugins: [(payload as { name: string }).name === 'special' ? { ...variant, priority: 5 } : plain],
          skipped: [],
        }),
      },
      {
        cwd: bench.folder,
        signal: new AbortController().signal,
        allowNet: false,
        trace: (plugin, record) => bench.traced.push([plugin, record]),
      },
    );
    for (const [name, which] of [
      ['special', 'variant'],
      ['search', 'plain'],
    ]) {
      const { records } = await host.invoke(HOOK, request({ payload: { name, args: {} } }));
      expect(records).toMatchObject([{ plugin_name: 'p', metadata: { which } }]);
    }
    // Both are one plugin to whoever looks at what it has stored.
    const answers = bench.traced.flatMap(([, { method, kind, body }]) =>
      method === 'host.kv.get' && kind === 'response' ? [Buffer.from(body).toString()] : [],
    );
    expect(answers).toEqual([expect.stringContaining('"value":"dg=="')]);
    await host.close();
  });

  it('can be interrupted', async () => {
    const interrupt = new AbortController();
    const pid = bench.at('slow-pid');
    const opened = bench.open(
      [
        bench.plugin('slow', {
          does: [
            ['pid', pid, 'register'],
            ['hang', '', 'register'],
          ],
        }),
      ],
      {},
      { signal: interrupt.signal },
    );
    const refused = expect(opened).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
    await vi.waitFor(() => expect(bench.lives(pid)).toBe(true), { timeout: 30_000 });
    interrupt.abort();
    await refused;
    expect(bench.lives(pid)).toBe(false);
  });
});
