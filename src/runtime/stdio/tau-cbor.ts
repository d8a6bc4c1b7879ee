import { CborProblem, readCbor } from './cbor-read.js';
import { writeCbor } from './cbor-write.js';
import { type Fields, isFields, type TauCall, type TauMessage } from './tau-messages.js';

type Calls = Readonly<Record<string, TauCall>>;

/** Writes a request: a map of its variant, or a bare text where it has no parameters. */
export function writeRequest(calls: Calls, { type, fields }: TauMessage): Uint8Array {
  const call = callOf(calls, type);
  if (call.bare === true) return writeCbor(call.variant);
  return writeCbor({ [call.variant]: call.parameter === undefined ? fields : { [call.parameter]: fields } });
}

/**
 * Reads a request of the other side.
 * @throws CborProblem
 */
export function readRequest(calls: Calls, item: Uint8Array): TauMessage {
  const { variant, value } = readVariant(item);
  const found = Object.entries(calls).find(([, one]) => one.variant === variant);
  if (found === undefined) throw unknown(variant, calls);
  const [type, call] = found;
  if (call.bare === true) return { type, fields: {} };
  const parameters = struct(value, `the parameters of ${variant}`);
  if (call.parameter === undefined) return { type, fields: parameters };
  if (!Object.hasOwn(parameters, call.parameter)) {
    throw new CborProblem(`${variant} has no parameter "${call.parameter}"`);
  }
  return { type, fields: struct(parameters[call.parameter], `"${call.parameter}" of ${variant}`) };
}

/** Writes the answer to a request of this type; without a value where it says nothing. */
export function writeResponse(calls: Calls, type: string, value?: Fields): Uint8Array {
  const { variant } = callOf(calls, type);
  return writeCbor(value === undefined ? variant : { [variant]: value });
}

/**
 * Reads the answer to a request of this type; undefined where such an answer says nothing.
 * @throws CborProblem also where it answers another request
 */
export function readResponse(calls: Calls, type: string, item: Uint8Array): Fields | undefined {
  const call = callOf(calls, type);
  const { variant, value } = readVariant(item);
  if (variant !== call.variant) {
    throw new CborProblem(`it says ${JSON.stringify(variant)}, and the request was ${call.variant}`);
  }
  return call.says === true ? struct(value, `the answer ${variant}`) : undefined;
}

/** An enum: a bare text, or a map of one entry. */
function readVariant(item: Uint8Array): { variant: string; value: unknown } {
  const value = readCbor(item);
  if (typeof value === 'string') return { variant: value, value: null };
  const entries = isFields(value) ? Object.entries(value) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) {
    throw new CborProblem('the outermost item is neither a text nor a map of one entry');
  }
  return { variant: entry[0], value: entry[1] };
}

function struct(value: unknown, what: string): Fields {
  if (isFields(value)) return value;
  const seen = Array.isArray(value) ? 'an array' : value === null ? 'nothing' : `a ${typeof value}`;
  throw new CborProblem(`${what} must be a map, not ${seen}`);
}

function callOf(calls: Calls, type: string): TauCall {
  const call = calls[type];
  if (call === undefined) throw new RangeError(`There is no message "${type}".`);
  return call;
}

function unknown(variant: string, calls: Calls): CborProblem {
  const names = Object.values(calls).map((one) => one.variant);
  return new CborProblem(`${JSON.stringify(variant)} is none of ${names.join(', ')}`);
}
