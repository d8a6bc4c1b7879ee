import { setTimeout as pause } from 'node:timers/promises';
import type { Subject } from '../../subject.js';
import { alsoIn } from '../goldens.js';
import { withPrivateHome } from '../private-home.js';
import type { TestOutcome } from '../types.js';
import { compareLives, isOurs, live } from './rebirth.js';

/** Milliseconds into its calls at which a child is killed, at most. */
const LATEST_KILL_MS = 5;

/** Whether the plugin starts again after it was killed in the middle of its calls, as often as it takes. */
export async function startsAgain(id: string, subject: Subject): Promise<TestOutcome> {
  const next = randomFrom(subject.seed);
  return withPrivateHome(async ({ env }) => {
    const [one, other] = [await live(subject, { env }), await live(subject, { env })];
    const usual = alsoIn(one.steady, other.steady);
    for (let round = 1; round <= subject.durations.restarts; round++) {
      await live(subject, { env }, async ({ plugin }, steady) => {
        const calls = steady.map(({ method, body }) => plugin.session.call(method, body, { concurrent: true }).end);
        const over = Promise.allSettled(calls);
        await pause(next() * LATEST_KILL_MS);
        plugin.session.kill();
        await over;
      });
      const again = await live(subject, { env });
      if (isOurs(again.ending)) return { findings: [], ending: again.ending };
      const lost = compareLives(id, `it was killed ${round === 1 ? 'once' : `${round} times`}`, usual, again);
      if (lost.length > 0) return { findings: lost.map((finding) => ({ ...finding, remedy: REMEDY })) };
    }
    return { findings: [] };
  });
}

/** Numbers from 0 to 1 that the seed decides. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const REMEDY =
  'Lock with flock or fcntl, which a killed process lets go, and write files to another name before renaming.';
