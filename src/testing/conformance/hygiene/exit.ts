import { runTrial, type Subject } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Milliseconds of a child's life after the calls, for threads that end the process a little later. */
const WATCHED_MS = 50;

/** Bodies that no plugin can serve: where code gives up, it is tempted to leave. */
const UNSERVABLE = ['{', '[]', 'null'];

/**
 * Whether the process ends with code 0 before its time: a host that looks at the exit code alone takes that for success.
 * Every other untimely end is reported by the test during which it came.
 */
export async function staysToTheEnd(id: string, subject: Subject): Promise<TestOutcome> {
  const { ending } = await runTrial(subject, { lingerMs: WATCHED_MS }, async ({ plugin }) => {
    const { protocol } = subject.profile;
    const { registration } = await plugin.register(subject.config);
    const samples = registration === undefined ? [] : protocol.sampleCalls(registration);
    for (const { method, request } of samples) {
      await plugin.session.call(method, protocol.encodeRequest(request, method)).end;
      for (const body of UNSERVABLE) await plugin.session.call(method, Buffer.from(body)).end;
    }
  });
  if (ending.kind === 'harness-fault' || ending.kind === 'cancelled') return { findings: [], ending };
  if (ending.kind !== 'exit' || ending.code !== 0) return { findings: [] };
  const where = ending.inFlight === undefined ? `phase: ${ending.phase}` : `during ${ending.inFlight.method}`;
  const message = 'The plugin ended the process of its host with code 0, as if all were well.';
  return {
    findings: [{ ...fault(id, message, [where]), remedy: 'Return an error; never call exit, _exit or os.Exit.' }],
  };
}
