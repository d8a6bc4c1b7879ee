import { describe, expect, it } from 'vitest';
import { base64, services } from '../hosts/ask.js';

const value = base64('v');

describe('stored values', () => {
  it('of a step end with the step, those of a build with the build, those of the plugin stay', async () => {
    const { ask, handle } = services();
    const there = async () => {
      const scopes = ['plugin', 'build', 'step'];
      const answers = await Promise.all(scopes.map((scope) => ask('host.kv.get', { scope, key: 'k' })));
      return scopes.filter((_, at) => (answers[at] as { result: { found: boolean } }).result.found);
    };
    const endBuild = handle.begin?.('build');
    const endStep = handle.begin?.('step');
    for (const scope of ['plugin', 'build', 'step']) await ask('host.kv.set', { scope, key: 'k', value });
    expect(await there()).toEqual(['plugin', 'build', 'step']);
    endStep?.();
    expect(await there()).toEqual(['plugin', 'build']);
    handle.begin?.('step')();
    expect(await there()).toEqual(['plugin', 'build']);
    endBuild?.();
    endBuild?.();
    expect(await there()).toEqual(['plugin']);
  });

  it('of a step end with the call where nobody tells of steps, and with the step where somebody does', async () => {
    const { ask, handle } = services();
    const found = async () => (await ask('host.kv.get', { scope: 'step', key: 'k' })).result;
    const call = () => {
      const scope = handle.beginCall?.('step.execute', {});
      return () => scope?.end();
    };
    const first = call();
    await ask('host.kv.set', { scope: 'step', key: 'k', value });
    first();
    expect(await found()).toEqual({ found: false });
    const endStep = handle.begin?.('step');
    const second = call();
    await ask('host.kv.set', { scope: 'step', key: 'k', value });
    second();
    expect(await found()).toEqual({ found: true, value });
    endStep?.();
    expect(await found()).toEqual({ found: false });
  });

  it('of a script are there in the first step', async () => {
    const { ask, handle } = services({ script: { kv: { step: { k: 'v' } } } });
    const scope = handle.beginCall?.('step.execute', {});
    expect(await ask('host.kv.get', { scope: 'step', key: 'k' })).toEqual({ result: { found: true, value } });
    scope?.end();
  });

  it('that several delete at once were there for one of them', async () => {
    const { ask } = services();
    await ask('host.kv.set', { scope: 'plugin', key: 'k', value });
    const answers = await Promise.all([1, 2, 3].map(() => ask('host.kv.delete', { scope: 'plugin', key: 'k' })));
    expect(answers.filter(({ result }) => (result as { deleted: boolean }).deleted)).toHaveLength(1);
  });
});

describe('the output of a step', () => {
  it('is handed to the observer, and cancellation reaches the plugin', async () => {
    let cancelled = false;
    const { ask, events } = services({ cancelled: () => cancelled });
    await ask('host.step.log', { stream: 'stderr', data: base64('ä\0') });
    expect(events[0]).toEqual({ kind: 'step_log', stream: 'stderr', bytes: Buffer.from('ä\0') });
    expect(await ask('host.cancelled', {})).toEqual({ result: { cancelled: false } });
    cancelled = true;
    expect(await ask('host.cancelled', {})).toEqual({ result: { cancelled: true } });
  });

  it('is answered when there is room for more', async () => {
    let open: () => void = () => undefined;
    const room = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { ask, events } = services({ logRoom: () => room });
    const order: string[] = [];
    const asked = ask('host.step.log', { stream: 'stdout', data: base64('x') }).then(() => order.push('answered'));
    expect(await ask('host.cancelled', {})).toEqual({ result: { cancelled: false } });
    expect(events[0]).toMatchObject({ kind: 'step_log' });
    void room.then(() => order.push('room'));
    open();
    await asked;
    expect(order).toEqual(['room', 'answered']);
  });
});
