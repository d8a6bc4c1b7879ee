import type { AnswerInstead } from '../../../host-process/reference-host.js';
import { callbackPlaces, codecOf, MSGPACK_CODEC } from '../../../hosts/cpex/codec.js';
import type { Finding } from '../../../model/finding.js';
import { showMsgpack } from '../../../support/msgpack-show.js';
import { printable } from '../../../support/printable.js';
import type { Subject } from '../../subject.js';
import { fault } from '../probe-test.js';
import { tour } from '../tour.js';
import type { TestOutcome } from '../types.js';
import { packedSubject, packedTest } from './packed-subject.js';

/** `codec.answer`: every kind of answer is MessagePack by the rules, and an envelope. */
export function answersInCodec(subject: Subject): Promise<TestOutcome> {
  const id = 'codec.answer';
  return packedTest(subject, {}, async (trial) => {
    const stops = await tour(packedSubject(subject), trial);
    return stops.flatMap(({ method, envelope }) =>
      envelope.findings
        .filter(({ severity }) => severity === 'fail')
        .map((one) => ({ ...one, id, message: `${method}: ${one.message}` })),
    );
  });
}

/** `codec.callback`: what the plugin asks once it has registered comes in the codec, and can be read. */
export function asksInCodec(subject: Subject): Promise<TestOutcome> {
  const found = new Map<string, Finding>();
  let counting = false;
  let asked = 0;
  const answer: AnswerInstead = async (method, request, _context, usual) => {
    if (counting) {
      asked++;
      const problem = problemOf(method, request);
      if (problem !== undefined) found.set(method, problem);
    }
    return usual();
  };
  return packedTest(subject, { answer }, async ({ plugin, samples }) => {
    // What a thread began to ask while the registration was under way may still be JSON.
    counting = true;
    for (const { method, request } of samples) await plugin.invoke(method, request);
    counting = false;
    return asked === 0 ? 'the sample calls of the plugin ask nothing of its host' : [...found.values()];
  });
}

function problemOf(method: string, request: Uint8Array): Finding | undefined {
  const codec = codecOf(request);
  if (codec !== MSGPACK_CODEC) {
    const start = printable(Buffer.from(request.subarray(0, 80)).toString('latin1'));
    const evidence = [`request, ${request.length} bytes: ${start}`];
    return fault('codec.callback', `${method} is asked for in another codec than the one that was chosen.`, evidence);
  }
  const reading = codec.read(request, callbackPlaces(method));
  if (reading.ok) return undefined;
  const evidence = [`request, ${request.length} bytes: ${showMsgpack(request)}`];
  return fault(
    'codec.callback',
    `The request of ${method} is no MessagePack that the ABI allows: ${reading.message}.`,
    evidence,
  );
}
