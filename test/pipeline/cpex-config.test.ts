import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpexContract } from '../../src/hosts/cpex/contract.js';
import type { RunContext } from '../../src/model/context.js';
import { toCondition } from '../../src/pipeline/cpex/conditions.js';
import { pipelineConfigFrom, readPipelineConfig } from '../../src/pipeline/cpex/config.js';
import { configProblems } from '../../src/pipeline/cpex/config-problems.js';
import { ON_ERROR, PHASES } from '../../src/pipeline/cpex/effects.js';
import { CAPABILITIES } from '../../src/pipeline/cpex/slots.js';
import { CODECS, type PipelineConfig } from '../../src/pipeline/cpex/types.js';
import { type CpexError, isCpexError } from '../../src/support/errors.js';
import { HOOK, request } from './cpex-bench.js';

const root = path.resolve(import.meta.dirname, '../..');
const schema = JSON.parse(readFileSync(path.join(root, 'schemas', 'pipeline.json'), 'utf8')) as {
  $defs: Record<string, { enum?: string[]; items?: { enum?: string[] }; properties: Record<string, object> }>;
};

let folder = '';
let context: RunContext;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-config-')));
  context = {
    cwd: folder,
    env: { ...process.env, CPEX_PLUGINS_DIR: path.join(folder, 'installed') },
    emit: () => undefined,
    signal: new AbortController().signal,
    interactive: false,
  };
  const corpus = path.join(root, 'native', 'corpus', 'c');
  execFileSync('cc', ['-shared', '-fPIC', '-o', path.join(folder, 'good.so'), path.join(corpus, 'good.c')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string, name = 'pipeline.yaml'): Promise<PipelineConfig> {
  writeFileSync(path.join(folder, name), text);
  return readPipelineConfig(name, context);
}

/** The lines that the reader has to say about a file that it refuses. */
async function problems(text: string, name?: string): Promise<readonly string[]> {
  const error: unknown = await read(text, name).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isCpexError(error)) throw error ?? new Error('the file was taken');
  expect(error).toMatchObject({ code: 'CPEX_E_PIPELINE_CONFIG', exit: 2 });
  return (error as CpexError).evidence;
}

/** A file with one plugin, and these further lines of it. */
const one = (...lines: string[]) =>
  ['plugins:', '  - name: a', '    kind: ./good.so', ...lines.map((line) => `    ${line}`), ''].join('\n');

describe('a configuration', () => {
  it('fills in what it does not say', async () => {
    const { plugins, settings, findings, file, variants } = await read(one());
    expect(plugins).toEqual([
      {
        name: 'a',
        kind: './good.so',
        artefact: path.join(folder, 'good.so'),
        hooks: [],
        mode: 'sequential',
        priority: 100,
        onError: 'fail',
        capabilities: new Set(),
        conditions: [],
        config: {},
        tags: [],
      },
    ]);
    expect(settings).toEqual({ routingEnabled: false, timeoutMs: 30_000, shortCircuitOnDeny: true, codec: 'json' });
    expect({ findings, file, variants }).toEqual({
      findings: [],
      file: path.join(folder, 'pipeline.yaml'),
      variants: [],
    });
  });

  it('says everything, in YAML and in JSON', async () => {
    const entry = {
      ...{ name: 'the gate', kind: `lib:${path.join(folder, 'good.so')}`, description: 'd', author: 'x', version: '1' },
      ...{
        hooks: ['tool_pre_invoke', 'identity.resolve'],
        tags: ['t'],
        mode: 'concurrent',
        priority: -5,
        on_error: 'disable',
      },
      capabilities: ['read_labels', 'append_labels'],
      conditions: [{ tools: ['x'], user_patterns: ['a*'] }],
      config: { deep: [{ big: 1 }], key: 'value' },
      ...{ timeout: 0.25, codec: 'msgpack' },
    };
    const plugin_settings = {
      ...{ routing_enabled: false, plugin_timeout: 1.5, short_circuit_on_deny: false, codec: 'json' },
    };
    const text = JSON.stringify({ plugins: [entry], plugin_settings }, null, '\t');
    for (const name of ['all.json', 'all.yaml']) {
      const { plugins, settings } = await read(text, name);
      expect(plugins[0]).toMatchObject({
        ...{ name: 'the gate', mode: 'concurrent', priority: -5, onError: 'disable', timeoutMs: 250, codec: 'msgpack' },
        ...{ hooks: ['tool_pre_invoke', 'identity.resolve'], tags: ['t'], config: entry.config },
        capabilities: new Set(['read_labels', 'append_labels']),
        conditions: [{ tools: ['x'], userPatterns: ['a*'] }],
      });
      expect(settings).toEqual({ routingEnabled: false, timeoutMs: 1500, shortCircuitOnDeny: false, codec: 'json' });
    }
  });

  it('keeps integers beyond 2^53 in what a plugin is configured with', async () => {
    const { plugins } = await read(one('config: { id: 9007199254740993 }'));
    expect(plugins[0]?.config).toEqual({ id: 9007199254740993n });
  });

  it.each([
    ['enforce', 'sequential', 'fail', 'is taken as sequential.'],
    ['permissive', 'transform', 'fail', 'is taken as transform.'],
    ['enforce_ignore_error', 'sequential', 'ignore', 'is taken as sequential with on_error: ignore.'],
  ])('takes the older mode %s as %s, on_error %s', async (legacy, mode, onError, says) => {
    const { plugins, findings } = await read(one(`mode: ${legacy}`));
    expect(plugins[0]).toMatchObject({ mode, onError });
    expect(findings).toMatchObject([{ id: 'pipeline.legacy-mode', severity: 'info' }]);
    expect(findings[0]?.message).toContain(says);
  });

  it('lets an on_error beside an older mode hold', async () => {
    const { plugins } = await read(one('mode: enforce_ignore_error', 'on_error: disable'));
    expect(plugins[0]).toMatchObject({ mode: 'sequential', onError: 'disable' });
  });

  it('takes older spellings of hooks as the canonical ones, each once', async () => {
    const { plugins, findings, select } = await read(one('hooks: [identity_resolve, identity.resolve]'));
    expect(plugins[0]?.hooks).toEqual(['identity.resolve']);
    expect(findings).toMatchObject([{ id: 'hook.alias', severity: 'info' }]);
    expect(select('identity.resolve', request()).plugins).toEqual(plugins);
    expect(select(HOOK, request()).skipped).toMatchObject([{ reason: `its hooks do not name ${HOOK}` }]);
  });

  it('warns of what does nothing', async () => {
    const { findings } = await read(
      `${one()}plugin_settings: { fail_on_plugin_error: true, parallel_execution_within_band: false, route_cache_max_entries: 5 }
plugin_dirs: [./plugins]
authentication: { oauth: true }
routes: [{ tool: x, plugins: [a] }]
groups: { g: { plugins: [a] } }
`,
    );
    expect(findings.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      'warn The key plugin_settings.parallel_execution_within_band does nothing: CPEX reads it and passes over it.',
      'warn The key plugin_settings.fail_on_plugin_error does nothing: CPEX reads it and passes over it.',
      'warn The key plugin_dirs does nothing: every plugin names its library under kind.',
      'warn The key authentication does nothing: the extensions of a request say who acts.',
      'info The key plugin_settings.route_cache_max_entries does nothing: routes are worked out for each request.',
      'warn The key routes does nothing: plugin_settings.routing_enabled is not true.',
      'warn The key groups does nothing: plugin_settings.routing_enabled is not true.',
    ]);
  });
});

describe('a configuration that is wrong', () => {
  it.each([
    [
      'an unknown key',
      `${one()}plugin_setings: {}\n`,
      '4:1 plugin_setings: expected one of plugins, plugin_settings, plugin_dirs, authentication, global, groups, routes, found the key "plugin_setings". Did you mean "plugin_settings"?',
    ],
    [
      'an unknown key of a plugin',
      one('prio: 3'),
      '4:5 plugins.0.prio: expected one of name, kind, description, author, version, hooks, tags, mode, priority, on_error, capabilities, conditions, config, timeout, codec, found the key "prio".',
    ],
    ['a key of Python', one('mcp: {}'), 'found the key "mcp". It is a key of CPEX for Python.'],
    [
      'an unknown mode',
      one('mode: sequentiel'),
      '4:11 plugins.0.mode: expected one of sequential, transform, audit, concurrent, fire_and_forget, disabled, enforce, permissive, enforce_ignore_error, found "sequentiel". Did you mean "sequential"?',
    ],
    [
      'an unknown capability',
      one('capabilities:', '  - read_labels', '  - read_label'),
      '6:9 plugins.0.capabilities.1: expected one of read_agent, ',
    ],
    [
      'an unknown capability, with what was meant',
      one('capabilities: [read_label]'),
      'found "read_label". Did you mean "read_labels"?',
    ],
    [
      'a capability twice',
      one('capabilities: [read_labels, read_labels]'),
      '4:33 plugins.0.capabilities.1: expected entries that differ, found entry 1 again.',
    ],
    [
      'an unknown hook',
      one('hooks: [tool_pre_invok]'),
      '4:13 plugins.0.hooks.0: expected a hook of this host, found "tool_pre_invok". Did you mean "tool_pre_invoke"?',
    ],
    [
      'a name twice',
      `${one()}  - name: a\n    kind: ./good.so\n`,
      '4:11 plugins.1.name: expected each name once, found "a" again: entry 1 has it.',
    ],
    ['no name', 'plugins:\n  - kind: x\n', '2:5 plugins.0: expected the key "name", found none.'],
    [
      'a name with a line end',
      'plugins:\n  - { name: "a\\nb", kind: x }\n',
      'plugins.0.name: expected a name of 1 to 128 characters on one line, without blanks around it, found "a\\nb".',
    ],
    ['no list', '{}\n', '1:1 expected the key "plugins", found none.'],
    ['an empty list', 'plugins: []\n', '1:10 plugins: expected at least one entry, found an empty list.'],
    ['an empty file', '', '1:1 expected a map with the key "plugins", found an empty file.'],
    ['a list', '- a\n', '1:1 expected a map with the key "plugins", found something else.'],
    ['no YAML', 'plugins: [\n', 'wrong.yaml:2:1 '],
    ['a key twice', `${one()}plugins: []\n`, '4:1 This key is there twice.'],
    [
      'a priority beyond 32 bits',
      one('priority: 2147483648'),
      '4:15 plugins.0.priority: expected 2147483647 or less, found 2147483648.',
    ],
    [
      'a priority beyond 53 bits',
      one('priority: 9007199254740993'),
      'plugins.0.priority: expected a whole number, found 9007199254740993.',
    ],
    ['a priority with a fraction', one('priority: 1.5'), 'plugins.0.priority: expected a whole number, found 1.5.'],
    ['a time limit of nothing', one('timeout: 0'), 'plugins.0.timeout: expected 0.001 or more, found 0.'],
    [
      'an empty condition',
      one('conditions: [{}]'),
      'plugins.0.conditions.0: expected at least one entry, found an empty map.',
    ],
    ['an unknown condition', one('conditions: [{tool: [x]}]'), 'found the key "tool". Did you mean "tools"?'],
    ['identity', `${one()}identity: {}\n`, '4:1 identity: expected no such key: CPEX calls it "authentication" now.'],
    [
      'no such file',
      'plugins: [{name: a, kind: ./nowhere.so}]\n',
      'plugins.0.kind: expected a library or the folder of a project, found no such file: ',
    ],
    [
      'an entry of a library',
      'plugins: [{name: a, kind: "lib:./good.so?entry=x"}]\n',
      'Entries and hooks after ? or # are not taken: see hooks.',
    ],
    [
      'another scheme',
      'plugins: [{name: a, kind: "native://x"}]\n',
      '1:27 plugins.0.kind: expected a path, lib:PATH or the id of an installed plugin, found the scheme "native:".',
    ],
    [
      'a kind of Python',
      'plugins: [{name: a, kind: my.pkg.Gate}]\n',
      'It is a kind of CPEX for Python or Rust; name a library.',
    ],
    [
      'nothing of that name',
      'plugins: [{name: a, kind: gate}]\n',
      'expected a path or the id of an installed plugin, found "gate", which is neither in ',
    ],
    ['a folder that is no project', 'plugins: [{name: a, kind: .}]\n', 'found a folder without cpex.yaml: '],
  ])('is refused with its place: %s', async (_, text, says) => {
    const found = await problems(text, 'wrong.yaml');
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(says);
    expect(found[0]).toMatch(/^wrong\.yaml:\d+:\d+ /);
  });

  it.each([
    [
      'two entities',
      '{tool: a, prompt: b}',
      '6:5 routes.0: expected exactly one of the keys tool, resource, prompt, llm, found tool and prompt.',
    ],
    [
      'no entity',
      '{plugins: [a]}',
      '6:5 routes.0: expected exactly one of the keys tool, resource, prompt, llm, found none.',
    ],
    [
      'an unknown plugin',
      '{tool: x, plugins: [b]}',
      '6:25 routes.0.plugins.0: expected the name of a plugin of this file, found "b". Did you mean "a"?',
    ],
    [
      'an unknown override',
      '{tool: x, plugins: [{name: a, kind: b}]}',
      'routes.0.plugins.0.kind: expected one of name, mode, priority, on_error, capabilities, config, timeout, found the key "kind".',
    ],
    [
      'an override without a name',
      '{tool: x, plugins: [{mode: audit}]}',
      'routes.0.plugins.0: expected the key "name", found none.',
    ],
    ['no name at all', '{tool: [], plugins: [a]}', 'routes.0.tool: expected at least one entry, found an empty list.'],
    ['a number', '{tool: 5, plugins: [a]}', 'routes.0.tool: expected a name, a glob or a list of them, found 5.'],
  ])('is refused for a route with %s', async (_, route, says) => {
    const found = await problems(
      `${one()}plugin_settings: {routing_enabled: true}\nroutes:\n  - ${route}\n`,
      'wrong.yaml',
    );
    expect(found.join('\n')).toContain(says);
    expect(found).toHaveLength(1);
  });

  it("lists all problems in the order of the file, and none of a plugin's values", async () => {
    const found = await problems(
      `plugins:\n  - name: a\n    kind: x\n    config: topsecret\n    mode: loud\n  - name: a\n`,
    );
    expect(found.map((line) => line.split(' ')[0])).toEqual([
      'pipeline.yaml:4:13',
      'pipeline.yaml:5:11',
      'pipeline.yaml:6:5',
      'pipeline.yaml:6:11',
    ]);
    expect(found.join('\n')).not.toContain('topsecret');
  });

  it('is refused when it is not there or is no text', async () => {
    await expect(readPipelineConfig('none.yaml', context)).rejects.toMatchObject({
      code: 'CPEX_E_PIPELINE_CONFIG',
      message: `There is no file ${path.join(folder, 'none.yaml')}.`,
    });
    writeFileSync(path.join(folder, 'latin.yaml'), Buffer.from([0x70, 0xff, 0xfe]));
    await expect(readPipelineConfig('latin.yaml', context)).rejects.toMatchObject({ evidence: ['it is not UTF-8'] });
    await expect(readPipelineConfig('.', context)).rejects.toMatchObject({ code: 'CPEX_E_PIPELINE_CONFIG' });
  });

  it('names the file of another format that it stands in', async () => {
    const place = { file: path.join(folder, 'case.yaml'), folder, at: () => ({ line: 9, column: 3 }) };
    await expect(pipelineConfigFrom({ plugins: [] }, place, context)).rejects.toMatchObject({
      evidence: ['case.yaml:9:3 plugins: expected at least one entry, found an empty list.'],
    });
  });
});

describe('any value at all', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  /** Values near to a configuration, which get further than others. */
  const near = fc.record(
    {
      plugins: fc.array(
        fc.dictionary(fc.constantFrom('name', 'kind', 'hooks', 'mode', 'conditions', 'capabilities', 'config'), json),
      ),
      plugin_settings: json,
      global: json,
      groups: json,
      routes: fc.oneof(json, fc.array(fc.dictionary(fc.constantFrom('tool', 'llm', 'plugins', 'meta', 'when'), json))),
    },
    { requiredKeys: [] },
  );

  it('is taken, or refused with problems that have a place', () => {
    fc.assert(
      fc.property(fc.oneof(json, near), (value) => {
        for (const { path: at, message } of configProblems(value)) {
          expect(at.every((part) => typeof part === 'string')).toBe(true);
          expect(message).toMatch(/^expected .+\.$|^expected .+\?$/s);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the kind of a plugin', () => {
  it('is not looked for while the plugin is disabled', async () => {
    const { plugins } = await read('plugins: [{name: a, kind: ./nowhere.so, mode: disabled}]\n');
    expect(plugins).toMatchObject([{ name: 'a', mode: 'disabled', artefact: '' }]);
  });

  it('is a path from the folder of the file', async () => {
    mkdirSync(path.join(folder, 'below'), { recursive: true });
    const { plugins } = await read(
      'plugins: [{name: a, kind: ../good.so}, {name: b, kind: "lib:../good.so"}]\n',
      'below/p.yaml',
    );
    expect(plugins.map(({ artefact }) => artefact)).toEqual([
      path.join(folder, 'good.so'),
      path.join(folder, 'good.so'),
    ]);
  });

  it('is a library that passes the audit', async () => {
    writeFileSync(path.join(folder, 'text.so'), 'no library');
    await expect(read('plugins: [{name: a, kind: ./text.so}]\n')).rejects.toMatchObject({
      code: expect.stringMatching(/CPEX_E_(UNSOUND_LIBRARY|AUDIT)/),
    });
  });
});

describe('docs/hosts/cpex.md', () => {
  const page = readFileSync(path.join(root, 'docs', 'hosts', 'cpex.md'), 'utf8');
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);

  it.each(examples.map((text, index) => [index + 1, text]))(
    'has the example %i, which is a configuration',
    async (_, text) => {
      // What the plugins are is not what the example is about.
      const { plugins, settings, select, findings } = await read(
        String(text).replace(/kind: [^ ,}\n]+/g, 'kind: ./good.so'),
      );
      expect(plugins.map(({ name }) => name)).toEqual(['gate', 'redactor', 'logger']);
      expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      const meta = { entity_type: 'tool', entity_name: 'get_salary', scope: 'hr' };
      const chosen = select(HOOK, request({ extensions: { meta } })).plugins.map(({ name, config }) => [
        name,
        config.default,
      ]);
      expect(chosen).toEqual(
        settings.routingEnabled
          ? [
              ['gate', 'deny'],
              ['redactor', undefined],
              ['logger', undefined],
            ]
          : [
              ['gate', 'allow'],
              ['logger', undefined],
            ],
      );
    },
  );

  it('has both kinds of choosing plugins among its examples', () => expect(examples).toHaveLength(2));

  it('names every key and every word', () => {
    const names = Object.values(schema.$defs).flatMap(({ properties = {} }) => Object.keys(properties));
    const words = [...Object.keys((schema as unknown as { properties: object }).properties), ...names];
    const missing = words.filter((word) => !new RegExp(`\\b${word}\\b`).test(page));
    expect(missing).toEqual([]);
  });
});

describe('schemas/pipeline.json', () => {
  const check = new Ajv2020({ strictTypes: false }).addVocabulary(['x-expected']).compile(schema);

  it('names the words that the host knows', () => {
    expect([...(schema.$defs.capabilities?.items?.enum ?? [])].sort()).toEqual([...CAPABILITIES].sort());
    expect(schema.$defs.mode?.enum).toEqual([...PHASES, 'disabled', 'enforce', 'permissive', 'enforce_ignore_error']);
    expect(schema.$defs.on_error?.enum).toEqual([...ON_ERROR]);
    expect(schema.$defs.codec?.enum).toEqual([...CODECS]);
  });

  it('has the fields of a condition that the host compares', () => {
    const names = Object.keys(schema.$defs.Condition?.properties ?? {});
    const all = toCondition(Object.fromEntries(names.map((name) => [name, ['x']])));
    expect(Object.keys(all)).toHaveLength(names.length);
    expect(Object.values(all)).toEqual(names.map(() => ['x']));
  });

  it('says of every key what it is', () => {
    const silent = Object.entries(schema.$defs).flatMap(([type, { properties = {} }]) =>
      Object.entries(properties).flatMap(([key, value]) =>
        'description' in value || '$ref' in value ? [] : [`${type}.${key}`],
      ),
    );
    expect(silent).toEqual([]);
  });

  it('takes and refuses what the reader does', async () => {
    const base = { name: 'a', kind: './good.so' };
    const values: [value: unknown, good: boolean][] = [
      [{ plugins: [base] }, true],
      [{ plugins: [{ ...base, hooks: [...cpexContract.hooks.keys()] }] }, true],
      [{ plugins: [{ ...base, priority: 2 ** 31 - 1, timeout: 86400, config: { any: [1] } }] }, true],
      [{ plugins: [base], plugin_settings: { routing_enabled: true }, routes: [{ tool: '*', plugins: ['a'] }] }, true],
      [{ plugins: [base], routes: [{ llm: ['m'], when: 'x', meta: { scope: 's', tags: ['t'] } }] }, true],
      [{ plugins: [base], routes: [{ tool: 'x', llm: 'y' }] }, false],
      [{ plugins: [base], routes: [{}] }, false],
      [{ plugins: [base], global: { policies: { some: { plugins: [] } } } }, false],
      [{ plugins: [base], global: { defaults: { tool: {} } } }, false],
      [{ plugins: [{ ...base, config: [] }] }, false],
      [{ plugins: [{ ...base, extra: 1 }] }, false],
      [{ plugins: [{ ...base, conditions: [{ tools: [] }] }] }, false],
      [{ plugins: [{ ...base, priority: '1' }] }, false],
      [{ plugins: 'a' }, false],
      [null, false],
    ];
    for (const [value, good] of values) {
      const taken = await pipelineConfigFrom(value, { file: path.join(folder, 'x'), folder }, context).then(
        () => true,
        () => false,
      );
      expect([JSON.stringify(value), check(value), taken]).toEqual([JSON.stringify(value), good, good]);
    }
  });
});

describe('the projects of a pipeline', () => {
  it('are built once where the libraries are kept', async () => {
    const project = path.join(folder, 'mine');
    mkdirSync(project);
    writeFileSync(
      path.join(project, 'cpex.yaml'),
      'manifest: 1\nid: mine\nversion: "1.0.0"\ndescription: Mine.\nauthor: Ada\nlicense: MIT\nlanguage: c\nhost: cpex\ncapabilities: ["hook:elicit"]\n',
    );
    const good = path.join(folder, 'good.so');
    const built = new Map([[project, Promise.resolve(good)]]);
    const value = { plugins: [{ name: 'a', kind: './mine' }] };
    const place = { file: path.join(folder, 'p.yaml'), folder };
    const { plugins } = await pipelineConfigFrom(value, place, context, { built });
    expect(plugins).toMatchObject([{ name: 'a', artefact: good }]);
  });
});
