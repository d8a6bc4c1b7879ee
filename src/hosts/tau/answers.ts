import type { Finding } from '../../model/finding.js';
import type { Envelope } from '../../model/profile.js';
import { parseExact } from '../../support/exact-json.js';
import { printableStart } from '../../support/printable.js';
import { fieldsOf } from '../json-fields.js';
import { describeProblem } from '../schema-check.js';
import { REGISTER, tauContract } from './contract.js';
import { readShape } from './read-shape.js';

/**
 * Reads what a plugin answered: the fields of its message as JSON, and 0; with another code the transport says why the
 * host gets no answer out of what came. Never throws.
 */
export function readAnswer(code: number, body: Uint8Array, method: string, request?: unknown): Envelope {
  const value = bodyValue(body);
  if (code !== 0) {
    const { message } = fieldsOf(value);
    return { ok: undefined, findings: [broken('stdio.reply', `${String(message ?? 'There was no answer.')}`)] };
  }
  // Registrations have a reader of their own.
  const schema = method === REGISTER ? undefined : tauContract.methods.get(method)?.result;
  if (schema === undefined) return { ok: true, result: value, findings: [] };
  const read = readShape(schema, value);
  if (read.problems.length > 0) {
    const findings = read.problems.map((problem) =>
      broken('env.shape', `In the answer to ${method} ${describeProblem(problem)}.`, value),
    );
    return { ok: undefined, findings };
  }
  return { ok: true, result: read.value, findings: method === 'tool_call' ? idFindings(read.value, request) : [] };
}

/** In lines the id is what an answer is found by; in frames the slot is, and the id only goes to the user. */
function idFindings(result: unknown, request: unknown): Finding[] {
  const asked = fieldsOf(request).tool_call_id;
  const answered = fieldsOf(result).tool_call_id;
  if (typeof asked !== 'string' || asked === answered) return [];
  const message = `The result names the call ${JSON.stringify(answered)}, and ${JSON.stringify(asked)} was asked.`;
  return [{ id: 'env.shape', severity: 'fail', message, remedy: 'Answer with the tool_call_id of the call.' }];
}

function bodyValue(body: Uint8Array): unknown {
  try {
    return body.length === 0 ? {} : parseExact(Buffer.from(body).toString());
  } catch {
    // The transport writes these bodies itself.
    return {};
  }
}

function broken(id: string, message: string, seen?: unknown): Finding {
  return {
    id,
    severity: 'fail',
    message,
    ...(seen === undefined ? {} : { evidence: [printableStart(JSON.stringify(seen, bigintsAsText))] }),
  };
}

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
