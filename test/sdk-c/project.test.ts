import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emitCBindings } from '../../src/scaffold/bindings/c.js';
import type { ContractSource } from '../../src/scaffold/bindings/source.js';
import { renderRegions } from '../../src/scaffold/regions.js';
import { renameCapability } from '../../src/scaffold/spellings.js';
import { addressSanitizer, outcomeOf, STRICT, Workbench, works } from './toolbox.js';

const bench = new Workbench();
afterAll(() => bench.remove());
const repository = path.join(import.meta.dirname, '../..');
const programs = path.join(import.meta.dirname, 'programs');

const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(repository, 'schemas/hosts/cpex', `${name}.json`), 'utf8'));

describe('the generated bindings', () => {
  it.each(emitCBindings({ contract: readJson('contract'), types: readJson('types') }))(
    'are fresh: $path',
    ({ path: file, content }) => {
      const committed = readFileSync(path.join(repository, 'templates/hosts/cpex/c', file), 'utf8');
      expect(committed === content, 'run: node scripts/generate-bindings.mjs').toBe(true);
    },
  );

  it('carry every kind of type both ways', async () => {
    const files = emitCBindings(everyKind());
    const folder = path.join(bench.folder, 'every-kind');
    await outcomeOf('mkdir', ['-p', path.join(folder, 'cpex')]);
    for (const file of files) writeFileSync(path.join(folder, file.path), file.content);
    const flags = [...(await addressSanitizer(bench)), ...STRICT, `-I${folder}/cpex`];
    // The callbacks of types.c need the rest of the SDK; this contract has none.
    const program = await bench.compile('every_kind.c', { flags, extra: [path.join(folder, 'cpex/types.c')] });
    const body = JSON.stringify(SAMPLE);
    const { stdout, stderr, code } = await outcomeOf(program, [], { input: Buffer.from(body) });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toBe(`${body}\n`);
    for (const [wrong, message] of WRONG) {
      const refused = await outcomeOf(program, [], { input: Buffer.from(JSON.stringify({ ...SAMPLE, ...wrong })) });
      expect(refused.stdout).toBe(`${message}\n`);
    }
  }, 60_000);

  it('refuse a type whose name the SDK needs', () => {
    const types = { $defs: { Call: { type: 'object', properties: {} } } };
    const method = { summary: '', request: { $ref: '#/$defs/Call' }, result: { $ref: '#/$defs/Call' } };
    const contract = {
      ...{ profile: 'x', abi_version: 1, schema_version: 1, capabilities: {}, callbacks: {} },
      methods: { a: method },
    };
    expect(() => emitCBindings({ contract, types })).toThrowError(/Call/);
  });
});

describe('the sources', () => {
  it.for([
    'gcc',
    'gcc -m32',
    'gcc -O3 -D_FORTIFY_SOURCE=2',
    'clang -Wcast-align -Wnull-dereference -Wimplicit-fallthrough',
    'clang -m32',
  ])('compile without a warning: %s', { timeout: 180_000 }, async (command, { skip }) => {
    const [compiler = 'cc', ...flags] = command.split(' ');
    const probe = bench.write('probe.c', '#include <stdlib.h>\nint main(void) { return 0; }\n');
    if (!(await works(compiler, [...flags, probe, '-o', bench.file('probe')]))) {
      skip(`${command} is not there`);
    }
    const own = ['src/plugin.c', 'tests/test_plugin.c'].map((file) => path.join(bench.project, file));
    // Objects fall into the working folder.
    const args = [
      ...STRICT,
      '-O2',
      ...flags,
      '-I',
      bench.project,
      '-c',
      ...bench.sources(),
      ...bench.testSources(),
      ...own,
    ];
    expect(await outcomeOf(compiler, args, { cwd: bench.folder })).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('mean the same to C++ where the ABI header is used there', async ({ skip }) => {
    const source = bench.write(
      'abi.cpp',
      '#include "cpex/cpex_abi.h"\nint main() { return sizeof(cpex_buffer) == 0; }\n',
    );
    if (!(await works('c++', ['--version']))) skip('there is no C++ compiler');
    const built = await outcomeOf('c++', [
      '-Wall',
      '-Wextra',
      '-Werror',
      '-I',
      bench.project,
      '-c',
      source,
      '-o',
      bench.file('abi.o'),
    ]);
    expect(built.stderr).toBe('');
  });
});

describe('the template', () => {
  const hooks = ['tool_pre_invoke', 'cmf.http_request', 'identity.resolve', 'elicit'];
  const { capabilities } = readJson('contract') as { capabilities: { lifecycle: { argument: { values: string[] } } } };
  const events = capabilities.lifecycle.argument.values;
  it.each([
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
    [4, 2, 2, 14],
  ])(
    'compiles and passes its unit test with %d hooks, %d commands, %d runners and %d events',
    async (hookCount, commandCount, stepCount, eventCount) => {
      const repetitions = {
        hook: hooks.slice(0, hookCount).map((name) => renameCapability('tool_pre_invoke', name)),
        command: ['greet', 'say-it'].slice(0, commandCount).map((verb) => renameCapability('greet', verb)),
        step: ['shell', 'with-podman'].slice(0, stepCount).map((runner) => renameCapability('shell', runner)),
        lifecycle: events.slice(0, eventCount).map((event) => renameCapability('before_build_start', event)),
      };
      const [source = '', test = ''] = ['src/plugin.c', 'tests/test_plugin.c'].map((file) =>
        bench.write(
          path.basename(file),
          renderRegions(readFileSync(path.join(bench.project, file), 'utf8'), repetitions),
        ),
      );
      const extra = [source, ...bench.testSources()];
      const program = await bench.compile(test, { part: 'all', flags: STRICT, extra });
      for (const codec of ['json', 'msgpack']) {
        const env = { CPEX_TEST_CODEC: codec };
        expect(await outcomeOf(program, [], { env })).toEqual({ code: 0, stdout: '', stderr: '' });
      }
    },
    60_000,
  );

  it.each(['Ninja', 'Unix Makefiles'])(
    'configures, builds and passes its unit test with %s',
    async (generator) => {
      const folder = bench.file(`build-${generator.slice(0, 4)}`);
      const configured = await outcomeOf('cmake', [
        '-S',
        bench.project,
        '-B',
        folder,
        '-G',
        generator,
        '-DCMAKE_C_FLAGS=-Werror',
      ]);
      expect(configured.stderr).toBe('');
      const built = await outcomeOf('cmake', ['--build', folder]);
      expect(built.code, built.stdout + built.stderr).toBe(0);
      expect(built.stdout).not.toMatch(/warning/i);
      const tested = await outcomeOf('ctest', ['--test-dir', folder, '--output-on-failure']);
      expect(tested.stdout).toContain('100% tests passed, 0 tests failed out of 2');
      const symbols = await outcomeOf('nm', ['-D', '--defined-only', path.join(folder, 'sample-plugin.so')]);
      expect(
        symbols.stdout
          .trim()
          .split('\n')
          .map((line) => line.split(' ').at(-1)),
      ).toEqual(['cpex_plugin_init']);
    },
    120_000,
  );

  it('has a unit test that can fail', async () => {
    const source = bench.write(
      'test_wrong.c',
      '#include "cpex/cpex_test.h"\nint main(void) { cpex_test_start(NULL);\n  CPEX_CHECK(cpex_test_hook("nope", "{}").ok);\n  return 0; }\n',
    );
    const extra = [path.join(programs, 'full_plugin.c'), ...bench.testSources()];
    const program = await bench.compile(source, { part: 'all', extra });
    const { code, stderr } = await outcomeOf(program, []);
    expect(code).toBe(1);
    expect(stderr).toContain('test_wrong.c:3: this does not hold: cpex_test_hook("nope", "{}").ok');
  }, 60_000);
});

const SAMPLE = {
  text: 'é\u0000',
  bytes: 'AAEC',
  flag: false,
  small: -2147483648,
  unsigned_small: 4294967295,
  real: 0.1,
  any: null,
  open: { x: [1] },
  level: 'two-b',
  list: [[1, 2], []],
  map: { k: ['v'] },
  shape: { kind: 'circle', r: 1.5 },
  default: 'keyword',
  children: [{ text: 'in' }],
  unknown: [1],
};

const WRONG: readonly (readonly [object, string])[] = [
  [{ small: -2147483649 }, 'value.small must be a 32-bit integer; this number does not fit'],
  [{ unsigned_small: -1 }, 'value.unsigned_small must be an unsigned 32-bit integer; this number does not fit'],
  [{ unsigned_small: 1.5 }, 'value.unsigned_small must be an unsigned 32-bit integer; this number does not fit'],
  [{ bytes: 'AAE' }, 'value.bytes must be base64 text; this text is not'],
  [{ list: [[1], ['2']] }, 'value.list[1][0] must be an unsigned 64-bit integer, not a string'],
  [{ map: { k: [null] } }, 'value.map.k[0] must be a string, not null'],
  [{ shape: { kind: 'square' } }, 'value.shape.kind must be one of "circle", "point", not a string'],
  [{ shape: { kind: 'circle', r: '1' } }, 'value.shape.r must be a number, not a string'],
  [{ level: 'three' }, 'value.level must be one of "one", "two-b", not a string'],
  [{ real: undefined }, 'value.real is missing (a number was expected)'],
];

/** A contract that has each kind of type that the subset knows. */
function everyKind(): ContractSource {
  const text = { type: 'string' };
  const types = {
    Everything: {
      type: 'object',
      properties: {
        text,
        bytes: { type: 'string', contentEncoding: 'base64' },
        flag: { type: 'boolean' },
        small: { type: 'integer', format: 'int32' },
        unsigned_small: { type: 'integer', format: 'uint32' },
        real: { type: 'number' },
        any: {},
        open: { type: 'object' },
        level: { type: 'string', enum: ['one', 'two-b'] },
        list: { type: 'array', items: { type: 'array', items: { type: 'integer', format: 'uint64' } } },
        map: { type: 'object', additionalProperties: { type: 'array', items: text } },
        shape: { $ref: '#/$defs/Shape' },
        default: { $ref: '#/$defs/Word' },
        children: { type: 'array', items: { $ref: '#/$defs/Child' } },
        absent: { type: 'integer', format: 'int64' },
      },
      required: ['text', 'real', 'any', 'list'],
    },
    Child: { type: 'object', properties: { text }, required: [] },
    Word: { type: 'string', description: 'A word. */' },
    Shape: { oneOf: [{ $ref: '#/$defs/Circle' }, { $ref: '#/$defs/Point' }], 'x-tag': 'kind' },
    Circle: {
      type: 'object',
      properties: { kind: { const: 'circle' }, r: { type: 'number' } },
      required: ['kind', 'r'],
    },
    Point: { type: 'object', properties: { kind: { const: 'point' } }, required: ['kind'] },
  };
  const method = { summary: '', request: { $ref: '#/$defs/Everything' }, result: { $ref: '#/$defs/Everything' } };
  const contract = {
    profile: 'x',
    abi_version: 1,
    schema_version: 1,
    capabilities: {},
    methods: { 'a.b': method },
    callbacks: {},
  };
  return { contract, types: { $defs: types } };
}
