import { describe, expect, it } from 'vitest';
import { conditionMismatch, toCondition } from '../../src/pipeline/cpex/conditions.js';
import { selectionOf } from '../../src/pipeline/cpex/selection.js';
import type { PipelineRequest } from '../../src/pipeline/cpex/types.js';
import { entry, HOOK, request } from './cpex-bench.js';

const message = (content_type: string, content: object) => ({ message: { content: [{ content_type, content }] } });

/** Every field, a value that it wants, and requests that have the value. */
const FIELDS: [field: string, wanted: string, requests: Partial<PipelineRequest>[]][] = [
  ['server_ids', 's1', [{ extensions: { request: { server_id: 's1' } } }]],
  ['tenant_ids', 't1', [{ extensions: { request: { tenant_id: 't1' } } }]],
  [
    'tools',
    'search',
    [
      { extensions: { meta: { entity_type: 'tool', entity_name: 'search' } }, payload: { name: 'other' } },
      { payload: { name: 'search', args: {} } },
      { payload: message('tool_call', { tool_call_id: '1', name: 'search', arguments: {} }) },
      { payload: message('tool_result', { tool_call_id: '1', tool_name: 'search', content: {} }) },
    ],
  ],
  [
    'prompts',
    'p1',
    [
      { extensions: { meta: { entity_type: 'prompt', entity_name: 'p1' } } },
      { payload: { prompt_id: 'p1' } },
      { payload: message('prompt_request', { name: 'p1' }) },
      { payload: message('prompt_result', { prompt_name: 'p1' }) },
    ],
  ],
  [
    'resources',
    'file:///x',
    [
      { extensions: { meta: { entity_type: 'resource', entity_name: 'file:///x' } } },
      { payload: { uri: 'file:///x' } },
      { payload: message('resource', { uri: 'file:///x' }) },
      { payload: message('resource_ref', { uri: 'file:///x' }) },
    ],
  ],
  [
    'agents',
    'writer',
    [{ extensions: { agent: { agent_id: 'writer' } } }, { payload: { agent_id: 'writer', messages: [] } }],
  ],
  ['user_patterns', 'adm*', [{ extensions: { security: { subject: { id: 'admin' } } } }]],
  [
    'content_types',
    'application/json',
    [
      { extensions: { request: { content_type: 'application/json' } } },
      { extensions: { http: { request_headers: { 'Content-Type': 'application/json' } } } },
      {
        extensions: { http: { request_headers: { 'content-type': 'text/plain', 'Content-Type': 'application/json' } } },
      },
    ],
  ],
];

/** A request that has a value for nothing. */
const BARE = request({ payload: {} });

function mismatch(conditions: Record<string, string[]>[], given: PipelineRequest): string | undefined {
  return conditionMismatch(conditions.map(toCondition), given);
}

describe.each(FIELDS)('the condition %s', (field, wanted, requests) => {
  it('holds for a request with the value, wherever that stands', () => {
    for (const one of requests)
      expect(mismatch([{ [field]: ['other', wanted] }], request({ payload: {}, ...one }))).toBeUndefined();
  });

  it('does not hold for a request with another value, or with none', () => {
    for (const one of requests) {
      expect(mismatch([{ [field]: ['other'] }], request({ payload: {}, ...one }))).toMatch(
        `${field} (the request has `,
      );
    }
    expect(mismatch([{ [field]: [wanted] }], BARE)).toBe(
      `its condition does not hold: ${field} (the request has none)`,
    );
  });
});

describe('conditions', () => {
  const given = request({
    payload: { name: 'search', args: {} },
    extensions: { request: { server_id: 's1' }, security: { subject: { id: 'ada' } } },
  });

  it('hold when there are none', () => expect(mismatch([], BARE)).toBeUndefined());

  it('demand every field of an entry', () => {
    expect(mismatch([{ tools: ['search'], server_ids: ['s1'] }], given)).toBeUndefined();
    expect(mismatch([{ tools: ['search'], server_ids: ['s2'] }], given)).toBe(
      'its condition does not hold: server_ids (the request has s1)',
    );
    expect(mismatch([{ tools: ['search'], tenant_ids: ['t1'] }], given)).toContain('tenant_ids (the request has none)');
  });

  it('are content with one entry', () => {
    expect(mismatch([{ tools: ['fetch'] }, { user_patterns: ['a?a'] }], given)).toBeUndefined();
    expect(mismatch([{ tools: ['fetch'] }, { user_patterns: ['b*'] }], given)).toBe(
      'none of its 2 conditions holds: tools (the request has search); user_patterns (the request has ada)',
    );
  });

  it('compare exactly where globs are not promised', () => {
    expect(mismatch([{ tools: ['sea*'] }], given)).toBeDefined();
    expect(mismatch([{ tools: ['Search'] }], given)).toBeDefined();
  });

  it('hold for a message when one of its parts fits', () => {
    const calls = ['fetch', 'search'].map((name) => ({ content_type: 'tool_call', content: { name } }));
    expect(mismatch([{ tools: ['search'] }], request({ payload: { message: { content: calls } } }))).toBeUndefined();
  });

  it('bear any payload and any extensions', () => {
    const odd = [
      null,
      7,
      'text',
      [],
      { message: null },
      { message: { content: [null, 1, { content_type: 'tool_call' }] } },
    ];
    for (const payload of odd) {
      const extensions = { meta: 'x', security: { subject: null }, request: [], http: { request_headers: 3 } };
      for (const [field] of FIELDS)
        expect(mismatch([{ [field]: ['x'] }], request({ payload, extensions }))).toBeDefined();
    }
  });

  it('and hooks and modes decide in the order of the configuration, with a reason for each that is left out', () => {
    const plugins = [
      entry('off', { mode: 'disabled' }),
      entry('other', { hooks: ['elicit'] }),
      entry('never', { conditions: [{ tools: ['fetch'] }] }),
      entry('late', { hooks: [HOOK] }),
      entry('early', { priority: 1 }),
    ];
    const settings = { routingEnabled: false, timeoutMs: 1, shortCircuitOnDeny: true, codec: 'json' } as const;
    const { select, variants, findings } = selectionOf({ plugins: [] }, plugins, settings);
    const { plugins: chosen, skipped } = select(HOOK, given);
    expect(chosen).toEqual([plugins[3], plugins[4]]);
    expect(skipped).toEqual([
      { plugin: plugins[0], reason: 'its mode is disabled' },
      { plugin: plugins[1], reason: 'its hooks do not name tool_pre_invoke' },
      { plugin: plugins[2], reason: 'its condition does not hold: tools (the request has search)' },
    ]);
    expect([variants, findings]).toEqual([[], []]);
  });
});
