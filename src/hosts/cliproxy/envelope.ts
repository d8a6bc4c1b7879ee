import type { Contract, JsonSchema } from '../../model/contract.js';
import type { Finding } from '../../model/finding.js';
import type { Envelope } from '../../model/profile.js';
import { printable } from '../../support/printable.js';
import { decodeGo, type IgnoredKey, type KeyNotice } from '../go-json/decode.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import { doubtfulBytes } from './doubtful-bytes.js';
import { LIFE_CYCLE } from './registration.js';

const ERROR: JsonSchema = {
  'x-go': 'pluginabi.Error',
  type: 'object',
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    retryable: { type: 'boolean' },
    http_status: { type: 'integer', format: 'int64' },
  },
};

const ENVELOPE: JsonSchema = {
  'x-go': 'pluginabi.Envelope',
  type: 'object',
  properties: {
    ok: { type: 'boolean' },
    result: { 'x-go': 'json.RawMessage' },
    error: { ...ERROR, 'x-pointer': true },
  },
};

/** What the host says where an error of the plugin has no text. */
const NO_MESSAGE = 'plugin call failed';

/** Bytes of a body that a finding shows. */
const EXCERPT = 200;

/**
 * Reads what a call returned as this host does: leniently where it is lenient, with its own messages
 * where it fails. `ok` is undefined where the host itself fails, and the error holds its message.
 */
export function readGoEnvelope(contract: Contract, code: number, body: Uint8Array, method: string): Envelope {
  const outer = decodeGo(body, ENVELOPE, contract.types);
  const fields: Fields = outer.ok ? fieldsOf(outer.value) : {};
  const said = fields.ok !== true && isError(fields.error);
  if (code !== 0 && !said) return opaque(code, body, method, outer.ok && fields.ok === true);
  if (!outer.ok) return unreadable(`decode plugin envelope ${method}: ${outer.message}`, 'env.single', body);
  const findings = [...textFindings(body), ...keyFindings(outer, `the envelope of ${method}`)];
  if (fields.ok !== true) return { ok: false, error: pluginError(fields.error), findings };
  return readResult(contract, fields.result, body, method, findings);
}

function readResult(
  contract: Contract,
  raw: unknown,
  body: Uint8Array,
  method: string,
  findings: readonly Finding[],
): Envelope {
  // No result at all is the zero value, as null is.
  const json = raw instanceof Uint8Array ? raw : Buffer.from('null');
  const read = decodeGo(json, contract.methods.get(method)?.result ?? {}, contract.types);
  if (!read.ok) return unreadable(`decode plugin result ${method}: ${read.message}`, 'env.shape', body);
  const schema = contract.methods.get(method)?.result ?? {};
  // What a registration holds beside what the host reads is worth a look; its reader decodes it again.
  const whole = LIFE_CYCLE.has(method) ? decodeGo(json, {}, contract.types) : read;
  const result = whole.ok ? whole.value : read.value;
  return {
    ok: true,
    result,
    findings: [
      ...findings,
      ...keyFindings(read, `the result of ${method}`),
      ...doubtfulBytes(result, schema, contract.types, method),
    ],
  };
}

/** The error of an envelope as the host passes it on: it looks at the message and the HTTP status only. */
function pluginError(error: unknown): NonNullable<Envelope['error']> {
  const { code, message, retryable, http_status } = fieldsOf(error);
  const details = {
    ...(Number(http_status) > 0 ? { http_status } : {}),
    ...(retryable === true ? { retryable } : {}),
  };
  return {
    code: typeof code === 'string' ? code : '',
    message: (typeof message === 'string' && message.trim()) || NO_MESSAGE,
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

function isError(error: unknown): boolean {
  return error !== undefined && error !== null;
}

/** A code other than 0 without an error envelope: the host shows the body as it is. */
function opaque(code: number, body: Uint8Array, method: string, saysOk: boolean): Envelope {
  const message = `plugin call ${method} returned ${code}: ${Buffer.from(body).toString('utf8')}`;
  const finding: Finding = {
    id: 'env.rc',
    severity: 'fail',
    message: `The host fails with: ${shortened(message)}`,
    ...(body.length === 0 ? {} : { evidence: [excerpt(body)] }),
    remedy: saysOk
      ? 'Return 0 with an envelope that says "ok":true.'
      : 'Return an error envelope, {"ok":false,"error":{"code":"…","message":"…"}}; the host then shows its message.',
  };
  return { ok: undefined, error: { code: '', message }, findings: [finding] };
}

function unreadable(message: string, id: string, body: Uint8Array): Envelope {
  const finding: Finding = {
    id,
    severity: 'fail',
    message: `The host fails with: ${shortened(message)}`,
    evidence: [`${body.length} bytes: ${excerpt(body)}`],
    ...remedyFor(message, body),
  };
  return { ok: undefined, error: { code: '', message }, findings: [finding] };
}

function remedyFor(message: string, body: Uint8Array): { remedy?: string } {
  if (body.length === 0) return { remedy: 'Put an envelope into the response slot, or return a value that is not 0.' };
  if (body[body.length - 1] === 0) return { remedy: 'Set the length to the number of bytes before the terminator.' };
  if (/type error$/.test(message)) {
    return { remedy: 'Leave "Err" out, or null; a stream that fails is closed with an error instead.' };
  }
  if (/parsing time|Time\.UnmarshalJSON/.test(message)) {
    return { remedy: 'Leave the time out, or write "0001-01-01T00:00:00Z" for none.' };
  }
  if (/base64/.test(message)) return { remedy: 'Bytes cross as standard base64 with padding.' };
  return {};
}

/** Go replaces what is no UTF-8, so the text arrives, and is another one. */
function textFindings(body: Uint8Array): Finding[] {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return [];
  } catch {
    return [
      {
        id: 'env.utf8',
        severity: 'fail',
        message: 'The reply is not UTF-8 throughout; the host puts U+FFFD in place of the bytes that are not.',
        evidence: [excerpt(body)],
      },
    ];
  }
}

/** The host matches keys by their letters alone and ignores those that it does not know. */
function keyFindings(
  read: { notices: readonly KeyNotice[]; ignored: readonly IgnoredKey[] },
  where: string,
): Finding[] {
  const findings: Finding[] = [];
  if (read.notices.length > 0) {
    const pairs = read.notices.map(({ path, field }) => `${printable(path)} (${field})`).join(', ');
    const message = `In ${where} the host knows these keys by their letters alone, not by their case: ${pairs}.`;
    findings.push({ id: 'env.case', severity: 'info', message });
  }
  if (read.ignored.length > 0) {
    const paths = read.ignored.map(({ path }) => printable(path)).join(', ');
    findings.push({ id: 'env.ignored', severity: 'info', message: `In ${where} the host ignores: ${paths}.` });
  }
  return findings;
}

function shortened(message: string): string {
  const plain = printable(message);
  return plain.length > 2 * EXCERPT ? `${plain.slice(0, 2 * EXCERPT)}…` : plain;
}

/** The beginning of a body as text in which nothing can disturb a terminal. */
function excerpt(body: Uint8Array): string {
  const text = Buffer.from(body.subarray(0, EXCERPT)).toString('utf8');
  return body.length > EXCERPT ? `${printable(text)}…` : printable(text);
}
