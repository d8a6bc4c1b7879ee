import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, cpex, isThere } from '../shell/cli.js';
import { asksProject } from '../testing/support/asks-project.js';

/** 100,000 callbacks take a while where other work goes on beside them. */
const SLOW_MS = 280_000;

const SECRET = 'sk-"quoted"-1234567890';

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-run-pipeline-')));
  const corpus = path.resolve(import.meta.dirname, '../../native/corpus/c');
  const source = path.resolve(import.meta.dirname, '../plugins/faults/faults.c');
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-fPIC', '-shared', '-fvisibility=hidden', '-I', corpus];
  execFileSync('cc', [...flags, '-o', path.join(folder, 'plugin.so'), source], { stdio: 'inherit' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Plugin {
  readonly name: string;
  readonly fault?: string;
  readonly [key: string]: unknown;
}

/** Writes a configuration of plugins with these faults; returns its name. */
function write(plugins: readonly Plugin[], more: object = {}, name = 'pipeline.json'): string {
  const entries = plugins.map(({ fault, config, ...rest }) => ({
    kind: './plugin.so',
    ...rest,
    config: { ...(config as object | undefined), ...(fault === undefined ? {} : { fault }) },
  }));
  writeFileSync(path.join(folder, name), JSON.stringify({ plugins: entries, ...more }));
  return name;
}

function run(file: string, ...words: string[]): CliResult {
  return cpex(['run', 'pipeline', file, ...words], {
    cwd: folder,
    env: { CPEX_PLUGINS_DIR: path.join(folder, 'none') },
  });
}

interface Printed {
  readonly ok: boolean;
  readonly result: Record<string, unknown> & {
    readonly verdict: string;
    readonly records: Record<string, unknown>[];
    readonly events: { kind: string; plugin: string }[];
    readonly trace?: { plugin: string }[];
    readonly dropped?: Record<string, { events: number; trace: number }>;
    readonly context: Record<string, unknown>;
    readonly background: { records: Record<string, unknown>[] };
  };
  readonly error?: { code: string };
}

function printed({ stdout }: CliResult): Printed {
  return JSON.parse(stdout) as Printed;
}

describe('cpex run pipeline', () => {
  it('prints the account on stdout and ends with 0 for an allow and for a deny', () => {
    const file = write([
      { name: 'changes', fault: 'modify' },
      { name: 'looks', mode: 'audit' },
      { name: 'off', mode: 'disabled' },
    ]);
    const allowed = run(file, 'tool_pre_invoke', '-d', '{"name":"x","args":{"a":1}}');
    expect({ ...allowed, stdout: allowed.stdout.replace(/\d+\.\d ms/g, 'N ms') }).toEqual({
      status: 0,
      stderr: '',
      stdout: [
        'sequential',
        '  ✓ changes  allow, payload modified  N ms',
        '      payload.name: "x" → "changed"',
        '      payload.args.a: - 1',
        'audit',
        '  ✓ looks    allow  N ms',
        'not called',
        '  · off      its mode is disabled',
        '',
        'allow, payload modified  N ms',
        '',
      ].join('\n'),
    });
    const denied = run(write([{ name: 'gate', fault: 'deny' }, { name: 'rest' }]), 'tool_pre_invoke');
    expect(denied).toMatchObject({ status: 0, stderr: '' });
    expect(denied.stdout).toMatch(/· rest {2}"gate" denied before\n\ndeny by gate: no: because {2}\d+\.\d ms\n$/);
  });

  it('prints everything with --json, in the members that docs/hosts/cpex.md lists', () => {
    const file = write([
      { name: 'changes', fault: 'modify' },
      { name: 'later', mode: 'fire_and_forget', fault: 'error' },
    ]);
    const { result, ok } = printed(run(file, 'tool_pre_invoke', '--json', '--trace'));
    expect(ok).toBe(true);
    expect(Object.keys(result).sort()).toEqual(
      [
        ...[
          'background',
          'context',
          'duration_ns',
          'errors',
          'events',
          'extensions',
          'extensions_modified',
          'findings',
        ],
        ...['hook', 'payload', 'payload_modified', 'records', 'trace', 'verdict'],
      ].sort(),
    );
    expect(result).toMatchObject({
      hook: 'tool_pre_invoke',
      verdict: 'allow',
      payload: { name: 'changed', args: {} },
      payload_modified: true,
      extensions_modified: false,
      records: [{ plugin_name: 'changes', plugin_id: 'plugin', plugin_kind: './plugin.so', config_keys: ['fault'] }],
      background: { errors: [{ plugin_name: 'later', code: 'quota', message: 'no quota is left' }] },
    });
    expect(new Set(result.trace?.map(({ plugin }) => plugin))).toEqual(new Set(['changes', 'later']));
  });

  it('hands the context of one hook to the next', () => {
    const file = write([{ name: 'a' }]);
    const context = { request_id: 'r-7', global_state: { seen: 1 }, local_states: { a: { own: true } } };
    const first = printed(run(file, 'tool_pre_invoke', '--json', '--context', JSON.stringify(context)));
    expect(first.result.context).toEqual(context);
    const fresh = printed(run(file, 'tool_pre_invoke', '--json'));
    expect(fresh.result.context).toMatchObject({ global_state: {}, local_states: {} });
    expect(String(fresh.result.context.request_id)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes the payload from a file and from standard input, and integers as they are', () => {
    const file = write([{ name: 'a' }]);
    const payload = '{"name":"x","args":{"id":9007199254740993}}';
    writeFileSync(path.join(folder, 'payload.json'), payload);
    const words = ['run', 'pipeline', file, 'tool_pre_invoke', '--json', '-d'];
    for (const [word, input] of [
      ['@payload.json', ''],
      ['-', payload],
    ] as const) {
      expect(cpex([...words, word], { cwd: folder, input }).stdout).toContain('"args":{"id":9007199254740993}');
    }
  });

  it('ends with 4 when a plugin died, hung or gave no answer, and tells the run first', () => {
    const rows = ['crash', 'exit', 'hang', 'no-json', 'wrong-types'].map((fault) => ({
      name: fault,
      fault,
      on_error: 'ignore',
    }));
    const result = run(write([...rows, { name: 'fine' }]), 'tool_pre_invoke', '--timeout', '1500');
    expect(result.status).toBe(4);
    expect(result.stdout).toMatch(/✓ fine +allow .*\n\nallow {2}/);
    expect(result.stderr).toContain('Not every plugin answered: 5 of 6 failed.');
    expect(result.stderr).toContain('hang (timeout): The plugin did not return within 1500 ms');
    expect(result.stderr).toContain('CPEX_E_PIPELINE_FAILED');
    const json = printed(
      run(write([{ name: 'later', fault: 'crash', mode: 'fire_and_forget' }]), 'tool_pre_invoke', '--json'),
    );
    expect(json).toMatchObject({ ok: false, error: { code: 'CPEX_E_PIPELINE_FAILED' }, result: { verdict: 'allow' } });
  });

  it('ends with 4 and the name of a plugin that does not start', () => {
    const result = run(write([{ name: 'fine' }, { name: 'gone', fault: 'register-exits' }]), 'tool_pre_invoke');
    expect(result).toMatchObject({
      status: 4,
      stdout: '',
      stderr: expect.stringContaining('The plugin "gone" cannot be used'),
    });
  });

  it.each([
    [['pipeline.json'], /name of a hook is missing/],
    [[], /configuration of the pipeline is missing/],
    [['pipeline.json', 'tool_pre_invoke', 'more'], /word too many: more/],
    [['none.yaml', 'tool_pre_invoke'], /There is no file .*none\.yaml/],
    [['pipeline.json', 'tool_pre_invok'], /no hook "tool_pre_invok"\. Did you mean "tool_pre_invoke"/],
    [['pipeline.json', 'tool_pre_invoke', '-d', '{}'], /does not fit the hook tool_pre_invoke: "name" is missing/],
    [['pipeline.json', 'tool_pre_invoke', '-d', '{'], /CPEX_E_RUN_DATA/],
    [['pipeline.json', 'tool_pre_invoke', '--extensions', '[]'], /extensions do not fit/],
    [['pipeline.json', 'tool_pre_invoke', '--extensions', '{"metta":{}}'], /no slot "metta"\. Did you mean "meta"/],
    [['pipeline.json', 'tool_pre_invoke', '--context', '{"local_states":{"a":1}}'], /"local_states" must be/],
    [
      ['pipeline.json', 'tool_pre_invoke', '--context', '{"globalstate":{}}'],
      /no key "globalstate"\. Did you mean "global_state"/,
    ],
    [['pipeline.json', 'tool_pre_invoke', '-d', '-', '--context', '-'], /Only one value can come from standard input/],
    [['pipeline.json', 'tool_pre_invoke', '--plugin', 'a.so'], /--plugin is not for a pipeline/],
    [['pipeline.json', 'tool_pre_invoke', '--config', '{}'], /--config is not for a pipeline/],
    [['pipeline.json', 'tool_pre_invoke', '--target', 'linux-arm64'], /--target is not for a pipeline/],
    [['pipeline.json', 'tool_pre_invoke', '--host', 'cliproxy'], /for plugins of the host cpex, not cliproxy/],
  ])('refuses %j with 2', (words, message) => {
    write([{ name: 'a' }]);
    const result = cpex(['run', 'pipeline', ...words], { cwd: folder });
    expect(result).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('refuses a configuration with 2 and every place', () => {
    const file = path.join(folder, 'bad.yaml');
    writeFileSync(
      file,
      'plugins:\n  - name: a\n    kind: ./plugin.so\n  - name: a\n    kind: ./plugin.so\n    prioriti: 1\n',
    );
    const result = run('bad.yaml', 'tool_pre_invoke');
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toContain(
      'bad.yaml:4:11 plugins.1.name: expected each name once, found "a" again: entry 1 has it.',
    );
    expect(result.stderr).toContain('bad.yaml:6:5 plugins.1.prioriti: expected one of');
    expect(run(write([]), 'tool_pre_invoke').stderr).toContain(
      'plugins: expected at least one entry, found an empty list.',
    );
  });

  it('refuses a hook that the plugin does not declare', () => {
    const result = run(write([{ name: 'a', hooks: ['tool_post_invoke'] }]), 'tool_post_invoke');
    expect(result).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('CPEX_E_PIPELINE_HOOKS') });
  });

  it('says how several plugins of this host answer a hook, when they are named one by one', () => {
    const result = cpex(['run', '--plugin', 'plugin.so', '--plugin', 'b.so', 'hook', 'tool_pre_invoke'], {
      cwd: folder,
    });
    expect(result).toMatchObject({ status: 2, stderr: expect.stringContaining('cpex run pipeline CONFIG HOOK') });
  });
});

describe('routes', () => {
  it('choose plugins, and give one another configuration in a process of its own', () => {
    const file = write([{ name: 'gate' }, { name: 'other' }], {
      plugin_settings: { routing_enabled: true },
      routes: [
        { tool: 'drop', plugins: [{ name: 'gate', config: { fault: 'deny' } }] },
        { tool: '*', plugins: ['gate'] },
      ],
    });
    const about = (name: string) => JSON.stringify({ meta: { entity_type: 'tool', entity_name: name } });
    const denied = printed(run(file, 'tool_pre_invoke', '--json', '--extensions', about('drop'))).result;
    expect(denied).toMatchObject({ verdict: 'deny', violation: { code: 'no', plugin_name: 'gate' } });
    const allowed = run(file, 'tool_pre_invoke', '--extensions', about('search'));
    expect(allowed.stdout).toMatch(/✓ gate +allow [\s\S]*· other +the route 2 for tool search does not name it/);
    expect(allowed.stderr).toContain('! Routing is on, and nothing names: other.');
    const all = printed(run(file, 'tool_pre_invoke', '--json')).result;
    expect(all.records.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });
});

describe('what a plugin has in its configuration', () => {
  it.each([
    ['leaks', 'sequential'],
    ['leaks', 'fire_and_forget'],
    ['leaks-deny', 'concurrent'],
    ['leaks-panic', 'transform'],
  ])('is printed nowhere: %s in %s', (fault, mode) => {
    // The plugin repeats the bytes of the JSON text, so one key has what JSON writes in another way.
    const plain = 'sk-abcdef1234567890';
    const file = write([{ name: 'a', fault, mode, config: { api_key: plain, nested: [{ token: SECRET }] } }]);
    for (const words of [
      [],
      ['--json'],
      ['--trace'],
      ['--trace', '--json'],
      ['--trace', '--codec', 'msgpack', '--json'],
    ]) {
      const { stdout, stderr } = run(file, 'tool_pre_invoke', ...words);
      const all = stdout + stderr;
      for (const secret of [plain, SECRET, JSON.stringify(SECRET).slice(1, -1), 'quoted', '1234567890']) {
        expect(all).not.toContain(secret);
      }
      for (const encoded of [plain, SECRET])
        expect(all).not.toContain(Buffer.from(encoded).toString('base64').slice(0, 16));
    }
  });
});

describe('a plugin that floods', () => {
  const keptOf = (list: readonly { plugin: string }[] = [], name = '') =>
    list.filter(({ plugin }) => plugin === name).length;

  it('is kept within bounds, and the others go on', { timeout: SLOW_MS }, () => {
    const file = write([
      { name: 'prints', fault: 'prints' },
      { name: 'logs', fault: 'flood', timeout: 600 },
      { name: 'fine', fault: 'modify' },
    ]);
    const ran = cpex(['run', 'pipeline', file, 'tool_pre_invoke', '--json'], { cwd: folder, timeout: SLOW_MS });
    const { result } = printed(ran);
    expect(ran.status).toBe(0);
    expect(result.records.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    expect(result.payload).toEqual({ name: 'changed', args: {} });
    expect(keptOf(result.events, 'logs')).toBe(1000);
    // Each line is an event and a call.
    expect(result.dropped?.logs?.events).toBe(2 * 100_000 - 1000);
  });

  it('without end meets its deadline', () => {
    const file = write([
      { name: 'endless', fault: 'flood-hang', timeout: 2, on_error: 'ignore' },
      { name: 'fine', fault: 'modify' },
    ]);
    const { result, error } = printed(run(file, 'tool_pre_invoke', '--json', '--trace'));
    expect(error?.code).toBe('CPEX_E_PIPELINE_FAILED');
    expect(result.records.map(({ plugin_name, status }) => `${plugin_name} ${status}`)).toEqual([
      'endless timeout',
      'fine completed',
    ]);
    expect(result.payload).toEqual({ name: 'changed', args: {} });
    expect(keptOf(result.events, 'endless')).toBeLessThanOrEqual(1000);
    expect(keptOf(result.trace, 'endless')).toBeLessThanOrEqual(1000);
  });

  it('has its first lines on the terminal, and the number of the others', () => {
    const { stderr, stdout } = run(write([{ name: 'prints', fault: 'prints' }]), 'tool_pre_invoke');
    expect(stderr.split('\n').filter((line) => line.includes('of a hundred thousand'))).toHaveLength(1000);
    expect(stderr).toContain('prints: 99000 lines that it printed or logged are not shown.');
    expect(stdout).toMatch(/✓ prints {2}allow/);
  });
});

describe('the kind of a plugin', () => {
  it('is the id of one that is installed, and the next one is named for a word that is none', () => {
    const env = { CPEX_PLUGINS_DIR: path.join(folder, 'installed') };
    expect(cpex(['install', 'plugin.so'], { cwd: folder, env })).toMatchObject({ status: 0 });
    const file = write([{ name: 'a', kind: 'plugin', fault: 'deny' }]);
    const result = cpex(['run', 'pipeline', file, 'tool_pre_invoke'], { cwd: folder, env });
    expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining('deny by a: no: because') });
    const wrong = write([{ name: 'a', kind: 'plugim' }]);
    expect(cpex(['run', 'pipeline', wrong, 'tool_pre_invoke'], { cwd: folder, env }).stderr).toContain(
      'Did you mean "plugin"?',
    );
  });

  it.skipIf(!isThere('cmake'))(
    'is a project, which is built when it is stale and has its defaults (needs cmake)',
    () => {
      const parent = path.join(folder, 'projects');
      mkdirSync(parent, { recursive: true });
      const schema =
        'config_schema: { type: object, properties: { region: { type: string, default: eu }, other: {} } }\n';
      asksProject(parent, 'asks', schema);
      const file = write([{ name: 'asks', kind: './projects/asks', config: { own: 1 } }]);
      const { result } = printed(run(file, 'tool_pre_invoke', '--json'));
      expect(result).toMatchObject({
        verdict: 'allow',
        records: [{ plugin_name: 'asks', config_keys: ['region', 'own'] }],
      });
      const again = run(file, 'tool_pre_invoke', '--debug', '--json');
      expect(again.status).toBe(0);
    },
  );
});
