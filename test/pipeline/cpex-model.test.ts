import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Mode, ON_ERROR, type OnError, OUTCOMES, type Outcome, PHASES } from '../../src/pipeline/cpex/effects.js';
import type { PluginAnswer } from '../../src/pipeline/cpex/types.js';
import { entry, failure, HOOK, request, result, scripted } from './cpex-bench.js';

/** A plugin that comes out in the same way in every hook. */
interface Random {
  readonly mode: Mode;
  readonly priority: number;
  readonly onError: OnError;
  readonly outcome: Outcome;
}

const random: fc.Arbitrary<Random> = fc.record({
  mode: fc.constantFrom(...PHASES),
  priority: fc.integer({ min: 0, max: 2 }),
  onError: fc.constantFrom(...ON_ERROR),
  outcome: fc.constantFrom(...OUTCOMES),
});

/** Each plugin appends its name to the trail of the payload, and counts in both states. */
function answerOf(name: string, outcome: Outcome, trail: readonly string[], counted: number): PluginAnswer {
  const context = { local_state: { by: name }, global_state: { counted: counted + 1 } };
  switch (outcome) {
    case 'allow':
      return result({ continue_processing: true, context });
    case 'modify':
      return result({
        continue_processing: true,
        modified_payload: { name: 'search', args: { trail: [...trail, name] } },
        context,
      });
    case 'deny':
      return result({ continue_processing: false, violation: { code: `of-${name}`, reason: 'r' }, context });
    case 'deny_bare':
      return result({ continue_processing: false, context });
    default:
      return failure(outcome);
  }
}

const FAILED: readonly Outcome[] = ['error', 'timeout', 'panic'];
const BLOCKING: readonly Mode[] = ['sequential', 'concurrent'];
const CHANGING: readonly Mode[] = ['sequential', 'transform'];

/** What a run has to come to, worked out from the rules as they are told to people. */
class Model {
  readonly disabled = new Set<number>();

  run(plugins: readonly Random[]) {
    const order = [...plugins.keys()].sort((a, b) => {
      const [one, other] = [plugins[a], plugins[b]] as [Random, Random];
      return PHASES.indexOf(one.mode) - PHASES.indexOf(other.mode) || one.priority - other.priority || a - b;
    });
    const seen = { called: [] as number[], errors: [] as number[], trail: [] as string[], counted: 0 };
    let denier: number | undefined;
    let deniedIn: Mode | undefined;
    for (const index of order) {
      const { mode, outcome, onError } = plugins[index] as Random;
      const stopped = denier !== undefined && !(mode === 'concurrent' && deniedIn === 'concurrent');
      if (stopped || this.disabled.has(index)) continue;
      seen.called.push(index);
      const failed = FAILED.includes(outcome);
      if (failed) seen.errors.push(index);
      const denies = outcome.startsWith('deny') || (failed && onError === 'fail');
      if (BLOCKING.includes(mode) && denies) {
        denier ??= index;
        deniedIn ??= mode;
      } else if (CHANGING.includes(mode) && !failed) {
        if (outcome === 'modify') seen.trail.push(`p${index}`);
        seen.counted++;
      }
      if (failed && onError === 'disable') this.disabled.add(index);
    }
    return { ...seen, denier };
  }
}

it('any plugins in any modes come to what the rules say, hook after hook', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(random, { maxLength: 8 }), async (plugins) => {
      const called: number[] = [];
      const host = scripted(
        plugins.map(({ outcome, ...more }, index) => [
          entry(`p${index}`, more),
          ({ payload, context }) => {
            called.push(index);
            const { trail } = (payload as { args: { trail: string[] } }).args;
            return answerOf(`p${index}`, outcome, trail, Number(context.global_state.counted ?? 0));
          },
        ]),
        // Which of several comes first in time is nothing that a model can tell.
        { shortCircuitOnDeny: false },
      );
      const model = new Model();
      for (let round = 0; round < 2; round++) {
        called.length = 0;
        const run = await host.invoke(HOOK, request({ payload: { name: 'search', args: { trail: [] } } }));
        const later = await run.background();
        const expected = model.run(plugins);
        expect(called).toEqual(expected.called);
        expect(run.verdict).toBe(expected.denier === undefined ? 'allow' : 'deny');
        expect(run.violation?.plugin_name).toBe(expected.denier === undefined ? undefined : `p${expected.denier}`);
        expect(run.payload).toEqual({ name: 'search', args: { trail: expected.trail } });
        expect(run.payloadModified).toBe(expected.trail.length > 0);
        expect(run.context.globalState.counted ?? 0).toBe(expected.counted);
        const errors = [...run.errors, ...later.errors].map(({ plugin_name }) => plugin_name);
        expect(errors).toEqual(expected.errors.map((index) => `p${index}`));
        // Each plugin leaves one record, whether it was called or not.
        const records = [...run.records, ...later.records];
        expect(records.map(({ plugin_name }) => plugin_name).sort()).toEqual(
          [...plugins.keys()].map((i) => `p${i}`).sort(),
        );
        const idle = records.filter(({ status }) => status === 'skipped' || status === 'disabled');
        expect(idle).toHaveLength(plugins.length - expected.called.length);
      }
    }),
    { numRuns: 500 },
  );
});

it('a deny of a concurrent plugin is never lost, whoever answers first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom<Outcome>('allow', 'deny', 'panic'), { minLength: 1, maxLength: 6 }),
      async (scheduler, outcomes) => {
        const answered: number[] = [];
        const host = scripted(
          outcomes.map((outcome, index) => [
            entry(`p${index}`, { mode: 'concurrent' }),
            async (_request, signal) => {
              await scheduler.schedule(Promise.resolve(), `p${index}`);
              if (signal.aborted) return { kind: 'cancelled', message: 'gone', code: 'cancelled', durationNs: 1 };
              answered.push(index);
              return answerOf(`p${index}`, outcome, [], 0);
            },
          ]),
        );
        const running = host.invoke(HOOK, request());
        await scheduler.waitFor(running);
        const run = await running;
        const first = answered.find((index) => outcomes[index] !== 'allow');
        expect(run.violation?.plugin_name).toBe(first === undefined ? undefined : `p${first}`);
        expect(run.records.map(({ status }) => status === 'cancelled')).toEqual(
          [...outcomes.keys()].map((index) => !answered.includes(index)),
        );
      },
    ),
    { numRuns: 300 },
  );
});
