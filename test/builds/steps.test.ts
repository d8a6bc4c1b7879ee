import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { BuildBench, refusalOf, stored } from './build-bench.js';

const missing = process.platform === 'linux' ? missingTools('cc') : 'the plugins are built for Linux';
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-builds-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const bench = new BuildBench(root);

const keysOf = (events: readonly { kind: string; key?: unknown }[]) =>
  events.map(({ kind, key }) => (key === undefined ? kind : `${kind} ${key}`));

describe.skipIf(missing !== undefined)(`steps of a plan${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('reach their runner as they were written, with logs and stored values', async () => {
    const workspace = path.join(root, 'workspace');
    mkdirSync(workspace);
    writeFileSync(path.join(workspace, 'a'), 'a');
    const { report, printed, folder, failure } = await bench.run({
      plugins: [bench.plugin('noop')],
      env: { ALL: '1' },
      steps: [
        {
          key: 'one',
          args: { big: 9007199254740991, nested: { list: [1, null, 'ä'] } },
          env: { OWN: '2' },
          workdir: 'src',
          cache: { miss: 'tag-1' },
          archive: workspace,
        },
      ],
    });
    expect(failure).toBeUndefined();
    expect(report.steps).toMatchObject([
      { key: 'one', runner: 'noop', plugin: 'noop.so', status: 'passed', exit_code: 0 },
    ]);
    expect(printed).toEqual(['one: nothing to do']);
    expect(JSON.parse(stored(folder, 'noop', 'seen:one') ?? '')).toEqual({
      step: { key: 'one', runner: 'noop', args: { big: 9007199254740991, nested: { list: [1, null, 'ä'] } } },
      run_id: report.build_id,
      step_id: 'step-1',
      workspace_archive_id: 'workspace',
      env: { ALL: '1', OWN: '2' },
      workdir: 'src',
      cache: { kind: 'miss_build_as', tag: 'tag-1' },
    });
  });

  it('go to the runner that they name, never to the default one', async () => {
    const { report, folder } = await bench.run({
      plugins: [bench.plugin('noop'), bench.plugin('freestyle')],
      steps: [{ key: 'free', runner: 'freestyle' }, { key: 'usual' }],
    });
    expect(report.steps.map(({ key, runner }) => `${key} ${runner}`)).toEqual(['free freestyle', 'usual noop']);
    expect(stored(folder, 'freestyle', 'freestyle_called_with')).toBe('free');
    expect(stored(folder, 'noop', 'seen:free')).toBeUndefined();
    expect(report.steps[0]?.artifacts).toEqual([{ key: 'out.bin', mime: 'application/octet-stream', size_bytes: 12 }]);
  });

  it('whose arguments do not fit the schema of their runner are refused before anything runs, with each place', async () => {
    const plan = bench.plan({
      plugins: [bench.plugin('works'), bench.plugin('freestyle')],
      steps: [
        { key: 'fine', args: { exit: 2 ** 60, other: 1 } },
        { key: 'free', runner: 'freestyle', args: { exit: 'x' } },
        { key: 'wrong', args: { exit: 'x', log: 'printed' } },
      ],
    });
    const { code, text } = await refusalOf(bench.run(plan));
    expect(code).toBe('CPEX_E_STEP_ARGS');
    expect(text).toContain('wrong: args.exit: expected a whole number, found "x".');
    expect(text).not.toContain('fine');
    expect(stored(path.dirname(plan), 'freestyle', 'freestyle_called_with')).toBeUndefined();
  });

  it('whose runner nobody offers are refused before anything runs, with the runners that there are', async () => {
    const plan = bench.plan({
      plugins: [bench.plugin('noop'), bench.plugin('freestyle')],
      steps: [{ key: 'first' }, { key: 'second', runner: 'freestile' }],
    });
    const { code, text } = await refusalOf(bench.run(plan));
    expect(code).toBe('CPEX_E_RUNNER_UNKNOWN');
    expect(text).toContain(
      'The step "second" cannot run: No plugin offers a runner "freestile". Did you mean "freestyle"?',
    );
    expect(text).toContain('runners: noop, freestyle');
    expect(stored(path.dirname(plan), 'noop', 'seen:first')).toBeUndefined();
  });

  it('run after those that they need, and not at all after one that failed', async () => {
    const {
      report,
      exit = 1,
      failure,
    } = await bench.run({
      plugins: [bench.plugin('works'), bench.plugin('recorder')],
      steps: [
        { key: 'last', needs: ['bad'] },
        { key: 'bad', args: { exit: 4 }, needs: ['good'] },
        { key: 'good' },
        { key: 'beyond', needs: ['last', 'good'] },
        { key: 'apart' },
      ],
    });
    expect(exit).toBe(1);
    expect(failure?.message).toContain('failed in bad');
    expect(report.steps.map(({ key, status, exit_code }) => [key, status, exit_code])).toEqual([
      ['good', 'passed', 0],
      ['bad', 'failed', 4],
      ['last', 'chain_failed', undefined],
      ['beyond', 'chain_failed', undefined],
      ['apart', 'passed', 0],
    ]);
    expect(report.steps[2]?.reason).toBe('It needs bad.');
    expect(keysOf(report.events).filter((one) => one.startsWith('chain_failed'))).toEqual([
      'chain_failed last',
      'chain_failed beyond',
    ]);
  });

  it('build upon the snapshot that a step left which they need', async () => {
    const committer = bench.works('committer', { RUNNER: '"committer"', DEFAULT: '"false"', EVENTS: '"[]"' });
    const { report, folder } = await bench.run({
      plugins: [bench.plugin('noop'), committer],
      steps: [
        { key: 'base', runner: 'committer', args: { commit: true } },
        { key: 'other', runner: 'committer' },
        { key: 'child', needs: ['base', 'other'] },
        { key: 'apart' },
      ],
    });
    expect(report.steps[0]).toMatchObject({ status: 'passed', committed_snapshot: 'snap-1' });
    expect(JSON.parse(stored(folder, 'noop', 'seen:child') ?? '')).toMatchObject({ parent_snapshot: 'snap-1' });
    expect(JSON.parse(stored(folder, 'noop', 'seen:apart') ?? '')).not.toHaveProperty('parent_snapshot');
  });

  it('see what earlier steps of the build stored, but not what they stored for themselves', async () => {
    const { report } = await bench.run({
      plugins: [bench.plugin('works')],
      steps: [
        { key: 'one', args: { scope: true } },
        { key: 'two', args: { scope: true } },
        { key: 'three', args: { build: true } },
      ],
    });
    expect(report.steps.map(({ exit_code }) => exit_code)).toEqual([0, 0, 0]);
    const again = await bench.run({ plugins: [bench.plugin('works')], steps: [{ key: 'one', args: { build: true } }] });
    expect(again.report.steps[0]?.exit_code).toBe(8);
  });

  it('whose plugin dies fail with its name, and the others of that plugin do too', async () => {
    const { report, failure } = await bench.run({
      plugins: [bench.works('dying', { EVENTS: '"[]"' }), bench.plugin('freestyle')],
      steps: [{ key: 'dies', args: { crash: true } }, { key: 'next' }, { key: 'free', runner: 'freestyle' }],
    });
    expect(report.steps.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'dies failed',
      'next failed',
      'free passed',
    ]);
    expect(report.steps[0]?.reason).toMatch(/SIGSEGV|segmentation/i);
    expect(report.steps[1]?.reason).toContain('gone');
    expect(failure?.code).toBe('CPEX_E_BUILD_FAILED');
  });

  it('that take too long are cancelled, and may end by themselves', async () => {
    const { report } = await bench.run({
      plugins: [bench.plugin('works')],
      steps: [{ key: 'waits', args: { wait: true }, timeout: 0.2 }, { key: 'next' }],
    });
    expect(report.steps).toMatchObject([
      { key: 'waits', status: 'failed', exit_code: 130, reason: expect.stringContaining('200 ms') },
      { key: 'next', status: 'passed' },
    ]);
  });

  it('that do not mind are killed with their plugin', async () => {
    const { report } = await bench.run({
      plugins: [bench.plugin('works')],
      steps: [{ key: 'stubborn', args: { stubborn: true }, timeout: 0.1 }],
    });
    expect(report.steps).toMatchObject([
      { status: 'failed', reason: expect.stringMatching(/100 ms and was cancelled/) },
    ]);
    expect(report.steps[0]).not.toHaveProperty('exit_code');
  });

  it('learn of Ctrl-C, and those after them do not run', async () => {
    const stop = new AbortController();
    const plan = {
      plugins: [bench.plugin('works')],
      steps: [{ key: 'waits', args: { log: 'here', wait: true } }, { key: 'next' }],
    };
    const { report, failure } = await bench.run(plan, { signal: stop.signal, printed: () => stop.abort() });
    expect(failure?.code).toBe('CPEX_E_INTERRUPTED');
    expect(report).toMatchObject({ ok: false, exit_code: 130, interrupted: true });
    expect(report.steps.map(({ key, status }) => `${key} ${status}`)).toEqual(['waits failed', 'next not_run']);
    expect(report.steps[0]).toMatchObject({ exit_code: 130, reason: 'It was cancelled.' });
  });

  it('never tell a value of a configuration, whoever repeats it', async () => {
    const api_key = 'k-7f3a9c0d1e';
    const kind = bench.plugin('leaks');
    const flags = { trace: true };
    const { report, events, value } = await bench.run(
      { plugins: [{ kind, config: { api_key } }], steps: [{ key: 'a' }] },
      { flags },
    );
    expect(report.steps[0]).toMatchObject({ status: 'failed', reason: expect.stringContaining('the key was') });
    const told = [report, events, value, events.map((one) => (one.type === 'plugin.output' ? one.text : ''))];
    expect(JSON.stringify(told)).not.toContain(api_key);
    expect(JSON.stringify(told)).toContain('my key is');
    const refused = await refusalOf(
      bench.run({ plugins: [{ kind, config: { api_key, refuse: 'x' } }], steps: [{ key: 'a' }] }),
    );
    expect(refused.text).toContain('it does not register: no such key:');
    expect(refused.text).not.toContain(api_key);
  });
});
