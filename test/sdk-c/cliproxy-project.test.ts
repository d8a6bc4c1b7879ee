import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emitIdentity } from '../../src/project/identity.js';
import { emitCBindings } from '../../src/scaffold/bindings/c.js';
import { make, testContext } from '../scaffold/temporary.js';
import { addressSanitizer, outcomeOf, STRICT, Workbench, works } from './toolbox.js';

const repository = path.join(import.meta.dirname, '../..');
const readText = (...parts: string[]) => readFileSync(path.join(repository, ...parts), 'utf8');
const readJson = (name: string) => JSON.parse(readText('schemas/hosts/cliproxy', `${name}.json`));
const contract = readJson('contract');
const capabilities = Object.keys(contract.capabilities);
const TEMPLATE = 'templates/hosts/cliproxy/c';
/** Files of the SDK that depend on what a project can do; all others are the same everywhere. */
const OWN = ['cpex/capabilities.c', 'cpex/cpex_register.c', 'src/plugin.c', 'tests/test_plugin.c'];

const bench = new Workbench('cliproxy');
afterAll(() => bench.remove());
let host = '';
let core: string[] = [];

beforeAll(async () => {
  host = await bench.compile('abi_host.c');
  const sources = [...bench.sources(), ...bench.testSources()].filter((file) => !OWN.some((own) => file.endsWith(own)));
  core = await objects(bench.project, sources, 'core');
}, 240_000);

/** Object files of some sources. */
async function objects(project: string, sources: readonly string[], name: string): Promise<string[]> {
  const folder = bench.file(`objects-${name}`);
  mkdirSync(folder);
  const flags = [...STRICT, '-O1', '-fPIC', '-fvisibility=hidden', '-D_GNU_SOURCE', '-I', project];
  const built = await outcomeOf('cc', [...flags, '-c', ...sources], { cwd: folder });
  expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
  return sources.map((file) => path.join(folder, `${path.basename(file, '.c')}.o`));
}

/** `cpex new` for some capabilities; the project's folder. */
async function newProject(name: string, chosen: readonly string[]): Promise<string> {
  const request = { name, language: 'c', host: 'cliproxy', capabilities: chosen, author: 'Ada', ci: 'none' };
  await make({ ...request, repository: 'https://github.com/ada/x' }, testContext(bench.folder));
  return bench.file(name);
}

/** What a built plugin answers to plugin.register. */
async function registrationOf(library: string) {
  const body = Buffer.from('{"config_yaml":"","schema_version":3}').toString('hex');
  const { stdout } = await outcomeOf(host, [library], {
    input: Buffer.from(`init\ncall plugin.register ${body}\nshutdown\n`),
  });
  const reply = /^reply 0 ([0-9a-f]+)$/m.exec(stdout)?.[1] ?? '';
  return JSON.parse(Buffer.from(reply, 'hex').toString()).result;
}

async function exportsOf(library: string): Promise<string[]> {
  const symbols = await outcomeOf('nm', ['-D', '--defined-only', library]);
  return symbols.stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').at(-1) ?? '');
}

describe('the committed template', () => {
  it.each(emitCBindings({ contract, types: readJson('types') }))('is fresh: $path', ({ path: file, content }) => {
    expect(readText(TEMPLATE, file) === content, 'run: node scripts/generate-bindings.mjs').toBe(true);
  });

  it('has an identity with every capability', () => {
    const { content } = emitIdentity('c', {
      ...{ host: 'cliproxy', id: 'sample-plugin', version: '0.1.0', author: 'Sample Author', capabilities },
      ...{ description: 'A sample plugin.', license: 'Apache-2.0' },
      repository: 'https://github.com/sample-author/sample-plugin',
    });
    expect(readText(TEMPLATE, 'cpex/identity.h')).toBe(content);
  });
});

describe('the sources', () => {
  it.for([
    'gcc',
    'gcc -m32',
    'gcc -O3 -D_FORTIFY_SOURCE=2',
    'clang -Wcast-align -Wnull-dereference -Wimplicit-fallthrough',
    'clang -m32',
  ])('compile without a warning, sizes and offsets asserted: %s', { timeout: 240_000 }, async (command, { skip }) => {
    const [compiler = 'cc', ...flags] = command.split(' ');
    const probe = bench.write('probe.c', '#include <stdlib.h>\nint main(void) { return 0; }\n');
    if (!(await works(compiler, [...flags, probe, '-o', bench.file('probe')]))) skip(`${command} is not there`);
    const own = OWN.map((file) => path.join(bench.project, file)).slice(2);
    const folder = bench.file(`matrix-${command.replaceAll(/\W+/g, '-')}`);
    mkdirSync(folder);
    const args = [...STRICT, '-O2', ...flags, '-I', bench.project, '-c', ...bench.sources(), ...bench.testSources()];
    expect(await outcomeOf(compiler, [...args, ...own], { cwd: folder })).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('a new project', () => {
  it.each<[string, string[]]>([
    ...capabilities.map((name): [string, string[]] => [name, [name]]),
    ['models both ways', ['model_registrar', 'model_provider']],
    ['a provider', ['auth_provider', 'model_provider', 'executor', 'thinking_applier']],
    ['watchers', ['usage_plugin', 'request_lifecycle_plugin']],
  ])('does what it was made for: %s', { timeout: 120_000 }, async (name, chosen) => {
    const folder = name.replaceAll(' ', '-').replaceAll('_', '-');
    const project = await newProject(folder, chosen);
    const mine = await objects(
      project,
      OWN.map((file) => path.join(project, file)),
      folder,
    );
    const parts = core.filter((file) => !path.basename(file).startsWith('cpex_test'));
    const [capability = '', register = '', plugin = ''] = mine;
    const program = bench.file(`${folder}-test`);
    const library = bench.file(`${folder}.so`);
    const linked = await Promise.all([
      outcomeOf('cc', [...core, ...mine, '-o', program]),
      outcomeOf('cc', ['-shared', '-Wl,--no-undefined', ...parts, capability, register, plugin, '-o', library]),
    ]);
    expect(linked.map(({ stderr }) => stderr)).toEqual(['', '']);
    expect(await outcomeOf(program, [])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await exportsOf(library)).toEqual(['cliproxy_plugin_init']);
    const { schema_version, capabilities: flags } = await registrationOf(library);
    const on = Object.entries(flags).flatMap(([flag, value]) => (value === true ? [flag] : []));
    expect(on.sort()).toEqual([...chosen].sort());
    expect(schema_version).toBe(chosen.includes('request_lifecycle_plugin') ? 2 : 1);
  });

  it('compiles with clang, whatever it can do', { timeout: 240_000 }, async ({ skip }) => {
    if (!(await works('clang', ['--version']))) skip('clang is not there');
    for (const name of capabilities) {
      const project = await newProject(`clang-${name}`, [name]);
      const sources = OWN.map((file) => path.join(project, file));
      const built = await outcomeOf('clang', [...STRICT, '-I', project, '-fsyntax-only', ...sources]);
      expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
    }
  });

  it.each(['Ninja', 'Unix Makefiles'])(
    'builds and passes ctest with all capabilities: %s',
    { timeout: 240_000 },
    async (generator) => {
      const project = await newProject(`all-${generator.slice(0, 4).toLowerCase()}`, capabilities);
      const folder = path.join(project, 'build');
      const werror = '-DCMAKE_C_FLAGS=-Werror';
      const configured = await outcomeOf('cmake', ['-S', project, '-B', folder, '-G', generator, werror]);
      expect(configured.stderr).toBe('');
      const built = await outcomeOf('cmake', ['--build', folder], { timeout: 200_000 });
      expect(built.code, built.stdout + built.stderr).toBe(0);
      expect(built.stdout).not.toMatch(/warning/i);
      const tested = await outcomeOf('ctest', ['--test-dir', folder, '--output-on-failure']);
      expect(tested.stdout).toContain('100% tests passed, 0 tests failed out of 1');
      expect(await exportsOf(path.join(folder, `${path.basename(project)}.so`))).toEqual(['cliproxy_plugin_init']);
    },
  );

  it('passes its unit test under the sanitizers', { timeout: 240_000 }, async ({ skip }) => {
    const flags = await addressSanitizer(bench);
    if (flags.length === 0) skip('this compiler has no sanitizers');
    const project = await newProject('all-sanitized', capabilities);
    const folder = path.join(project, 'build');
    const options = [`-DCMAKE_C_FLAGS=${flags.join(' ')}`, '-DCMAKE_BUILD_TYPE=Debug'];
    await outcomeOf('cmake', ['-S', project, '-B', folder, '-G', 'Ninja', ...options]);
    const built = await outcomeOf('cmake', ['--build', folder], { timeout: 200_000 });
    expect(built.code, built.stdout + built.stderr).toBe(0);
    const tested = await outcomeOf(path.join(folder, 'test_plugin'), []);
    expect(tested).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('is as clang-format would have it', { timeout: 120_000 }, async ({ skip }) => {
    if (!(await works('clang-format', ['--version']))) skip('clang-format is not there');
    const sets = [...capabilities.map((name) => [name]), capabilities, ['executor', 'management_api']];
    for (const [index, chosen] of sets.entries()) {
      const project = await newProject(index % 2 === 0 ? `f${index}` : `formatted-plugin-${index}`, chosen);
      const sources = OWN.map((file) => path.join(project, file));
      const checked = await outcomeOf('clang-format', ['--dry-run', '--Werror', ...sources]);
      expect(checked.stderr).toBe('');
    }
  });
});
