import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import { Cli } from '../support/cli.js';
import { compileC, missingTools } from '../support/compile.js';

const missing = missingTools('cc');
const cli = new Cli();
let kind: string;
beforeAll(() => {
  if (missing === undefined) kind = compileC('answers', cli.folder);
});
afterAll(() => cli.remove());

type Fields = Readonly<Record<string, unknown>>;

/** An entry of a pipeline whose plugin gives this answer. */
const plugin = (name: string, answer: Fields | undefined, rest: Fields = {}): Fields => ({
  name,
  kind,
  ...rest,
  config: { ...(answer === undefined ? {} : { answer }), ...(rest.config as Fields | undefined) },
});

const PAYLOAD = { name: 'search', args: { query: 'plugins' } };
const allow = { continue_processing: true };
const changed = { ...allow, modified_payload: { name: 'search', args: { query: 'changed' } } };
const denied = { continue_processing: false, violation: { code: 'no', reason: 'because' } };

/** Runs cases that stand in a folder without a project. */
async function run(cases: readonly Fields[], ...args: string[]) {
  const file = path.join(cli.folder, 'scenarios.yaml');
  writeFileSync(file, JSON.stringify({ cases }));
  const ended = await cli.run(['test', file, '--reporter', 'json', ...args], { cwd: cli.folder });
  if (ended.stdout === '') throw new Error(ended.stderr);
  const report = JSON.parse(ended.stdout) as TestReport;
  const messages = report.results.map(({ findings }) => findings.map(({ message }) => message));
  return { ...ended, report, messages };
}

/** What is said of one case. */
async function messagesOf(one: Fields, ...args: string[]): Promise<readonly string[]> {
  const { messages } = await run(
    [{ name: 'it', hook: 'tool_pre_invoke', payload: PAYLOAD, ...one }],
    '--codec',
    'json',
    ...args,
  );
  return messages[0] ?? [];
}

interface Row {
  readonly key: string;
  readonly plugins: () => readonly Fields[];
  readonly met: unknown;
  readonly unmet: unknown;
  /** What is said when it is not met. */
  readonly said: string | RegExp;
  readonly beside?: Fields;
}

const changer = () => [plugin('first', changed)];
const failing = (rest: Fields) => () => [plugin('bad', { continue_processing: 'yes' }, rest)];

/** Every expectation, met and not met. */
const ROWS: readonly Row[] = [
  { key: 'verdict', plugins: changer, met: 'allow', unmet: 'deny', said: 'verdict: expected "deny", found "allow"' },
  {
    key: 'violation',
    plugins: () => [plugin('gate', denied)],
    met: { code: 'no', reason: 'because', plugin_name: 'gate' },
    unmet: { code: 'yes' },
    said: 'violation.code: expected "yes", found "no"',
  },
  {
    key: 'payload',
    plugins: changer,
    met: { args: { query: { $regex: '^ch' } } },
    unmet: { args: { query: 'plugins' } },
    said: 'payload.args.query: expected "plugins", found "changed"',
  },
  {
    key: 'payload_modified',
    plugins: changer,
    met: true,
    unmet: false,
    said: 'payload_modified: expected false, found true',
  },
  {
    key: 'changes',
    plugins: changer,
    met: ['payload.args.query'],
    unmet: [{ path: 'payload.args.query', plugin: 'second' }],
    said: 'changes[0].plugin: expected "second", found "first"',
  },
  {
    key: 'changes',
    plugins: () => [plugin('watcher', changed, { mode: 'audit' })],
    met: [],
    unmet: ['payload.args.query'],
    said: 'changes: expected 1 element, [{"path":"payload.args.query"}], found []',
  },
  {
    key: 'extensions',
    plugins: () => [
      plugin(
        'labels',
        { ...allow, modified_extensions: { security: { labels: ['pii', 'seen'] } } },
        { capabilities: ['read_labels', 'append_labels'] },
      ),
    ],
    beside: { extensions: { security: { labels: ['pii'] } } },
    met: { security: { labels: ['pii', 'seen'] } },
    unmet: { security: { labels: ['pii'] } },
    said: /^extensions\.security\.labels: expected 1 element, \["pii"\], found \["pii","seen"\]$/,
  },
  {
    key: 'extensions_modified',
    plugins: changer,
    met: false,
    unmet: true,
    said: 'extensions_modified: expected true, found false',
  },
  {
    key: 'errors',
    plugins: failing({ on_error: 'ignore' }),
    met: [{ plugin_name: 'bad' }],
    unmet: [{ plugin_name: 'good' }],
    said: 'errors[0].plugin_name: expected "good", found "bad"',
  },
  {
    key: 'background_errors',
    plugins: failing({ mode: 'fire_and_forget' }),
    met: [{ plugin_name: 'bad' }],
    unmet: [],
    said: /^background_errors: expected 0 elements, found \[\{"plugin_name":"bad"/,
  },
  {
    key: 'records',
    plugins: () => [plugin('first', changed), plugin('watcher', denied, { mode: 'audit' })],
    met: {
      first: { status: 'completed', requested_allow: true, applied: true },
      watcher: { mode: 'audit', requested_allow: false, effective_allow: true },
    },
    unmet: { first: { status: 'skipped' } },
    said: 'records.first.status: expected "skipped", found "completed"',
  },
  {
    key: 'global_state',
    plugins: () => [plugin('first', { ...allow, context: { global_state: { seen: 1 }, local_state: { mine: 2 } } })],
    met: { seen: 1 },
    unmet: { seen: 2 },
    said: 'global_state.seen: expected 2, found 1',
  },
  {
    key: 'local_states',
    plugins: () => [plugin('first', { ...allow, context: { global_state: {}, local_state: { mine: 2 } } })],
    met: { first: { mine: 2 } },
    unmet: { first: { mine: 3 } },
    said: 'local_states.first.mine: expected 3, found 2',
  },
  {
    key: 'logs',
    plugins: () => [
      plugin('first', undefined, { config: { log: 'one' } }),
      plugin('second', undefined, { config: { log: 'two' } }),
    ],
    met: [
      { plugin: 'first', message: 'one' },
      { plugin: 'second', level: 'info', message: 'two' },
    ],
    unmet: [{ plugin: 'first', message: 'two' }],
    said: /^logs\[0\]: expected \{"plugin":"first","message":"two"\}, found \[/,
  },
  {
    key: 'calls',
    plugins: () => [plugin('first', undefined, { config: { log: 'one' } })],
    met: [{ plugin: 'first', method: 'host.log', ok: true }],
    unmet: [{ method: 'host.kv.get' }],
    said: /^calls\[0\]: expected \{"method":"host.kv.get"\}/,
  },
  {
    key: 'events',
    plugins: changer,
    met: [],
    unmet: [{ name: 'x' }],
    said: 'events[0]: expected {"name":"x"}, found nothing more',
  },
  {
    key: 'error',
    plugins: () => [plugin('first', allow, { hooks: ['tool_post_invoke'] })],
    met: { code: 'CPEX_E_PIPELINE_HOOKS', message: { $contains: 'first' } },
    unmet: { code: 'CPEX_E_BUG' },
    said: 'error.code: expected "CPEX_E_BUG", found "CPEX_E_PIPELINE_HOOKS"',
  },
  {
    key: 'error',
    plugins: changer,
    met: { $absent: true },
    unmet: { code: 'x' },
    said: 'error: expected {"code":"x"}, found nothing',
  },
];

describe.skipIf(missing !== undefined)(`scenarios${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(ROWS)('meet $key', async ({ key, plugins, met, beside }) => {
    expect(await messagesOf({ plugins: plugins(), ...beside, expect: { [key]: met } })).toEqual([]);
  });

  it.each(ROWS)('are told what $key was instead', async ({ key, plugins, unmet, said, beside }) => {
    const messages = await messagesOf({ plugins: plugins(), ...beside, expect: { [key]: unmet } });
    expect(messages).toEqual([typeof said === 'string' ? said : expect.stringMatching(said)]);
  });

  it('fail for an error that nobody expects', async () => {
    const messages = await messagesOf({ plugins: failing({ on_error: 'ignore' })(), expect: { verdict: 'allow' } });
    expect(messages).toEqual([expect.stringMatching(/^errors: expected 0 elements, found \[\{"plugin_name":"bad"/)]);
  });

  it('carry state and extensions from hook to hook, and expect of each step what belongs to it', async () => {
    const state = { ...allow, context: { global_state: { n: 1 }, local_state: { m: 2 } } };
    const plugins = [
      plugin(
        'labels',
        { ...state, modified_extensions: { security: { labels: ['seen'] } } },
        {
          capabilities: ['read_labels', 'append_labels'],
        },
      ),
    ];
    const steps = [
      { hook: 'tool_pre_invoke', payload: PAYLOAD, expect: { global_state: { n: 1 }, extensions_modified: true } },
      { hook: 'tool_pre_invoke', payload: { name: 'other', args: {} } },
    ];
    const good = { name: 'it', plugins, steps, context: { global_state: { from: 'outside' } } };
    const last = {
      payload: { name: 'other' },
      extensions: { security: { labels: ['seen'] } },
      extensions_modified: false,
    };
    const wrong = [{ ...steps[0], expect: { verdict: 'deny' } }, ...steps.slice(1)];
    const { messages } = await run(
      [
        { ...good, expect: last },
        { ...good, name: 'wrong', steps: wrong, expect: { local_states: { labels: { m: 3 } } } },
        { ...good, name: 'denied', plugins: [plugin('gate', denied)], expect: { verdict: 'deny' } },
      ],
      '--codec',
      'json',
    );
    expect(messages).toEqual([
      [],
      ['steps[0].verdict: expected "deny", found "allow"', 'local_states.labels.m: expected 3, found 2'],
      [
        'steps[0].global_state.n: expected 1, found nothing',
        'steps[0].extensions_modified: expected true, found false',
      ],
    ]);
  });

  it('show who did what below a failure', async () => {
    const one = { name: 'it', hook: 'tool_pre_invoke', payload: PAYLOAD, expect: { verdict: 'deny' } };
    const { report } = await run([
      { ...one, plugins: [plugin('first', changed), plugin('w', denied, { mode: 'audit' })] },
    ]);
    expect(report.results[0]?.findings[0]?.evidence).toEqual([
      'first (sequential): completed, allow',
      '  payload.args.query: "plugins" → "changed"',
      expect.stringMatching(/^w \(audit\): completed, deny without effect/),
    ]);
    const pretty = await cli.run(['test', path.join(cli.folder, 'scenarios.yaml')], { cwd: cli.folder });
    expect(pretty).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('payload.args.query: "plugins" → "changed"'),
    });
  });

  it('tell why a plugin denied, although the reason stands in its configuration', async () => {
    const violation = { code: 'no', reason: 'nothing is deleted here' };
    const one = { name: 'it', hook: 'tool_pre_invoke', payload: PAYLOAD, expect: { verdict: 'allow' } };
    const { report } = await run([{ ...one, plugins: [plugin('gate', { ...denied, violation })] }]);
    expect(report.results[0]?.findings[0]?.evidence).toEqual([
      'gate (sequential): completed, deny: no: nothing is deleted here',
    ]);
  });

  it('take the pipeline of a file, with changes by the name of an entry', async () => {
    mkdirSync(path.join(cli.folder, 'policies'), { recursive: true });
    const file = path.join(cli.folder, 'policies', 'pipeline.yaml');
    writeFileSync(file, JSON.stringify({ plugins: [plugin('gate', denied), plugin('first', changed)] }));
    const one = { hook: 'tool_pre_invoke', payload: PAYLOAD, pipeline: 'policies/pipeline.yaml' };
    const { messages } = await run([
      { ...one, name: 'as it is', expect: { verdict: 'deny' } },
      {
        ...one,
        name: 'softer',
        plugins: [{ name: 'gate', mode: 'audit' }],
        expect: { verdict: 'allow', payload_modified: true },
      },
      { ...one, name: 'typo', plugins: [{ name: 'gaet', mode: 'audit' }], expect: { verdict: 'allow' } },
      { ...one, name: 'no file', pipeline: 'policies/none.yaml', expect: { verdict: 'allow' } },
    ]);
    expect(messages.slice(0, 2)).toEqual([[], []]);
    expect(messages[2]?.[0]).toMatch(/CPEX_E_CASE_INVALID: pipeline.yaml has no plugin "gaet"/);
    expect(messages[3]?.[0]).toMatch(/CPEX_E_PIPELINE_CONFIG: There is no file/);
  });

  it('are found in a folder of policies, beside other files', async () => {
    const folder = path.join(cli.folder, 'policies');
    mkdirSync(path.join(folder, 'deep'), { recursive: true });
    writeFileSync(path.join(folder, 'pipeline.yaml'), JSON.stringify({ plugins: [plugin('gate', denied)] }));
    const one = { name: 'denies', pipeline: '../pipeline.yaml', hook: 'tool_pre_invoke', expect: { verdict: 'deny' } };
    writeFileSync(path.join(folder, 'deep', 'one.yaml'), JSON.stringify(one));
    mkdirSync(path.join(folder, '.github'), { recursive: true });
    writeFileSync(path.join(folder, '.github', 'ci.yml'), 'name: ci\nsteps: []\n');
    writeFileSync(path.join(folder, 'deep', 'compose.yaml'), 'name: shop\nservices: {}\n');
    const junit = path.join(cli.folder, 'junit.xml');
    const ended = await cli.run(['test', 'policies', '--reporter', `junit=${junit}`], { cwd: cli.folder });
    expect(ended.code).toBe(0);
    expect(readFileSync(junit, 'utf8')).toContain('name="case:denies"');
    writeFileSync(path.join(folder, 'deep', 'one.yaml'), JSON.stringify({ ...one, expect: { verdict: 'allow' } }));
    expect(await cli.run(['test', 'policies'], { cwd: cli.folder })).toMatchObject({ code: 1 });
  });

  it('need a plugin of their own where there is no project', async () => {
    const file = path.join(cli.folder, 'scenarios.yaml');
    writeFileSync(file, JSON.stringify({ name: 'it', hook: 'tool_pre_invoke', expect: { verdict: 'allow' } }));
    expect(await cli.run(['test', file], { cwd: cli.folder })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/CPEX_E_TEST_NO_SUBJECT/),
    });
    const messages = await messagesOf({ plugins: [{ name: 'a' }], expect: { verdict: 'allow' } });
    expect(messages).toEqual([expect.stringMatching(/does not say what plugin "a" is/)]);
    mkdirSync(path.join(cli.folder, 'empty'));
    expect(await cli.run(['test', 'empty'], { cwd: cli.folder })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there are no cases in it: it holds no .yaml or .yml file'),
    });
    writeFileSync(path.join(cli.folder, 'empty', 'one.yaml'), JSON.stringify([{ hook: 'elicit', expect: {} }]));
    expect(await cli.run(['test', 'empty'], { cwd: cli.folder })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('below the key "cases", found a list by itself'),
    });
    writeFileSync(path.join(cli.folder, 'empty', 'one.yaml'), 'plugins: []\n');
    expect(await cli.run(['test', 'empty'], { cwd: cli.folder })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/without cases, hook, steps, expect/),
    });
  });

  it('take the library under test where an entry has no kind', async () => {
    const file = path.join(cli.folder, 'scenarios.yaml');
    const one = { hook: 'tool_pre_invoke', payload: PAYLOAD, plugins: [{ name: 'own', config: { answer: changed } }] };
    writeFileSync(file, JSON.stringify({ name: 'it', ...one, expect: { payload: { args: { query: 'changed' } } } }));
    const ended = await cli.run(['test', kind, file, '--only', 'case:it'], { cwd: cli.folder });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('1 passed') });
  });

  it('record what came, and compare it afterwards', async () => {
    const one = { plugins: [plugin('first', changed)], expect: { snapshot: true } };
    expect(await messagesOf(one)).toEqual([expect.stringContaining('--update records it')]);
    expect(await messagesOf(one, '--update')).toEqual([]);
    expect(await messagesOf(one)).toEqual([]);
    const other = { plugins: [plugin('first', allow)], expect: { snapshot: true } };
    expect(await messagesOf(other)).toContainEqual(
      expect.stringMatching(/^snapshot\.payload_modified: expected true, found false/),
    );
  });
});

describe.skipIf(missing !== undefined)('cases in two codecs', () => {
  const both = (packed: string | undefined, answer: Fields, verdict: string) => ({
    name: `${packed} ${verdict}`,
    hook: 'tool_pre_invoke',
    config: { answer, ...(packed === undefined ? {} : { packed }) },
    expect: { verdict },
  });
  const test = async (one: Fields, ...args: string[]) => {
    const file = path.join(cli.folder, 'codecs.yaml');
    writeFileSync(file, JSON.stringify(one));
    const ended = await cli.run(['test', kind, file, '--only', 'case:*', '--reporter', 'json', ...args], {
      cwd: cli.folder,
    });
    const [result] = (JSON.parse(ended.stdout) as TestReport).results.filter(({ suite }) => suite === 'cases');
    return {
      code: ended.code,
      verdict: result?.verdict,
      codecs: result?.codecs,
      messages: result?.findings.map((one) => one.message),
      reason: result?.reason,
      evidence: result?.findings[0]?.evidence,
    };
  };

  it('pass when they agree', async () => {
    expect(await test(both('allow', allow, 'allow'))).toMatchObject({
      code: 0,
      verdict: 'pass',
      codecs: ['json', 'msgpack'],
    });
  });

  it('run once where the plugin takes JSON alone', async () => {
    const result = await test(both(undefined, allow, 'allow'));
    expect(result).toMatchObject({ code: 0, verdict: 'pass' });
    expect(result.codecs).toBeUndefined();
  });

  it.each([
    ['MessagePack', 'deny', allow, 'allow', 'verdict: expected "allow", found "deny"'],
    ['JSON', 'allow', denied, 'allow', 'verdict: expected "allow", found "deny"'],
  ])('fail when they fail over %s alone, and say so', async (codec, packed, answer, verdict, message) => {
    expect(await test(both(packed, answer, verdict))).toMatchObject({
      code: 1,
      verdict: 'fail',
      messages: [`over ${codec} alone: ${message}`],
    });
  });

  it('tell a failure in both once', async () => {
    expect(await test(both('deny', denied, 'allow'))).toMatchObject({
      code: 1,
      messages: ['verdict: expected "allow", found "deny"'],
      evidence: [expect.stringMatching(/^result: \{"continue_processing":false,"violation":\{"code":"no"/)],
    });
  });

  it('run in the codec that is asked for', async () => {
    expect(await test(both('deny', allow, 'allow'), '--codec', 'json')).toMatchObject({ code: 0, verdict: 'pass' });
    expect(await test(both('deny', allow, 'deny'), '--codec', 'msgpack')).toMatchObject({ code: 0, verdict: 'pass' });
    expect(await test(both(undefined, allow, 'allow'), '--codec', 'msgpack')).toMatchObject({
      verdict: 'skip',
      reason: 'there is no MessagePack in it',
    });
  });
});
