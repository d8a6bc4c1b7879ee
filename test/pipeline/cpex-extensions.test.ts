import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import pipelineSchema from '../../schemas/pipeline.json' with { type: 'json' };
import { cpexContract } from '../../src/hosts/cpex/contract.js';
import { equalJson } from '../../src/hosts/exact-equal.js';
import { fieldsOf } from '../../src/hosts/json-fields.js';
import { mergeExtensions, shownExtensions, visibleExtensions } from '../../src/pipeline/cpex/extensions.js';
import { CAPABILITIES, SLOTS, type SlotRule } from '../../src/pipeline/cpex/slots.js';
import { entry, HOOK, PAYLOAD, request, result, scripted } from './cpex-bench.js';

/** A value for every place that has a rule. */
const FULL = {
  request: { request_id: 'r', server_id: 's' },
  agent: { name: 'writer' },
  http: {
    method: 'GET',
    path: '/',
    request_headers: { accept: '*/*', authorization: 'Bearer x' },
    response_headers: { server: 'y' },
  },
  security: {
    labels: ['pii', 'eu'],
    subject: { id: 'ada', type: 'user', roles: ['admin'], teams: ['core'], claims: { a: 1 }, permissions: ['read'] },
    client: { name: 'c' },
    caller_workload: { name: 'w' },
    this_workload: { name: 'h' },
    objects: { o: 1 },
    data: { d: 1 },
    classification: 'internal',
    auth_method: 'mtls',
  },
  candidate_constraint: { allow: ['a'] },
  delegation: {
    chain: [{ subject_id: 'ada' }, { subject_id: 'bob' }],
    depth: 2,
    origin_subject_id: 'ada',
    actor_subject_id: 'bob',
    delegated: true,
    age_seconds: 5,
  },
  raw_credentials: {
    inbound: {
      user: { kind: 'bearer', header: 'authorization', token: 'SECRET-1', source: { token: 'SECRET-5' } },
      bare: 'SECRET-2',
    },
    delegated: [{ audience: 'api', scopes: ['read'], bytes: 'SECRET-3', nested: { token: 'SECRET-4' } }],
  },
  mcp: { version: '1' },
  completion: { stop: 'end' },
  provenance: { source: 'x' },
  llm: { model: 'm' },
  framework: { name: 'f' },
  meta: { entity_type: 'tool', entity_name: 'search', tags: ['a'] },
  custom: { mine: [1, 2] },
};

const none = new Set<string>();
const can = (...names: readonly string[]) => new Set(names);
const everything = new Set(CAPABILITIES);

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((found: unknown, name) => fieldsOf(found)[name], value);
}

/** The same value with another one at a path; without it where `value` is undefined. */
function withAt(target: unknown, [name = '', ...rest]: readonly string[], value: unknown): Record<string, unknown> {
  const inner = rest.length === 0 ? value : withAt(fieldsOf(target)[name], rest, value);
  const { [name]: _, ...others } = fieldsOf(target);
  return inner === undefined ? others : { ...others, [name]: inner };
}

function merged(returned: Readonly<Record<string, unknown>>, capabilities: ReadonlySet<string>, all: object = FULL) {
  const whole = all as Readonly<Record<string, unknown>>;
  return mergeExtensions({ all: whole, seen: visibleExtensions(whole, capabilities), returned }, capabilities);
}

/** Every place with a rule of its own and no members: its path, its rule and the read capabilities on the way. */
function leaves(rules: Readonly<Record<string, SlotRule>> = SLOTS, above = '', reads: readonly string[][] = []) {
  return Object.entries(rules).flatMap(
    ([name, rule]): { path: string; rule: SlotRule; reads: readonly string[][] }[] => {
      const path = above === '' ? name : `${above}.${name}`;
      const way = rule.read === undefined ? reads : [...reads, [...rule.read]];
      return rule.members === undefined ? [{ path, rule, reads: way }] : leaves(rule.members, path, way);
    },
  );
}

const LEAVES = leaves();

describe('the table of slots', () => {
  it('has exactly the slots of the contract, and every member that it names', () => {
    const { properties } = cpexContract.types.get('Extensions') ?? {};
    expect(Object.keys(SLOTS).sort()).toEqual(Object.keys(fieldsOf(properties)).sort());
    for (const [type, rule] of [
      ['SecurityExtension', SLOTS.security],
      ['Subject', SLOTS.security?.members?.subject],
      ['DelegationExtension', SLOTS.delegation],
    ] as const) {
      const known = Object.keys(fieldsOf(cpexContract.types.get(type)?.properties)).sort();
      expect(Object.keys(rule?.members ?? {}).sort(), type).toEqual(known);
    }
  });

  it('uses exactly the capabilities that a configuration can name', () => {
    expect([...pipelineSchema.$defs.capabilities.items.enum].sort()).toEqual(CAPABILITIES);
  });

  it('is tried out below on a value for every place', () => {
    for (const { path } of LEAVES) expect(at(FULL, path), path).toBeDefined();
  });
});

describe('what a plugin sees', () => {
  it.each(LEAVES)('of $path is what its capabilities allow', ({ path, rule, reads }) => {
    const value = at(FULL, path);
    const without = at(visibleExtensions(FULL, none), path);
    if (reads.length === 0) expect(without).toEqual(value);
    else expect(without).toBeUndefined();
    // One capability of each step of the way, and no more.
    const needed = can(...reads.map(([one = '']) => one));
    const seen = at(visibleExtensions(FULL, needed), path);
    if (rule.secret === true) expect(seen).toBeDefined();
    else expect(seen).toEqual(value);
    for (const [index, step] of reads.entries()) {
      const less = can(
        ...reads.flatMap((one, other) => (other === index ? [] : one)).filter((one) => !step.includes(one)),
      );
      expect(at(visibleExtensions(FULL, less), path)).toBeUndefined();
    }
  });

  it('is who the subject is, with any capability about it, and what the capability names', () => {
    for (const name of ['subject', 'roles', 'teams', 'claims', 'permissions']) {
      const { subject } = fieldsOf(visibleExtensions(FULL, can(`read_${name}`)).security);
      const more = name === 'subject' ? {} : { [name]: at(FULL, `security.subject.${name}`) };
      expect(subject).toEqual({ id: 'ada', type: 'user', ...more });
    }
  });

  it('never holds the secret of a credential, whatever it may read', () => {
    const seen = visibleExtensions(FULL, everything);
    expect(JSON.stringify(seen)).not.toContain('SECRET');
    expect(seen.raw_credentials).toEqual({
      inbound: { user: { kind: 'bearer', header: 'authorization' }, bare: {} },
      delegated: [{ audience: 'api', scopes: ['read'] }],
    });
    expect(shownExtensions(FULL)).toEqual(seen);
  });

  it('leaves out members that nobody knows where a slot is closed, and slots that nobody knows', () => {
    const all = { ...FULL, security: { ...FULL.security, fingerprint: 'x' }, vault: { a: 1 } };
    const seen = visibleExtensions(all, everything);
    expect(seen).not.toHaveProperty('vault');
    expect(seen.security).not.toHaveProperty('fingerprint');
    const open = visibleExtensions({ request: { tenant_id: 't', unknown: 1 } }, none);
    expect(open).toEqual({ request: { tenant_id: 't', unknown: 1 } });
  });

  it('is the very same value where nothing is hidden', () => {
    const all = { request: { request_id: 'r' }, custom: { a: 1 } };
    expect(visibleExtensions(all, none)).toBe(all);
  });

  it('has no empty slot in place of a hidden one', () => {
    expect(visibleExtensions({ security: { labels: ['a'] }, raw_credentials: { inbound: {} } }, none)).toEqual({});
  });
});

describe('what a plugin may change', () => {
  const seen = visibleExtensions(FULL, everything);
  const immutable = LEAVES.filter(({ rule }) => rule.tier === 'immutable');

  it.each(immutable)('is not $path, with whatever capability', ({ path }) => {
    const steps = path.split('.');
    for (const value of [undefined, { other: 1 }, 'other']) {
      const { rejection, extensions } = merged(withAt(seen, steps, value), everything);
      expect(rejection).toContain(`extensions.${path}`);
      expect(extensions).toBeUndefined();
    }
  });

  it.each(immutable)('is not $path where it was hidden', ({ path, reads }) => {
    const hidden = visibleExtensions(FULL, none);
    const { rejection } = merged(withAt(hidden, path.split('.'), { forged: true }), none);
    expect(rejection, String(reads)).toContain(`extensions.${path}`);
  });

  it.each(LEAVES.filter(({ rule }) => 'write' in rule))('is not $path without its capability', ({ path, rule }) => {
    const write = 'write' in rule ? rule.write : '';
    const others = new Set(CAPABILITIES.filter((one) => one !== write));
    const { rejection } = merged(withAt(seen, path.split('.'), undefined), others);
    expect(rejection).toContain(write);
  });

  it('is custom as it likes', () => {
    expect(merged({ ...seen, custom: { other: 1 } }, everything).extensions).toEqual({ ...FULL, custom: { other: 1 } });
    expect(merged(withAt(visibleExtensions(FULL, none), ['custom'], undefined), none).extensions).toEqual(
      withAt(FULL, ['custom'], undefined),
    );
  });

  it('is headers, one by one, with write_headers; what is hidden stays', () => {
    const headers = { accept: 'text/plain' };
    const sees = can('read_headers', 'write_headers');
    const returned = withAt(visibleExtensions(FULL, sees), ['http', 'request_headers'], headers);
    expect(at(merged(returned, sees).extensions, 'http.request_headers')).toEqual(headers);
    const blind = can('write_headers');
    const added = withAt(visibleExtensions(FULL, blind), ['http'], { request_headers: { 'x-seen': '1' } });
    expect(merged(added, blind).extensions?.http).toEqual({
      ...FULL.http,
      request_headers: { ...FULL.http.request_headers, 'x-seen': '1' },
    });
    expect(merged(withAt(returned, ['http', 'method'], 'POST'), sees).rejection).toContain('extensions.http.method');
  });

  it('is the constraint with its capability', () => {
    const may = can('write_candidate_constraint');
    const { extensions } = merged({ ...visibleExtensions(FULL, may), candidate_constraint: { deny: [] } }, may);
    expect(extensions).toEqual({ ...FULL, candidate_constraint: { deny: [] } });
  });

  it('is labels by adding; a hidden one cannot get lost', () => {
    const sees = can('read_labels', 'append_labels');
    const label = (labels: readonly string[], capabilities: ReadonlySet<string>) =>
      merged(withAt(visibleExtensions(FULL, capabilities), ['security', 'labels'], labels), capabilities);
    expect(at(label(['pii', 'eu', 'new'], sees).extensions, 'security.labels')).toEqual(['pii', 'eu', 'new']);
    expect(label(['pii', 'new'], sees)).toEqual({
      rejection: expect.stringContaining('extensions.security.labels may only be added to'),
    });
    expect(label([], sees).rejection).toContain('removed');
    expect(at(label(['new', 'pii'], can('append_labels')).extensions, 'security.labels')).toEqual(['pii', 'eu', 'new']);
    expect(label(['pii', 'eu', 'new'], can('read_labels')).rejection).toContain('append_labels');
    expect(merged(withAt(visibleExtensions(FULL, sees), ['security'], undefined), sees).rejection).toContain('labels');
  });

  it('is the chain of delegation at its end, and what follows from that', () => {
    const sees = can('read_delegation', 'append_delegation');
    const { delegation } = FULL;
    const change = (more: object, capabilities: ReadonlySet<string> = sees) =>
      merged({ ...visibleExtensions(FULL, capabilities), delegation: { ...delegation, ...more } }, capabilities);
    const link = { subject_id: 'eve' };
    const longer = { chain: [...delegation.chain, link], depth: 3, actor_subject_id: 'eve', age_seconds: 6 };
    expect(change(longer).extensions).toEqual({ ...FULL, delegation: { ...delegation, ...longer } });
    const broken: readonly (readonly [object, string])[] = [
      [{ chain: [delegation.chain[0]] }, 'chain'],
      [{ chain: [link, ...delegation.chain] }, 'chain'],
      [{ chain: [delegation.chain[0], link] }, 'chain'],
      [{ depth: 1 }, 'depth'],
      [{ delegated: false }, 'delegated'],
      [{ age_seconds: 4 }, 'age_seconds'],
      [{ origin_subject_id: 'eve' }, 'origin_subject_id'],
      [{ actor_subject_id: undefined }, 'actor_subject_id'],
    ];
    for (const [more, where] of broken) expect(change(more).rejection).toContain(`extensions.delegation.${where}`);
    const blind = can('append_delegation');
    const hidden = {
      ...visibleExtensions(FULL, blind),
      delegation: { chain: [link], depth: 1, origin_subject_id: 'eve' },
    };
    const grown = { ...delegation, chain: [...delegation.chain, link], depth: 3 };
    expect(merged(hidden, blind).extensions?.delegation).toEqual(grown);
    // A longer chain is deeper, whether the plugin says so or not.
    expect(change({ chain: grown.chain }).extensions?.delegation).toEqual(grown);
    const first = merged({ delegation: { chain: [link] } }, sees, {});
    expect(first.extensions).toEqual({ delegation: { chain: [link], depth: 1, delegated: true } });
  });

  it('is one header in place of another one, in whatever case a plugin writes it that sees neither', () => {
    const all = { http: { request_headers: { authorization: 'Bearer x', accept: '*/*' } } };
    const returned = { http: { request_headers: { Authorization: 'none' } } };
    expect(merged(returned, can('write_headers'), all).extensions).toEqual({
      http: { request_headers: { accept: '*/*', Authorization: 'none' } },
    });
  });

  it('is nothing at all when one change is tampering', () => {
    const returned = { ...seen, custom: { other: 1 }, request: { request_id: 'forged' } };
    expect(merged(returned, everything)).toEqual({ rejection: expect.stringContaining('extensions.request') });
  });

  it('is no slot that does not exist', () => {
    expect(merged({ ...seen, vault: {}, vaults: { a: 1 } }, everything).rejection).toContain('extensions.vaults');
  });

  it('is no change where a list or object is empty in place of absent, and where keys have another order', () => {
    const all = { request: { request_id: 'r', server_id: 's' } };
    const returned = { request: { server_id: 's', request_id: 'r' }, security: { labels: [] }, custom: {} };
    expect(merged(returned, none, all)).toEqual({});
    expect(merged({ ...seen }, everything)).toEqual({});
  });

  it('keeps what was hidden beside what it changed', () => {
    const { extensions } = merged({ ...visibleExtensions(FULL, none), custom: { c: 1 } }, none);
    expect(extensions).toEqual({ ...FULL, custom: { c: 1 } });
  });
});

describe('whatever a plugin returns', () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>;
  const object = fc.dictionary(fc.string({ maxLength: 5 }), json, { maxKeys: 3 });
  /** Something at each slot: what was there, a part of it, or anything. */
  const anyReturned = fc.record(
    Object.fromEntries(
      [...Object.keys(SLOTS), 'unknown', '__proto__'].map((slot) => {
        const known = fieldsOf(FULL)[slot];
        const members = fc.record(
          Object.fromEntries(
            [...Object.keys(fieldsOf(known)), 'extra'].map((name) => [
              name,
              fc.oneof(fc.constant(fieldsOf(known)[name]), json),
            ]),
          ),
          { requiredKeys: [] },
        );
        return [slot, fc.oneof(fc.constant(known), members, object, json)];
      }),
    ),
    { requiredKeys: [] },
  );

  it('without capabilities it changes no slot but custom', () => {
    fc.assert(
      fc.property(anyReturned, (returned) => {
        const { extensions = FULL, rejection } = merged(returned, none);
        if (rejection !== undefined) expect(extensions).toBe(FULL);
        for (const slot of new Set([...Object.keys(FULL), ...Object.keys(extensions)])) {
          if (slot !== 'custom') expect(equalJson(fieldsOf(extensions)[slot], fieldsOf(FULL)[slot])).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('with any capabilities it changes nothing immutable, loses no label and no link', () => {
    const capabilities = fc.subarray([...CAPABILITIES]).map((names) => new Set(names));
    fc.assert(
      fc.property(anyReturned, capabilities, (returned, may) => {
        const { extensions = FULL } = merged(returned, may);
        for (const { path, rule } of LEAVES) {
          if (rule.tier === 'immutable' || ('write' in rule && !may.has(rule.write))) {
            expect(equalJson(at(extensions, path), at(FULL, path)), path).toBe(true);
          }
        }
        expect(at(extensions, 'security.labels')).toEqual(expect.arrayContaining(FULL.security.labels));
        expect((at(extensions, 'delegation.chain') as unknown[]).slice(0, 2)).toEqual(FULL.delegation.chain);
      }),
      { numRuns: 2000 },
    );
  });

  it('what it sees and returns as it was is no change', () => {
    const capabilities = fc.subarray([...CAPABILITIES]).map((names) => new Set(names));
    fc.assert(
      fc.property(capabilities, (may) => {
        expect(merged(structuredClone(visibleExtensions(FULL, may)) as typeof FULL, may)).toEqual({});
      }),
    );
  });
});

describe('a run with extensions', () => {
  const tampers = result({
    continue_processing: true,
    modified_payload: { ...PAYLOAD, name: 'other' },
    modified_extensions: { request: { request_id: 'forged' } },
  });

  it.each(['sequential', 'transform', 'audit', 'concurrent', 'fire_and_forget'] as const)(
    'records tampering in the mode %s, and keeps the change of the payload where it may',
    async (mode) => {
      const host = scripted([[entry('forger', { mode }), () => tampers]]);
      const run = await host.invoke(HOOK, request({ extensions: FULL }));
      const later = await run.background();
      expect(run.extensions).toBe(FULL);
      expect(run.extensionsModified).toBe(false);
      expect(run.verdict).toBe('allow');
      expect(run.payloadModified).toBe(mode === 'sequential' || mode === 'transform');
      const message = expect.stringContaining('extensions.request.request_id may not be changed');
      expect([...run.errors, ...later.errors]).toEqual([
        { plugin_name: 'forger', code: 'extension_rejected', message },
      ]);
      expect([...run.records, ...later.records]).toMatchObject([
        {
          status: 'completed',
          error_code: 'extension_rejected',
          reason: message,
          payload_modified: true,
          extensions_modified: false,
          findings: [{ id: 'hook.extensions', severity: 'fail', message }],
        },
      ]);
    },
  );

  it('hands on what one plugin added to the next, each with its own view', async () => {
    const views: unknown[] = [];
    const host = scripted([
      [
        entry('adds', { capabilities: can('append_labels') }),
        ({ extensions }) => {
          views.push(extensions);
          return result({ continue_processing: true, modified_extensions: { security: { labels: ['new'] } } });
        },
      ],
      [
        entry('reads', { capabilities: can('read_labels') }),
        ({ extensions }) => {
          views.push(extensions);
          return result({ continue_processing: true });
        },
      ],
    ]);
    const run = await host.invoke(HOOK, request({ extensions: { security: { labels: ['old'] } } }));
    expect(views).toEqual([{}, { security: { labels: ['old', 'new'] } }]);
    expect(run.extensionsModified).toBe(true);
    expect(run.records[0]).toMatchObject({
      extensions_modified: true,
      applied: true,
      changes: [{ path: 'extensions.security.labels[1]', after: 'new' }],
    });
  });
});
