import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enumName, nameOf } from '../../src/scaffold/bindings/names.js';
import { parseContract } from '../../src/scaffold/bindings/parse.js';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../schemas/hosts/cpex/${name}.json`, import.meta.url), 'utf8'));

function withType(schema: unknown) {
  const types = { $defs: { Empty: { type: 'object', properties: {} }, Odd: schema } };
  const contract = {
    profile: 'x',
    abi_version: 1,
    schema_version: 1,
    capabilities: {},
    methods: {},
    callbacks: {},
    hooks: {},
  };
  return () => parseContract({ contract, types });
}

describe('parseContract', () => {
  const ir = parseContract({ contract: read('contract'), types: read('types') });
  const declaration = (name: string) => ir.declarations.find((one) => one.name.pascal === name);

  it('keeps the wire order of fields and knows which are required', () => {
    const struct = declaration('HookInvokeResult');
    expect(struct?.kind === 'struct' && struct.fields.map((field) => [field.name.wire, field.required])).toEqual([
      ['continue_processing', true],
      ['modified_payload', false],
      ['modified_extensions', false],
      ['violation', false],
      ['metadata', false],
      ['context', false],
    ]);
  });

  it('reads widths, bytes, maps, arrays, any JSON and references', () => {
    const types = (name: string) => {
      const struct = declaration(name);
      if (struct?.kind !== 'struct') throw new Error(`${name} is no struct`);
      return Object.fromEntries(struct.fields.map((field) => [field.name.wire, field.type]));
    };
    expect(types('Limits').max_request_bytes).toEqual({ kind: 'int', bits: 64, signed: false });
    expect(types('HttpResponse')).toEqual({
      status: { kind: 'int', bits: 32, signed: true },
      headers: { kind: 'map', values: { kind: 'array', items: { kind: 'string' } } },
      body: { kind: 'bytes' },
    });
    expect(types('HookInvokeRequest')).toMatchObject({
      payload: { kind: 'json' },
      extensions: { kind: 'ref', name: 'Extensions' },
      context: { kind: 'ref', name: 'HookContext' },
    });
  });

  it('reads a tagged union with the constant of each variant', () => {
    expect(declaration('ArgSpec')).toMatchObject({
      kind: 'union',
      tag: 'kind',
      variants: [
        { tag: { wire: 'positional' }, struct: 'PositionalArg' },
        { tag: { wire: 'option' }, struct: 'OptionArg' },
        { tag: { wire: 'flag' }, struct: 'FlagArg' },
      ],
    });
  });

  it('gives equal enums inside fields one name', () => {
    const enums = ir.declarations.filter((one) => one.kind === 'enum').map((one) => one.name.pascal);
    expect(enums).toEqual([
      ...['ValueType', 'LifecycleEventKind', 'LifecyclePhase', 'ResourceType', 'SourceType', 'MessageRole'],
      ...['MessageChannel', 'OutputStream', 'LifecycleEventOutcome', 'LogLevel', 'KvScope'],
    ]);
  });

  it('spells hooks for every language', () => {
    expect(ir.hooks.find((hook) => hook.name.wire === 'cmf.tool_pre_invoke')).toMatchObject({
      name: {
        wire: 'cmf.tool_pre_invoke',
        snake: 'cmf_tool_pre_invoke',
        pascal: 'CmfToolPreInvoke',
        upper: 'CMF_TOOL_PRE_INVOKE',
      },
      aliases: [],
      payload: 'MessagePayload',
    });
    expect(ir.hooks).toHaveLength(24);
  });

  it.each([
    ['an unknown keyword', { type: 'object', properties: {}, patternProperties: {} }, 'patternProperties'],
    ['an integer without width', { type: 'object', properties: { a: { type: 'integer' } } }, 'Odd.a'],
    ['a required field that is not described', { type: 'object', properties: {}, required: ['a'] }, 'requires a'],
    ['a reference into nowhere', { type: 'object', properties: { a: { $ref: '#/$defs/None' } } }, '#/$defs/None'],
    ['a list of types', { type: ['string', 'null'] }, 'string'],
    ['another encoding', { type: 'string', contentEncoding: 'base32' }, 'base64'],
    ['a union without a tag', { oneOf: [{ $ref: '#/$defs/Empty' }] }, 'x-tag'],
  ])('refuses %s and names the place', (_, schema, evidence) => {
    expect(withType(schema)).toThrowError(expect.objectContaining({ code: 'CPEX_E_CONTRACT_UNSUPPORTED' }));
    expect(withType(schema)).toThrowError(evidence);
  });
});

describe('names', () => {
  it.each([
    ['http_auth_resolve_user', 'HttpAuthResolveUser'],
    ['identity.resolve', 'IdentityResolve'],
    ['HTTPRequest', 'HttpRequest'],
  ])('%s → %s', (wire, pascal) => expect(nameOf(wire).pascal).toBe(pascal));

  it('names an enum after what its structs share', () => {
    expect(enumName(['KvGetRequest', 'KvSetRequest'], 'scope')).toBe('KvScope');
    expect(enumName(['PositionalArg', 'OptionArg'], 'value_type')).toBe('ValueType');
    expect(enumName(['OutputWriteRequest'], 'stream')).toBe('OutputWriteStream');
  });
});
