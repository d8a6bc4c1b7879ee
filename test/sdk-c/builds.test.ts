import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, call, callbacks, Player, register, success } from './player.js';

const player = new Player();
beforeAll(() => player.build(), 120_000);
afterAll(() => player.bench.remove());

const STEP = {
  step: { key: 'build', runner: 'copy', args: {} },
  ...{ run_id: 'run-1', step_id: 'step-1', workspace_archive_id: 'sources', env: { A: 'b' }, workdir: '.' },
  cache: { kind: 'miss_no_commit' },
};
const step = (more: object = {}) => call('step.execute', { ...STEP, ...more });
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('steps', () => {
  it('read their archive in pieces, log, and end with what they made', async () => {
    const { replies, lines } = await player.play(
      'init',
      register,
      answer('host.archive.size', success({ size: 6 })),
      answer('host.archive.read', success({ data: base64('abc') })),
      answer('host.cancelled', success({ cancelled: true })),
      step({ cache: { kind: 'hit', tag: 'v1' }, parent_snapshot: 'p' }),
      'shutdown',
    );
    expect(replies[1]?.text).toBe(
      '{"ok":true,"result":{"exit_code":130,"committed_snapshot":"p","artifacts":[{"key":"build","mime":"text/plain","size_bytes":18446744073709551615}]}}',
    );
    expect(callbacks(lines).slice(0, -1)).toEqual([
      ['host.archive.size', { archive_id: 'sources' }],
      ['host.archive.read', { archive_id: 'sources', offset: 0, max: 4 }],
      ['host.step.log', { stream: 'stdout', data: base64('abc') }],
      ['host.archive.read', { archive_id: 'sources', offset: 3, max: 4 }],
      ['host.step.log', { stream: 'stdout', data: base64('abc') }],
      ['host.step.log', { stream: 'stderr', data: base64('cached: v1') }],
      ['host.cancelled', {}],
    ]);
  });

  it('are refused when the runner is not theirs', async () => {
    const foreign = step({ step: { key: 'build', runner: 'docker', args: {} } });
    expect(await player.last(foreign)).toMatchObject({ status: 0, error: { code: 'unknown_runner' } });
  });

  it('refuse more data than they asked for', async () => {
    const script = [
      answer('host.archive.size', success({ size: 5 })),
      answer('host.archive.read', success({ data: base64('abcde') })),
    ];
    const reply = await player.last(...script, step());
    expect(reply).toMatchObject({ error: { code: 'archive', message: 'there is more data than was asked for' } });
  });

  it('hand on why the host would not', async () => {
    const refused = { ok: false, error: { code: 'unknown_archive', message: 'there is no such archive' } };
    const reply = await player.last(answer('host.archive.size', refused), step());
    expect(reply).toMatchObject({ error: { code: 'unknown_archive', message: 'there is no such archive' } });
  });

  it.each([
    [{ cache: { kind: 'maybe' } }, 'request.cache.kind must be one of "hit", "miss_build_as", "miss_no_commit"'],
    [{ cache: { kind: 'hit' } }, 'request.cache.tag is missing'],
    [{ env: { A: 1 } }, 'request.env.A must be a string'],
    [{ step: { runner: 'copy' } }, 'request.step.key is missing'],
  ])('refuse %j and say where', async (more, message) => {
    const reply = await player.last(step(more));
    expect(reply).toMatchObject({ status: 0, error: { code: 'invalid_request' } });
    expect(reply.error?.message).toContain(message);
  });
});

describe('events of builds', () => {
  const event = (kind: string, phase: string, more = {}) =>
    call('lifecycle.event', { event: { kind, build_id: 'b', step_id: 's', key: 'k', runner: 'r', ...more }, phase });

  it('go on, abort with a reason, or fail', async () => {
    expect((await player.last(event('step_start', 'before'))).text).toBe('{"ok":true,"result":{"outcome":"continue"}}');
    expect((await player.last(event('step_start', 'before', { key: 'bad' }))).result).toEqual({
      outcome: 'abort',
      reason: 'no bad today',
    });
    expect(await player.last(event('step_start', 'before', { key: 'fail' }))).toMatchObject({
      error: { code: 'refused', message: 'as you wish' },
    });
  });

  it('carry bytes', async () => {
    const { replies, lines } = await player.play(
      ...['init', register, event('step_log', 'after', { stream: 'stderr', data: base64('hi') }), 'shutdown'],
    );
    expect(replies[1]?.result).toEqual({ outcome: 'continue' });
    expect(callbacks(lines)[0]).toEqual(['host.log', { level: 'info', message: 'hi' }]);
  });

  it.each([
    ['step_start', 'after'],
    ['step_queued', 'before'],
    ['chain_failed', 'after'],
    ['later_kind', 'before'],
  ])('that the plugin did not ask for are unknown: %s, %s', async (kind, phase) => {
    const reply = await player.last(event(kind, phase, { message: 'm' }));
    expect(reply).toMatchObject({ status: 0, error: { code: 'unknown_event' } });
  });

  it('of a known kind must be whole', async () => {
    const reply = await player.last(call('lifecycle.event', { event: { kind: 'step_end' }, phase: 'before' }));
    expect(reply.error?.message).toContain('request.event.build_id is missing');
  });
});
