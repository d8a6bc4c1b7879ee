import type { Envelope } from '../../model/profile.js';
import { parseExact } from '../../support/exact-json.js';
import { fieldsOf } from '../json-fields.js';

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
