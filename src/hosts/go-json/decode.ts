import type { JsonSchema } from '../../model/contract.js';
import { stringifyExact } from '../../support/exact-json.js';
import { readBase64 } from './base64.js';
import { type DecodeNotes, DecodeState, GoAbort } from './decode-state.js';
import { freeValue } from './free-value.js';
import { GoSyntaxError, type JsonNode, scanJson } from './scan.js';
import {
  foldKey,
  type GoTypes,
  type MapShape,
  type Shape,
  type SliceShape,
  type StructShape,
  shapeOf,
} from './shapes.js';
import { readTime, ZERO_TIME } from './time.js';

export type { IgnoredKey, KeyNotice } from './decode-state.js';

/** What Go's `json.Unmarshal` made of a text: a value with all members of the struct, or its error's text. */
export type GoReading = ({ readonly ok: true; readonly value: unknown } & DecodeNotes) | GoFailure;

export interface GoFailure {
  readonly ok: false;
  /** As Go words it, without the caller's prefix. */
  readonly message: string;
}

/**
 * Reads JSON exactly as Go's `json.Unmarshal` fills the struct that a schema of a `go-json` contract describes: keys
 * in any case, unknown keys ignored, null and missing members zero, repeated keys merged or replaced as Go does it.
 *
 * In the value lists, maps, bytes and pointers may be null; bytes are canonical base64, times RFC 3339 as Go writes
 * them, integers beyond 2^53 bigints, numbers inside free JSON float64, `json.RawMessage` the bytes of its text.
 * @param json the bytes of a JSON text, or a value that was parsed already (bigints allowed)
 */
export function decodeGo(json: unknown, schema: JsonSchema, types: GoTypes): GoReading {
  const bytes = json instanceof Uint8Array ? json : Buffer.from(stringifyExact(json), 'utf8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const state = new DecodeState(text);
  const shape = shapeOf(schema, types);
  try {
    const value = decode(shape, scanJson(text), undefined, state);
    if (state.error !== undefined) return { ok: false, message: state.error };
    return { ok: true, value, notices: state.notices, ignored: state.ignored };
  } catch (error) {
    if (error instanceof GoSyntaxError || error instanceof GoAbort) return { ok: false, message: error.message };
    throw error;
  }
}

/** Go's zero value of a type, with all members. */
function zeroOf(shape: Shape): unknown {
  switch (shape.kind) {
    case 'struct':
      return zeroStruct(shape);
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int':
    case 'float':
      return 0;
    case 'time':
      return ZERO_TIME;
    default:
      return null;
  }
}

function zeroStruct(shape: StructShape): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const field of shape.fields) value[field.name] = field.pointer ? null : zeroOf(field.shape());
  return value;
}

/**
 * Decodes a node over the value that is there already, which decides about the rest when a key comes twice; undefined
 * stands for the zero value, which need not be made only to be replaced.
 * The first mistake is kept and decoding goes on, as in Go; only a few mistakes end it at once.
 */
function decode(shape: Shape, node: JsonNode, old: unknown, state: DecodeState): unknown {
  if (shape.kind === 'raw') return Buffer.from(state.text.slice(node.start, node.end), 'latin1');
  // Null empties what can be nil and leaves everything else as it was.
  if (node.kind === 'null') return NILABLE.has(shape.kind) ? null : orZero(shape, old);
  if (shape.kind === 'time') return decodeTime(node, state);
  switch (shape.kind) {
    case 'any':
      return freeValue(node, state);
    case 'struct':
      return node.kind === 'object' ? decodeStruct(shape, node, old, state) : refuse(shape, node, old, state);
    case 'map':
      return node.kind === 'object' ? decodeMap(shape, node, old, state) : refuse(shape, node, old, state);
    case 'slice':
      return node.kind === 'array' ? decodeSlice(shape, node, old, state) : refuse(shape, node, old, state);
    case 'bytes':
      return decodeBytes(shape, node, old, state);
    case 'string':
      return node.kind === 'string' ? state.string(node) : refuse(shape, node, old, state);
    case 'bool':
      return node.kind === 'bool' ? state.raw(node) === 'true' : refuse(shape, node, old, state);
    default:
      return node.kind === 'number' ? decodeNumber(shape, node, old, state) : refuse(shape, node, old, state);
  }
}

const NILABLE: ReadonlySet<Shape['kind']> = new Set(['any', 'bytes', 'slice', 'map', 'error']);

function orZero(shape: Shape, old: unknown): unknown {
  return old === undefined ? zeroOf(shape) : old;
}

function refuse(shape: Shape, node: JsonNode, old: unknown, state: DecodeState): unknown {
  state.mistake(node.kind, shape.go);
  return orZero(shape, old);
}

function decodeStruct(shape: StructShape, node: JsonNode, old: unknown, state: DecodeState): unknown {
  // An old value is copied: a list may hold on to it, see `tails`.
  const value = old === undefined ? zeroStruct(shape) : { ...(old as Record<string, unknown>) };
  for (let index = 0; index < node.items.length; index++) {
    const item = node.items[index] as JsonNode;
    const key = state.string(node.keys[index] as JsonNode);
    const field = shape.exact.get(key) ?? shape.folded.get(foldKey(key));
    if (field === undefined) {
      state.unknownKey(shape.name, key);
      continue;
    }
    if (field.name !== key) state.caseKey(shape.name, key, field.name);
    state.enter(shape.name, field.path, field.name);
    const before = value[field.name];
    const inner = field.shape();
    if (!field.pointer) value[field.name] = decode(inner, item, before, state);
    else value[field.name] = item.kind === 'null' ? null : decode(inner, item, before ?? undefined, state);
    state.leave();
  }
  return value;
}

function decodeMap(shape: MapShape, node: JsonNode, old: unknown, state: DecodeState): unknown {
  const members = new Map(Object.entries((old ?? {}) as Record<string, unknown>));
  for (let index = 0; index < node.items.length; index++) {
    const key = state.string(node.keys[index] as JsonNode);
    state.enterMember(key);
    members.set(key, decode(shape.values, node.items[index] as JsonNode, undefined, state));
    state.leaveMember();
  }
  // fromEntries makes `__proto__` a member like any other.
  return Object.fromEntries(members);
}

/** What a list had beyond its present end: a Go slice that grows again shows it once more. */
const tails = new WeakMap<readonly unknown[], readonly unknown[]>();

function decodeSlice(shape: SliceShape, node: JsonNode, old: unknown, state: DecodeState): unknown {
  const before = (old ?? []) as readonly unknown[];
  const backing = before.length === 0 ? [] : [...before, ...(tails.get(before) ?? [])];
  const items = node.items.map((item, index) => {
    state.enterMember(index);
    const one = decode(shape.items, item, backing[index], state);
    state.leaveMember();
    return one;
  });
  if (items.length > 0 && items.length < backing.length) tails.set(items, backing.slice(items.length));
  return items;
}

function decodeBytes(shape: Shape, node: JsonNode, old: unknown, state: DecodeState): unknown {
  if (node.kind === 'array') return decodeByteList(node, old, state);
  if (node.kind !== 'string') return refuse(shape, node, old, state);
  const reading = readBase64(state.string(node));
  if (reading.ok) return reading.text;
  state.fail(reading.message);
  return orZero(shape, old);
}

/** Go also reads bytes from a list of numbers. */
function decodeByteList(node: JsonNode, old: unknown, state: DecodeState): string {
  const before = Buffer.from(typeof old === 'string' ? old : '', 'base64');
  const bytes = node.items.map((item, index) => {
    const byte = before[index] ?? 0;
    if (item.kind === 'null') return byte;
    if (item.kind !== 'number') return refuse(BYTE, item, byte, state) as number;
    return Number(decodeNumber(BYTE, item, byte, state));
  });
  return Buffer.from(bytes).toString('base64');
}

const BYTE: Shape = { kind: 'int', go: 'uint8', min: 0n, max: 255n };

function decodeTime(node: JsonNode, state: DecodeState): string {
  if (node.kind !== 'string') throw new GoAbort('Time.UnmarshalJSON: input is not a JSON string');
  const reading = readTime(state.text.slice(node.start + 1, node.end - 1));
  if (!reading.ok) throw new GoAbort(reading.message);
  return reading.text;
}

function decodeNumber(shape: Shape, node: JsonNode, old: unknown, state: DecodeState): unknown {
  const text = state.raw(node);
  if (shape.kind === 'float' || shape.kind === 'error') {
    const number = Number(text);
    if (!Number.isFinite(number)) state.mistake(`number ${text}`, 'float64');
    else if (shape.kind === 'float') return number;
    else state.mistake('number', shape.go);
    return orZero(shape, old);
  }
  if (shape.kind !== 'int') return refuse(shape, node, old, state);
  const whole = /^-?\d+$/.test(text) && !(shape.min === 0n && text.startsWith('-'));
  const exact = whole ? BigInt(text) : undefined;
  if (exact === undefined || exact < shape.min || exact > shape.max) {
    state.mistake(`number ${text}`, shape.go);
    return orZero(shape, old);
  }
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}
