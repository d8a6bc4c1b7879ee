import { fieldsOf } from '../../hosts/json-fields.js';
import { nullWhenEmpty } from './headers.js';
import type { Pass } from './pass.js';
import { PassFailure } from './pass-failure.js';
import { crossing, textOf } from './values.js';

/**
 * Lets the client in as the host does: the keys of its configuration first, then plugins in order. "No" and an
 * error alike mean that the next one is tried. A host without keys and without such plugins lets everybody in.
 * @throws PassFailure when nobody knows the client
 */
export async function authenticate(pass: Pass): Promise<void> {
  const { host, frame, request } = pass;
  const { frontends } = host.offers;
  const exclusive = frontends.some((one) => one.exclusive);
  const keys = exclusive ? [] : host.apiKeys;
  if (frontends.length === 0 && keys.length === 0) return;
  if (keys.includes(keyOf(pass))) return;
  for (const { id, key } of frontends) {
    const member = host.members.find((one) => one.id === id);
    if (member === undefined) continue;
    const answer = await member.call(
      'frontend_auth.authenticate',
      {
        Method: request.method,
        Path: request.path,
        Headers: nullWhenEmpty(pass.headers),
        Query: nullWhenEmpty(request.query),
        Body: crossing(pass.body),
      },
      frame,
    );
    const entry = { depth: frame.depth, stage: 'frontend_auth.authenticate', plugin: id };
    const result = answer.ok ? fieldsOf(answer.result) : {};
    if (result.Authenticated === true) {
      frame.log.add({ ...entry, outcome: 'done', text: `${key} knows ${textOf(result.Principal) || 'the client'}` });
      return;
    }
    const text = answer.ok ? key : `${key}: ${answer.message}`;
    frame.log.add({ ...entry, outcome: answer.ok ? 'declined' : 'failed', text: `${text} (the next one is tried)` });
  }
  throw new PassFailure('Missing API key', 401, 'rejected');
}

function keyOf({ headers, request }: Pass): string {
  const bearer = headers.Authorization?.[0]?.replace(/^Bearer /i, '');
  return bearer ?? headers['X-Api-Key']?.[0] ?? headers['X-Goog-Api-Key']?.[0] ?? request.query.key?.[0] ?? '';
}
