import { describe, expect, it } from 'vitest';
import {
  type Effect,
  effectOf,
  type Mode,
  ON_ERROR,
  OUTCOMES,
  type Outcome,
  PHASES,
} from '../../src/pipeline/cpex/effects.js';
import type { PluginAnswer } from '../../src/pipeline/cpex/types.js';
import { entry, failure, HOOK, PAYLOAD, request, result, scripted } from './cpex-bench.js';

const CHANGED = { name: 'search', args: { query: 'other' } };
const STATE = { local_state: { mine: 1 }, global_state: { shared: 1 } };

/** An answer for each outcome; all that can carry changes do. */
const ANSWERS: Readonly<Record<Outcome, PluginAnswer>> = {
  allow: result({ continue_processing: true, context: STATE }),
  modify: result({
    continue_processing: true,
    modified_payload: CHANGED,
    modified_extensions: { custom: { by: 'plugin' } },
    context: STATE,
  }),
  deny: result({
    continue_processing: false,
    modified_payload: CHANGED,
    violation: { code: 'own', reason: 'because' },
    context: STATE,
  }),
  deny_bare: result({ continue_processing: false, modified_payload: CHANGED, context: STATE }),
  error: failure('error'),
  timeout: failure('timeout'),
  panic: failure('panic'),
};

/** Every cell, written out: the function that the host uses is not asked. */
type Cell = readonly [verdict: 'continue' | 'deny', code: '' | NonNullable<Effect['violation']>, rest: string];

const FAILED = (code: Cell[1]): Cell => ['deny', code, 'recorded'];
const GOES_ON: Cell = ['continue', '', ''];
const RECORDED: Cell = ['continue', '', 'recorded'];
const DISABLED: Cell = ['continue', '', 'recorded disables'];

const SERIAL = { allow: ['continue', '', 'kept'], modify: ['continue', '', 'applied kept'] } as const;
const HARMLESS = { allow: GOES_ON, modify: GOES_ON, deny: GOES_ON, deny_bare: GOES_ON } as const;
const failing = (...cells: readonly [Cell, Cell, Cell]) => ({ error: cells[0], timeout: cells[1], panic: cells[2] });
const all = (cell: Cell) => failing(cell, cell, cell);
const BLOCKING_FAIL = failing(FAILED('plugin_error'), FAILED('plugin_timeout'), FAILED('plugin_panic'));

const ANSWERED: Readonly<Record<Mode, Readonly<Record<'allow' | 'modify' | 'deny' | 'deny_bare', Cell>>>> = {
  sequential: { ...SERIAL, deny: ['deny', 'own', ''], deny_bare: ['deny', 'sequential_deny', ''] },
  // A transform may not deny; what it has changed beside that holds.
  transform: { ...SERIAL, deny: ['continue', '', 'applied kept'], deny_bare: ['continue', '', 'applied kept'] },
  audit: HARMLESS,
  concurrent: { ...HARMLESS, deny: ['deny', 'own', ''], deny_bare: ['deny', 'concurrent_deny', ''] },
  fire_and_forget: HARMLESS,
};

const FAILURES: Readonly<Record<Mode, Readonly<Record<'fail' | 'ignore' | 'disable', ReturnType<typeof all>>>>> = {
  sequential: { fail: BLOCKING_FAIL, ignore: all(RECORDED), disable: all(DISABLED) },
  transform: { fail: all(RECORDED), ignore: all(RECORDED), disable: all(DISABLED) },
  audit: { fail: all(RECORDED), ignore: all(RECORDED), disable: all(DISABLED) },
  concurrent: { fail: BLOCKING_FAIL, ignore: all(RECORDED), disable: all(DISABLED) },
  fire_and_forget: { fail: all(RECORDED), ignore: all(RECORDED), disable: all(DISABLED) },
};

const CELLS = PHASES.flatMap((mode) =>
  OUTCOMES.flatMap((outcome) =>
    ON_ERROR.map((onError) => {
      const cell =
        outcome === 'error' || outcome === 'timeout' || outcome === 'panic'
          ? FAILURES[mode][onError][outcome]
          : ANSWERED[mode][outcome];
      return { mode, outcome, onError, cell };
    }),
  ),
);

it('has a cell for each mode, outcome and on_error', () => {
  expect(CELLS).toHaveLength(5 * 7 * 3);
});

describe.each(CELLS)('$mode, $outcome, on_error $onError', ({ mode, outcome, onError, cell }) => {
  const [verdict, code, rest] = cell;
  const applied = rest.includes('applied');
  const kept = rest.includes('kept');

  it(`is ${[verdict, code, rest].filter(Boolean).join(', ')}`, () => {
    expect(effectOf(mode, outcome, onError)).toEqual({
      verdict,
      ...(code === '' ? {} : { violation: code }),
      // What an answer does not hold cannot be applied; where it could be, the effect says so.
      changes: applied || kept ? 'applied' : 'discarded',
      state: kept ? 'kept' : 'discarded',
      recorded: rest.includes('recorded'),
      disables: rest.includes('disables'),
    } satisfies Effect);
  });

  it('comes about in a run', async () => {
    const seen: unknown[] = [];
    const next = entry('next', { mode: 'sequential', priority: 1000 });
    const host = scripted([
      [entry('subject', { mode, onError }), () => ANSWERS[outcome]],
      [
        { ...next, mode: mode === 'sequential' ? 'sequential' : 'fire_and_forget' },
        ({ payload, context }) => {
          seen.push({ payload, global: context.global_state });
          return result({ continue_processing: true });
        },
      ],
    ]);
    const first = await host.invoke(HOOK, request());
    const { errors, records } = await first.background();
    const allErrors = [...first.errors, ...errors];
    const mine = [...first.records, ...records].find((record) => record.plugin_name === 'subject');

    expect(first.verdict).toBe(verdict === 'deny' ? 'deny' : 'allow');
    expect(first.violation?.code).toBe(code === '' ? undefined : code);
    expect(first.violation?.plugin_name).toBe(code === '' ? undefined : 'subject');
    const changes = applied && outcome !== 'allow';
    expect(first.payload).toEqual(changes ? CHANGED : PAYLOAD);
    expect(first.payloadModified).toBe(changes);
    expect(first.extensions).toEqual(changes && outcome === 'modify' ? { custom: { by: 'plugin' } } : {});
    expect(first.context.globalState).toEqual(kept ? STATE.global_state : {});
    expect(first.context.localStates).toEqual(kept ? { subject: STATE.local_state } : {});
    expect(allErrors.map((error) => error.plugin_name)).toEqual(rest.includes('recorded') ? ['subject'] : []);
    // Whoever comes next sees what holds; after a deny nobody is called.
    expect(seen).toEqual(verdict === 'deny' ? [] : [{ payload: first.payload, global: first.context.globalState }]);
    expect(mine).toMatchObject({
      plugin_id: 'id-of-subject',
      hook_name: HOOK,
      mode,
      status: { error: 'error', panic: 'error', timeout: 'timeout' }[outcome as string] ?? 'completed',
      effective_allow: verdict !== 'deny',
      matched: true,
      applied: changes,
    });
    expect(mine?.requested_allow).toBe(
      outcome.startsWith('deny') ? false : ['allow', 'modify'].includes(outcome) ? true : undefined,
    );

    const again = await host.invoke(HOOK, request());
    const later = [...again.records, ...(await again.background()).records];
    const disables = rest.includes('disables');
    expect(later.find((record) => record.plugin_name === 'subject')?.status === 'disabled').toBe(disables);
  });
});
