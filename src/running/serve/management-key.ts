import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { jsonReply, type Reply } from './plugin-reply.js';

/** A key for one run of the server. */
export function newManagementKey(): string {
  return randomBytes(18).toString('base64url');
}

/** Why a request may not use the management routes; undefined when it may. */
export function keyRefusal(request: IncomingMessage, key: string): Reply | undefined {
  const given = keyOf(request);
  if (given === '') return jsonReply(401, { error: 'missing management key' });
  return same(given, key) ? undefined : jsonReply(401, { error: 'invalid management key' });
}

/** The key as the host takes it: `Authorization: Bearer KEY`, the header alone, or `X-Management-Key`. */
function keyOf(request: IncomingMessage): string {
  const { authorization = '' } = request.headers;
  const own = request.headers['x-management-key'];
  const bearer = /^bearer (.*)$/is.exec(authorization)?.[1];
  return bearer || (bearer === undefined ? authorization : '') || (typeof own === 'string' ? own : '');
}

function same(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
