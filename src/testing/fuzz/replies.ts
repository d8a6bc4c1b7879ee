import type { Finding } from '../../model/finding.js';
import type { Envelope } from '../../model/profile.js';
import type { Observation } from '../../model/watch.js';
import { policyOf } from '../conformance/policy.js';
import type { Subject } from '../subject.js';

/** A reply that the probe has told. */
export interface TimedReply {
  /** Number of the step or round. */
  readonly round: number;
  readonly code: number;
  readonly body: Buffer;
  /** Bytes in the plugin's slot; -1 for a null pointer. The body is cut off after 256 KiB. */
  readonly slot: number;
}

/** The replies that an experiment of the fuzzers has told. */
export function repliesOf(seen: Observation): TimedReply[] {
  const [rounds, codes, slots, bodies] = ['round', 'code', 'slot', 'reply'].map((name) => seen.all(name)) as [
    readonly Buffer[],
    readonly Buffer[],
    readonly Buffer[],
    readonly Buffer[],
  ];
  return rounds.map((round, index) => ({
    round: Number(round),
    code: Number(codes[index]),
    slot: Number(slots[index]),
    body: bodies[index] as Buffer,
  }));
}

/** A reply read by the profile; undefined for one that was too long to be told whole. */
export function readReply({ code, body, slot }: TimedReply, method: string, subject: Subject): Envelope | undefined {
  if (slot > body.length) return undefined;
  return subject.profile.protocol.readEnvelope(code, body, method);
}

/** What a reply breaks and the host does not bear, whatever it was asked. */
export function brokenRules(reply: TimedReply, method: string, subject: Subject): readonly Finding[] {
  const { severity } = policyOf(subject.profile.name);
  const findings = readReply(reply, method, subject)?.findings ?? [];
  return findings.filter(({ id, severity: own }) => (severity[id] ?? own) === 'fail');
}
