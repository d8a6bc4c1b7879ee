import type { Finding } from '../../model/finding.js';
import { runTrial, type Subject } from '../subject.js';
import { fault } from './probe-test.js';
import { tour } from './tour.js';
import type { TestOutcome } from './types.js';

/** `env.slot`: a slot that held something before the call holds the plugin's answer, or nothing, after it. */
export async function slotWritten(subject: Subject): Promise<TestOutcome> {
  const { value, ending, trial } = await runTrial(subject, { watch: { slot: 'poison' } }, async (opened) => {
    if (!opened.plugin.session.abilities.has('guard')) return false;
    await tour(subject, opened);
    return true;
  });
  const messages = new Set(
    (trial?.breaches ?? []).filter(({ test }) => test === 'env.slot').map(({ message }) => message),
  );
  const findings = [...messages].map(
    (message): Finding => ({
      ...fault('env.slot', message),
      remedy: 'Write both fields of the response in every case; {NULL, 0} together with a return value that is not 0.',
    }),
  );
  if (value === false) return { findings, unproven: 'the host does not fill slots before a call' };
  return { findings, ending };
}

/** `env.empty`: no answer is a pointer without bytes, or bytes without a pointer. */
export async function slotNotEmpty(subject: Subject): Promise<TestOutcome> {
  const { value, ending } = await runTrial(subject, {}, (trial) => tour(subject, trial));
  const findings = (value ?? []).flatMap(({ method, end: { slot, code } }): Finding[] => {
    const name = method === '' ? 'the method ""' : method;
    const said = [`return value: ${code}`];
    if (!slot.nullPointer && slot.length === 0) {
      return [fault('env.empty', `${name} was answered with a buffer of 0 bytes.`, said)];
    }
    if (slot.nullPointer && slot.length > 0) {
      return [fault('env.empty', `${name} was answered with ${slot.length} bytes at a null pointer.`, said)];
    }
    return [];
  });
  return { findings, ending };
}

/** `schema.ahead`: a host that is newer than the plugin is served. */
export async function schemaAhead(subject: Subject): Promise<TestOutcome> {
  const { contract, protocol } = subject.profile;
  const schemaVersion = contract.schemaVersion + 1;
  const { method, body } = protocol.registration({ config: subject.config, schemaVersion });
  const { value, ending } = await runTrial(subject, {}, async ({ plugin }) => {
    const end = await plugin.session.call(method, withFeature(body)).end;
    return protocol.readEnvelope(end.code, end.body, method);
  });
  if (value === undefined || value.ok === true) return { findings: [], ending };
  const answer = value.error === undefined ? 'no envelope' : `${value.error.code}: ${value.error.message}`;
  const message = `To a host with schema version ${schemaVersion} the plugin does not register: ${answer}.`;
  const finding = fault('schema.ahead', message.replace(/\.\.$/, '.'), [
    `schema version of this host: ${contract.schemaVersion}`,
  ]);
  return {
    findings: [{ ...finding, remedy: 'Refuse nothing that is merely newer: announce your own version.' }],
    ending,
  };
}

/** Where a host names its features, one more that nobody knows. */
function withFeature(body: Uint8Array): Uint8Array {
  const request = JSON.parse(Buffer.from(body).toString()) as { host?: { features?: unknown } };
  if (!Array.isArray(request.host?.features)) return body;
  request.host.features = [...request.host.features, 'a-feature-of-tomorrow'];
  return Buffer.from(JSON.stringify(request));
}
