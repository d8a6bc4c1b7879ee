import type { JsonSchema } from '../../model/contract.js';
import { CpexError } from '../../support/errors.js';
import { stringifyExact } from '../../support/exact-json.js';
import { type MsgpackRule, readMsgpack } from '../../support/msgpack-read.js';
import { MsgpackWriter } from '../../support/msgpack-write.js';
import { BytesFinder, type BytesPlaces } from '../bytes-places.js';
import { canonicalHook } from '../contract.js';
import { type Fields, fieldsOf, isFields } from '../json-fields.js';
import { type JsonReading, MAX_DEPTH, readStrictJson } from '../strict-json.js';
import { cpexContract } from './contract.js';

/** Why a body cannot be read: the rule, and what is wrong with the place. */
export interface Unreadable {
  readonly ok: false;
  readonly rule: Extract<JsonReading, { ok: false }>['rule'] | MsgpackRule | 'bytes' | 'codec';
  readonly message: string;
}

/** A body as the value that the host works with: JSON's form, bytes as base64. */
export type BodyReading = { readonly ok: true; readonly value: unknown } | Unreadable;

/** One form of bodies. */
export interface Codec {
  readonly name: 'json' | 'msgpack';
  /** As it is called in messages. */
  readonly title: string;
  /** Never throws. */
  read(body: Uint8Array, places: BytesPlaces | undefined): BodyReading;
  /** Throws `CPEX_E_CODEC_VALUE` for a value that has no form in the codec. */
  write(value: unknown, places: BytesPlaces | undefined): Uint8Array;
}

/** JSON exactly as this host writes it: no spaces, keys in the order given, bigints as integers. */
export const JSON_CODEC: Codec = {
  name: 'json',
  title: 'JSON',
  read: readStrictJson,
  write: (value) => Buffer.from(stringifyExact(value), 'utf8'),
};

/** MessagePack by section 14 of `docs/abi.md`. */
export const MSGPACK_CODEC: Codec = { name: 'msgpack', title: 'MessagePack', read: readBody, write: writeBody };

/** The codec of a name that was agreed on; undefined for one that this host does not speak. */
export function codecNamed(name: string): Codec | undefined {
  return [JSON_CODEC, MSGPACK_CODEC].find((codec) => codec.name === name);
}

/** The codec that a callback came in: a request in MessagePack begins a map, which no JSON text does (ABI-MP-005). */
export function codecOf(body: Uint8Array): Codec {
  const [first = 0] = body;
  return (first >= 0x80 && first < 0x90) || first === 0xde || first === 0xdf ? MSGPACK_CODEC : JSON_CODEC;
}

const finder = new BytesFinder(cpexContract.types);
/** The method whose payload is of its hook's type. */
export const HOOK = 'hook.invoke';

/** Places of bytes in a request to the plugin; those of a payload are its hook's. */
export function requestPlaces(method: string, request: unknown): BytesPlaces | undefined {
  const own = placesOf(cpexContract.methods.get(method)?.request);
  return method === HOOK ? withPayload(own, 'payload', request) : own;
}

/** Places of bytes in the envelope of a reply; those of a modified payload are those of the request's hook. */
export function replyPlaces(method: string, request: unknown): BytesPlaces | undefined {
  const own = placesOf(cpexContract.methods.get(method)?.result);
  return enveloped(method === HOOK ? withPayload(own, 'modified_payload', request) : own);
}

/** Places of bytes in the request of a callback. */
export function callbackPlaces(method: string): BytesPlaces | undefined {
  return placesOf(cpexContract.callbacks.get(method)?.request);
}

/** Places of bytes in the envelope that answers a callback. */
export function answerPlaces(method: string): BytesPlaces | undefined {
  return enveloped(placesOf(cpexContract.callbacks.get(method)?.result));
}

function placesOf(schema: JsonSchema | undefined): BytesPlaces | undefined {
  return schema === undefined ? undefined : finder.of(schema);
}

function enveloped(result: BytesPlaces | undefined): BytesPlaces | undefined {
  if (result === undefined) return undefined;
  return { kind: 'object', member: (name) => (name === 'result' ? result : undefined) };
}

function withPayload(own: BytesPlaces | undefined, member: string, request: unknown): BytesPlaces | undefined {
  const { hook } = fieldsOf(request);
  const name = typeof hook === 'string' ? canonicalHook(cpexContract, hook) : undefined;
  const payload = name === undefined ? undefined : placesOf(cpexContract.hooks.get(name)?.payload);
  if (payload === undefined) return own;
  return {
    kind: 'object',
    member: (one, value) => (one === member ? payload : own?.kind === 'object' ? own.member(one, value) : undefined),
  };
}

function writeBody(value: unknown, places: BytesPlaces | undefined): Uint8Array {
  return packedBy((writer) => writeIn(writer, value, places));
}

/** What `write` writes in MessagePack. Throws `CPEX_E_CODEC_VALUE` for a value that has no form in it. */
export function packedBy(write: (writer: MsgpackWriter) => void): Uint8Array {
  const writer = new MsgpackWriter();
  try {
    write(writer);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CpexError('CPEX_E_CODEC_VALUE', 'The value cannot be written as MessagePack.', {
      evidence: [error.message],
      remedy: 'Change the value, or let bodies be JSON.',
    });
  }
  return writer.finish();
}

/** Writes a value. What does not fit its schema is written as it stands: the plugin is to refuse it, as in JSON. */
export function writeIn(writer: MsgpackWriter, value: unknown, places: BytesPlaces | undefined): void {
  if (places?.kind === 'bytes' && typeof value === 'string') {
    const bytes = Buffer.from(value, 'base64');
    if (bytes.toString('base64') === value) {
      writer.bytes(bytes);
      return;
    }
  } else if (places?.kind === 'array' && Array.isArray(value)) {
    const items = places.items();
    writer.array(value.length);
    for (const item of value) writeIn(writer, item, items);
    return;
  } else if (places?.kind === 'object' && isFields(value)) {
    writer.fields(value, (name, one) => writeIn(writer, one, places.member(name, value)));
    return;
  }
  writer.value(value);
}

function readBody(body: Uint8Array, places: BytesPlaces | undefined): BodyReading {
  if (looksLikeJson(body)) {
    return { ok: false, rule: 'codec', message: 'it is JSON, and MessagePack was agreed on' };
  }
  const reading = readMsgpack(body, MAX_DEPTH);
  if (!reading.ok || (places === undefined && !reading.hasBytes)) return reading;
  const holder = { body: reading.value };
  const misplaced = replaceBytes(holder, 'body', places, reading.hasBytes);
  if (misplaced === undefined) return { ok: true, value: holder.body };
  const where = misplaced.path.slice(1).join('.');
  return { ok: false, rule: 'bytes', message: `${where === '' ? 'it' : JSON.stringify(where)} ${misplaced.message}` };
}

/** A brace after white space, and a text that goes on: no map begins so, and an integer would be alone. */
function looksLikeJson(body: Uint8Array): boolean {
  return body.length > 1 && body[0] === 0x7b;
}

interface Misplaced {
  readonly path: string[];
  readonly message: string;
}

/** Turns bytes into base64 in their places. Returns the first ones elsewhere, or a text in the place of bytes. */
function replaceBytes(
  holder: Record<string | number, unknown>,
  key: string | number,
  places: BytesPlaces | undefined,
  anywhere: boolean,
): Misplaced | undefined {
  const value = holder[key];
  if (value instanceof Uint8Array) {
    if (places?.kind !== 'bytes') return { path: [String(key)], message: 'is bin, and no bytes belong there' };
    holder[key] = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    return undefined;
  }
  if (places?.kind === 'bytes' && typeof value === 'string') {
    return { path: [String(key)], message: 'is str, and bytes are bin' };
  }
  if (typeof value !== 'object' || value === null || (places === undefined && !anywhere)) return undefined;
  const found = Array.isArray(value) ? inArray(value, places, anywhere) : inFields(value as Fields, places, anywhere);
  found?.path.unshift(String(key));
  return found;
}

function inArray(items: unknown[], places: BytesPlaces | undefined, anywhere: boolean): Misplaced | undefined {
  const own = places?.kind === 'array' ? places.items() : undefined;
  if (own === undefined && !anywhere) return undefined;
  for (let index = 0; index < items.length; index++) {
    const found = replaceBytes(items as unknown as Record<number, unknown>, index, own, anywhere);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inFields(fields: Fields, places: BytesPlaces | undefined, anywhere: boolean): Misplaced | undefined {
  for (const name of Object.keys(fields)) {
    const own = places?.kind === 'object' ? places.member(name, fields) : undefined;
    const found = replaceBytes(fields as Record<string, unknown>, name, own, anywhere);
    if (found !== undefined) return found;
  }
  return undefined;
}
