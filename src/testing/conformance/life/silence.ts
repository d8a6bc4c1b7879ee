import { describeEnding, endingEvidence } from '../../../runtime/failure.js';
import { runTrial, type Subject, type TrialOptions, type TrialOutcome } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

const ID = 'life.silence';

/** Nothing of the plugin touches its host after shutdown: the host's table cannot be read any more where that can be. */
export async function silence(subject: Subject): Promise<TestOutcome> {
  const lingerMs = subject.durations.silence;
  const guarded = await exercise(subject, { lingerMs, watch: { guard: 'end', parts: ['silence'] } });
  const { ending } = guarded;
  const asked = lateRequests(guarded);
  if (asked.length > 0) return { findings: [late(asked)] };
  if (ending.kind === 'clean') return { findings: [] };
  if (ending.kind === 'harness-fault' || ending.kind === 'cancelled') return { findings: [], ending };
  // A death in a call, or in shutdown itself, is what their own tests report.
  const isLate = 'phase' in ending && (ending.phase === 'shutdown' || ending.phase === 'exit');
  if (!isLate) return { findings: [], unproven: 'needs calls that come back' };
  // Where the table can be read, the host is told what is wanted of it.
  const plain = await exercise(subject, { lingerMs });
  const named = lateRequests(plain);
  if (named.length > 0) return { findings: [late(named)] };
  if (plain.ending.kind !== 'clean') return { findings: [], unproven: 'needs a shutdown that comes back' };
  const evidence = [describeEnding(ending), ...endingEvidence(ending)];
  return { findings: [fault(ID, 'The plugin uses the table of its host after shutdown has returned.', evidence)] };
}

function late(methods: readonly string[]) {
  return {
    ...fault(ID, 'The plugin calls the host after shutdown has returned.', methods),
    remedy: 'End the threads that may call the host, and wait for them, before shutdown returns.',
  };
}

function lateRequests({ ending }: TrialOutcome<void>): readonly string[] {
  return ending.kind === 'clean' ? [...new Set(ending.lateRequests ?? [])] : [];
}

/** Every sample call once, then the shutdown. */
function exercise(subject: Subject, options: TrialOptions): Promise<TrialOutcome<void>> {
  return runTrial(subject, options, async ({ plugin }) => {
    const { registration } = await plugin.register(subject.config);
    const samples = registration === undefined ? [] : subject.profile.protocol.sampleCalls(registration);
    for (const { method, request } of samples) await plugin.invoke(method, request);
  });
}
