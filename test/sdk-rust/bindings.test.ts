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

function emit(over: object, types: object): string {
  const [file] = emitRustBindings({ contract: contract(over), types: { $defs: types } });
  return file?.content ?? '';
}

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
