import fc from 'fast-check';
import type { SampleCall } from '../../model/profile.js';
import type { Subject } from '../subject.js';
import { lifecycleCalls } from './child.js';
import { requestsLike } from './schema-values.js';
import type { FuzzOptions } from './types.js';

/** Bodies from the schema beside each sample. */
const FROM_SCHEMA = 16;

/**
 * Bodies to begin with, by method: samples, requests that fit their schema, the calls of the life cycle, and what was found
 * before. Ordered, so that the same seed means the same run.
 */
export function seedBodies(
  subject: Subject,
  samples: readonly SampleCall[],
  { seed, method: only, corpus }: FuzzOptions,
): ReadonlyMap<string, readonly Uint8Array[]> {
  const { profile } = subject;
  const bodies = new Map<string, Uint8Array[]>();
  const add = (method: string, body: Uint8Array) => {
    if (only !== undefined && method !== only) return;
    bodies.set(method, [...(bodies.get(method) ?? []), body]);
  };
  const lifecycle = lifecycleCalls(subject).map((call) => ({ ...call, capability: '' }));
  for (const sample of [...samples, ...lifecycle]) {
    const made = fc.sample(requestsLike(sample, profile), { seed, numRuns: FROM_SCHEMA });
    for (const request of [sample.request, ...made]) {
      add(sample.method, profile.protocol.encodeRequest(request, sample.method));
    }
  }
  for (const [method, more] of corpus ?? []) if (bodies.has(method)) for (const body of more) add(method, body);
  return bodies;
}
