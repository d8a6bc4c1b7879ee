import type { Finding } from '../../../model/finding.js';
import { stringifyExact } from '../../../support/exact-json.js';
import { runTrial, type Subject } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { MSGPACK } from './packed-subject.js';

/** A codec that no plugin knows. */
const NOBODY_KNOWS = 'x-cpex-no-such-codec';

interface Offer {
  readonly name: string;
  readonly codecs: readonly string[] | undefined;
  /** What may be answered, given what the plugin takes when MessagePack alone is offered. */
  readonly right: (alone: string | undefined) => readonly (string | undefined)[];
}

const OFFERS: readonly Offer[] = [
  { name: 'no codecs', codecs: undefined, right: () => [undefined] },
  { name: 'an empty list of codecs', codecs: [], right: () => [undefined] },
  { name: 'a codec that it cannot know', codecs: [NOBODY_KNOWS], right: () => [undefined] },
  { name: 'JSON alone', codecs: ['json'], right: () => ['json', undefined] },
  { name: 'JSON before MessagePack', codecs: ['json', MSGPACK], right: () => ['json', undefined] },
  {
    name: 'MessagePack behind a codec that it cannot know',
    codecs: [NOBODY_KNOWS, MSGPACK],
    right: (alone) => [alone],
  },
];

/** `codec.choice`: the first codec of the offer that the plugin knows, and none that nobody offered. */
export async function choosesCodec(subject: Subject): Promise<TestOutcome> {
  const { value, ending } = await runTrial(subject, {}, async ({ plugin: { session } }) => {
    const { protocol } = subject.profile;
    const ask = async (codecs: readonly string[] | undefined) => {
      const offer = codecs === undefined ? {} : { codecs };
      const { method, body } = protocol.registration({ config: subject.config, ...offer });
      const end = await session.call(method, body).end;
      const { ok, result, error } = protocol.readEnvelope(end.code, end.body, method);
      if (ok !== true)
        return { refused: error === undefined ? 'no envelope in JSON' : `${error.code}: ${error.message}` };
      return { codec: (result as { codec?: unknown } | null)?.codec };
    };
    const first = await ask([MSGPACK]);
    const alone = first.codec === MSGPACK ? MSGPACK : undefined;
    const findings: Finding[] = [...problems('MessagePack alone', first, [MSGPACK, undefined], [MSGPACK])];
    for (const { name, codecs, right } of OFFERS)
      findings.push(...problems(name, await ask(codecs), right(alone), codecs));
    return findings;
  });
  return { findings: value ?? [], ending };
}

function problems(
  name: string,
  answer: { readonly refused?: string; readonly codec?: unknown },
  right: readonly (string | undefined)[],
  codecs: readonly string[] | undefined,
): Finding[] {
  const offer = codecs === undefined ? 'the request had no codecs' : `offered: ${stringifyExact(codecs)}`;
  if (answer.refused !== undefined) {
    return [fault('codec.choice', `It does not register when it is offered ${name}.`, [offer, answer.refused])];
  }
  if (right.includes(answer.codec as string | undefined)) return [];
  const chosen = answer.codec === undefined ? 'names no codec' : `chooses ${stringifyExact(answer.codec)}`;
  const wanted = right.map((one) => one ?? 'none').join(' or ');
  return [
    {
      ...fault('codec.choice', `Offered ${name}, it ${chosen}.`, [offer, `right: ${wanted}`]),
      remedy: 'Take the first codec of the list that the plugin knows, and name none where there is no such.',
    },
  ];
}
