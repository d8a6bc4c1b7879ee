import type { Finding } from '../../../model/finding.js';
import type { Subject } from '../../subject.js';
import { policyOf } from '../policy.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { callFields, envelopeOf, readAnswers, withSamples } from './exchange.js';
import { validCalls } from './hostile-call.js';

/** err.null-method: a null pointer where the name should be. */
export async function nullMethod(subject: Subject): Promise<TestOutcome> {
  const id = 'err.null-method';
  const { value = [], ending } = await withSamples(subject, {}, async ({ plugin: { session } }) => {
    const seen = await session.perform?.('hostile.null-method', [['body', '{}']]);
    const [answer] = seen === undefined ? [] : readAnswers(seen);
    if (answer === undefined) return [];
    const envelope = envelopeOf(subject, 'a null method', answer);
    return envelope?.ok === true ? [fault(id, 'A call without a method was answered with ok.')] : [];
  });
  return { findings: value, ending };
}

/** err.empty: no body at all, for every method. */
export async function emptyBodies(subject: Subject): Promise<TestOutcome> {
  const { value = [], ending } = await withSamples(subject, {}, async ({ plugin: { session }, samples }) => {
    const calls = validCalls(subject, samples).map(({ method }) => ({ method, body: Buffer.alloc(0) }));
    const seen = await session.perform?.('hostile.empty', callFields(calls));
    if (seen === undefined) return [];
    return readAnswers(seen).flatMap((answer, index) => {
      const method = calls[index]?.method ?? '';
      return judge(subject, method, envelopeOf(subject, method, answer));
    });
  });
  return { findings: value, ending };
}

function judge(subject: Subject, method: string, envelope: ReturnType<typeof envelopeOf>): Finding[] {
  const id = 'err.empty';
  if (envelope === undefined) return [];
  if (envelope.ok === undefined) return [fault(id, `${method} answers a null body with no envelope.`)];
  if (policyOf(subject.profile.name).hostile === 'lenient') return [];
  if (envelope.ok) return [fault(id, `${method} answers ok to a null body, which is no JSON.`)];
  const code = envelope.error?.code ?? '';
  if (code === 'invalid_request' || code === 'unknown_method' || code === 'internal') return [];
  return [{ ...fault(id, `${method} refuses a null body with ${code}, not with invalid_request.`), severity: 'warn' }];
}
