import type { Envelope } from '../../model/profile.js';
import type { Subject } from '../subject.js';
import { methodOf } from './child.js';
import { brokenRules, readReply, type TimedReply } from './replies.js';
import type { FuzzCase, Seen, Step } from './types.js';

/** What is known about a plugin's life: after an init that came again, or a registration that failed, not much. */
interface State {
  readonly alive: boolean;
  readonly registered: 'yes' | 'no' | 'unknown';
}

/** Holds the replies to the steps of a case against the rules of the envelope and against what the life cycle allows. */
export function judgeSteps(
  { steps }: FuzzCase,
  replies: readonly TimedReply[],
  subject: Subject,
): Extract<Seen, { kind: 'answer' }> | undefined {
  const byStep = new Map(replies.map((reply) => [reply.round, reply]));
  let state: State = { alive: true, registered: 'no' };
  for (const [index, step] of steps.entries()) {
    const reply = byStep.get(index);
    const method = methodOf(step, subject);
    if (method !== undefined && reply !== undefined) {
      const broken = brokenRules(reply, method, subject);
      if (broken.length > 0) return { kind: 'answer', step: index, findings: broken };
      const envelope = readReply(reply, method, subject);
      const problem = envelope === undefined ? undefined : contradiction(step, method, envelope, state, subject);
      if (problem !== undefined) {
        const finding = { id: 'fuzz.seq', severity: 'fail' as const, ...problem };
        return { kind: 'answer', step: index, findings: [finding] };
      }
      state = after(method, envelope, state, subject);
    } else if (step.do === 'shutdown') {
      state = { alive: false, registered: 'no' };
    } else if (step.do === 'init') {
      // An entry that refuses the second time tells so with a code; nothing is known then.
      if (reply !== undefined) return undefined;
      state = { alive: true, registered: state.registered };
    }
  }
  return undefined;
}

/** What an answer says that cannot be in this state; only the default host's page has rules about that. */
function contradiction(
  step: Step,
  method: string,
  { ok, error }: Envelope,
  { alive, registered }: State,
  { profile }: Subject,
): { message: string; clause: string } | undefined {
  if (profile.name !== 'cpex') return undefined;
  const hasCapability = profile.contract.methods.get(method)?.capability !== undefined;
  if (!alive) {
    if (ok !== true || !hasCapability || registered !== 'no') return undefined;
    return { message: `${method} succeeds after shutdown.`, clause: 'ABI-LIFE-007' };
  }
  if (step.do === 'register' && !(step.again ?? false) && ok === false) {
    const words = `${error?.code}: ${error?.message}`;
    return { message: `The registration that succeeds at first fails later: ${words}.`, clause: 'ABI-META-005' };
  }
  if (!hasCapability) return undefined;
  // A body that is not valid may be refused for that.
  if (registered === 'no' && !EARLY.has(error?.code ?? '')) {
    const answer = ok === true ? 'a result' : `the error "${error?.code}"`;
    return { message: `${method} before the registration is answered with ${answer}.`, clause: 'ABI-META-001' };
  }
  if (registered === 'yes' && error?.code === 'not_registered') {
    return { message: `${method} after the registration is answered with "not_registered".`, clause: 'ABI-META-001' };
  }
  return undefined;
}

/** What a method of a capability may be answered with before the registration. */
const EARLY = new Set(['not_registered', 'invalid_request', 'unknown_method']);

function after(method: string, envelope: Envelope | undefined, state: State, { profile, config }: Subject): State {
  // What a registration after shutdown is worth is nowhere said.
  if (!state.alive) return { alive: false, registered: envelope?.ok === true ? 'unknown' : state.registered };
  if (method === profile.protocol.registration({ config }).method) {
    if (envelope?.ok === true) return { alive: true, registered: 'yes' };
    return { alive: true, registered: state.registered === 'no' ? 'no' : 'unknown' };
  }
  // A change before any registration may be refused or be one itself, and one that fails leaves things as they were.
  if (profile.contract.methods.get(method)?.capability === undefined && state.registered === 'no')
    return { alive: true, registered: 'unknown' };
  return state;
}
