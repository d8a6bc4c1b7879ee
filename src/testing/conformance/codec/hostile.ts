import type { Subject } from '../../subject.js';
import { hostileTest } from '../hostile/exchange.js';
import { validCalls } from '../hostile/hostile-call.js';
import { judgeAnswers } from '../hostile/judge.js';
import type { TestOutcome } from '../types.js';
import { hostileBodies } from './hostile-bodies.js';
import { MSGPACK, packedProtocol, packedSubject, TAKES_NONE, takesMsgpack } from './packed-subject.js';

const ID = 'codec.hostile';

/** `codec.hostile`: bodies that are no MessagePack, or none that the ABI allows, are refused and harm nothing. */
export async function refusesBadMsgpack(subject: Subject): Promise<TestOutcome> {
  if (!(await takesMsgpack(subject))) return { findings: [], unproven: TAKES_NONE };
  const packed = packedSubject(subject);
  const { method: register } = subject.profile.protocol.registration({ config: subject.config });
  return hostileTest(
    ID,
    packed,
    { codecs: [MSGPACK] },
    (samples) =>
      validCalls(subject, samples)
        .filter(({ method }) => method !== register)
        .flatMap((call) => hostileBodies(call, packedProtocol(subject))),
    (answered) => judgeAnswers(ID, packed, answered),
  );
}
