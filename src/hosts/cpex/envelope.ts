import type { Finding } from '../../model/finding.js';
import type { Envelope } from '../../model/profile.js';
import { stringifyExact } from '../../support/exact-json.js';
import { printable } from '../../support/printable.js';
import { type Fields, isFields } from '../json-fields.js';
import { type JsonReading, readStrictJson } from '../strict-json.js';
import { BODY_LIMIT } from './limits.js';

/** Codes of the ABI itself; the host uses the same ones towards the plugin. */
export type WireError = { readonly code: string; readonly message: string; readonly details?: unknown };

/** Reads what a call returned: the return code and the body. Never throws; see `docs/abi.md` section 6. */
export function readEnvelope(code: number, body: Uint8Array): Envelope {
  if (body.length === 0) return noBody(code);
  if (body.length > BODY_LIMIT) return { ok: undefined, findings: [tooLarge(body.length)] };
  const reading = readStrictJson(body);
  if (!reading.ok) return { ok: undefined, findings: [encodingFinding(reading, body)] };
  if (!isFields(reading.value)) {
    return { ok: undefined, findings: [shape('The reply is JSON, but not an object.', excerpt(body))] };
  }
  return readMembers(code, reading.value, body);
}

/** `{"ok":true,"result":…}` as bytes. */
export function okEnvelope(result: unknown): Uint8Array {
  return encode({ ok: true, result });
}

/** `{"ok":false,"error":…}` as bytes. */
export function errorEnvelope(error: WireError): Uint8Array {
  return encode({ ok: false, error });
}

/** JSON exactly as this host writes it: no spaces, keys in the order given, bigints as integers. */
export function encode(value: unknown): Uint8Array {
  return Buffer.from(stringifyExact(value), 'utf8');
}

function readMembers(code: number, value: Fields, body: Uint8Array): Envelope {
  const { ok, result, error } = value;
  if (typeof ok !== 'boolean') {
    return { ok: undefined, findings: [shape('The reply has no boolean "ok".', excerpt(body))] };
  }
  const findings: Finding[] = [];
  const extra = ok ? 'error' : 'result';
  if (Object.hasOwn(value, extra)) {
    findings.push(shape(`The reply has "ok":${ok} and yet a member "${extra}".`, excerpt(body)));
  }
  if (ok && code !== 0) {
    findings.push({
      id: 'env.rc',
      severity: 'fail',
      clause: 'ABI-CALL-004',
      message: `The call returned ${code} together with an envelope that says "ok":true.`,
      evidence: [excerpt(body)],
      remedy: 'Return 0 with every complete envelope; another value only for internal faults, with "ok":false.',
    });
  }
  if (ok) {
    if (!Object.hasOwn(value, 'result'))
      findings.push(shape('The reply has no "result".', excerpt(body), 'ABI-ENV-002'));
    return { ok, result, findings };
  }
  const problem = errorProblem(error);
  if (problem !== undefined) findings.push(shape(problem.message, excerpt(body), problem.clause));
  return { ok, error: usableError(error), findings };
}

function errorProblem(error: unknown): { message: string; clause: string } | undefined {
  if (!isFields(error)) return { message: 'The reply has no object "error".', clause: 'ABI-ENV-001' };
  const { code, message } = error;
  if (typeof code !== 'string' || code === '') {
    return { message: 'The error has no "code", or one that is no text.', clause: 'ABI-ENV-003' };
  }
  if (typeof message !== 'string' || message === '') {
    return { message: 'The error has no "message", or one that is no text.', clause: 'ABI-ENV-003' };
  }
  if (!/^[a-z][a-z0-9_]*$/.test(code)) {
    return { message: `The error code ${JSON.stringify(code)} is not in snake_case.`, clause: 'ABI-ENV-003' };
  }
  return undefined;
}

/** What can be shown of an error, however badly it was written. */
function usableError(error: unknown): WireError {
  const { code, message, details } = isFields(error) ? error : ({} as Fields);
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : '',
    ...(details === undefined ? {} : { details }),
  };
}

function noBody(code: number): Envelope {
  // Legal for a plugin that has no memory left for an envelope (ABI-ERR-003).
  if (code !== 0)
    return { ok: false, error: { code: 'internal', message: `returned ${code} and no body` }, findings: [] };
  return {
    ok: undefined,
    findings: [
      {
        id: 'env.single',
        severity: 'fail',
        clause: 'ABI-CALL-003',
        message: 'The call returned 0 and an empty body.',
        remedy: 'Put an envelope into the response slot, or return a value that is not 0.',
      },
    ],
  };
}

function tooLarge(bytes: number): Finding {
  return {
    id: 'env.shape',
    severity: 'fail',
    clause: 'ABI-JSON-010',
    message: `The reply has ${bytes} bytes; the host takes ${BODY_LIMIT} at most.`,
    remedy: 'Keep to limits.max_response_bytes of the registration, or hand out the data in pieces.',
  };
}

const RULES: Readonly<Record<Extract<JsonReading, { ok: false }>['rule'], { id: string; clause: string }>> = {
  utf8: { id: 'env.utf8', clause: 'ABI-JSON-001' },
  bom: { id: 'env.utf8', clause: 'ABI-JSON-001' },
  'lone-surrogate': { id: 'env.utf8', clause: 'ABI-JSON-002' },
  grammar: { id: 'env.single', clause: 'ABI-JSON-001' },
  'duplicate-key': { id: 'env.single', clause: 'ABI-JSON-003' },
  depth: { id: 'env.single', clause: 'ABI-JSON-004' },
};

function encodingFinding(reading: Extract<JsonReading, { ok: false }>, body: Uint8Array): Finding {
  const trailingNul = reading.rule === 'grammar' && body[body.length - 1] === 0;
  return {
    // A NUL within the length is a C string's terminator that was counted.
    ...(trailingNul ? RULES.utf8 : RULES[reading.rule]),
    severity: 'fail',
    message: `The reply is not JSON that the ABI allows: ${trailingNul ? 'it ends with a NUL byte inside its length' : reading.message}.`,
    evidence: [`${body.length} bytes: ${excerpt(body)}`],
    ...(trailingNul ? { remedy: 'Set the length to the number of bytes before the terminator.' } : {}),
  };
}

function shape(message: string, seen: string, clause = 'ABI-ENV-001'): Finding {
  return {
    id: 'env.shape',
    severity: 'fail',
    clause,
    message,
    evidence: [seen],
    remedy: 'Answer {"ok":true,"result":…} or {"ok":false,"error":{"code":"…","message":"…"}}.',
  };
}

/** Bytes of a body that a finding shows. */
const EXCERPT = 200;

/** The beginning of a body as text in which nothing can disturb a terminal. */
function excerpt(body: Uint8Array): string {
  const text = Buffer.from(body.subarray(0, EXCERPT)).toString('utf8');
  return body.length > EXCERPT ? `${printable(text)}…` : printable(text);
}
