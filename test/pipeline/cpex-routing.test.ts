import { describe, expect, it } from 'vitest';
import { globMatches } from '../../src/pipeline/cpex/glob.js';
import type { RawConfig, RawPlugin, RawRoute } from '../../src/pipeline/cpex/raw-config.js';
import { bestRoute, type Entity, scoreOf } from '../../src/pipeline/cpex/routing.js';
import { selectionOf } from '../../src/pipeline/cpex/selection.js';
import type { PipelineRequest, PluginEntry } from '../../src/pipeline/cpex/types.js';
import { entry, HOOK, request } from './cpex-bench.js';

const SETTINGS = { routingEnabled: true, timeoutMs: 1, shortCircuitOnDeny: true, codec: 'json' } as const;

/** The selection of a configuration with plugins of these names. */
function selection(names: readonly string[], raw: Omit<RawConfig, 'plugins'>, more: Partial<PluginEntry> = {}) {
  const plugins: RawPlugin[] = names.map((name) => ({ name, kind: 'x' }));
  const entries = names.map((name) => entry(name, { config: { shared: 1 }, ...more }));
  return selectionOf({ plugins, ...raw }, entries, SETTINGS);
}

function about(meta: unknown): PipelineRequest {
  return request({ extensions: { meta } });
}

const SEARCH: Entity = { type: 'tool', name: 'search', scope: 'hr', tags: [] };

describe('the score of a route', () => {
  it.each([
    [{ tool: 'search' }, 1000],
    [{ tool: ['fetch', 'search'] }, 500],
    [{ tool: ['sea*'] }, 500],
    [{ tool: 'sea*' }, 300],
    [{ tool: '?earch' }, 300],
    [{ tool: '*' }, 0],
    [{ tool: 'search', meta: { scope: 'hr' } }, 1100],
    [{ tool: '*', meta: { scope: 'hr' } }, 100],
    [{ tool: 'search', when: 'x > 1' }, 1010],
    [{ tool: 'search', when: 'x', meta: { scope: 'hr' } }, 1110],
    [{ tool: 'search', meta: { scope: 'it' } }, undefined],
    [{ tool: 'fetch' }, undefined],
    [{ tool: 'Search' }, undefined],
    [{ tool: ['fetch'] }, undefined],
    [{ tool: '?search' }, undefined],
    [{ prompt: 'search' }, undefined],
  ] as [RawRoute, number | undefined][])('of %j for the tool search is %s', (route, score) => {
    expect(scoreOf(route, SEARCH)).toBe(score);
  });

  it('needs a name', () => {
    expect(scoreOf({ tool: '*' }, { ...SEARCH, name: undefined })).toBeUndefined();
  });

  it('decides: the highest wins, of equal ones the first', () => {
    expect(bestRoute([{ tool: '*' }, { tool: 'sea*' }, { tool: 'search' }, { tool: ['search'] }], SEARCH)).toBe(2);
    expect(bestRoute([{ tool: 's*' }, { tool: '*h' }], SEARCH)).toBe(0);
    // A scope is worth more than a condition, and neither lifts a glob over a list.
    expect(
      bestRoute([{ tool: 's*', when: 'x' }, { tool: 's*', meta: { scope: 'hr' } }, { tool: ['search'] }], SEARCH),
    ).toBe(2);
    expect(
      bestRoute(
        [
          { tool: 's*', when: 'x' },
          { tool: 's*', meta: { scope: 'hr' } },
        ],
        SEARCH,
      ),
    ).toBe(1);
    expect(bestRoute([{ tool: 'fetch' }], SEARCH)).toBeUndefined();
  });
});

describe('routing', () => {
  const raw: Omit<RawConfig, 'plugins'> = {
    global: { policies: { all: { plugins: ['always'] } }, defaults: { tool: { plugins: ['tools'] } } },
    groups: { pii: { plugins: ['redactor'] }, hr: { plugins: ['gate', 'redactor'] } },
    routes: [
      { tool: 'search', meta: { tags: ['hr'] }, plugins: ['logger'] },
      { resource: '*', plugins: ['logger'] },
    ],
  };
  const NAMES = ['logger', 'gate', 'redactor', 'tools', 'always', 'never'];
  const chosen = (meta: unknown) =>
    selection(NAMES, raw)
      .select(HOOK, about(meta))
      .plugins.map(({ name }) => name);

  it('takes policies, defaults of the type, groups of all tags and the route, each plugin once, in the order of the file', () => {
    expect(chosen({ entity_type: 'tool', entity_name: 'search', tags: ['pii'] })).toEqual([
      'logger',
      'gate',
      'redactor',
      'tools',
      'always',
    ]);
    expect(chosen({ entity_type: 'tool', entity_name: 'fetch', tags: ['pii', 'unknown'] })).toEqual([
      'redactor',
      'tools',
      'always',
    ]);
    expect(chosen({ entity_type: 'resource', entity_name: 'file:///x' })).toEqual(['logger', 'always']);
    expect(chosen({ entity_type: 'tool', entity_name: 'x', tags: ['__proto__', 'constructor'] })).toEqual([
      'tools',
      'always',
    ]);
  });

  it('leads past no plugin by a type that is misspelt, inherited or away', () => {
    for (const entity_type of ['tol', 'Tool', 'toString', 7, null]) {
      expect(chosen({ entity_type, entity_name: 'fetch' })).toEqual(NAMES);
    }
    expect(chosen({})).toEqual(NAMES);
  });

  it('leaves all plugins in place for a request without meta', () => {
    expect(
      selection(NAMES, raw)
        .select(HOOK, request())
        .plugins.map(({ name }) => name),
    ).toEqual(NAMES);
  });

  it('says of each plugin that is left out why', () => {
    const { skipped } = selection(NAMES, raw).select(HOOK, about({ entity_type: 'tool', entity_name: 'fetch' }));
    expect(skipped.map(({ plugin, reason }) => `${plugin.name}: ${reason}`)).toEqual([
      'logger: no route fits tool fetch, and no policy, default or group does',
      'gate: no route fits tool fetch, and no policy, default or group does',
      'redactor: no route fits tool fetch, and no policy, default or group does',
      'never: no route fits tool fetch, and no policy, default or group does',
    ]);
    const reasons = selection(NAMES, raw).select(HOOK, about({ entity_type: 'tool', entity_name: 'search' })).skipped;
    expect(reasons.at(-1)?.reason).toBe(
      'the route 1 for tool search does not name it, and no policy, default or group does',
    );
  });

  it('lets the last override of each setting hold', () => {
    const overriding = selection(['a', 'b'], {
      global: { policies: { all: { plugins: [{ name: 'a', priority: 1, on_error: 'ignore' }, 'b'] } } },
      groups: { hr: { plugins: [{ name: 'a', mode: 'audit', timeout: 2 }] } },
      routes: [
        {
          tool: 'search',
          plugins: [
            { name: 'a', priority: 7, capabilities: ['read_labels'] },
            { name: 'b', mode: 'disabled' },
          ],
        },
      ],
    });
    const meta = { entity_type: 'tool', entity_name: 'search', tags: ['hr'] };
    const { plugins, skipped } = overriding.select(HOOK, about(meta));
    expect(plugins).toEqual([
      entry('a', {
        config: { shared: 1 },
        priority: 7,
        onError: 'ignore',
        mode: 'audit',
        timeoutMs: 2000,
        capabilities: new Set(['read_labels']),
      }),
    ]);
    expect(skipped).toMatchObject([{ plugin: { name: 'b' }, reason: 'its mode is disabled for this route' }]);
  });

  it('gives a plugin with another configuration a variant of its own', () => {
    const varied = selection(['a'], {
      groups: { hr: { plugins: [{ name: 'a', config: { region: 'eu' } }] } },
      routes: [
        { tool: 'search', plugins: [{ name: 'a', config: { region: 'us', shared: 2 } }] },
        { tool: '*', plugins: ['a'] },
      ],
    });
    expect(varied.variants).toMatchObject([
      { name: 'a', variant: 'groups.hr.plugins.0', config: { shared: 1, region: 'eu' } },
      { name: 'a', variant: 'routes.0.plugins.0', config: { shared: 2, region: 'us' } },
    ]);
    const config = (meta: object) => varied.select(HOOK, about({ entity_type: 'tool', ...meta })).plugins[0]?.config;
    expect(config({ entity_name: 'search', tags: ['hr'] })).toEqual({ shared: 2, region: 'us' });
    expect(config({ entity_name: 'fetch', tags: ['hr'] })).toEqual({ shared: 1, region: 'eu' });
    expect(config({ entity_name: 'fetch' })).toEqual({ shared: 1 });
  });

  it('says that conditions are ignored, that "when" is not evaluated, and which plugins nothing names', () => {
    const { findings, select } = selection(
      ['a', 'b'],
      { routes: [{ tool: '*', when: 'true', plugins: ['a'] }] },
      { conditions: [{ tools: ['fetch'] }] },
    );
    expect(findings.map(({ message }) => message)).toEqual([
      'Routing is on, so conditions are ignored: a, b.',
      'Routing is on, and nothing names: b.',
      '"when" is not evaluated: route 1 holds without it.',
    ]);
    const meta = { entity_type: 'tool', entity_name: 'search' };
    expect(select(HOOK, about(meta)).plugins.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('a glob', () => {
  it.each([
    ['*', ''],
    ['a*c', 'abbc'],
    ['a*c', 'ac'],
    ['?', '𝄞'],
    ['*.example.org', 'a.b.example.org'],
    ['a**b', 'ab'],
    ['[a]', '[a]'],
    ['a.c', 'a.c'],
  ])('%s fits %s', (pattern, text) => expect(globMatches(pattern, text)).toBe(true));

  it.each([
    ['', 'a'],
    ['a*c', 'abcd'],
    ['?', ''],
    ['?', 'ab'],
    ['a.c', 'abc'],
    ['ADM*', 'admin'],
  ])('%s does not fit %s', (pattern, text) => expect(globMatches(pattern, text)).toBe(false));

  it('takes no time that grows beyond all bounds', () => {
    expect(globMatches(`${'a*'.repeat(200)}b`, 'a'.repeat(4000))).toBe(false);
  });
});
