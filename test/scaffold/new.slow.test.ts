import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestReport } from '../../src/model/event.js';
import { LANGUAGES, type Language } from '../../src/model/target.js';
import { contractData } from '../../src/project/contract-data.js';
import { SAMPLES } from '../../src/scaffold/answers.js';
import { make, testContext, workFolder } from './temporary.js';

/** Shared by all Rust projects of this file, so that the dependencies are compiled once. */
let cargoTarget: string;
beforeAll(() => {
  cargoTarget = mkdtempSync(path.join(tmpdir(), 'cpex-cargo-'));
});
afterAll(() => rmSync(cargoTarget, { recursive: true, force: true }));

let folder: Awaited<ReturnType<typeof workFolder>>;
beforeEach(async () => {
  folder = await workFolder();
});
afterEach(() => folder.remove());

function run(cwd: string, command: string, ...args: string[]): string {
  const env = { ...process.env, CARGO_TARGET_DIR: cargoTarget };
  try {
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  }
}

/** What the language itself thinks of a project: no warnings, well formatted, tests pass. */
const JUDGES: Readonly<Record<Language, (root: string) => void>> = {
  c: (root) => {
    const out = run(root, 'cmake', '-B', 'build', '-G', 'Ninja', '-DCMAKE_C_FLAGS=-Werror', '-DCMAKE_BUILD_TYPE=Debug');
    expect(out).not.toContain('Warning');
    run(root, 'cmake', '--build', 'build', '-j2');
    expect(run(root, 'ctest', '--test-dir', 'build')).toContain('100% tests passed');
  },
  go: (root) => {
    expect(run(root, 'gofmt', '-l', '.')).toBe('');
    run(root, 'go', 'vet', './...');
    expect(run(root, 'go', 'test', './...')).toMatch(/^ok/m);
  },
  rust: (root) => {
    run(root, 'cargo', 'fmt', '--check');
    run(root, 'cargo', 'clippy', '--locked', '--all-targets', '--', '-D', 'warnings');
    expect(run(root, 'cargo', 'test', '--locked')).toMatch(/test result: ok. [1-9]/);
  },
};

const allHooks = Object.keys(contractData('cpex').hooks).map((hook) => `hook:${hook}`);
const CHOICES: readonly (readonly [string, string, readonly string[]])[] = [
  ['one hook', 'my-plugin', ['hook:tool_pre_invoke']],
  ['one hook with dots', '7.Zip-Filter', ['hook:cmf.http_request']],
  ['a command only', 'Hello_World', ['command:say-hello-to-all']],
  [
    'several of both',
    'x',
    ['hook:cmf.tool_pre_invoke', 'hook:tool_pre_invoke', 'command:greet', 'command:a', 'command:b-2'],
  ],
  ['every hook', 'a-longer-plugin-id', [...allHooks, 'command:greet']],
  ['runners', 'run-it', ['step:make', 'step:shell-2']],
  [
    'events of builds',
    'watch',
    ['lifecycle:before_build_start', 'lifecycle:after_step_end', 'lifecycle:before_step_log'],
  ],
  ['one of each', 'everything', ['hook:elicit', 'command:greet', 'step:shell', 'lifecycle:after_build_end']],
];

const CPEX = path.resolve(import.meta.dirname, '../../bin/run.cjs');

describe.each(LANGUAGES)('a sample in %s', (language) => {
  it.each(SAMPLES)(
    'is well formed, and passes its own tests, the rules of its host and its cases over both codecs: %s',
    async (sample) => {
      const { root } = await make({ name: 'my-sample', language, sample, author: 'Ada' }, testContext(folder.path));
      JUDGES[language](root);
      const stdout = run(root, process.execPath, CPEX, 'test', '--json');
      const report = (JSON.parse(stdout) as { result: TestReport }).result;
      expect(report.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')).toEqual([]);
      const cases = report.results.filter(({ suite }) => suite === 'cases');
      // Registrations alone have one codec.
      expect(cases.filter(({ codecs }) => codecs?.length === 2).length).toBeGreaterThan(cases.length / 2);
    },
    600_000,
  );
});

// A first build of Rust's dependencies takes more than a minute on a busy machine.
describe.each(LANGUAGES)('a new %s project', (language) => {
  it.each(CHOICES)(
    'builds, is well formed and passes its tests: %s',
    async (_, name, capabilities) => {
      const context = testContext(folder.path);
      const author = 'Ada "Countess" Łovelace ??/ 日本';
      const outcome = await make(
        { name, language, capabilities, author, description: `${'A long text. '.repeat(8)}` },
        context,
      );
      JUDGES[language](outcome.root);
    },
    300_000,
  );
});
