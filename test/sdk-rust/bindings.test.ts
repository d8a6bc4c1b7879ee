import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { emitRustBindings } from '../../src/scaffold/bindings/rust.js';
import { rustConstant, rustJson, rustText, rustWord } from '../../src/scaffold/bindings/rust-text.js';

const root = path.resolve(import.meta.dirname, '../..');
const json = (file: string) => JSON.parse(readFileSync(path.join(root, 'schemas/hosts/cpex', file), 'utf8'));

const contract = (over: object) => ({
  profile: 'odd',
  abi_version: 1,
  schema_version: 3,
  capabilities: {},
  methods: {},
  callbacks: {},
  hooks: {},
  ...over,
});

function emit(over: object, types: object, file = 'types'): string {
  const files = emitRustBindings({ contract: contract(over), types: { $defs: types } });
  return files.find((one) => one.path === `src/cpex/${file}.rs`)?.content ?? '';
}

const struct = (properties: object, required = Object.keys(properties)) => ({ type: 'object', properties, required });
const ref = (name: string) => ({ $ref: `#/$defs/${name}` });
const bytes = { type: 'string', contentEncoding: 'base64' };

describe('the Rust bindings', () => {
  it('are those in the template', () => {
    const source = { contract: json('contract.json'), types: json('types.json') };
    for (const file of emitRustBindings(source)) {
      const committed = readFileSync(path.join(root, 'templates/hosts/cpex/rust', file.path), 'utf8');
      expect(committed, 'run node scripts/generate-bindings.mjs').toBe(file.content);
    }
  });

  it('keep wire order, spell keywords, and omit what is not required', () => {
    const text = emit(
      {},
      {
        Thing: {
          type: 'object',
          description: 'One\nof many.',
          properties: { type: { type: 'string' }, self: { type: 'integer', format: 'uint64' }, raw: {} },
          required: ['type'],
        },
      },
    );
    expect(text).toContain('/// One\n/// of many.\n#[derive(Clone, Debug, Default, PartialEq)]\npub struct Thing {');
    expect(text).toContain('    pub r#type: String,\n    pub self_: Option<u64>,\n    pub raw: Option<Value>,\n');
    expect(text).toContain('object.put("type", self.r#type);\n        object.put_some("self", self.self_);');
    expect(text).toContain('pub const SCHEMA_VERSION: u32 = 3;');
    expect(text).not.toContain('BTreeMap');
  });

  it('do not promise a default where an enum has to be chosen', () => {
    const text = emit(
      {},
      {
        Inner: { type: 'object', properties: { mood: { type: 'string', enum: ['a', 'b'] } }, required: ['mood'] },
        Outer: { type: 'object', properties: { inner: { $ref: '#/$defs/Inner' } }, required: ['inner'] },
      },
    );
    expect(text).toContain('#[derive(Clone, Debug, PartialEq)]\npub struct Outer {');
  });

  it.each([true, false])('keep kinds that they do not know where a union is open: %s', (open) => {
    const text = emit(
      {},
      {
        A: struct({ kind: { const: 'a' }, inner: ref('Inner') }),
        B: struct({ kind: { const: 'b' }, n: { type: 'integer', format: 'uint32' } }),
        Inner: struct({ x: { type: 'string' } }),
        Either: { oneOf: [ref('A'), ref('B')], 'x-tag': 'kind', ...(open ? { 'x-open': true } : {}) },
      },
    );
    expect(text).toContain('    pub fn kind(&self) -> &str {');
    expect(text.includes('    Other(Map),')).toBe(open);
    expect(text.includes('Some(_) => Map::from_json(value).map(Self::Other)')).toBe(open);
    expect(text.includes('Mismatch::not_one_of(Self::WORDS).at("kind")')).toBe(!open);
    // A variant around one struct is made from that struct; one with other fields is not.
    expect(text).toContain(
      'impl From<Inner> for Either {\n    fn from(value: Inner) -> Self {\n        A::new(value).into()',
    );
    expect(text.match(/^impl From</gm)).toHaveLength(3);
  });

  it('say where bytes stand: in fields, lists, unions, circles and payloads', () => {
    const text = emit(
      {
        methods: {
          'hook.invoke': { summary: 'x', request: ref('Ask'), result: ref('Answer'), samples: [] },
          'raw.put': { summary: 'x', request: ref('Raw'), result: ref('Empty'), samples: [] },
        },
        hooks: {
          'a.b': { payload: ref('Tree'), sample: {}, aliases: ['a_b'] },
          plain: { payload: ref('Empty'), sample: {} },
        },
      },
      {
        Empty: struct({}),
        Ask: struct({ hook: { type: 'string' }, payload: {} }),
        Answer: struct({ modified_payload: {} }, []),
        Raw: struct({ kind: { const: 'raw' }, data: bytes, text: { type: 'string' } }),
        Leaf: struct({ kind: { const: 'leaf' } }),
        Tree: struct({
          nodes: { type: 'array', items: ref('Node') },
          named: { type: 'object', additionalProperties: bytes },
        }),
        Branch: struct({ kind: { const: 'branch' }, tree: ref('Tree') }),
        Node: { oneOf: [ref('Raw'), ref('Leaf'), ref('Branch')], 'x-tag': 'kind' },
      },
      'places',
    );
    expect(text).toContain('        "raw.put" => &RAW,\n');
    expect(text).toContain('static RAW: Place<\'static> = Place::Fields(&[("data", &Place::Bytes)]);');
    expect(text).toContain('("nodes", &Place::Each(&NODE))');
    expect(text).toContain('("named", &Place::Each(&Place::Bytes))');
    expect(text).toContain('("raw", &RAW)');
    expect(text).toContain('("branch", &BRANCH)');
    expect(text).not.toContain('LEAF');
    expect(text).toContain('("a.b", &TREE_SENT), ("a_b", &TREE_SENT)');
    expect(text).toContain('        "a_b" => &TREE_MODIFIED,\n');
    expect(text).not.toContain('"plain"');
  });

  it('have a type for each event and phase', () => {
    const text = emit({}, json('types.json').$defs);
    const events = [...text.matchAll(/^ {4}impl Event for (\w+) \{$/gm)].map((match) => match[1]);
    expect(events).toHaveLength(14);
    expect(events).toContain('AfterStepCacheHit');
    expect(text).toContain(
      'r#"{"kind":"step_log","build_id":"build-1","step_id":"step-1","key":"key","stream":"stdout","data":"aGkK"}"#',
    );
  });

  it('break constructors where rustfmt would', () => {
    const fields = Object.fromEntries([...'abcdefgh'].map((key) => [key.repeat(5), { type: 'string' }]));
    const text = emit({}, { Wide: { type: 'object', properties: fields, required: Object.keys(fields) } });
    expect(text).toContain('    pub fn new(\n        aaaaa: impl Into<String>,\n');
    expect(text).toContain('#[allow(clippy::too_many_arguments');
  });

  it('write text as Rust reads it', () => {
    expect(rustText('a"b\\c\u0001\b\n')).toBe('"a\\"b\\\\c\\u{0001}\\u{8}\\n"');
    expect(rustText('\\b')).toBe('"\\\\b"');
    expect(rustJson({ a: '"#' })).toBe('r##"{"a":"\\"#"}"##');
    expect(rustJson([])).toBe('"[]"');
    expect([rustWord('match'), rustWord('crate'), rustWord('name')]).toEqual(['r#match', 'crate_', 'name']);
    expect(rustConstant('', 'X', '"y"')).toEqual(['const X: &\'static str = "y";']);
    expect(rustConstant('', 'X', `"${'y'.repeat(80)}"`)).toHaveLength(2);
    expect(rustConstant('', 'X', `"${'y'.repeat(98)}"`)).toHaveLength(1);
  });
});
