import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Slots } from '../../../src/runtime/stdio/tau-slots.js';
import { callTool, TauBench, textOf } from './tau-bench.js';

const bench = new TauBench();
afterEach(async () => {
  expect(await bench.close()).toEqual([]);
});
afterAll(() => bench.remove());

describe('slots', () => {
  it('are taken from the lowest, and never while an answer is to come', () => {
    const slots = new Slots<string>();
    const begun: [string, number][] = [];
    const take = (name: string) => slots.take(name, (slot) => begun.push([name, slot]));
    for (let at = 0; at < 34; at++) take(`call ${at}`);
    expect(begun.map(([, slot]) => slot)).toEqual(Array.from({ length: 32 }, (_, at) => at));
    expect(slots.release(7)).toBe('call 7');
    expect(begun.at(-1)).toEqual(['call 32', 7]);
    expect(slots.release(31)).toBe('call 31');
    expect(begun.at(-1)).toEqual(['call 33', 31]);
    expect(slots.release(7)).toBe('call 32');
    expect(slots.release(3)).toBe('call 3');
    expect(slots.release(3)).toBeUndefined();
    take('late');
    expect(begun.at(-1)).toEqual(['late', 3]);
  });

  it('let 32 calls be under way, and keep the next ones waiting', async () => {
    const { session, trace } = await bench.start('tau-frames');
    const sent = () => trace.filter(({ method, kind }) => method === 'tool_call' && kind === 'request').length;
    const waiting = Array.from({ length: 31 }, () => callTool(session, 'wait_tool', {}, true));
    const echoes = Array.from({ length: 40 }, (_, at) => callTool(session, 'echo_tool', { message: at }, true));
    expect(sent()).toBe(32);
    // One slot is left, through which all of them go.
    expect(await Promise.all(echoes.map(async ({ end }) => textOf(await end)))).toHaveLength(40);
    expect(sent()).toBe(71);
    for (const call of waiting) call.cancel();
    expect(await Promise.all(waiting.map(async ({ end }) => textOf(await end)))).toEqual(Array(31).fill('cancelled'));
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('do not go to another call when nobody waits for an answer any more', async () => {
    const { session } = await bench.start('tau-frames');
    const cancelled = callTool(session, 'wait_tool', {}, true);
    cancelled.cancel();
    const next = callTool(session, 'echo_tool', { message: 'mine' }, true);
    expect(textOf(await next.end)).toBe('ECHO: mine');
    expect(textOf(await cancelled.end)).toBe('cancelled');
  });
});
