import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emitGoBindings } from '../../src/scaffold/bindings/go.js';
import { parseContract } from '../../src/scaffold/bindings/parse.js';
import type { ContractSource } from '../../src/scaffold/bindings/source.js';
import { contractValues } from './contract-values.js';
import { GoProject, missingToolchain } from './toolchain.js';

// Go's first compilation takes long on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const missing = missingToolchain();

describe.skipIf(missing !== undefined)(`the Go SDK's parts${missing === undefined ? '' : ` (${missing})`}`, () => {
  let project: GoProject;
  beforeAll(() => {
    project = new GoProject();
    project.add('unit', 'internal/cpex');
    addValues(project, cpexContract());
  });
  afterAll(() => project.remove());

  it('pass their unit tests under the race detector', () => {
    expect(project.run('go', 'test', '-race', './internal/cpex')).toContain('ok  \t');
  });

  it.each(['FuzzStrictJSON', 'FuzzMessagePack', 'FuzzCalls'])('withstand a short fuzz of %s', (target) => {
    const fuzz = ['-fuzz', target, '-fuzztime', '100000x', '-fuzzminimizetime', '10x', '-parallel', '2'];
    const output = project.run('go', 'test', '-run', '^$', ...fuzz, './internal/cpex');
    expect(output).toContain('PASS');
  });

  it('read and write every shape that a contract may have', () => {
    const source = { contract: { ...emptyContract, hooks: {} }, types: { $defs: shapes } };
    const other = new GoProject();
    try {
      // The handlers of the cpex profile do not fit another contract; its types do.
      for (const file of readdirSync(path.join(other.folder, 'internal/cpex'))) {
        if (!/^(json_.*|pack_.*|codec|envelope|host)\.go$/.test(file))
          rmSync(path.join(other.folder, 'internal/cpex', file), forced);
      }
      for (const file of ['main.go', 'plugin.go', 'plugin_test.go']) rmSync(path.join(other.folder, file));
      for (const file of ['roundtrip_test.go', 'oracle_test.go']) {
        other.add(`unit/${file}`, `internal/cpex/${file}`);
      }
      addValues(other, source);
      const [types] = emitGoBindings(source);
      writeFileSync(path.join(other.folder, 'internal/cpex/types.go'), types?.content ?? '');
      expect(other.run('gofmt', '-d', '.')).toBe('');
      other.run('go', 'vet', './...');
      expect(other.run('go', 'test', './...')).toContain('ok  \t');
    } finally {
      other.remove();
    }
  });
});

const forced = { recursive: true, force: true };

const emptyContract = {
  profile: 'test',
  abi_version: 1,
  schema_version: 3,
  methods: {},
  callbacks: {},
  capabilities: {},
};

/** What the cpex contract has none of, or none of in that place. */
const shapes = {
  Shapes: {
    type: 'object',
    description: 'Of all\nkinds.',
    properties: {
      ratio: { type: 'number' },
      maybe_ratio: { type: 'number' },
      grid: { type: 'array', items: { type: 'array', items: { type: 'integer', format: 'int32' } } },
      blobs: { type: 'object', additionalProperties: { type: 'string', contentEncoding: 'base64' } },
      by_name: { type: 'object', additionalProperties: { $ref: '#/$defs/Leaf' } },
      colours: { type: 'array', items: { $ref: '#/$defs/Colour' } },
      either: { $ref: '#/$defs/Either' },
      any: { $ref: '#/$defs/Any' },
      maybe_either: { $ref: '#/$defs/Either' },
      maybe_colour: { $ref: '#/$defs/Colour' },
      maybe_big: { type: 'integer', format: 'uint64' },
      list: { $ref: '#/$defs/Leaves' },
      maybe_list: { $ref: '#/$defs/Leaves' },
      nested: { $ref: '#/$defs/Shapes' },
    },
    required: ['ratio', 'grid', 'blobs', 'by_name', 'colours', 'either', 'any', 'list'],
  },
  Colour: { type: 'string', enum: ['red', 'dark-red'] },
  Leaf: { type: 'object', properties: { 'odd-name': { type: 'boolean' } }, required: ['odd-name'] },
  Leaves: { type: 'array', items: { $ref: '#/$defs/Leaf' } },
  One: { type: 'object', properties: { is: { const: 'one' }, at: { type: 'string' } }, required: ['is'] },
  Two: { type: 'object', properties: { at: { type: 'string' }, is: { const: 'two' } }, required: ['at', 'is'] },
  Either: { oneOf: [{ $ref: '#/$defs/One' }, { $ref: '#/$defs/Two' }], 'x-tag': 'is' },
  Any: { oneOf: [{ $ref: '#/$defs/One' }, { $ref: '#/$defs/Two' }], 'x-tag': 'is', 'x-open': true },
};

function cpexContract(): ContractSource {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(path.join(import.meta.dirname, '../../schemas/hosts/cpex', name), 'utf8'));
  return { contract: read('contract.json'), types: read('types.json') };
}

/** Writes the values of the round-trip test and the table that makes a type by its name. */
function addValues(project: GoProject, source: ContractSource): void {
  const ir = parseContract(source);
  const values = contractValues(ir);
  const names = [...new Set(values.map((value) => value.type))];
  const folder = path.join(project.folder, 'internal/cpex');
  mkdirSync(path.join(folder, 'testdata'), { recursive: true });
  writeFileSync(path.join(folder, 'testdata/values.json'), JSON.stringify(values));
  writeFileSync(
    path.join(folder, 'newvalue_test.go'),
    [
      'package cpex',
      '',
      'func newValue(name string) interface {',
      '\treadable',
      '\twritable',
      '} {',
      '\tswitch name {',
      ...names.flatMap((name) => [`\tcase "${name}":`, `\t\treturn new(${name})`]),
      '\t}',
      '\treturn nil',
      '}',
      '',
    ].join('\n'),
  );
}
