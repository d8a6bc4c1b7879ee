import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LogQueue } from '../../src/pipeline/builds/log-queue.js';
import { missingTools } from '../testing/support/compile.js';
import { BuildBench, stored } from './build-bench.js';

const missing = process.platform === 'linux' ? missingTools('cc') : 'the plugins are built for Linux';
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-lifecycle-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const bench = new BuildBench(root);

/** Two steps, of which one is in the cache and one prints twice. */
const steps = [
  { key: 'cached', cache: { hit: 't' } },
  { key: 'prints', args: { log: 'a', error: 'b' } },
];
const kindsOf = (events: readonly { readonly kind: string }[]) => events.map(({ kind }) => kind);

describe.skipIf(missing !== undefined)(`life cycle hooks${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('hear of every event as often as it happens', async () => {
    const { report, folder } = await bench.run({ plugins: [bench.plugin('works'), bench.plugin('recorder')], steps });
    expect(report.ok).toBe(true);
    const counts = Object.fromEntries(
      ['build_start', 'step_queued', 'step_start', 'step_log', 'step_cache_hit', 'step_end', 'build_end'].map(
        (kind) => [kind, stored(folder, 'recorder', `hook:${kind}`)],
      ),
    );
    expect(counts).toEqual({
      build_start: '1',
      step_queued: '2',
      step_start: '2',
      step_log: '2',
      step_cache_hit: '1',
      step_end: '2',
      build_end: '1',
    });
    expect(kindsOf(report.events)).toEqual([
      'build_start',
      'step_queued',
      'step_queued',
      'step_cache_hit',
      'step_start',
      'step_end',
      'step_start',
      'step_end',
      'build_end',
    ]);
    expect(report.log_events).toBe(2);
    expect(report.events.at(-1)).toMatchObject({ exit_code: 0, build_id: report.build_id });
  });

  // What has happened when a hook aborts before an event, and what became of the steps.
  it.each([
    ['build_start', [], 'not_run not_run'],
    ['step_queued', ['build_start', 'build_end'], 'not_run not_run'],
    ['step_cache_hit', ['build_start', 'step_queued', 'step_queued', 'build_end'], 'not_run not_run'],
    ['step_start', ['build_start', 'step_queued', 'step_queued', 'step_cache_hit', 'build_end'], 'not_run not_run'],
    [
      'step_end',
      ['build_start', 'step_queued', 'step_queued', 'step_cache_hit', 'step_start', 'step_end', 'build_end'],
      'passed not_run',
    ],
  ])('that abort before %s end the build there', async (abort, happened, statuses) => {
    const gate = { kind: bench.works('gate', { RUNNER: '"gate"' }), config: { abort } };
    const { report, failure } = await bench.run({
      plugins: [bench.plugin('freestyle'), gate],
      steps: steps.map((step) => ({ ...step, runner: 'freestyle' })),
    });
    expect(report.aborted).toEqual({ plugin: 'gate.so', event: abort, reason: 'enough' });
    expect(kindsOf(report.events)).toEqual(happened);
    expect(report.steps.map(({ status }) => status).join(' ')).toBe(statuses);
    expect(failure?.code).toBe('CPEX_E_BUILD_FAILED');
    expect(failure?.message).toContain(`gate.so before ${abort}: enough`);
  });

  it('that abort before the end leave what was done, and fail the build', async () => {
    const gate = { kind: bench.works('gate', { RUNNER: '"gate"' }), config: { abort: 'build_end' } };
    const { report } = await bench.run({
      plugins: [bench.plugin('freestyle'), gate],
      steps: [{ key: 'a', runner: 'freestyle' }],
    });
    expect(report).toMatchObject({
      ok: false,
      exit_code: 1,
      aborted: { event: 'build_end' },
      steps: [{ status: 'passed' }],
    });
  });

  it('that abort before output is shown cancel the step that prints it', async () => {
    const kind = bench.works('listener', { RUNNER: '"listener"', DEFAULT: '"false"' });
    const gate = { kind, config: { abort: 'step_log' } };
    const { report, printed } = await bench.run({
      plugins: [bench.works('printer', { EVENTS: '"[]"' }), gate],
      steps: [
        { key: 'prints', runner: 'works', args: { log: 'secret', wait: true } },
        { key: 'next', runner: 'works' },
      ],
    });
    expect(printed).toEqual([]);
    expect(report.aborted).toMatchObject({ event: 'step_log' });
    expect(report.steps).toMatchObject([{ status: 'failed', exit_code: 130 }, { status: 'not_run' }]);
  });

  it('that abort after an event are passed over with a warning', async () => {
    const late = { kind: bench.works('late', { RUNNER: '"late"', PHASE: '"after"' }), config: { abort: 'step_start' } };
    const { report, findings } = await bench.run({
      plugins: [bench.plugin('freestyle'), late],
      steps: [{ key: 'a', runner: 'freestyle' }],
    });
    expect(report.ok).toBe(true);
    expect(report.aborted).toBeUndefined();
    expect(findings).toEqual(['late.so: The plugin aborts after step_start, which is ignored: it has happened.']);
    expect(report.told.filter(({ outcome }) => outcome === 'abort')).toMatchObject([
      { event: 'step_start', phase: 'after' },
    ]);
  });

  // A hook that says nothing in its time is killed; what then depends on the phase and on what the plan says.
  it.each([
    ['before', 'fail', { ok: false, aborted: { event: 'step_start' } }],
    ['before', 'ignore', { ok: true }],
    ['after', 'fail', { ok: false }],
    ['after', 'ignore', { ok: true }],
  ])('that hang %s an event with on_error %s are killed after their own time', async (phase, on_error, expected) => {
    const name = `hangs-${phase}`;
    const kind = bench.works(name, { RUNNER: `"${name}"`, PHASE: `"${phase}"`, TIMEOUT: '"150"' });
    const { report } = await bench.run({
      plugins: [bench.plugin('freestyle'), { kind, config: { hang: 'step_start' }, on_error }],
      steps: [{ key: 'a', runner: 'freestyle' }],
    });
    expect(report).toMatchObject(expected);
    expect(report.errors).toEqual([
      { plugin: `${name}.so`, message: expect.stringContaining(`${phase} step_start: `) },
    ]);
    expect(report.errors[0]?.message).toContain('150 ms');
    expect(report.steps[0]?.status).toBe('aborted' in expected ? 'not_run' : 'passed');
  });

  it('of the plugin whose step prints hear of it while the step runs', async () => {
    const { report } = await bench.run({
      plugins: [bench.plugin('works')],
      steps: [{ key: 'prints', args: { log: 'x' } }],
    });
    expect(report.ok).toBe(true);
    expect(report.told.filter(({ event }) => event === 'step_log')).toMatchObject([
      { plugin: 'works.so', phase: 'before', key: 'prints' },
    ]);
  });

  it('hear all of what a step prints that is faster than they are, and a step can still be cancelled then', async () => {
    const listener = bench.works('slow', { RUNNER: '"slow"', DEFAULT: '"false"' });
    const { report, printed } = await bench.run({
      plugins: [bench.plugin('works'), listener, bench.plugin('recorder')],
      steps: [{ key: 'prints', args: { flood: true } }],
    });
    expect(report.errors).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.log_events).toBe(1500);
    expect(printed).toHaveLength(1500);
    // Two hear of each piece before it, one after it.
    const told = report.told.filter(({ event }) => event === 'step_log').length;
    expect(told + (report.told_left_out ?? 0)).toBe(4500);
    expect(report.told.length).toBeLessThan(1100);
    const apart = await bench.run({
      plugins: [bench.works('printer', { EVENTS: '"[]"' }), bench.plugin('recorder')],
      steps: [{ key: 'prints', runner: 'works', args: { flood: true } }],
    });
    expect(apart.report).toMatchObject({ ok: true, log_events: 1500 });
    expect(stored(apart.folder, 'recorder', 'hook:step_log')).toBe('1500');
    const stopped = await bench.run({
      plugins: [bench.works('printer', { EVENTS: '"[]"' }), { kind: listener, config: { abort: 'step_log' } }],
      steps: [{ key: 'prints', runner: 'works', args: { flood: true, wait: true } }],
    });
    expect(stopped.report.steps).toMatchObject([{ status: 'failed', exit_code: 130 }]);
    // Thousands of calls: most of a minute on a busy machine.
  }, 300_000);
});

describe('output on its way to slow listeners', () => {
  it('is told in order, keeps whoever prints waiting when there is too much of it, and lets go of a cancelled step', async () => {
    const queue = new LogQueue();
    const heard: number[] = [];
    let hear: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      hear = resolve;
    });
    for (let piece = 0; piece < 256; piece++) {
      await queue.room();
      queue.push(1, async () => {
        await gate;
        heard.push(piece);
      });
    }
    const order: string[] = [];
    const waits = queue.room().then(() => order.push('room'));
    queue.release(true);
    await queue.room();
    await waits;
    queue.release(false);
    const again = queue.room().then(() => order.push('room again'));
    void gate.then(() => order.push('heard'));
    hear();
    await again;
    expect(order).toEqual(['room', 'heard', 'room again']);
    await queue.told();
    expect(heard).toEqual(Array.from({ length: 256 }, (_, piece) => piece));
    // Who cannot wait loses what is far too much, and is told so.
    const stuck = new LogQueue();
    const end = () => new Promise<void>(() => undefined);
    expect(Array.from({ length: 256 * 64 }, () => stuck.push(1, end)).every(Boolean)).toBe(true);
    expect(stuck.push(1, end)).toBe(false);
  });
});
