import { setTimeout as pause } from 'node:timers/promises';
import { type AnswerInstead, DEFAULT_DEADLINES } from '../../../host-process/reference-host.js';
import type { Subject } from '../../subject.js';
import { goldensOf, type SentCall } from '../goldens.js';
import { fault, type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

const ID = 'conc.block';

/** Held while its call waits inside the host; lets it go. */
interface Hold {
  readonly reached: Promise<void>;
  release(): void;
}

/** One call is held inside the host's answer while others go on. */
export async function block(subject: Subject): Promise<TestOutcome> {
  let unproven: string | undefined;
  let asks = 0;
  let hold: ((method: string) => Promise<void>) | undefined;
  const answer: AnswerInstead = async (method, _request, _context, usual) => {
    asks++;
    const held = hold;
    // Only the first request is held: those of the other calls are answered.
    hold = undefined;
    if (held !== undefined) await held(method);
    return usual();
  };
  const holdNext = (): Hold => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      hold = async () => {
        resolve();
        await released;
      };
    });
    return { reached, release: () => release() };
  };
  const outcome = await probeTest(ID, subject, { needs: ['threads'], answer }, async (trial) => {
    const asking = await callsThatAsk(subject, trial, () => asks);
    if (asking === undefined) {
      unproven = 'needs a call during which the plugin calls its host';
      return [];
    }
    const { steady, varying } = await goldensOf(subject, trial, trial.samples, 1);
    for (const other of [...steady, ...varying]) {
      // What takes too long once may have come at a bad moment.
      const waits =
        (await isHeldUp(subject, trial, asking, other, holdNext)) &&
        (await isHeldUp(subject, trial, asking, other, holdNext));
      if (waits) {
        const evidence = [
          `${asking.method} was held in its request to the host for ${patience(subject, other)} ms`,
          `${other.method} did not return until the host had answered`,
        ];
        return [
          {
            ...fault(ID, `${other.method} waits until the host has answered a request of another call.`, evidence),
            remedy: 'Hold no lock that other calls need while the host is asked.',
          },
        ];
      }
    }
    return [];
  });
  return unproven === undefined ? outcome : { ...outcome, unproven };
}

/** The first call during which the plugin asks its host. */
async function callsThatAsk(subject: Subject, trial: ProbeTrial, asks: () => number): Promise<SentCall | undefined> {
  for (const sample of trial.samples) {
    const before = asks();
    const { steady, varying } = await goldensOf(subject, trial, [sample], 1);
    if (asks() > before) return [...steady, ...varying][0];
  }
  return undefined;
}

/** How long a call may take beside the held one, in milliseconds. */
function patience({ durations }: Subject, { durationNs }: SentCall): number {
  return Math.round(Math.max(durations.block, (20 * durationNs) / 1e6));
}

/** Whether a call returns only after the one that is held. */
async function isHeldUp(
  subject: Subject,
  { plugin: { session } }: ProbeTrial,
  asking: SentCall,
  other: SentCall,
  holdNext: () => Hold,
): Promise<boolean> {
  const hold = holdNext();
  const limitMs = patience(subject, other);
  const options = { concurrent: true, deadline: (subject.callDeadline ?? DEFAULT_DEADLINES.call) + limitMs };
  const held = session.call(asking.method, asking.body, options).end;
  // When the plugin dies, both calls fail; one of the failures is enough.
  held.catch(() => undefined);
  const timer = new AbortController();
  try {
    // A call that comes back without a request cannot be held.
    if ((await Promise.race([hold.reached, held.then(() => 'over')])) === 'over') return false;
    const beside = session.call(other.method, other.body, options).end;
    const late = pause(limitMs, 'late', { signal: timer.signal });
    late.catch(() => undefined);
    const heldUp = (await Promise.race([beside, late])) === 'late';
    hold.release();
    await Promise.all([beside, held]);
    return heldUp;
  } finally {
    timer.abort();
    hold.release();
  }
}
