import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../src/model/event.js';
import { FOREIGN, lacking } from '../runtime/foreign.js';
import { ZIG } from '../tools/zig.js';
import { Cli, type CliOptions } from './support/cli.js';
import { missingTools } from './support/compile.js';
import { scaffold } from './support/scaffold.js';

const missing = missingTools('cc', 'cmake');
const cli = new Cli();
/** Three builds and forty plugin processes under an emulator, on a machine that does other things as well. */
const SLOW_MS = 300_000;
let project = '';

beforeAll(async () => {
  if (missing === undefined) project = await scaffold(cli, 'greet', 'c');
});
afterAll(() => cli.remove());

/** The report of `cpex test`, and each id with its verdict. */
async function report(args: readonly string[], options: CliOptions = {}) {
  const { code, stdout, stderr } = await cli.run(['test', ...args, '--reporter', 'json'], {
    cwd: project,
    ...options,
  });
  if (stdout === '') throw new Error(stderr);
  const value = JSON.parse(stdout) as TestReport;
  const verdicts = Object.fromEntries(value.results.map(({ id, verdict }) => [id, verdict]));
  return { code, value, verdicts };
}

const group = missing === undefined ? '' : ` (${missing})`;
describe.skipIf(missing !== undefined)(`a C plugin of cpex new${group}`, () => {
  for (const target of FOREIGN.filter((one) => one !== 'linux-x64')) {
    it(`is tested and run for ${target}`, { timeout: SLOW_MS }, async (context) => {
      const reason = await lacking(target);
      context.skip(reason !== undefined, reason);
      const { code, value, verdicts } = await report(['--target', target]);
      expect(value.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')).toEqual([]);
      expect({ code, ok: value.ok, notRun: value.notRun }).toEqual({ code: 0, ok: true, notRun: undefined });
      expect(verdicts).toMatchObject({
        audit: 'pass',
        'shutdown.ok': 'pass',
        'env.shape': 'pass',
        'life.silence': 'pass',
        'hyg.children': 'pass',
      });
      expect(value.ranUnder).toEqual([{ artefact: value.artefacts[0], target, program: expect.stringMatching(/^\w/) }]);
      expect(value.artefacts).toEqual([expect.stringContaining(path.join('dist', target))]);
      const call = await cli.run(['run', '--target', target, 'hook', 'tool_pre_invoke'], {
        cwd: project,
      });
      expect(call).toMatchObject({ code: 0, stdout: expect.stringContaining('continue_processing') });
    });
  }

  it('comes out of both engines the same on this machine', { timeout: SLOW_MS }, async () => {
    const koffi = await report(['--engine', 'koffi']);
    const probe = await report(['--engine', 'probe']);
    const both = koffi.value.results.filter(({ reason }) => !reason?.startsWith('needs the C probe'));
    for (const { id, verdict } of both) expect({ id, verdict: probe.verdicts[id] }).toEqual({ id, verdict });
    expect(both.length).toBeGreaterThan(30);
    expect(probe.code).toBe(0);
  });

  const zigless = ZIG === undefined ? ' (skipped: zig is not installed)' : '';
  it.skipIf(ZIG === undefined)(
    `is built and not run where nothing can run it${zigless}`,
    { timeout: SLOW_MS },
    async () => {
      const env = { ZIG: ZIG ?? '' };
      const { code, value, verdicts } = await report(['--target', 'darwin-arm64'], { env });
      expect({ code, ok: value.ok, summary: value.summary }).toMatchObject({
        code: 0,
        ok: true,
        summary: { passed: 1, failed: 0 },
      });
      expect(value.notRun).toEqual([
        {
          artefact: expect.stringContaining('.dylib'),
          target: 'darwin-arm64',
          reason: expect.stringContaining('macOS'),
        },
      ]);
      expect(verdicts).toMatchObject({ audit: 'pass', 'load.now': 'skip' });
      const library = value.artefacts[0] ?? '';
      const pretty = await cli.run(['test', library, '--target', 'darwin-arm64', '--host', 'cpex']);
      expect(pretty).toMatchObject({ code: 0, stdout: expect.stringContaining('darwin-arm64 built, not run') });
      // Without the audit nothing at all is judged, which is no pass.
      const nothing = await cli.run(['test', library, '--target', 'darwin-arm64', '--skip', 'audit']);
      expect(nothing).toMatchObject({ code: 1, stdout: expect.stringContaining('every test was skipped') });
    },
  );

  it('cannot be run where nothing can run it, whatever is built', async () => {
    const run = await cli.run(['run', '--target', 'freebsd-x64', 'plugin.register'], { cwd: project });
    expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining('CPEX_E_RUNNER_NONE') });
    expect(existsSync(path.join(project, 'dist', 'freebsd-x64'))).toBe(false);
  });

  it('names what is missing, before it builds', async () => {
    // Node alone: neither qemu nor a compiler.
    const env = { PATH: path.join(cli.folder, 'nothing') };
    for (const command of [['test'], ['run', 'plugin.register']]) {
      const run = await cli.run([...command, '--target', 'linux-arm64'], { cwd: project, env });
      expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining('CPEX_E_RUNNER_MISSING') });
    }
  });

  it.each([
    [['run', '--target', 'linux-arm64', '--engine', 'koffi', 'plugin.register'], 'CPEX_E_USAGE'],
    [['run', '--runner', 'env', '--engine', 'koffi', 'plugin.register'], 'CPEX_E_USAGE'],
    [['run', '--target', 'amiga', 'plugin.register'], 'CPEX_E_TARGET_UNKNOWN'],
    [['run', '--target', 'linux-arm64', '--serve'], 'CPEX_E_USAGE'],
    [['test', '--target', 'linux-arm64', '--runner', 'not-there-at-all'], 'CPEX_E_RUNNER_INVALID'],
    [['test', '--runner', '"open'], 'CPEX_E_RUNNER_INVALID'],
  ])('%j is refused', async (args, code) => {
    expect(await cli.run(args, { cwd: project })).toMatchObject({ code: 2, stderr: expect.stringContaining(code) });
  });

  it('is started by the runner of cpex.yaml', async () => {
    const log = path.join(cli.folder, 'runner.log');
    const runner = path.join(cli.folder, 'runner');
    writeFileSync(runner, `#!/bin/sh\necho "$@" >> '${log}'\nexec "$@"\n`);
    chmodSync(runner, 0o755);
    const manifest = path.join(project, 'cpex.yaml');
    const before = readFileSync(manifest, 'utf8');
    appendFileSync(manifest, `runners:\n  linux-x64: "'${runner}'"\n`);
    try {
      const run = await cli.run(['run', 'hook', 'tool_pre_invoke'], { cwd: project });
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('continue_processing') });
      expect(readFileSync(log, 'utf8')).toContain('cpex-probe');
      writeFileSync(manifest, `${before}runners:\n  amiga: qemu\n`);
      const unknown = await cli.run(['run', 'plugin.register'], { cwd: project });
      expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('amiga') });
    } finally {
      writeFileSync(manifest, before);
    }
  });
});

describe('plugins of cpex new in other languages', () => {
  it.for([
    ['go', 'linux-arm64'],
    ['go', 'windows-x64'],
    ['rust', 'linux-x64-musl'],
  ] as const)(
    'in %s are tested for %s, and nothing is said about them',
    { timeout: 2 * SLOW_MS },
    async ([language, target], context) => {
      const tool = missingTools(language === 'go' ? 'go' : 'cargo');
      const reason = tool ?? (await lacking(target));
      context.skip(reason !== undefined, reason);
      const name = `greet-${language}`;
      const cwd = existsSync(path.join(cli.folder, name))
        ? path.join(cli.folder, name)
        : await scaffold(cli, name, language);
      const args = ['test', '--target', target, '--level', '5', '--reporter', 'json'];
      const { code, stdout, stderr } = await cli.run(args, { cwd, limitMs: 2 * SLOW_MS });
      context.skip(code === 3, `no tools to build for ${target}: ${stderr}`);
      const { results } = JSON.parse(stdout) as TestReport;
      expect(results.filter(({ findings }) => findings.length > 0)).toEqual([]);
      expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(50);
      // What cannot be judged there says what is missing.
      const unjudged = results.filter(({ verdict, reason = '' }) => verdict === 'skip' && !reason.startsWith('above '));
      expect(unjudged.filter(({ reason = '' }) => reason === '')).toEqual([]);
    },
  );
});

describe('a broken plugin for another processor', () => {
  it('crashes under qemu as it would on its machine', async (context) => {
    const reason = await lacking('linux-arm64');
    context.skip(reason !== undefined, reason);
    const library = path.join(cli.folder, 'segfault-arm64.so');
    const source = path.resolve(import.meta.dirname, '../../native/corpus/c/broken/segfault.c');
    execFileSync('aarch64-linux-gnu-gcc', ['-shared', '-fPIC', '-fvisibility=hidden', '-o', library, source]);
    const args = [library, '--host', 'cpex', '--target', 'linux-arm64', '--only', 'meta.caps', '--only', 'register.ok'];
    const { code, value } = await report(args, { cwd: cli.folder });
    expect(code).toBe(1);
    const crashed = value.results.find(({ verdict }) => verdict === 'crash');
    expect(crashed?.findings[0]?.message).toContain('SIGSEGV');
    // A library for another machine is not loaded by this one, whatever it is called.
    const wrong = await report([library, '--host', 'cpex'], { cwd: cli.folder });
    expect(wrong.verdicts).toMatchObject({ audit: 'fail', 'load.now': 'skip' });
  });
});
