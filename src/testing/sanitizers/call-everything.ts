import { DEFAULT_DEADLINES } from '../../host-process/reference-host.js';
import type { Ending } from '../../model/session.js';
import { SessionFailure } from '../../runtime/failure.js';
import { runTrial, type Subject } from '../subject.js';

/** Bodies that no method takes. */
const REFUSED = ['', '{', '[]', 'null', '{"a":1}'];

/** Calls that run beside each other. */
const BESIDE = 4;

/**
 * Makes each sample call in order and beside itself, with bodies that are refused in between, and calls of a method
 * that is not there.
 * @returns how the plugin's process ended
 */
export async function callEverything(subject: Subject, rounds = 1): Promise<Ending> {
  const limit = subject.callDeadline ?? DEFAULT_DEADLINES.call;
  const { ending } = await runTrial(subject, {}, async ({ plugin }) => {
    const { registration } = await plugin.register(subject.config);
    const samples = registration === undefined ? [] : subject.profile.protocol.sampleCalls(registration);
    for (let round = 0; round < rounds; round++) {
      for (const { method, request } of samples) {
        await within(limit, plugin.invoke(method, request));
        const beside = Array.from({ length: BESIDE }, () => plugin.invoke(method, request, { concurrent: true }));
        await within(limit, Promise.all(beside));
        for (const body of REFUSED) await plugin.session.call(method, Buffer.from(body)).end;
      }
      await plugin.session.call('no.such.method', Buffer.from('{}')).end;
    }
  });
  return ending;
}

/** A call has a deadline; a stream that it leaves behind may never end. */
async function within(limit: number, calls: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const ending: Ending = { kind: 'hang', phase: 'idle', deadlineMs: limit, stderrTail: '' };
    timer = setTimeout(() => reject(new SessionFailure(ending)), limit);
  });
  try {
    await Promise.race([calls, late]);
  } finally {
    clearTimeout(timer);
  }
}
