import type { Envelope } from '../../model/profile.js';
import type { ServiceReply } from '../../model/session.js';
import { parseExact } from '../../support/exact-json.js';
import { fieldsOf } from '../json-fields.js';

/** gRPC's names of statuses, each at its number. */
export const STATUS_NAMES: readonly string[] = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
  ...['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
];

/** A status that is no success, as the transport takes it. */
export function statusReply(name: string, message: string): ServiceReply {
  const code = STATUS_NAMES.indexOf(name);
  return { code, body: Buffer.from(JSON.stringify({ code, name, message })) };
}

/** A status that is no success, as the transport writes it: code, name, message and perhaps details in base64. */
export function readStatus(code: number, body: Uint8Array): Envelope {
  let said: Readonly<Record<string, unknown>> = {};
  try {
    said = fieldsOf(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch {
    // The code alone says enough.
  }
  const { name = `STATUS_${code}`, message = '', details } = said;
  const error = { code: String(name), message: String(message), ...(details === undefined ? {} : { details }) };
  return { ok: false, error, findings: [] };
}

/** The answer of a call that the transport answers itself, which is JSON. */
export function readOwnAnswer(code: number, body: Uint8Array): Envelope {
  if (code !== 0) return readStatus(code, body);
  return { ok: true, result: parseExact(Buffer.from(body).toString('utf8')), findings: [] };
}
