import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../src/pipeline/cpex/changes.js';
import { type Mode, PHASES } from '../../src/pipeline/cpex/effects.js';
import { pipelineOf } from '../../src/pipeline/cpex/pipeline.js';
import { shortened } from '../../src/pipeline/cpex/records.js';
import { pipelineRequest } from '../../src/pipeline/cpex/request.js';
import type { ContextTable, HookInvocation, PluginAnswer } from '../../src/pipeline/cpex/types.js';
import { CONTEXT, configOf, entry, failure, HOOK, PAYLOAD, request, result, scripted } from './cpex-bench.js';

const ALLOW = { continue_processing: true };
const allows = () => result(ALLOW);
const denies = (code: string) => () =>
  result({ continue_processing: false, violation: { code, reason: 'because', details: { at: 1n } } });
const changes = (payload: unknown) => () => result({ ...ALLOW, modified_payload: payload });

describe('the order of plugins', () => {
  it('is by phase, then by priority, then as in the configuration', async () => {
    const called: string[] = [];
    const notes = (name: string, more: object) =>
      [
        entry(name, more),
        () => {
          called.push(name);
          return result(ALLOW);
        },
      ] as const;
    const host = scripted([
      notes('faf', { mode: 'fire_and_forget', priority: -5 }),
      notes('concurrent', { mode: 'concurrent' }),
      notes('audit-2', { mode: 'audit', priority: 2 }),
      notes('audit-1', { mode: 'audit', priority: 1 }),
      notes('transform', { mode: 'transform' }),
      notes('late', { priority: 101 }),
      notes('same-a', {}),
      notes('same-b', {}),
      notes('early', { priority: -1 }),
      notes('same-c', {}),
    ]);
    const run = await host.invoke(HOOK, request());
    const later = await run.background();
    const order = [
      'early',
      'same-a',
      'same-b',
      'same-c',
      'late',
      'transform',
      'audit-1',
      'audit-2',
      'concurrent',
      'faf',
    ];
    expect(called).toEqual(order);
    expect([...run.records, ...later.records].map(({ plugin_name }) => plugin_name)).toEqual(order);
  });

  it('is stable for any priorities', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }), async (priorities) => {
        const called: number[] = [];
        const host = scripted(
          priorities.map((priority, index) => [
            entry(`p${index}`, { priority }),
            () => {
              called.push(index);
              return result(ALLOW);
            },
          ]),
        );
        await host.invoke(HOOK, request());
        const expected = [...priorities.keys()].sort((a, b) => (priorities[a] ?? 0) - (priorities[b] ?? 0) || a - b);
        expect(called).toEqual(expected);
      }),
    );
  });
});

describe('a deny', () => {
  it.each(['sequential', 'concurrent'] as const)(
    'in %s leaves a record for each plugin that is not called',
    async (mode) => {
      const called: string[] = [];
      const others = PHASES.map(
        (other) =>
          [
            entry(`after-${other}`, { mode: other, priority: 200 }),
            () => {
              called.push(other);
              return result(ALLOW);
            },
          ] as const,
      );
      const host = scripted([[entry('denier', { mode }), denies('no')], ...others]);
      const run = await host.invoke(HOOK, request());
      expect(run.violation).toEqual({ code: 'no', reason: 'because', details: { at: 1n }, plugin_name: 'denier' });
      const later = PHASES.slice(PHASES.indexOf(mode) + (mode === 'concurrent' ? 1 : 0)).map(
        (other) => `after-${other}`,
      );
      const skipped = run.records.filter(({ status }) => status === 'skipped');
      expect(skipped.map(({ plugin_name }) => plugin_name)).toEqual(later);
      for (const record of skipped) {
        expect(record).toMatchObject({
          matched: true,
          applied: false,
          effective_allow: true,
          reason: '"denier" denied before',
        });
        expect(record).not.toHaveProperty('requested_allow');
      }
      expect(called).not.toContain('fire_and_forget');
      expect(await run.background()).toEqual({ errors: [], records: [] });
    },
  );

  it('keeps what plugins before it have changed', async () => {
    const host = scripted([
      [entry('changes'), changes({ name: 'changed', args: {} })],
      [entry('denier'), denies('no')],
    ]);
    const run = await host.invoke(HOOK, request());
    expect(run).toMatchObject({ verdict: 'deny', payload: { name: 'changed', args: {} }, payloadModified: true });
  });

  it('that cannot be read denies all the same', async () => {
    for (const violation of [{}, { code: '' }, 'no', null, { code: 'x', reason: 1 }]) {
      const host = scripted([
        [entry('denier', { onError: 'ignore' }), () => result({ continue_processing: false, violation })],
      ]);
      const run = await host.invoke(HOOK, request());
      expect(run.violation).toMatchObject({ code: 'sequential_deny', plugin_name: 'denier' });
      expect(run.records[0]?.findings.map(({ id }) => id)).toContain('hook.violation');
    }
  });

  it('does not take over changes, nor a payload that does not fit', async () => {
    const bad = { continue_processing: false, modified_payload: { name: 1 }, violation: { code: 'no', reason: 'r' } };
    for (const mode of PHASES) {
      const host = scripted([[entry('denier', { mode }), () => result(bad)]]);
      const run = await host.invoke(HOOK, request());
      expect(run.payload).toBe(PAYLOAD);
      expect(run.verdict).toBe(mode === 'sequential' || mode === 'concurrent' ? 'deny' : 'allow');
      const [record] = [...run.records, ...(await run.background()).records];
      expect(record).toMatchObject({ status: 'completed', findings: [{ id: 'hook.payload' }] });
    }
  });
});

describe('whether a payload was changed', () => {
  const BIG = { name: 'search', args: { id: 9007199254740993n, other: 9007199254740992 } };

  it.each([
    ['another order of keys', { args: { other: 9007199254740992n, id: 9007199254740993n }, name: 'search' }, false],
    ['a number one off beyond 2^53', { ...BIG, args: { ...BIG.args, id: 9007199254740992n } }, true],
    ['a key more', { ...BIG, more: null }, true],
    ['null in place of nothing', { ...BIG, args: { ...BIG.args, x: null } }, true],
  ])('is found by comparison: %s', async (_what, returned, modified) => {
    for (const mode of PHASES) {
      for (const claimed of [true, false]) {
        const host = scripted([
          [entry('liar', { mode }), () => result({ ...ALLOW, modified_payload: returned, payload_modified: claimed })],
        ]);
        const run = await host.invoke(HOOK, request({ payload: BIG }));
        const [record] = [...run.records, ...(await run.background()).records];
        expect(record?.payload_modified).toBe(modified);
        const may = mode === 'sequential' || mode === 'transform';
        expect(run.payloadModified).toBe(modified && may);
        expect(run.payload).toBe(modified && may ? returned : BIG);
        expect(record?.changes === undefined).toBe(!modified);
      }
    }
  });
});

describe('state', () => {
  const START: ContextTable = {
    requestId: 'req-7',
    globalState: { shared: 0 },
    localStates: { one: { n: 0 }, other: { n: 5 } },
  };

  it.each(PHASES)('of %s reaches the next plugin and the next hook, or does not', async (mode: Mode) => {
    const seen: HookInvocation['context'][] = [];
    const host = scripted([
      [
        entry('one', { mode }),
        () => result({ ...ALLOW, context: { local_state: { n: 1 }, global_state: { shared: 1 } } }),
      ],
      [
        entry('two', { mode: mode === 'sequential' ? 'transform' : 'fire_and_forget' }),
        ({ context }) => {
          seen.push(context);
          return result(ALLOW);
        },
      ],
    ]);
    const run = await host.invoke(HOOK, request({ context: START }));
    await run.background();
    const kept = mode === 'sequential' || mode === 'transform';
    const globalState = { shared: kept ? 1 : 0 };
    expect(seen).toEqual([{ request_id: 'req-7', local_state: {}, global_state: globalState }]);
    expect(run.context).toEqual({
      requestId: 'req-7',
      globalState,
      localStates: { one: { n: kept ? 1 : 0 }, other: { n: 5 } },
    });
  });

  it.each(['deny', 'deny_bare', 'error', 'timeout', 'panic'] as const)(
    'of a plugin that ends the run with %s is as before its call',
    async (outcome) => {
      const context = { local_state: { n: 9 }, global_state: { shared: 9 } };
      const denied = { continue_processing: false, context };
      const violation = { code: 'no', reason: 'r' };
      const answers: Readonly<Record<typeof outcome, PluginAnswer>> = {
        deny: result({ ...denied, violation }),
        deny_bare: result(denied),
        error: failure('error'),
        timeout: failure('timeout'),
        panic: failure('panic'),
      };
      const host = scripted([[entry('one'), () => answers[outcome]]]);
      const run = await host.invoke(HOOK, request({ context: START }));
      expect(run.verdict).toBe('deny');
      expect(run.context).toEqual(START);
    },
  );

  it('goes from hook to hook of one request, and not from request to request', async () => {
    const host = scripted([
      [
        entry('counts'),
        ({ context }) => result({ ...ALLOW, context: { local_state: { n: Number(context.local_state.n ?? 0) + 1 } } }),
      ],
    ]);
    let context = CONTEXT;
    for (const n of [1, 2, 3]) {
      ({ context } = await host.invoke(HOOK, request({ context })));
      expect(context.localStates).toEqual({ counts: { n } });
    }
    expect((await host.invoke(HOOK, request())).context.localStates).toEqual({ counts: { n: 1 } });
  });

  it('of concurrent plugins is a snapshot: none sees what another one does', async () => {
    const seen: unknown[] = [];
    const writes = ({ context }: HookInvocation) => {
      seen.push(context.global_state);
      return result({ ...ALLOW, context: { global_state: { taken: true } } });
    };
    const host = scripted([
      [entry('a', { mode: 'concurrent' }), writes],
      [entry('b', { mode: 'concurrent' }), writes],
    ]);
    const run = await host.invoke(HOOK, request());
    expect(seen).toEqual([{}, {}]);
    expect(run.context).toEqual(CONTEXT);
  });

  it('of a plugin with a name that objects have already is its own', async () => {
    const host = scripted([
      [
        entry('__proto__'),
        ({ context }) => result({ ...ALLOW, context: { local_state: { was: context.local_state } } }),
      ],
    ]);
    const { context } = await host.invoke(HOOK, request());
    expect(Object.entries(context.localStates)).toEqual([['__proto__', { was: {} }]]);
  });
});

describe('what is asked of a pipeline', () => {
  it('has to be a hook, in any spelling', async () => {
    const seen: string[] = [];
    const one = entry('one');
    const host = pipelineOf(
      configOf([one]),
      [
        {
          entry: one,
          id: 'one',
          declaredHooks: new Set(['identity.resolve']),
          invoke: async ({ hook }) => {
            seen.push(hook);
            return result(ALLOW);
          },
          close: async () => undefined,
        },
      ],
      new AbortController().signal,
    );
    const run = await host.invoke('identity_resolve', request({ payload: {} }));
    expect([run.hook, run.records[0]?.hook_name, ...seen]).toEqual(Array(3).fill('identity.resolve'));
    await expect(host.invoke('tool_pre_invok', request())).rejects.toMatchObject({
      code: 'CPEX_E_HOOK_UNKNOWN',
      message: expect.stringContaining('Did you mean "tool_pre_invoke"?'),
    });
    // A hook that the plugin does not have is not sent to it, and not silently.
    const other = await host.invoke(HOOK, request());
    expect(other.records).toMatchObject([{ status: 'skipped', matched: false, reason: expect.stringContaining(HOOK) }]);
    expect(seen).toHaveLength(1);
  });

  it.each([
    [
      'a payload of another type',
      { payload: 'text' },
      'The payload does not fit the hook tool_pre_invoke: the body must be an object',
    ],
    ['no payload', { payload: null }, 'must be an object, not null'],
    ['a payload without its name', { payload: { args: {} } }, '"name" is missing'],
    ['a payload with a field of another type', { payload: { name: 1n, args: {} } }, '"name" must be a string'],
    [
      'extensions of another shape',
      { extensions: { security: { labels: 'pii' } } },
      '"security.labels" must be an array',
    ],
    ['a slot that does not exist', { extensions: { securty: {} } }, 'Did you mean "security"?'],
  ])('is refused with %s before any plugin is called', async (_what, more, message) => {
    let called = 0;
    const host = scripted([
      [
        entry('one'),
        () => {
          called++;
          return result(ALLOW);
        },
      ],
    ]);
    await expect(host.invoke(HOOK, request(more as object))).rejects.toMatchObject({
      code: 'CPEX_E_PIPELINE_REQUEST',
      message: expect.stringContaining(message),
    });
    expect(called).toBe(0);
  });

  it('names where its context comes from when a whole output is given', () => {
    expect(() => pipelineRequest(HOOK, { context: { v: 1, result: {} } })).toThrow(
      expect.objectContaining({
        code: 'CPEX_E_PIPELINE_REQUEST',
        remedy: expect.stringContaining('jq .result.context'),
      }),
    );
  });

  it('is refused once the pipeline is closed', async () => {
    const host = scripted([[entry('one'), allows]]);
    const run = await host.invoke(HOOK, request());
    await host.close();
    await expect(host.invoke(HOOK, request())).rejects.toMatchObject({ code: 'CPEX_E_PIPELINE_CLOSED' });
    expect(await run.background()).toEqual({ errors: [], records: [] });
    await host.close();
  });

  it('is ended by an interruption, whatever the plugin answers then', async () => {
    const interrupt = new AbortController();
    const host = scripted(
      [
        [
          entry('one'),
          () => {
            interrupt.abort();
            return result(ALLOW);
          },
        ],
      ],
      {},
      interrupt.signal,
    );
    await expect(host.invoke(HOOK, request())).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
  });

  it('keeps its verdict when what goes on behind it is interrupted, which is no error that nobody handles', async () => {
    const interrupt = new AbortController();
    let answer: () => void = () => undefined;
    const goes = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const later = async () => {
      await goes;
      return result(ALLOW);
    };
    const config = { mode: 'fire_and_forget' } as const;
    const host = scripted([[entry('later', config), later]], {}, interrupt.signal);
    const run = await host.invoke(HOOK, request());
    expect(run.verdict).toBe('allow');
    interrupt.abort();
    answer();
    await host.close();
    await expect(run.background()).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
  });
});

describe('plugins that are not called', () => {
  it('leave records with the reason that the selection gave, and one where their mode is disabled', async () => {
    const [one, off, other] = [entry('one'), entry('off', { mode: 'disabled' }), entry('other')];
    const config = {
      ...configOf([one, off, other]),
      select: () => ({
        plugins: [one],
        skipped: [
          { plugin: off, reason: 'its mode is disabled' },
          { plugin: other, reason: 'its condition does not hold' },
        ],
      }),
    };
    const member = {
      entry: one,
      id: 'one',
      declaredHooks: new Set([HOOK]),
      invoke: async () => result(ALLOW),
      close: async () => undefined,
    };
    const run = await pipelineOf(config, [member], new AbortController().signal).invoke(HOOK, request());
    expect(
      run.records.map(({ plugin_name, status, matched, reason }) => [plugin_name, status, matched, reason]),
    ).toEqual([
      ['off', 'disabled', false, 'its mode is disabled'],
      ['other', 'skipped', false, 'its condition does not hold'],
      ['one', 'completed', true, undefined],
    ]);
  });
});

describe('a configuration', () => {
  const SECRET = 'hunter2-hunter2';
  const config = { api_key: SECRET, pin: 'p1n', note: 'a long enough note', nested: [{ token: 'tok-123456' }] };
  const plain = { ...config, endpoint: 'db.internal:5432', header: 'Bearer sekrit-proof', accessKey: 'of three words' };

  it.each(PHASES)('is not quoted by what %s leaves, when a plugin tells of it', async (mode) => {
    const said = `cannot use ${SECRET} nor tok-123456: a long enough note`;
    const details = { tried: SECRET, [SECRET]: 1, list: ['tok-123456'] };
    const answers: PluginAnswer[] = [
      { ...failure('error', said), details } as PluginAnswer,
      failure('panic', said),
      failure('timeout', said),
      result({ continue_processing: false, violation: { code: 'no', reason: said, details } }),
      {
        kind: 'result',
        result: { ...ALLOW, metadata: details },
        findings: [{ id: 'x', severity: 'warn', message: said, evidence: [said] }],
        durationNs: 1,
      },
      result({ ...ALLOW, modified_payload: { name: SECRET, args: {} } }),
      result({ ...ALLOW, modified_extensions: { request: { [SECRET]: 1 } } }),
    ];
    for (const answer of answers) {
      for (const onError of ['fail', 'ignore'] as const) {
        const host = scripted([[entry('leaks', { mode, onError, config }), () => answer]]);
        const run = await host.invoke(HOOK, request());
        const later = await run.background();
        const told = JSON.stringify([run.records, run.errors, run.violation, later], (_key, value) =>
          typeof value === 'bigint' ? `${value}` : value,
        );
        expect(told).not.toContain(SECRET);
        expect(told).not.toContain('tok-123456');
        expect(told).toContain('"config_keys":["api_key","pin","note","nested"]');
      }
    }
  });

  it('may stand in the reason of a deny where it is no secret, and not in the record', async () => {
    const reason = 'a long enough note of db.internal:5432, sekrit-proof';
    const host = scripted([
      [
        entry('gate', { config: plain }),
        () => result({ continue_processing: false, violation: { code: 'no', reason } }),
      ],
    ]);
    const run = await host.invoke(HOOK, request());
    expect(run.violation?.reason).toBe(reason);
    // What is written for people stays in the record as well.
    expect(run.records[0]?.reason).toBe('no: a long enough note of (removed), (removed)');
    const named = scripted([
      [entry('fails', { config: plain, onError: 'ignore' }), () => failure('error', 'of three words')],
    ]);
    expect((await named.invoke(HOOK, request())).errors[0]?.message).toBe('(removed)');
  });

  it('is not quoted by the code of an error, nor is that longer than 256 bytes', async () => {
    const answer = { ...failure('error'), code: `${SECRET}${'x'.repeat(400)}` } as PluginAnswer;
    const host = scripted([[entry('leaks', { onError: 'ignore', config }), () => answer]]);
    const run = await host.invoke(HOOK, request());
    expect(run.errors[0]?.code).toBe(run.records[0]?.error_code);
    expect(run.errors[0]?.code).toMatch(/^\(removed\)x+…$/);
    expect(Buffer.byteLength(run.errors[0]?.code ?? '')).toBeLessThanOrEqual(256);
  });
});

describe('records', () => {
  it('have reasons of at most 256 bytes that end at a character', async () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const short = shortened(text);
        expect(Buffer.byteLength(short)).toBeLessThanOrEqual(256);
        expect(Buffer.from(short).toString()).toBe(short);
        if (Buffer.byteLength(text) <= 256) expect(short).toBe(text);
        else expect(text.startsWith(short.slice(0, -1))).toBe(true);
      }),
    );
    const host = scripted([[entry('talks'), () => failure('error', '😀'.repeat(100_000))]]);
    const run = await host.invoke(HOOK, request());
    expect(run.records[0]?.reason).toBe(`${'😀'.repeat(63)}…`);
    expect(Buffer.byteLength(run.errors[0]?.message ?? '')).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(run.violation?.reason ?? '')).toBeLessThanOrEqual(4096);
  });

  it('keep short metadata, and bound what a plugin makes long', async () => {
    const key = 'k'.repeat(100_000);
    const floods = {
      ...ALLOW,
      metadata: { text: 'x'.repeat(20_000) },
      modified_extensions: { request: { [key]: 1 } },
    };
    const host = scripted([
      [entry('notes'), () => result({ ...ALLOW, metadata: { redacted: { email: 2 } } })],
      [entry('floods'), () => result(floods)],
      [
        entry('breaks', { onError: 'ignore' }),
        () => result({ ...ALLOW, modified_extensions: { security: { labels: Array(50_000).fill(1) } } }),
      ],
    ]);
    const { records, errors } = await host.invoke(HOOK, request());
    expect(records[0]?.metadata).toEqual({ redacted: { email: 2 } });
    expect(records[1]).not.toHaveProperty('metadata');
    expect(records[1]?.findings.map(({ id }) => id)).toEqual(['hook.extensions', 'hook.metadata']);
    expect(records[2]?.findings).toHaveLength(8);
    expect(JSON.stringify([records, errors]).length).toBeLessThan(20_000);
  });

  it('name at most 64 keys of the configuration', async () => {
    const config = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key-${index}`, index]));
    const host = scripted([[entry('many', { config }), allows]]);
    const { records } = await host.invoke(HOOK, request());
    expect(records[0]?.config_keys).toEqual(Object.keys(config).slice(0, 64));
    const long = await scripted([[entry('long', { config: { ['k'.repeat(400)]: 1 } }), allows]]).invoke(
      HOOK,
      request(),
    );
    expect(Buffer.byteLength(long.records[0]?.config_keys[0] ?? '')).toBe(256);
  });

  it('tell where something was changed, and no more than is worth reading', () => {
    expect(
      changesBetween('p', { a: { b: [1, 2], c: 'x' }, gone: 1 }, { a: { b: [1, 3, 4], c: 'x' }, 'new key': null }),
    ).toEqual([
      { path: 'p.a.b[1]', before: 2, after: 3 },
      { path: 'p.a.b[2]', after: 4 },
      { path: 'p.gone', before: 1 },
      { path: 'p["new key"]', after: null },
    ]);
    expect(changesBetween('p', 1n, 1)).toEqual([]);
    const many = changesBetween('p', {}, Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`k${n}`, n])));
    expect(many).toHaveLength(65);
    const [long] = changesBetween('p', 'x', 'y'.repeat(100_000));
    expect(String(long?.after).length).toBeLessThan(1100);
    expect(String(long?.after)).toMatch(/^y+… \(100000 characters\)$/);
  });

  it('say so when a plugin changed more places than they name', async () => {
    for (const [places, told] of [
      [64, []],
      [65, ['hook.changes']],
    ] as const) {
      const args = Object.fromEntries(Array.from({ length: places }, (_, index) => [`k${index}`, index]));
      const host = scripted([[entry('rewrites'), changes({ name: 'search', args })]]);
      const { records } = await host.invoke(HOOK, request({ payload: { name: 'search', args: {} } }));
      expect(records[0]?.changes).toHaveLength(64);
      expect(records[0]?.findings.map(({ id }) => id)).toEqual(told);
    }
  });

  it('has changes exactly where two values differ', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(json, json, (before, after) => {
        const list = changesBetween('v', before, after);
        expect(list.length === 0).toBe(changesBetween('v', after, before).length === 0);
        expect(changesBetween('v', before, structuredClone(before))).toEqual([]);
      }),
    );
  });
});
