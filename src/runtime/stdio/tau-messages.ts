import { stringifyExact } from '../../support/exact-json.js';
import { printableStart } from '../../support/printable.js';

/** Fields of a message, as its JSON has them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object of JSON. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The beginning of a message's fields, to be quoted. */
export function preview(fields: Fields): string {
  return printableStart(stringifyExact(fields));
}

/** A message of the host to the plugin, or the other way round: what its JSON line says beside `type`. */
export interface TauMessage {
  readonly type: string;
  readonly fields: Fields;
}

/** How a request of one side crosses in frames, and what answers it. */
export interface TauCall {
  /** Name of the variant in CBOR. */
  readonly variant: string;
  /** The one parameter that holds all fields; absent where the fields are parameters themselves. */
  readonly parameter?: string;
  /** The variant has no parameters at all. */
  readonly bare?: true;
  /** `type` of the line that answers; absent where none does. */
  readonly line?: string;
  /** In frames each request is answered, and the answer to this one holds a value. */
  readonly says?: true;
}

/** What the host asks of a plugin, by the `type` of the line. */
export const HOST_CALLS: Readonly<Record<string, TauCall>> = {
  init: { variant: 'Init', parameter: 'ctx' },
  hook: { variant: 'Hook', parameter: 'req', line: 'hook_result', says: true },
  tool_call: { variant: 'ToolCall', parameter: 'call', line: 'tool_result', says: true },
  cancel_tool_call: { variant: 'CancelToolCall' },
  session_start: { variant: 'SessionStart', parameter: 'ctx', line: 'hook_result' },
  idle: { variant: 'Idle', bare: true },
};

/** What a plugin asks of its host. */
export const PLUGIN_CALLS: Readonly<Record<string, TauCall>> = {
  register: { variant: 'Register', parameter: 'reg' },
  server_request: { variant: 'ServerRequest', parameter: 'req', line: 'server_response', says: true },
  output_delta: { variant: 'OutputDelta' },
};

/** Message of a plugin that comes before all others; no request of the host asks for it. */
export const REGISTER = 'register';

/** Numbers of the two services in frames. */
export const API = { host: 1, plugin: 2 } as const;

/** Calls of one side that may be under way at a time. */
export const SLOTS = 32;

/** Bytes of CBOR that an answer may have: hosts in Rust keep the length of a slot in 16 bits, and lose or cut the rest. */
export const REPLY_LIMIT = 65_535;
