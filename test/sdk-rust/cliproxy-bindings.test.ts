import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { emitIdentity } from '../../src/project/identity.js';
import { emitRustBindings, encodings } from '../../src/scaffold/bindings/rust.js';
import { CAPABILITIES } from './cliproxy-project.js';

const root = path.resolve(import.meta.dirname, '../..');
const template = (file: string) => readFileSync(path.join(root, 'templates/hosts/cliproxy/rust', file), 'utf8');
const json = (file: string) => JSON.parse(readFileSync(path.join(root, 'schemas/hosts/cliproxy', file), 'utf8'));

const text = { type: 'string' };
const ref = (name: string) => ({ $ref: `types.json#/$defs/${name}` });

/** The two files for a small contract of a host written in Go. */
function emit(over: object, types: object): { types: string; capabilities: string } {
  const contract = {
    profile: 'odd',
    abi_version: 1,
    schema_version: 7,
    encoding: 'go-json',
    capabilities: {},
    methods: {},
    callbacks: {},
    ...over,
  };
  const $defs = { Capabilities: { type: 'object', properties: {} }, ...types };
  const [first, second] = emitRustBindings({ contract, types: { $defs } });
  return { types: first?.content ?? '', capabilities: second?.content ?? '' };
}

describe('the Rust bindings of a host written in Go', () => {
  it('are those in the template', () => {
    expect(encodings).toEqual(['go-json']);
    const files = emitRustBindings({ contract: json('contract.json'), types: json('types.json') });
    expect(files.map((file) => file.path)).toEqual(['src/cpex/types.rs', 'src/cpex/capabilities.rs']);
    for (const file of files) {
      expect(template(file.path), 'run node scripts/generate-bindings.mjs').toBe(file.content);
    }
  });

  it('stand beside an identity that has every capability', () => {
    const identity = emitIdentity('rust', {
      host: 'cliproxy',
      capabilities: CAPABILITIES,
      id: 'sample-plugin',
      name: 'sample-plugin',
      version: '0.1.0',
      author: 'Sample Author',
      description: 'A sample plugin.',
      license: 'Apache-2.0',
      repository: 'https://github.com/example/sample-plugin',
    });
    expect(template(identity.path)).toBe(identity.content);
  });

  it('have plain fields, with times, pointers and what is left out marked', () => {
    const { types } = emit(
      {},
      {
        Inner: { type: 'object', properties: { N: { type: 'integer', format: 'int64' } } },
        Thing: {
          type: 'object',
          description: 'One.',
          properties: {
            At: { type: 'string', format: 'date-time' },
            Inner: { $ref: '#/$defs/Inner', 'x-pointer': true },
            Lists: { type: 'object', additionalProperties: { type: 'array', items: text } },
            Err: { 'x-go': 'error' },
            id: { ...text, 'x-omit-empty': true },
          },
          required: ['id'],
        },
      },
    );
    expect(types).toContain(
      '/// One.\n#[derive(Clone, Debug, Default, PartialEq)]\npub struct Thing {\n    pub at: Time,\n' +
        '    pub inner: Option<Inner>,\n    pub lists: BTreeMap<String, Vec<String>>,\n    pub id: String,\n}\n',
    );
    expect(types).toContain('            lists: fields.or_zero("Lists")?,\n');
    expect(types).toContain('        object.put("At", self.at);\n');
    expect(types).toContain('        object.put_unless_zero("id", self.id);\n');
    expect(types).toContain('    pub fn new(id: impl Into<String>) -> Self {\n');
    expect(types).toContain('            id: id.into(),\n            ..Self::default()\n');
    expect(types).toContain('use super::time::Time;');
    expect(types).toContain('pub type Capabilities = ();');
    expect(types).not.toMatch(/\berr\b/);
  });

  it('turn a capability into a trait whose methods cannot be forgotten', () => {
    const { capabilities } = emit(
      {
        capabilities: {
          model: { summary: 'Models.', flag: 'model', methods: ['model.static', 'model.for_auth'] },
          model_scan: { summary: 'Scans.', flag: 'model_scan', methods: ['scan.name', 'scan.done'] },
        },
        methods: {
          'model.static': { summary: 'A.', capability: 'model', request: ref('Q'), result: ref('A') },
          'model.for_auth': { summary: 'B.', capability: 'model', request: ref('Q'), result: ref('A') },
          'scan.name': { summary: 'C.', capability: 'model_scan', request: ref('Nothing'), result: ref('Name') },
          'scan.done': { summary: 'D.', capability: 'model_scan', request: ref('Q'), result: ref('Nothing') },
        },
      },
      {
        Capabilities: {
          type: 'object',
          properties: {
            model: { type: 'boolean' },
            model_kinds: { type: 'array', items: text },
            model_scan: { type: 'boolean' },
            model_scan_depth: text,
          },
        },
        Nothing: { type: 'object', properties: {} },
        Name: { type: 'object', properties: { name: text }, required: ['name'] },
        Q: { type: 'object', properties: { q: text } },
        A: { type: 'object', properties: { a: text } },
      },
    );
    // A keyword among the names; a list of settings that has to be given.
    expect(capabilities).toContain('    fn kinds(&self) -> Vec<String>;\n');
    expect(capabilities).toContain('    fn model_static(&self, request: Q, host: &Host) -> Result<A>;\n');
    expect(capabilities).toContain('    fn model_for_auth(&self, request: Q, host: &Host) -> Result<A>;\n');
    // A constant, a setting with a default, an answer without content.
    expect(capabilities).toContain('    fn name(&self) -> String;\n');
    expect(capabilities).toContain('    fn depth(&self) -> String {\n        String::default()\n    }\n');
    expect(capabilities).toContain('    fn done(&self, request: Q, host: &Host) -> Result<()>;\n');
    expect(capabilities).toContain('call.answer(|(), _| Ok(Name::new(handler.name())))');
    expect(capabilities).toContain('            told.model_scan_depth = handler.depth();\n');
    expect(capabilities).not.toContain('fn scan_depth');
  });

  it('cannot be made of a tagged union', () => {
    const one = { type: 'object', properties: { kind: { const: 'one' } }, required: ['kind'] };
    const union = { oneOf: [{ $ref: '#/$defs/One' }], 'x-tag': 'kind' };
    expect(() => emit({}, { One: one, Any: union })).toThrow(RangeError);
  });
});
