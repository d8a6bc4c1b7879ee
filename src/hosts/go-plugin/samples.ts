import { encodeMessage } from './proto/encode.js';
import type { MethodType, Services } from './proto/model.js';
import { sampleOf } from './proto/samples.js';
import { ValueProblem } from './proto/value-problem.js';

/**
 * A request that a method can be tried with.
 * @param better requests that mean something to the host, by the method's own name; taken where they fit the message
 */
export function requestSample(
  { name, request }: MethodType,
  { messages }: Services,
  better: Readonly<Record<string, unknown>> = {},
): unknown {
  const method = name.slice(name.indexOf('/') + 1);
  const usual = sampleOf(request);
  if (!Object.hasOwn(better, method)) return usual;
  try {
    encodeMessage(request, better[method], messages);
    return better[method];
  } catch (error) {
    if (error instanceof ValueProblem) return usual;
    throw error;
  }
}
