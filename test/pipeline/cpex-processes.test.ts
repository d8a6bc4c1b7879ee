import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { effectOf, type Mode, OUTCOMES, type Outcome, PHASES } from '../../src/pipeline/cpex/effects.js';
import type { ExecutionRecord, PipelineHost, PipelineResult } from '../../src/pipeline/cpex/types.js';
import { missingTools } from '../testing/support/compile.js';
import { CpexBench, HOOK, type Line, PAYLOAD, request } from './cpex-bench.js';

const missing = missingTools('cc');
const bench = new CpexBench();
afterAll(() => bench.close());

const CHANGED = { name: 'search', args: { query: 'other', exact: 9007199254740993n } };
const ALLOW = { continue_processing: true };
const DENY = (code: string) => ({ continue_processing: false, violation: { code, reason: 'because' } });
const CHANGED_TEXT = '{"name":"search","args":{"query":"other","exact":9007199254740993}}';

const LINES: Readonly<Record<Outcome, Line>> = {
  allow: ['result', ALLOW],
  modify: ['result', `{"continue_processing":true,"modified_payload":${CHANGED_TEXT}}`],
  deny: ['result', DENY('own')],
  deny_bare: ['result', { continue_processing: false, violation: null }],
  error: ['error', { code: 'own_code', message: 'it does not work' }],
  timeout: ['hang'],
  panic: ['crash'],
};

/** All records of a run, those from after the verdict among them. */
async function recordsOf(run: PipelineResult): Promise<readonly ExecutionRecord[]> {
  return [...run.records, ...(await run.background()).records];
}

function brief(records: readonly ExecutionRecord[]): string[] {
  return records.map(({ plugin_name, status }) => `${plugin_name} ${status}`);
}

/** How many hooks the process of a plugin has answered, as the plugin itself says. */
async function countOf(host: PipelineHost, name: string): Promise<unknown> {
  const { records } = await host.invoke('tool_post_invoke', request({ payload: { name: 't', result: {} } }));
  return records.find(({ plugin_name }) => plugin_name === name)?.metadata?.count;
}

const COUNTS: Line = ['result', '{"continue_processing":true,"metadata":{"count":@COUNT@}}', 'tool_post_invoke'];

const CELLS = PHASES.flatMap((mode) => OUTCOMES.map((outcome) => [mode, outcome] as const));

describe.skipIf(missing !== undefined)(`plugins in processes${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(CELLS)('come to what the table says: %s, %s', async (mode: Mode, outcome) => {
    const subject = bench.plugin('subject', {
      mode,
      does: [LINES[outcome]],
      ...(outcome === 'timeout' ? { timeoutMs: 200 } : {}),
    });
    const host = await bench.open([subject]);
    const run = await host.invoke(HOOK, request());
    const effect = effectOf(mode, outcome, 'fail');
    const applied = effect.changes === 'applied' && outcome === 'modify';
    expect(run.verdict).toBe(effect.verdict === 'deny' ? 'deny' : 'allow');
    expect(run.violation?.code).toBe(effect.violation);
    expect(run.payload).toEqual(applied ? CHANGED : PAYLOAD);
    const [record] = await recordsOf(run);
    expect(record).toMatchObject({
      plugin_id: 'plugin',
      mode,
      payload_modified: outcome === 'modify',
      applied,
      status: { error: 'error', panic: 'error', timeout: 'timeout' }[outcome as string] ?? 'completed',
      config_keys: ['script'],
    });
    expect(record?.duration_ns).toBeGreaterThan(0);
    const errors = [...run.errors, ...(await run.background()).errors];
    expect(errors.map(({ code }) => code)).toEqual(
      { error: ['own_code'], timeout: ['timeout'], panic: ['panic'] }[outcome as string] ?? [],
    );
    await host.close();
  });

  it('take a panic that an SDK has caught, and an end of the process, for a panic', async () => {
    for (const line of [['panic'], ['exit']] satisfies Line[]) {
      const host = await bench.open([bench.plugin('subject', { does: [line] })]);
      const { violation, errors, records } = await host.invoke(HOOK, request());
      expect(violation).toMatchObject({ code: 'plugin_panic', plugin_name: 'subject' });
      expect(errors).toMatchObject([{ plugin_name: 'subject', code: 'panic' }]);
      expect(records).toMatchObject([{ status: 'error', error_code: 'panic' }]);
      await host.close();
    }
  });

  it.each([
    ['no JSON', 'raw', 'hello', 'invalid_response'],
    ['a result of another shape', 'result', { continue_processing: 'yes' }, 'invalid_response'],
    ['a payload of another shape', 'result', { ...ALLOW, modified_payload: { name: 1 } }, 'invalid_payload'],
  ])('are in error with %s', async (_what, action, argument, code) => {
    const host = await bench.open([bench.plugin('subject', { does: [[action, argument]] })]);
    const { violation, errors, payload } = await host.invoke(HOOK, request());
    expect(violation?.code).toBe('plugin_error');
    expect(errors).toMatchObject([{ code }]);
    expect(payload).toBe(PAYLOAD);
    await host.close();
  });

  it('run side by side in the concurrent phase: each of two waits for the other', async () => {
    const [a, b] = [bench.at('a-is-here'), bench.at('b-is-here')];
    const host = await bench.open([
      bench.plugin('a', {
        mode: 'concurrent',
        does: [
          ['touch', a],
          ['await', b],
          ['result', ALLOW],
        ],
      }),
      bench.plugin('b', {
        mode: 'concurrent',
        does: [
          ['touch', b],
          ['await', a],
          ['result', ALLOW],
        ],
      }),
    ]);
    const run = await host.invoke(HOOK, request());
    expect(brief(run.records)).toEqual(['a completed', 'b completed']);
    await host.close();
  });

  it('are cancelled by the first deny, and killed when they go on', async () => {
    const [started, pid] = [bench.at('started'), bench.at('pid')];
    const host = await bench.open([
      bench.plugin('stubborn', {
        mode: 'concurrent',
        does: [['pid', pid, HOOK], ['touch', started, HOOK], ['hang', '', HOOK], COUNTS],
      }),
      bench.plugin('denier', {
        mode: 'concurrent',
        does: [
          ['await', started, HOOK],
          ['result', DENY('no'), HOOK],
        ],
      }),
      bench.plugin('later', { mode: 'fire_and_forget' }),
    ]);
    const run = await host.invoke(HOOK, request());
    expect(run.violation).toEqual({ code: 'no', reason: 'because', plugin_name: 'denier' });
    expect(brief(run.records)).toEqual(['stubborn cancelled', 'denier completed', 'later skipped']);
    expect(run.records[0]?.reason).toBe('"denier" denied first');
    expect(run.errors).toEqual([]);
    // The next hook waits for the end of the old process, and gets a new one.
    expect(await countOf(host, 'stubborn')).toBe(1);
    expect(bench.lives(pid)).toBe(false);
    await host.close();
  });

  it('are not left behind when the pipeline is closed right after they were cancelled', async () => {
    const [started, pid] = [bench.at('left-started'), bench.at('left-pid')];
    const host = await bench.open([
      bench.plugin('left', { mode: 'concurrent', does: [['pid', pid], ['touch', started], ['hang']] }),
      bench.plugin('denier', {
        mode: 'concurrent',
        does: [
          ['await', started],
          ['result', DENY('no')],
        ],
      }),
    ]);
    expect((await host.invoke(HOOK, request())).records[0]?.status).toBe('cancelled');
    await host.close();
    expect(bench.lives(pid)).toBe(false);
  });

  it('stay alive when they end a cancelled call by themselves', async () => {
    const [started, heard] = [bench.at('working'), bench.at('heard')];
    const host = await bench.open([
      bench.plugin('polite', {
        mode: 'concurrent',
        does: [['touch', started, HOOK], ['cancelled', heard, HOOK], COUNTS],
      }),
      bench.plugin('denier', {
        mode: 'concurrent',
        does: [
          ['await', started, HOOK],
          ['result', DENY('no'), HOOK],
        ],
      }),
    ]);
    const run = await host.invoke(HOOK, request());
    expect(brief(run.records)).toEqual(['polite cancelled', 'denier completed']);
    expect(await countOf(host, 'polite')).toBe(2);
    expect(existsSync(heard)).toBe(true);
    await host.close();
  });

  it('all end where a deny does not cut short, and the first denier in order counts', async () => {
    const second = bench.at('second-denied');
    const host = await bench.open(
      [
        bench.plugin('first', {
          mode: 'concurrent',
          does: [
            ['await', second],
            ['result', DENY('first')],
          ],
        }),
        bench.plugin('second', {
          mode: 'concurrent',
          does: [
            ['touch', second],
            ['result', DENY('second')],
          ],
        }),
        bench.plugin('third', { mode: 'concurrent' }),
      ],
      { shortCircuitOnDeny: false },
    );
    const run = await host.invoke(HOOK, request());
    expect(run.violation?.code).toBe('first');
    expect(brief(run.records)).toEqual(['first completed', 'second completed', 'third completed']);
    expect(run.records.map((record) => record.effective_allow)).toEqual([false, false, true]);
    await host.close();
  });

  it('go on after the verdict, and closing waits for them', async () => {
    const [go, done] = [bench.at('go'), bench.at('done')];
    const host = await bench.open([
      bench.plugin('later', { mode: 'fire_and_forget', does: [['await', go], ['touch', done], ['crash']] }),
      bench.plugin('slow', { mode: 'fire_and_forget', timeoutMs: 200, does: [['hang']] }),
    ]);
    const run = await host.invoke(HOOK, request());
    expect(run).toMatchObject({ verdict: 'allow', records: [], errors: [] });
    expect(existsSync(done)).toBe(false);
    writeFileSync(go, '');
    await host.close();
    expect(existsSync(done)).toBe(true);
    const { errors, records } = await run.background();
    expect(errors.map(({ plugin_name, code }) => `${plugin_name} ${code}`)).toEqual(['later panic', 'slow timeout']);
    expect(brief(records)).toEqual(['later error', 'slow timeout']);
  });

  it('are started anew after their death, in every mode, with a word about it', async () => {
    for (const mode of PHASES) {
      const host = await bench.open([
        bench.plugin('mortal', { mode, onError: 'ignore', does: [['crash', '', HOOK], COUNTS] }),
      ]);
      await recordsOf(await host.invoke(HOOK, request()));
      const again = await recordsOf(
        await host.invoke('tool_post_invoke', request({ payload: { name: 't', result: {} } })),
      );
      expect(again).toMatchObject([
        { status: 'completed', metadata: { count: 1 }, findings: [{ id: 'pipeline.restarted', severity: 'info' }] },
      ]);
      await host.close();
    }
  });

  it('are in error when they cannot be started anew', async () => {
    for (const onError of ['fail', 'ignore'] as const) {
      const once = bench.plugin(`once-${onError}`, { onError, does: [['crash', '', HOOK]] });
      const host = await bench.open([once]);
      await host.invoke(HOOK, request());
      rmSync(once.artefact);
      const again = await host.invoke('tool_post_invoke', request({ payload: { name: 't', result: {} } }));
      expect(again.verdict).toBe(onError === 'fail' ? 'deny' : 'allow');
      expect(again.errors).toMatchObject([{ code: 'plugin_start', message: expect.stringContaining('plugin.so') }]);
      expect(again.records).toMatchObject([{ status: 'error', error_code: 'plugin_start' }]);
      await host.close();
    }
  });

  it('are told of when they die between two hooks', async () => {
    const pid = bench.at('idle-pid');
    const host = await bench.open([bench.plugin('idle', { does: [['pid', pid]] })]);
    await host.invoke(HOOK, request());
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
    await vi.waitFor(() => {
      expect(bench.traced.some(([name, { method }]) => name === 'idle' && method.startsWith('ended:'))).toBe(true);
    });
    const { records, verdict } = await host.invoke(HOOK, request());
    expect(verdict).toBe('allow');
    expect(records).toMatchObject([{ findings: [{ id: 'pipeline.restarted', severity: 'warn' }] }]);
    await host.close();
  });

  it('keep what they have stored when they are started anew', async () => {
    const seen = bench.at('stored');
    const key = { scope: 'plugin', key: 'k' };
    const host = await bench.open([
      bench.plugin('keeper', {
        onError: 'ignore',
        does: [
          ['ask', `host.kv.set ${JSON.stringify({ ...key, value: 'dg==' })}`, HOOK],
          ['crash', '', HOOK],
          ['ask', `host.kv.get ${JSON.stringify(key)}`, 'tool_post_invoke'],
          ['touch', seen, 'tool_post_invoke'],
        ],
      }),
    ]);
    await host.invoke(HOOK, request());
    await host.invoke('tool_post_invoke', request({ payload: { name: 't', result: {} } }));
    const answer = bench.traced.findLast(([, record]) => record.method === 'host.kv.get' && record.kind === 'response');
    expect(Buffer.from(answer?.[1].body ?? []).toString()).toContain('"value":"dg=="');
    expect(existsSync(seen)).toBe(true);
    await host.close();
  });

  it.each(PHASES)('in %s cannot remove a label, edit what is immutable or write without the right', async (mode) => {
    const extensions = { security: { labels: ['pii', 'eu'] }, request: { request_id: 'r-1' }, meta: { scope: 's' } };
    const given = { security: { labels: ['pii', 'eu'] }, request: { request_id: 'r-1' }, meta: { scope: 's' } };
    const faults = {
      removes: { ...given, security: { labels: ['pii'] } },
      edits: { ...given, request: { request_id: 'forged' } },
      drops: { security: given.security, request: given.request },
      writes: { ...given, http: { request_headers: { authorization: 'x' } } },
    };
    const host = await bench.open(
      Object.entries(faults).map(([name, modified_extensions]) =>
        bench.plugin(name, {
          mode,
          capabilities: new Set(['read_labels', 'append_labels']),
          does: [
            [
              'result',
              `{"continue_processing":true,"modified_payload":${CHANGED_TEXT},"modified_extensions":${JSON.stringify(modified_extensions)}}`,
            ],
          ],
        }),
      ),
    );
    const run = await host.invoke(HOOK, request({ extensions }));
    const records = await recordsOf(run);
    expect(run.verdict).toBe('allow');
    expect(run.extensions).toEqual(extensions);
    expect(run.payload).toEqual(mode === 'sequential' || mode === 'transform' ? CHANGED : PAYLOAD);
    expect(
      records.map(({ plugin_name, error_code, extensions_modified }) => [plugin_name, error_code, extensions_modified]),
    ).toEqual(Object.keys(faults).map((name) => [name, 'extension_rejected', false]));
    const errors = [...run.errors, ...(await run.background()).errors];
    const places = ['security.labels', 'request.request_id', 'meta', 'http.request_headers'];
    expect(errors.map(({ code }) => code)).toEqual(places.map(() => 'extension_rejected'));
    for (const [index, place] of places.entries()) expect(errors[index]?.message).toContain(`extensions.${place} `);
    await host.close();
  });

  it('find their state again in the next hook of the request', async () => {
    const seen = bench.at('state-seen');
    const state = { local_state: { n: 1 }, global_state: { exact: 1 } };
    const host = await bench.open([
      bench.plugin('keeps', {
        does: [
          [
            'result',
            JSON.stringify({ ...ALLOW, context: state }).replace('"exact":1', '"exact":18446744073709551615'),
            HOOK,
          ],
          ['see', seen, 'tool_post_invoke'],
        ],
      }),
    ]);
    const { context } = await host.invoke(HOOK, request());
    expect(context.globalState).toEqual({ exact: 18446744073709551615n });
    await host.invoke('tool_post_invoke', request({ payload: { name: 't', result: {} }, context }));
    expect(readFileSync(seen, 'utf8')).toContain(
      '"context":{"request_id":"req-1","local_state":{"n":1},"global_state":{"exact":18446744073709551615}}',
    );
    await host.close();
  });

  it('take no part any more once they failed with on_error disable, for as long as the host lives', async () => {
    const plugins = PHASES.map((mode) =>
      bench.plugin(`bad-${mode}`, { mode, onError: 'disable', does: [['error', { code: 'own', message: 'no' }]] }),
    );
    const host = await bench.open(plugins);
    const first = await host.invoke(HOOK, request());
    expect(first.verdict).toBe('allow');
    expect((await recordsOf(first)).map(({ status }) => status)).toEqual(PHASES.map(() => 'error'));
    for (let round = 0; round < 2; round++) {
      const again = await recordsOf(await host.invoke(HOOK, request()));
      expect(again.map(({ status, matched }) => [status, matched])).toEqual(PHASES.map(() => ['disabled', true]));
    }
    await host.close();
  });

  it('leave no process behind', async () => {
    const files = PHASES.map((mode) => bench.at(`pid-${mode}`));
    const host = await bench.open(
      PHASES.map((mode, index) => bench.plugin(`p-${mode}`, { mode, does: [['pid', files[index]]] })),
    );
    await recordsOf(await host.invoke(HOOK, request()));
    expect(files.map((file) => bench.lives(file))).toEqual(files.map(() => true));
    await host.close();
    await host.close();
    expect(files.map((file) => bench.lives(file))).toEqual(files.map(() => false));
  });

  it('serve many hooks at once, each request with its own payload and state', async () => {
    const plugins = PHASES.map((mode) =>
      bench.plugin(`p-${mode}`, {
        mode,
        does: [['result', '{"continue_processing":true,"metadata":{"count":@COUNT@}}']],
      }),
    );
    const host = await bench.open(plugins);
    const rounds = 40;
    const runs = await Promise.all(
      Array.from({ length: rounds }, (_, index) =>
        host.invoke(HOOK, request({ payload: { name: `tool-${index}`, args: {} } })),
      ),
    );
    expect(runs.map(({ payload }) => (payload as { name: string }).name)).toEqual(
      Array.from({ length: rounds }, (_, index) => `tool-${index}`),
    );
    const records = (await Promise.all(runs.map(recordsOf))).flat();
    for (const { name } of plugins) {
      const counts = records.filter((one) => one.plugin_name === name).map((one) => Number(one.metadata?.count));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: rounds }, (_, index) => index + 1));
    }
    await host.close();
  });

  it('end with the host that is interrupted, and nothing looks allowed', async () => {
    const interrupt = new AbortController();
    const [started, pid] = [bench.at('long-started'), bench.at('long-pid')];
    const host = await bench.open(
      [bench.plugin('long', { mode: 'audit', does: [['pid', pid], ['touch', started], ['hang']] })],
      {},
      { signal: interrupt.signal },
    );
    const run = host.invoke(HOOK, request());
    const refused = expect(run).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
    await vi.waitFor(() => expect(existsSync(started)).toBe(true), { timeout: 30_000 });
    interrupt.abort();
    await refused;
    await host.close();
    expect(bench.lives(pid)).toBe(false);
  });
});
