import type { Finding } from '../../model/finding.js';
import type { Subject } from '../subject.js';
import { type FuzzChild, stepFields } from './child.js';
import { readReply, repliesOf } from './replies.js';
import type { Step } from './types.js';

/** Codes by which a plugin says that it cannot go on, whatever it was asked. */
const STUCK = new Set(['not_registered', 'plugin_panic', 'internal']);

/** Registers again and makes the sample calls: what hostile calls have left unusable. Undefined when all is well. */
export async function recovered(child: FuzzChild, subject: Subject): Promise<Finding | undefined> {
  const { protocol } = subject.profile;
  const samples = child.samples.map(
    ({ method, request }): Step => ({ do: 'call', method, body: protocol.encodeRequest(request, method) }),
  );
  const steps: readonly Step[] = [{ do: 'register' }, ...samples];
  const seen = await child.perform('fuzz.steps', [['tell', 'all'], ...stepFields(steps, subject)]);
  for (const reply of repliesOf(seen)) {
    const step = steps[reply.round];
    const method = step?.do === 'call' ? step.method : protocol.registration({ config: subject.config }).method;
    const envelope = readReply(reply, method, subject);
    const refused = step?.do === 'register' && envelope?.ok === false;
    if (envelope === undefined || !(refused || reply.code !== 0 || STUCK.has(envelope.error?.code ?? ''))) continue;
    const words =
      envelope.error === undefined ? `code ${reply.code}` : `${envelope.error.code}: ${envelope.error.message}`;
    return {
      id: 'err.recover',
      severity: 'fail',
      clause: 'ABI-ERR-002',
      message: `After the fuzzed calls a valid ${method} is answered with ${words}.`,
    };
  }
  return undefined;
}
