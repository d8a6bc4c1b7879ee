import type { Finding } from '../../model/finding.js';
import type { Envelope } from '../../model/profile.js';
import { showMsgpack } from '../../support/msgpack-show.js';
import { printable } from '../../support/printable.js';
import type { BytesPlaces } from '../bytes-places.js';
import { type Fields, isFields } from '../json-fields.js';
import { type Codec, JSON_CODEC, replyPlaces, type Unreadable } from './codec.js';
import { BODY_LIMIT } from './limits.js';

/** Codes of the ABI itself; the host uses the same ones towards the plugin. */
export type WireError = { readonly code: string; readonly message: string; readonly details?: unknown };

/**
 * Reads what a call returned: the return code and the body. Never throws; see `docs/abi.md` section 6.
 * @param request what was asked, as a value: the hook that it names says where a modified payload has bytes
 */
export function readEnvelope(
  codec: Codec,
  code: number,
  body: Uint8Array,
  method: string,
  request?: unknown,
): Envelope {
  if (body.length === 0) return noBody(code);
  if (body.length > BODY_LIMIT) return { ok: undefined, findings: [tooLarge(body.length)] };
  const reading = codec.read(body, codec === JSON_CODEC ? undefined : replyPlaces(method, request));
  if (!reading.ok) {
    return {
      ok: undefined,
      findings: [codec === JSON_CODEC ? encodingFinding(reading, body) : codecFinding(reading, body)],
    };
  }
  if (!isFields(reading.value)) {
    return { ok: undefined, findings: [shape(`The reply is ${codec.title}, but not an object.`, excerpt(body))] };
  }
  return readMembers(code, reading.value, body);
}

/** `{"ok":true,"result":…}` in a codec. */
export function okEnvelope(codec: Codec, result: unknown, places: BytesPlaces | undefined): Uint8Array {
  return codec.write({ ok: true, result }, places);
}

/** `{"ok":false,"error":…}` in a codec. */
export function errorEnvelope(codec: Codec, error: WireError): Uint8Array {
  return codec.write({ ok: false, error }, undefined);
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

const RULES: Readonly<Partial<Record<Unreadable['rule'], { id: string; clause: string }>>> = {
  utf8: { id: 'env.utf8', clause: 'ABI-JSON-001' },
  bom: { id: 'env.utf8', clause: 'ABI-JSON-001' },
  'lone-surrogate': { id: 'env.utf8', clause: 'ABI-JSON-002' },
  grammar: { id: 'env.single', clause: 'ABI-JSON-001' },
  'duplicate-key': { id: 'env.single', clause: 'ABI-JSON-003' },
  depth: { id: 'env.single', clause: 'ABI-JSON-004' },
  range: { id: 'env.single', clause: 'ABI-JSON-005' },
};

const FORMAT_RULE = { id: 'env.single', clause: 'ABI-JSON-001' };

function encodingFinding(reading: Unreadable, body: Uint8Array): Finding {
  const trailingNul = reading.rule === 'grammar' && body[body.length - 1] === 0;
  return {
    // A NUL within the length is a C string's terminator that was counted.
    ...((trailingNul ? RULES.utf8 : RULES[reading.rule]) ?? FORMAT_RULE),
    severity: 'fail',
    message: `The reply is not JSON that the ABI allows: ${trailingNul ? 'it ends with a NUL byte inside its length' : reading.message}.`,
    evidence: [`${body.length} bytes: ${excerpt(body)}`],
    ...(trailingNul ? { remedy: 'Set the length to the number of bytes before the terminator.' } : {}),
  };
}

/** The clause that a body in MessagePack breaks. */
const MSGPACK_CLAUSES: Readonly<Partial<Record<Unreadable['rule'], string>>> = {
  codec: 'ABI-MP-002',
  'duplicate-key': 'ABI-MP-007',
  key: 'ABI-MP-007',
  utf8: 'ABI-MP-008',
  depth: 'ABI-MP-009',
  ext: 'ABI-MP-011',
  float: 'ABI-MP-013',
  bytes: 'ABI-MP-016',
};

function codecFinding(reading: Unreadable, body: Uint8Array): Finding {
  return {
    id: 'codec.answer',
    severity: 'fail',
    clause: MSGPACK_CLAUSES[reading.rule] ?? 'ABI-MP-006',
    message: `The reply is not MessagePack that the ABI allows: ${reading.message}.`,
    evidence: [`${body.length} bytes: ${excerpt(body)}`],
    remedy: 'Answer in the codec that the registration named, with the writer of the SDK.',
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
  const shown = showMsgpack(body);
  if (shown !== undefined) return shown.length > EXCERPT ? `${printable(shown.slice(0, EXCERPT))}…` : printable(shown);
  const text = Buffer.from(body.subarray(0, EXCERPT)).toString('utf8');
  return body.length > EXCERPT ? `${printable(text)}…` : printable(text);
}
