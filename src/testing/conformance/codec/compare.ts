import { equalJson } from '../../../hosts/exact-equal.js';
import type { Finding } from '../../../model/finding.js';
import type { Envelope, HostProtocol, SampleCall } from '../../../model/profile.js';
import { stringifyExact } from '../../../support/exact-json.js';
import { printableStart } from '../../../support/printable.js';
import { runTrial, type Subject, type Trial } from '../../subject.js';
import { TIMES } from '../goldens.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { packedProtocol, packedTest } from './packed-subject.js';

/** A request, and what it is in words that follow "is answered". */
export interface Variant {
  readonly name: string;
  readonly method: string;
  readonly request: unknown;
  /** Writes the request in MessagePack in another way than the host does. */
  readonly write?: (request: unknown) => Uint8Array;
}

/** An answer that came several times in a row; undefined for one that changes. */
type Steady = Envelope | undefined;

/**
 * Makes the same calls in JSON and in MessagePack, each in a child of its own, and compares what the answers say.
 * Only answers that stay the same count.
 */
export async function compareCodecs(
  id: string,
  subject: Subject,
  variantsOf: (samples: readonly SampleCall[]) => readonly Variant[],
): Promise<TestOutcome> {
  let inJson: Steady[] = [];
  const plain = await runTrial(subject, {}, async (trial) => {
    const { registration } = await trial.plugin.register(subject.config);
    if (registration === undefined) return;
    const { protocol } = subject.profile;
    const variants = variantsOf(protocol.sampleCalls(registration)).map(({ write: _, ...variant }) => variant);
    inJson = await ask(trial, protocol, variants);
  });
  if (plain.ending.kind !== 'clean') return { findings: [], unproven: 'needs calls that come back in JSON' };
  return packedTest(subject, {}, async (trial) => {
    const variants = variantsOf(trial.samples);
    const inPacked = await ask(trial, packedProtocol(subject), variants);
    const pairs = variants.map((variant, index) => ({ variant, json: inJson[index], packed: inPacked[index] }));
    const both = pairs.filter(({ json, packed }) => json !== undefined && packed !== undefined);
    if (both.length === 0) return 'every answer of the plugin changes from call to call';
    return both.flatMap(({ variant, json, packed }) => difference(id, variant, json as Envelope, packed as Envelope));
  });
}

async function ask(
  { plugin: { session } }: Trial,
  protocol: HostProtocol,
  variants: readonly Variant[],
): Promise<Steady[]> {
  const answers: Steady[] = [];
  for (let round = 0; round < TIMES; round++) {
    for (const [index, { method, request, write }] of variants.entries()) {
      const body = write === undefined ? protocol.encodeRequest(request, method) : write(request);
      const end = await session.call(method, body).end;
      const envelope = protocol.readEnvelope(end.code, end.body, method, request);
      if (round === 0) answers[index] = envelope;
      else if (answers[index] !== undefined && !equalJson(facts(answers[index]), facts(envelope)))
        answers[index] = undefined;
    }
  }
  return answers;
}

/** What has to be the same: the words of an error may name the codec. */
function facts({ ok, result, error }: Envelope): unknown {
  return ok === true ? { ok, result } : { ok: ok ?? null, code: error?.code ?? null };
}

function difference(id: string, { name, method }: Variant, json: Envelope, packed: Envelope): Finding[] {
  if (equalJson(facts(json), facts(packed))) return [];
  const shown = (envelope: Envelope) =>
    envelope.ok === undefined
      ? (envelope.findings[0]?.message ?? 'no envelope')
      : printableStart(stringifyExact(envelope.ok ? envelope.result : envelope.error), 600);
  return [
    fault(id, `${method}, ${name}, is answered otherwise in MessagePack than in JSON.`, [
      `JSON: ${shown(json)}`,
      `MessagePack: ${shown(packed)}`,
    ]),
  ];
}
