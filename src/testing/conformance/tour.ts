import type { Invocation } from '../../host-process/reference-host.js';
import type { Subject, Trial } from '../subject.js';

/** One answer of a tour. */
export interface Stop extends Invocation {
  readonly method: string;
}

/** Registration, every sample call, an unknown method and a broken body: each kind of answer once. */
export async function tour(subject: Subject, trial: Trial): Promise<Stop[]> {
  const { plugin } = trial;
  const first = await plugin.register(subject.config);
  const { method } = subject.profile.protocol.registration({ config: subject.config });
  const stops: Stop[] = [{ ...first.invocation, method }];
  const samples = first.registration === undefined ? [] : subject.profile.protocol.sampleCalls(first.registration);
  for (const sample of samples) {
    stops.push({ ...(await plugin.invoke(sample.method, sample.request)), method: sample.method });
  }
  for (const method of ['no.such.method', '']) stops.push({ ...(await plugin.invoke(method, {})), method });
  const end = await plugin.session.call(method, new TextEncoder().encode('{"broken":')).end;
  stops.push({
    end,
    envelope: subject.profile.protocol.readEnvelope(end.code, end.body, method),
    method: `${method} (broken body)`,
  });
  return stops;
}
