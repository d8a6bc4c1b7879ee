import type { Ending } from '../../model/session.js';
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
  const { ending } = await runTrial(subject, {}, async ({ plugin }) => {
    const { registration } = await plugin.register(subject.config);
    const samples = registration === undefined ? [] : subject.profile.protocol.sampleCalls(registration);
    for (let round = 0; round < rounds; round++) {
      for (const { method, request } of samples) {
        await plugin.invoke(method, request);
        await Promise.all(Array.from({ length: BESIDE }, () => plugin.invoke(method, request, { concurrent: true })));
        for (const body of REFUSED) await plugin.session.call(method, Buffer.from(body)).end;
      }
      await plugin.session.call('no.such.method', Buffer.from('{}')).end;
    }
  });
  return ending;
}
