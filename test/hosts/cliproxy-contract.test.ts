import { describe, expect, it } from 'vitest';
import { cliproxyRevision } from '../../src/hosts/cliproxy/revision.js';
import { decodeGo } from '../../src/hosts/go-json/decode.js';
import { encodeGo } from '../../src/hosts/go-json/encode.js';
import { fieldsOf } from '../../src/hosts/json-fields.js';
import { findProfile } from '../../src/hosts/registry.js';
import { checkShape } from '../../src/hosts/schema-check.js';
import type { Contract, MethodContract } from '../../src/model/contract.js';
import { contractPart } from '../../src/project/contract-data.js';
import { revisionsOf } from '../../src/project/contract-revisions.js';
import { parseContract } from '../../src/scaffold/bindings/parse.js';
import { EVERY_REQUEST, METHODS, REQUESTS, RESULTS } from './cliproxy-contract-expected.js';

const REVISIONS = Object.keys(revisionsOf('cliproxy')?.revisions ?? {});
const contractOf = (revision: string): Contract => findProfile(`cliproxy@${revision}`).contract;
const now = contractOf('v7.2.140');
const methodsOf = (contract: Contract): MethodContract[] => [
  ...contract.methods.values(),
  ...contract.callbacks.values(),
];

describe.each(REVISIONS)('the contract of %s', (revision) => {
  const contract = contractOf(revision);

  it('gives samples to every method and callback, and they fit', () => {
    for (const { name, samples, request } of methodsOf(contract)) {
      expect(samples.length, name).toBeGreaterThan(0);
      for (const sample of samples) expect(checkShape(request, sample, contract.types), name).toEqual([]);
    }
  });

  it('has samples that survive being written and read', () => {
    for (const { name, samples, request } of methodsOf(contract)) {
      for (const sample of samples) {
        const bytes = encodeGo(sample, request, contract.types);
        const reading = decodeGo(bytes, request, contract.types);
        expect(reading, name).toMatchObject({ ok: true, notices: [], ignored: [] });
        if (reading.ok) expect(encodeGo(reading.value, request, contract.types), name).toEqual(bytes);
      }
    }
  });

  it('has capabilities for methods and methods for capabilities', () => {
    for (const { name, methods } of contract.capabilities.values()) {
      expect(methods.length, name).toBeGreaterThan(0);
      for (const method of methods) expect(contract.methods.get(method)?.capability, method).toBe(name);
    }
    for (const { name, capability } of contract.methods.values()) {
      if (capability === undefined) expect(name).toMatch(/^plugin\./);
      else expect(contract.capabilities.get(capability)?.methods).toContain(name);
    }
  });

  it('has a key of the registration for each capability, and a capability for each flag', () => {
    const keys = Object.entries(fieldsOf(contract.types.get('Capabilities')?.properties));
    const flags = keys.flatMap(([key, schema]) => (fieldsOf(schema).type === 'boolean' ? [key] : []));
    const known = [...contract.capabilities.values()].map(({ flag }) => flag);
    expect(flags.filter((flag) => flag !== 'frontend_auth_provider_exclusive').sort()).toEqual(known.sort());
  });

  it('can be turned into bindings', () => {
    const host = `cliproxy@${revision}`;
    const ir = parseContract({ contract: contractPart(host, 'contract'), types: contractPart(host, 'types') });
    expect(ir.encoding).toBe('go-json');
    expect(ir.methods.map(({ name }) => name.wire)).toEqual([...contract.methods.keys()]);
  });

  it('describes every type, field and method', () => {
    for (const [name, type] of contract.types) {
      expect(type.description, name).toMatch(/^[A-Z].*[.:]/);
      for (const [key, field] of Object.entries(fieldsOf(type.properties))) {
        expect(fieldsOf(field).description, `${name}.${key}`).toMatch(/\.$/);
      }
    }
    for (const { name, summary } of methodsOf(contract)) expect(summary, name).toMatch(/\.$/);
  });

  it('refers to types that are there, and has none that nobody refers to', () => {
    const data = [contractPart(`cliproxy@${revision}`, 'contract'), contractPart(`cliproxy@${revision}`, 'types')];
    const references = JSON.stringify(data).matchAll(/#\/\$defs\/(\w+)/g);
    expect(new Set([...references].map(([, name]) => name))).toEqual(new Set(contract.types.keys()));
  });
});

describe('the contract of the default revision', () => {
  it('has the methods and callbacks of the host, in its order', () => {
    expect(findProfile('cliproxy').revision).toBe('v7.2.140');
    expect([...now.methods.keys()]).toEqual(METHODS.methods);
    expect([...now.callbacks.keys()]).toEqual(METHODS.callbacks);
  });

  it.each(Object.entries(REQUESTS))('writes an empty request of %s as the host does', (method, json) => {
    const { request } = now.methods.get(method) ?? { request: {} };
    expect(Buffer.from(encodeGo({}, request, now.types)).toString()).toBe(json);
  });

  it.each(Object.entries(RESULTS))('knows the keys of the result of %s', (method, keys) => {
    const result = (now.methods.get(method) ?? now.callbacks.get(method))?.result ?? {};
    const reading = decodeGo({}, result, now.types);
    expect(reading.ok && Object.keys(fieldsOf(reading.value))).toEqual(keys);
  });

  it('ends each request that has a callback id with it, and sends it with no other', () => {
    const withId = [...now.methods.values()].filter(({ request }) => {
      const text = Buffer.from(encodeGo({}, request, now.types)).toString();
      expect(text).not.toContain('host_callback_id');
      const keys = Object.keys(fieldsOf(typeOf(now, request).properties));
      if (keys.includes('host_callback_id')) expect(keys.at(-1)).toBe('host_callback_id');
      return keys.includes('host_callback_id');
    });
    expect(withId.map(({ name }) => name)).toEqual(EVERY_REQUEST.withCallbackId);
  });

  it('corrects mistaken capability keys into ones that exist', () => {
    const { mistakes } = contractPart('cliproxy', 'contract') as { mistakes: Record<string, string> };
    const keys = Object.keys(fieldsOf(now.types.get('Capabilities')?.properties));
    expect(mistakes.stream_chunk_interceptor).toBe('response_stream_interceptor');
    for (const [wrong, right] of Object.entries(mistakes)) {
      expect(keys).toContain(right);
      expect(keys).not.toContain(wrong);
    }
  });

  it('has bodies in its samples that are what their format says', () => {
    const [sample] = now.methods.get('executor.execute')?.samples ?? [];
    const payload = Buffer.from(String(fieldsOf(sample).Payload), 'base64').toString('utf8');
    expect(JSON.parse(payload)).toMatchObject({
      model: 'sample-large-2026',
      messages: [{ role: 'system' }, { role: 'user' }],
    });
  });
});

describe('what differs between revisions', () => {
  const keysOf = (revision: string, type: string): string[] =>
    Object.keys(fieldsOf(contractOf(revision).types.get(type)?.properties));

  it('v7.2.28 has schema version 1 and nothing that came later', () => {
    const old = contractOf('v7.2.28');
    expect(old.schemaVersion).toBe(1);
    expect(old.methods.has('request.complete')).toBe(false);
    expect(old.capabilities.has('request_lifecycle_plugin')).toBe(false);
    expect([...now.methods.keys()].filter((name) => !old.methods.has(name))).toEqual(['request.complete']);
    expect([...now.callbacks.keys()]).toEqual([...old.callbacks.keys()]);
    expect(keysOf('v7.2.28', 'RequestInterceptRequest')[0]).toBe('SourceFormat');
    expect(keysOf('v7.2.28', 'RequestInterceptResult')).toEqual(['Headers', 'Body', 'ClearHeaders']);
    for (const type of ['ResponseInterceptRequest', 'StreamChunkInterceptRequest']) {
      expect(keysOf('v7.2.28', type)).not.toContain('RequestID');
      expect(keysOf('v7.2.140', type)[0]).toBe('RequestID');
    }
    expect(keysOf('v7.2.28', 'UsageHandleRequest')).not.toContain('Generate');
    expect(keysOf('v7.2.28', 'AuthParseResult')).toContain('Auths');
  });

  it('v7.2.28 sends request bodies with each piece of a stream, v7.2.140 with the first call only', () => {
    const bodies = (revision: string) =>
      contractOf(revision)
        .methods.get('response.intercept_stream_chunk')
        ?.samples.map((sample) => [fieldsOf(sample).ChunkIndex, fieldsOf(sample).OriginalRequest !== undefined]);
    expect(bodies('v7.2.28')).toEqual([
      [-1, true],
      [1, true],
    ]);
    expect(bodies('v7.2.140')).toEqual([
      [-1, true],
      [1, false],
    ]);
  });

  it('later revisions are partial and add what is known', () => {
    expect(REVISIONS.map((name) => [name, cliproxyRevision(name).partial])).toEqual([
      ['v7.2.28', false],
      ['v7.2.140', false],
      ['v7.2.151', true],
      ['next', true],
    ]);
    const added = (revision: string) =>
      [...contractOf(revision).methods.keys()].filter((name) => !now.methods.has(name));
    expect(added('v7.2.151')).toEqual(['websocket.response_event']);
    expect(added('next').sort()).toEqual([
      'plugin.quiesce',
      'quota.describe',
      'quota.fetch',
      'quota.identifier',
      'quota.reset',
      'websocket.response_event',
    ]);
    expect(contractOf('next').callbacks.has('host.affinity.lookup')).toBe(true);
    expect(REVISIONS.map((name) => contractOf(name).schemaVersion)).toEqual([1, 3, 5, 6]);
  });

  it('files and behaviour are data of each revision', () => {
    expect(cliproxyRevision('v7.2.28')).toMatchObject({
      layout: {
        folders: ['<goos>/<goarch>-<variant>', '<goos>/<goarch>', '.'],
        versionedFiles: false,
        removesOtherFiles: false,
      },
      behaviour: { windowsShadowCopy: false, expandsHome: false },
    });
    expect(cliproxyRevision('v7.2.140')).toMatchObject({
      layout: {
        folders: ['<goos>/<goarch>', '.'],
        versionedFiles: true,
        removesOtherFiles: true,
      },
      behaviour: { omitsBodiesOfChunksFrom: 3, windowsShadowCopy: true, expandsHome: true },
    });
    const from = (name: string) => {
      const { omitsBodiesOfChunksFrom, omitsHistoryOfChunksFrom, rawManagementJsonFrom } =
        cliproxyRevision(name).behaviour;
      return [omitsBodiesOfChunksFrom, omitsHistoryOfChunksFrom, rawManagementJsonFrom];
    };
    expect(REVISIONS.map(from)).toEqual([
      [undefined, undefined, undefined],
      [3, undefined, undefined],
      [3, 5, undefined],
      [3, 5, 6],
    ]);
    expect(() => cliproxyRevision('v1')).toThrow('cliproxy has no revision v1');
  });
});

function typeOf(contract: Contract, reference: MethodContract['request']) {
  return contract.types.get(String(reference.$ref).replace('types.json#/$defs/', '')) ?? {};
}
