// What a start costs in things that can be counted: these do not depend on how busy a machine is.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const witness = path.join(import.meta.dirname, 'witness.cjs');
const folder = mkdtempSync(path.join(tmpdir(), 'cpex-guards-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a Node program did, as witness.cjs wrote it down. */
interface Witnessed {
  /** Files that were opened or read, relative to the package; others as they are. */
  readonly reads: readonly string[];
  readonly modules: readonly string[];
  /** Command lines. */
  readonly starts: readonly (readonly string[])[];
  /** Number of Node's own modules. */
  readonly builtins: number;
}

function watch(program: readonly string[]): Witnessed & { readonly stdout: string } {
  const file = path.join(folder, 'witness.json');
  const env = { ...process.env, CPEX_TEST_WITNESS: file, CPEX_CODE_CACHE: path.join(folder, 'code') };
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--require', witness, ...program], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  const seen = JSON.parse(readFileSync(file, 'utf8')) as Witnessed;
  const own = (name: string) => (name.startsWith(root) ? path.relative(root, name).replaceAll('\\', '/') : name);
  return { ...seen, reads: [...new Set(seen.reads.map(own))], modules: seen.modules.map(own), stdout };
}

const cpex = (...words: string[]) => watch([path.join(root, 'bin', 'run.cjs'), ...words]);
const bareBuiltins = () => watch(['-e', '0']).builtins;
const bundles = (reads: readonly string[]) => reads.filter((name) => name.endsWith('.cjs') && name.startsWith('dist/'));

test.each([['--version'], ['-v'], ['--help'], ['build', '--help'], ['run', '-h']])(
  'cpex %s is answered without a bundle',
  (...words) => {
    const { reads, modules, stdout, builtins } = cpex(...words);
    expect(stdout).not.toBe('');
    expect(bundles(reads)).toEqual([]);
    // The start file and one file with the answer.
    expect(reads.filter((name) => !path.isAbsolute(name))).toHaveLength(2);
    expect(modules).not.toContain('dist/loader.cjs');
    expect(builtins).toBeLessThanOrEqual(bareBuiltins() + 5);
  },
);

test.each([
  ['explain', 'CPEX_E_USAGE'],
  ['completion', 'bash'],
  ['list', '--dir', '.'],
])('cpex %s loads the core and nothing else', (...words) => {
  cpex(...words);
  const { reads, modules, starts, builtins } = cpex(...words);
  expect(bundles(reads)).toEqual(['dist/loader.cjs', 'dist/core.cjs']);
  expect(modules).toEqual(['bin/run.cjs', 'dist/loader.cjs', 'dist/core.cjs']);
  // Start file, loader, core with its stamp; the cache and one file of the system lie elsewhere.
  expect(reads.length).toBeLessThanOrEqual(8);
  expect(builtins).toBeLessThanOrEqual(bareBuiltins() + 65);
  expect(starts).toEqual([]);
});

test('a command that needs services loads two bundles and starts nothing', () => {
  const { reads, starts } = cpex('new', 'p', '--lang', 'c', '--author', 'Ada', '--no-git', '--dry-run');
  expect(bundles(reads)).toEqual(['dist/loader.cjs', 'dist/core.cjs', 'dist/services.cjs']);
  expect(starts).toEqual([]);
});

test('the second run of a command takes its code from the cache', () => {
  const caches = (reads: readonly string[]) => reads.filter((name) => /core-[0-9a-f]{32}\.bin$/.test(name));
  cpex('explain', 'CPEX_E_USAGE');
  const written = caches(cpex('explain', 'CPEX_E_USAGE').reads);
  expect(written).toHaveLength(1);
  const { mtimeMs } = statSync(written[0] ?? '');
  expect(caches(cpex('explain', 'CPEX_E_USAGE').reads)).toEqual(written);
  expect(statSync(written[0] ?? '').mtimeMs).toBe(mtimeMs);
});

test.each([
  ['core.cjs', 600_000],
  ['services.cjs', 3_700_000],
  ['fuzzing.cjs', 300_000],
  // gRPC, protobuf, certificates and CBOR, each evaluated when it is asked for.
  ['remote.cjs', 1_300_000],
  ['child.cjs', 48_000],
  ['child-worker.cjs', 24_000],
])('%s stays below %i bytes', (name, limit) => {
  expect(statSync(path.join(root, 'dist', name)).size).toBeLessThan(limit);
});

/** Compiles a plugin and returns the path of the library, called as its id asks for. */
function compile(source: string, id: string): string {
  const library = path.join(folder, `${id}.so`);
  execFileSync('cc', ['-std=gnu11', '-O1', '-fPIC', '-shared', '-o', library, path.join(root, source)], {
    stdio: 'inherit',
  });
  return library;
}

test.skipIf(process.platform !== 'linux')('a plugin that prints much does not grow cpex (needs /proc)', () => {
  const library = compile('bench/native/echo.c', 'echo');
  const file = path.join(folder, 'peak.json');
  const printed = 200 * 2 ** 20;
  const words = ['run', '--plugin', library, '--host', 'cpex', 'print', '-d', String(printed)];
  const preload = ['--require', path.join(root, 'bench', 'support', 'witness.cjs')];
  // A pipe, because writing into one is what can pile up.
  const script = '"$@" 2>&1 >/dev/null | wc -c';
  const command = [process.execPath, ...preload, path.join(root, 'bin', 'run.cjs'), ...words];
  const shown = execFileSync('sh', ['-c', script, 'sh', ...command], {
    encoding: 'utf8',
    env: { ...process.env, CPEX_BENCH_WITNESS: file },
  });
  expect(Number(shown)).toBeGreaterThanOrEqual(printed);
  const { peak } = JSON.parse(readFileSync(file, 'utf8')) as { peak: number };
  expect(peak).toBeLessThan(160 * 2 ** 20);
});

/** Command lines that a run of the tests started, and how many tests ran. */
function tested(...words: readonly string[]) {
  const library = compile('native/corpus/c/good.c', 'plugin');
  const { starts, stdout, reads } = cpex('test', library, '--host', 'cpex', '--reporter', 'json', ...words);
  const { results } = JSON.parse(stdout) as { results: { suite: string; verdict: string }[] };
  const ran = results.filter(({ suite, verdict }) => suite === 'conformance' && verdict !== 'skip').length;
  return { starts, ran, reads };
}

test('a conformance test costs one child process', () => {
  // Those about codecs have to ask whether the plugin takes one, and two compare two processes.
  const { starts, ran } = tested('--engine', 'koffi', '--level', '2', '--skip', 'codec.*');
  expect(ran).toBeGreaterThan(10);
  expect(starts.filter((words) => words[1]?.endsWith('child.cjs'))).toHaveLength(ran);
  expect(starts).toHaveLength(ran);
});

test('level 5 starts few more processes of the probe than there are tests, and leaves what fuzzers need alone', () => {
  tested();
  const { starts, ran, reads } = tested();
  expect(bundles(reads)).toEqual(['dist/loader.cjs', 'dist/core.cjs', 'dist/services.cjs']);
  const probes = starts.filter(([program = '']) => path.basename(program).startsWith('cpex-probe'));
  expect(ran).toBeGreaterThan(40);
  expect(probes.length).toBeLessThan(2 * ran);
  // What is left asks a compiler for its version, and what it compiles for.
  expect(starts.length - probes.length).toBeLessThan(3);
});
