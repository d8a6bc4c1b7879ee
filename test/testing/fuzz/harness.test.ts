import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findProfile } from '../../../src/hosts/registry.js';
import type { TestReport } from '../../../src/model/event.js';
import type { Project } from '../../../src/model/manifest.js';
import { harnessFiles } from '../../../src/testing/fuzz/harness/files.js';
import { Cli } from '../support/cli.js';
import { missingTools } from '../support/compile.js';
import { scaffold } from '../support/scaffold.js';
import { subjectOf } from './subject.js';

const cli = new Cli();
afterAll(() => cli.remove());

const projects = path.resolve(import.meta.dirname, '../../../native/corpus/projects');
const clang = missingTools('cc', 'cmake', 'clang');
const go = missingTools('go', 'cc');

/** Each of these builds a project twice, once by another compiler. */
const BUILDS_MS = 240_000;

/** What `fuzz.cov` says about a project. */
async function coverage(cwd: string) {
  const words = ['test', '--only', 'fuzz.cov', '--level', '9', '--seed', '7', '--reporter', 'json'];
  const { code, stdout } = await cli.run(words, { cwd });
  return { code, result: (JSON.parse(stdout) as TestReport).results.find(({ id }) => id === 'fuzz.cov') };
}

describe.skipIf(clang !== undefined)(`libFuzzer (${clang ?? 'all tools are here'})`, () => {
  it('gets a harness that is not written twice', { timeout: BUILDS_MS }, async () => {
    const project = await scaffold(cli, 'covered', 'c');
    const first = JSON.parse((await cli.run(['fuzz', '--harness', '--json'], { cwd: project })).stdout);
    expect(first.result.written).toEqual(
      expect.arrayContaining(['fuzz/harness.c', 'fuzz/README.md', 'fuzz/corpus/hook.invoke/sample-1.json']),
    );
    const second = JSON.parse((await cli.run(['fuzz', '--harness', '--json'], { cwd: project })).stdout);
    expect(second.result).toMatchObject({ written: [], kept: first.result.written });
  });

  it('finds nothing in a new project', { timeout: BUILDS_MS }, async () => {
    const project = path.join(cli.folder, 'covered');
    expect(await coverage(project)).toMatchObject({ code: 0, result: { verdict: 'pass' } });
  });

  it('finds what only a fuzzer with coverage finds', { timeout: BUILDS_MS }, async () => {
    const project = path.join(cli.folder, 'locked-c');
    cpSync(path.join(projects, 'locked-c'), project, { recursive: true });
    const { code, result } = await coverage(project);
    expect({ code, verdict: result?.verdict }).toEqual({ code: 1, verdict: 'fail' });
    const evidence = result?.findings[0]?.evidence?.join('\n') ?? '';
    expect(evidence).toContain('base64 H4sI5');
    expect(evidence).toMatch(/in unlock .*plugin\.c/);
  });

  it('runs only when it is asked for', async () => {
    const project = path.join(cli.folder, 'locked-c');
    const { stdout } = await cli.run(['test', '--only', 'fuzz.c*', '--level', '9', '--reporter', 'json'], {
      cwd: project,
    });
    const report = JSON.parse(stdout) as TestReport;
    expect(report.results.find(({ id }) => id === 'fuzz.cov')?.reason).toBe(
      'only when it is asked for: --only fuzz.cov',
    );
  });
});

describe.skipIf(go !== undefined)(`go test -fuzz (${go ?? 'all tools are here'})`, () => {
  it('runs in a new project, once it has a harness', { timeout: BUILDS_MS }, async () => {
    const project = await scaffold(cli, 'gofuzzed', 'go');
    expect((await coverage(project)).result).toMatchObject({
      verdict: 'skip',
      reason: 'needs fuzz_test.go: cpex fuzz --harness writes it',
    });
    expect((await cli.run(['fuzz', '--harness'], { cwd: project })).stdout).toContain('wrote fuzz_test.go');
    expect(await coverage(project)).toMatchObject({ code: 0, result: { verdict: 'pass' } });
  });
});

describe('cargo-fuzz', () => {
  const cargoFuzz = spawnSync('cargo', ['fuzz', '--version']).status === 0;

  it('gets a target for the package as Cargo.toml calls it', async () => {
    const root = path.join(projects, 'careless-rust');
    const manifest = { id: 'careless-rust', language: 'rust' } as Project['manifest'];
    const files = harnessFiles({ root, manifest } as Project, subjectOf('none'), [
      { method: 'hook.invoke', request: { hook: 'tool_pre_invoke' }, capability: 'hooks' },
    ]);
    const text = (name: string) => String(files.find((one) => one.path === name)?.text);
    const name = /name = "([^"]+)"/.exec(readFileSync(path.join(root, 'Cargo.toml'), 'utf8'))?.[1] ?? '';
    expect(text('fuzz/Cargo.toml')).toContain(`package = "${name}"`);
    expect(text('fuzz/fuzz_targets/call.rs')).toContain(`use ${name.replaceAll('-', '_')} as _;`);
    for (const one of files) expect(String(one.text)).not.toMatch(/@[A-Z_]+@/);
    expect(findProfile('cpex').native?.entry).toBeDefined();
  });

  it.skipIf(!cargoFuzz)(
    'runs in a new project (needs cargo-fuzz and a nightly toolchain)',
    { timeout: BUILDS_MS },
    async () => {
      const project = await scaffold(cli, 'rustfuzzed', 'rust');
      await cli.run(['fuzz', '--harness'], { cwd: project });
      expect(await coverage(project)).toMatchObject({ code: 0, result: { verdict: 'pass' } });
    },
  );
});
