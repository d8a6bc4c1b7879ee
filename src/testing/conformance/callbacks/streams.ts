import { fieldsOf } from '../../../hosts/json-fields.js';
import type { ServiceScript } from '../../../model/script.js';
import type { ServiceReply } from '../../../model/session.js';
import { parseExact } from '../../../support/exact-json.js';
import type { Subject } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { type Ask, askingTest } from './asking.js';

/** Why cb.stream says nothing. */
const NO_STREAMS = 'the plugin opens no stream of its host in its sample calls';

const OPENS = 'host.http.do_stream';
const READS = 'host.http.stream_read';
const CLOSES = 'host.http.stream_close';

/** Pieces of a stream that a plugin may have enough of before its end. */
const MANY = 200;

/** What streams do, one kind after the other. */
const KINDS: readonly (readonly [name: string, script: ServiceScript])[] = [
  ['that ends well', { http: [{ url: '*', status: 200, chunks: ['one', 'two', 'three'] }] }],
  ['that breaks off', { http: [{ url: '*', status: 200, chunks: ['one'], error: 'connection reset' }] }],
  ['without a piece', { http: [{ url: '*', status: 200, chunks: [] }] }],
  ['of an error', { http: [{ url: '*', status: 500, chunks: ['out of order'] }] }],
  ['that goes on for long', { http: [{ url: '*', status: 200, chunks: Array.from({ length: MANY }, () => 'piece') }] }],
];

/**
 * cb.stream: every stream that the plugin opens is read to its end or closed before the plugin is shut down. Those of
 * models end with the call that opened them; those of HTTP are the plugin's own.
 */
export async function endsStreams(subject: Subject): Promise<TestOutcome> {
  const id = 'cb.stream';
  const model = [{ status: 200, chunks: ['one', 'two'] }];
  let opened = 0;
  for (const [name, script] of KINDS) {
    const open = new Set<string>();
    const outcome = await askingTest(id, subject, { script: { ...script, model } }, async (trial) => {
      trial.answerWith(async (ask) => {
        const reply = await ask.usual();
        if (note(open, ask, reply)) opened++;
        return reply;
      });
      for (const occasion of trial.occasions) await trial.make(occasion, `when it opens a stream ${name}`);
    });
    const left = [...open].map((stream) => `stream ${stream}, opened with ${OPENS}`);
    const leak = left.length === 0 ? [] : [fault(id, `The plugin leaves a stream ${name} open.`, left)];
    const findings = [...outcome.findings, ...leak];
    if (findings.length > 0 || outcome.ending?.kind !== 'clean') return { ...outcome, findings };
    if (opened === 0) return { ...outcome, unproven: outcome.unproven ?? NO_STREAMS };
  }
  return { findings: [] };
}

/** Keeps the list of open streams. Returns whether this request has opened one. */
function note(open: Set<string>, { method, request }: Ask, { body }: ServiceReply): boolean {
  const { ok, result } = fieldsOf(parseExact(Buffer.from(body).toString()));
  const asked = () => String(fieldsOf(parseExact(Buffer.from(request).toString())).stream_id);
  if (method === OPENS && ok === true) {
    open.add(String(fieldsOf(result).stream_id));
    return true;
  }
  if (method === CLOSES || (method === READS && fieldsOf(result).done === true)) open.delete(asked());
  return false;
}
