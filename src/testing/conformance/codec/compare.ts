import { equalJson } from '../../../hosts/exact-equal.js';
import { isFields } from '../../../hosts/json-fields.js';
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
  const [first] = differences(facts(json), facts(packed), '');
  if (first === undefined) return [];
  const { path, one, other } = first;
  return [
    fault(id, `${method}, ${name}, is answered otherwise in MessagePack than in JSON.`, [
      `at: ${path === '' ? 'the answer' : path}`,
      `JSON: ${shown(one)}`,
      `MessagePack: ${shown(other)}`,
      ...[json, packed].flatMap(({ ok, error, findings }) => {
        if (ok !== true)
          return [error === undefined ? (findings[0]?.message ?? '') : `${error.code}: ${error.message}`];
        return [];
      }),
    ]),
  ];
}

interface Difference {
  readonly path: string;
  readonly one: unknown;
  readonly other: unknown;
}

/** Where two values differ, as far down as both have the same members. */
function differences(one: unknown, other: unknown, path: string): Difference[] {
  if (equalJson(one, other)) return [];
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.flatMap((item, index) => differences(item, other[index], `${path}[${index}]`));
  }
  if (!isFields(one) || !isFields(other)) return [{ path, one, other }];
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.flatMap((name) => differences(one[name], other[name], path === '' ? name : `${path}.${name}`));
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : printableStart(stringifyExact(value), 200);
}
