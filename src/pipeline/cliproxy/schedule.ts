import { fieldsOf } from '../../hosts/json-fields.js';
import { attributesOf, type Credential, metadataOf, nilWhenEmpty } from './credentials.js';
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
        Attributes: nilWhenEmpty(attributesOf(credential)),
        Metadata: nilWhenEmpty(metadataOf(credential)),
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
  const problem = pickProblem(result, (id) => ranked.some(({ credential }) => credential.id === id));
  if (problem !== undefined) {
    frame.log.warn('scheduler.pick', problem, scheduler.id, frame.depth);
    return builtin;
  }
  const id = textOf(result.AuthID).trim();
  const chosen = ranked.find(({ credential }) => credential.id === id)?.credential;
  say('done', chosen?.id ?? `${textOf(result.DelegateBuiltin).trim()}: the host picks ${builtin.id}`);
  return chosen ?? builtin;
}

/** The host's text for an answer that picks nothing there is; `isCandidate` knows the ids that may be picked. */
export function pickProblem(
  result: Readonly<Record<string, unknown>>,
  isCandidate: (id: string) => boolean,
): string | undefined {
  const id = textOf(result.AuthID).trim();
  const delegate = textOf(result.DelegateBuiltin).trim();
  if (isCandidate(id)) return undefined;
  if (id === '' && (delegate === 'round-robin' || delegate === 'fill-first')) return undefined;
  const reason = id !== '' ? 'unknown auth id' : delegate !== '' ? 'unknown delegate' : 'missing auth id or delegate';
  return `pluginhost: scheduler returned invalid response: ${reason}`;
}
