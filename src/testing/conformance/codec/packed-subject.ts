import type { Finding } from '../../../model/finding.js';
import type { HostProtocol, SampleCall } from '../../../model/profile.js';
import { runTrial, type Subject, type Trial, type TrialOptions } from '../../subject.js';
import type { TestOutcome } from '../types.js';

export const MSGPACK = 'msgpack';

/** A plugin that took MessagePack, with the rules of calls in it. */
export interface PackedTrial extends Trial {
  readonly protocol: HostProtocol;
  readonly samples: readonly SampleCall[];
}

/** The rules of calls whose bodies are MessagePack. */
export function packedProtocol({ profile: { protocol } }: Pick<Subject, 'profile'>): HostProtocol {
  const packed = protocol.inCodec?.(MSGPACK);
  if (packed === undefined) throw new TypeError('This host speaks no MessagePack.');
  return packed;
}

/** A subject that is judged by the rules of MessagePack; it has to be registered with `codecs`. */
export function packedSubject(subject: Subject): Subject {
  return { ...subject, profile: { ...subject.profile, protocol: packedProtocol(subject) } };
}

/** Nothing can be said of plugins that take no codec: that is their right. */
export const TAKES_NONE = 'the plugin takes no codec but JSON';

/** Whether the plugin takes MessagePack when it is offered. */
export async function takesMsgpack(subject: Subject): Promise<boolean> {
  const { value } = await runTrial(subject, { codecs: [MSGPACK] }, async ({ plugin }) => {
    const { registration } = await plugin.register(subject.config);
    return registration?.codec === MSGPACK;
  });
  return value === true;
}

/**
 * Judges a plugin in a child of its own, registered with an offer of MessagePack. Where it does not take it, nothing
 * is proven.
 */
export async function packedTest(
  subject: Subject,
  options: Omit<TrialOptions, 'codecs'>,
  judge: (trial: PackedTrial) => Promise<readonly Finding[] | string>,
): Promise<TestOutcome> {
  const { value, ending } = await runTrial(subject, { ...options, codecs: [MSGPACK] }, async (trial) => {
    const { registration } = await trial.plugin.register(subject.config);
    if (registration?.codec !== MSGPACK) return TAKES_NONE;
    const protocol = packedProtocol(subject);
    return judge({ ...trial, protocol, samples: protocol.sampleCalls(registration) });
  });
  if (typeof value === 'string') return { findings: [], ending, unproven: value };
  return { findings: value ?? [], ending };
}
