import type { Finding } from '../../../model/finding.js';
import type { Envelope, HostProtocol } from '../../../model/profile.js';
import { printable } from '../../../support/printable.js';
import { runTrial, type Subject } from '../../subject.js';
import { changeOf } from '../configuration.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { MSGPACK, packedProtocol, TAKES_NONE } from './packed-subject.js';

const ID = 'codec.switch';
const QUIESCE = 'plugin.quiesce';
const UNKNOWN = 'no.such.method';

/** `codec.switch`: MessagePack from the registration on that chose it, to the one that does not. */
export async function switchesCodec(subject: Subject): Promise<TestOutcome> {
  const json = subject.profile.protocol;
  const packed = packedProtocol(subject);
  const { config } = subject;
  const { value, ending } = await runTrial(subject, {}, async ({ plugin: { session } }) => {
    const findings: Finding[] = [];
    const send = async (method: string, body: Uint8Array, protocol: HostProtocol) => {
      const end = await session.call(method, body).end;
      return { ...protocol.readEnvelope(end.code, end.body, method), end };
    };
    /** Sends a body, and holds the answer to a codec. */
    const expect = async (when: string, method: string, body: Uint8Array, protocol: HostProtocol, right: Right) => {
      const { end, ...envelope } = await send(method, body, protocol);
      const problem = problemOf(envelope, right, protocol === packed ? 'MessagePack' : 'JSON');
      if (problem === undefined) return;
      const shown = printable(Buffer.from(end.body.subarray(0, 80)).toString('latin1'));
      findings.push(
        fault(ID, `${when}, ${method} ${problem}.`, [`answer: ${end.code}, ${end.body.length} bytes: ${shown}`]),
      );
    };
    const register = async (codecs?: readonly string[]) => {
      const { method, body } = json.registration({ config, ...(codecs === undefined ? {} : { codecs }) });
      const { ok, result } = await send(method, body, json);
      return ok === true ? (result as { codec?: unknown }).codec : undefined;
    };
    const quiesce = (protocol: HostProtocol) => protocol.encodeRequest({}, QUIESCE);
    await expect('Before the registration', UNKNOWN, json.encodeRequest({}, UNKNOWN), json, 'any');
    if ((await register([MSGPACK])) !== MSGPACK) return TAKES_NONE;
    const chosen = 'After MessagePack was chosen';
    await expect(chosen, QUIESCE, quiesce(packed), packed, 'ok');
    await expect(chosen, UNKNOWN, packed.encodeRequest({}, UNKNOWN), packed, 'unknown_method');
    await expect(`${chosen}, with a body of JSON`, QUIESCE, quiesce(json), packed, 'invalid_request');
    await expect(`${chosen}, with no body`, QUIESCE, new Uint8Array(0), packed, 'invalid_request');
    const change = changeOf({ ...subject.profile, protocol: packed }, config);
    if (change !== undefined) {
      await expect(chosen, change.method, change.body, packed, 'ok');
      await expect('After the configuration was replaced', QUIESCE, quiesce(packed), packed, 'ok');
    }
    const { method } = json.registration({ config });
    await expect(chosen, method, Buffer.from('{"host":'), json, 'invalid_request');
    await expect('After a registration that failed', QUIESCE, quiesce(packed), packed, 'ok');
    await register();
    await expect('After a registration without an offer', QUIESCE, quiesce(json), json, 'ok');
    await register([MSGPACK]);
    await expect('After it was chosen again', QUIESCE, quiesce(packed), packed, 'ok');
    return findings;
  });
  if (typeof value === 'string') return { findings: [], ending, unproven: value };
  return { findings: value ?? [], ending };
}

/** What an answer has to be: a result, an error with this code, or any envelope. */
type Right = 'ok' | 'any' | 'unknown_method' | 'invalid_request';

function problemOf({ ok, error, findings }: Envelope, right: Right, codec: string): string | undefined {
  const [broken] = findings.filter(({ severity }) => severity === 'fail');
  if (ok === undefined || broken !== undefined) {
    return `does not answer with an envelope in ${codec}${broken === undefined ? '' : `: ${broken.message.replace(/\.$/, '')}`}`;
  }
  if (right === 'any') return undefined;
  if (right === 'ok') return ok ? undefined : `is answered with ${error?.code}: ${error?.message.replace(/\.$/, '')}`;
  if (ok) return `answers ok, and has to answer ${right}`;
  // A plugin that has no memory for an envelope, or a fault of its own, says so in its code.
  return error?.code === right || error?.code === 'internal' ? undefined : `answers ${error?.code}, not ${right}`;
}
