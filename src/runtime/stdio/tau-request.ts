import { CpexError } from '../../support/errors.js';
import { parseExact } from '../../support/exact-json.js';
import { HOST_CALLS, isFields, REGISTER, type TauMessage } from './tau-messages.js';

/** A request of the host as a message; the problem says why it can be none. */
export interface HostRequest {
  readonly message: TauMessage;
  readonly problem?: CpexError;
}

/** Reads what is to be sent: the `type` of a message, and its fields as JSON. */
export function readHostRequest(type: string, body: Uint8Array): HostRequest {
  const refused = (why: string, remedy: string) => ({
    message: { type, fields: {} },
    problem: new CpexError('CPEX_E_TAU_MESSAGE', why, { remedy }),
  });
  if (type === REGISTER) return { message: { type, fields: {} } };
  if (!Object.hasOwn(HOST_CALLS, type)) {
    const types = Object.keys(HOST_CALLS).join(', ');
    return refused(`A host of tau sends no message "${type}".`, `Its messages: ${types}.`);
  }
  const fields = readFields(body);
  if (!isFields(fields)) return refused(`The fields of ${type} are no JSON object.`, 'Write an object: {"name":…}');
  if (type === 'tool_call' && typeof fields.tool_call_id !== 'string') {
    return refused('A tool_call needs a text "tool_call_id": its result is found by it.', 'Give each call its own id.');
  }
  return { message: { type, fields } };
}

/** The error for a second call with an id while the first one is under way. */
export function idInUse(id: string): CpexError {
  return new CpexError('CPEX_E_TAU_MESSAGE', `A tool call with the id "${id}" is under way already.`, {
    remedy: 'Give each call its own id: results and output are found by it.',
  });
}

function readFields(body: Uint8Array): unknown {
  try {
    return parseExact(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}
