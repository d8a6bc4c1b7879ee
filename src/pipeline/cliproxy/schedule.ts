import { fieldsOf } from '../../hosts/json-fields.js';
import { type Credential, nilWhenEmpty } from './credentials.js';
import { nullWhenEmpty } from './headers.js';
import type { Pass } from './pass.js';
import { PassFailure } from './pass-failure.js';
import { numberOf, textOf } from './values.js';

/** A credential that may be picked. */
export interface CandidateAuth {
  readonly credential: Credential;
  readonly priority: number;
}

/** The rank of a credential: `priority` of its attributes, else of its metadata. */
export function candidate(credential: Credential): CandidateAuth {
  const { attributes, metadata } = credential;
  const priority = Number(attributes.priority ?? numberOf(metadata.priority));
  return { credential, priority: Number.isSafeInteger(priority) ? priority : 0 };
}

/**
 * Picks the credential for a request: the scheduler of the highest rank is asked, and nobody after it.
 * @throws PassFailure when the scheduler refuses, or there is nothing to pick
 */
export async function schedule(
  pass: Pass,
  provider: string,
  candidates: readonly CandidateAuth[],
): Promise<Credential> {
  const ranked = [...candidates].sort((one, other) => other.priority - one.priority);
  const builtin = ranked[0]?.credential;
  if (builtin === undefined)
    throw new PassFailure(`auth_not_found: no auth available (providers=${provider}, model=${pass.model})`, 503);
  const { host, frame, request } = pass;
  const [scheduler] = host.members.filter((member) => member.capabilities.scheduler === true);
  if (scheduler === undefined) return builtin;
  const answer = await scheduler.call(
    'scheduler.pick',
    {
      Plugin: scheduler.metadata,
      Provider: provider,
      Providers: [provider],
      Model: pass.model,
      Stream: request.stream,
      Options: { Headers: nullWhenEmpty(pass.headers), Metadata: pass.metadata },
      Candidates: ranked.map(({ credential, priority }) => ({
        ID: credential.id,
        Provider: credential.provider,
        Priority: priority,
        Status: 'active',
        Attributes: nilWhenEmpty(credential.attributes),
        Metadata: nilWhenEmpty(credential.metadata),
      })),
    },
    frame,
  );
  const say = (outcome: 'done' | 'declined' | 'ended', text: string) =>
    frame.log.add({ depth: frame.depth, stage: 'scheduler.pick', plugin: scheduler.id, outcome, text });
  if (!answer.ok) {
    say('ended', `pluginhost: scheduler rejected auth pick: ${answer.message}`);
    throw new PassFailure(answer.message, answer.status ?? 500);
  }
  const result = fieldsOf(answer.result);
  if (result.Handled !== true) {
    say('declined', `the host picks ${builtin.id}`);
    return builtin;
  }
  const id = textOf(result.AuthID).trim();
  const delegate = textOf(result.DelegateBuiltin).trim();
  const chosen = ranked.find(({ credential }) => credential.id === id)?.credential;
  const known = delegate === 'round-robin' || delegate === 'fill-first';
  if (chosen !== undefined) {
    say('done', chosen.id);
    return chosen;
  }
  if (id === '' && known) {
    say('done', `${delegate}: the host picks ${builtin.id}`);
    return builtin;
  }
  const reason = id !== '' ? 'unknown auth id' : delegate !== '' ? 'unknown delegate' : 'missing auth id or delegate';
  const text = `pluginhost: scheduler returned invalid response: ${reason}`;
  frame.log.warn('scheduler.pick', text, scheduler.id, frame.depth);
  return builtin;
}
