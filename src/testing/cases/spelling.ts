import type { HostProtocol } from '../../model/profile.js';
import type { Expectations } from './expectations.js';
import type { Case } from './types.js';

/** What a case expects, in the spelling of the host's answers: result, and each piece of a stream. */
export function spelt({ call, expect }: Case, protocol: HostProtocol): Expectations {
  const { readExpected, resolveMethod } = protocol;
  if (call.kind !== 'method' || readExpected === undefined) return expect;
  const method = resolveMethod?.(call.method) ?? call.method;
  const { result, stream } = expect;
  const { chunks } = (stream ?? {}) as { readonly chunks?: unknown };
  return {
    ...expect,
    ...(result === undefined ? {} : { result: readExpected(result, method) }),
    ...(Array.isArray(chunks)
      ? { stream: { ...(stream as object), chunks: chunks.map((one) => readExpected(one, method)) } }
      : {}),
  };
}
