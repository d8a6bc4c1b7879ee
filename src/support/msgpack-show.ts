import { stringifyExact } from './exact-json.js';
import { readMsgpack } from './msgpack-read.js';

/** Deepest nesting that is shown. */
const MAX_DEPTH = 128;

/**
 * A map in MessagePack as text for people: JSON, with bytes as `"bin:…"` in base64. Undefined for bodies
 * that are something else; bytes that begin a map and cannot be read are shown as they are.
 */
export function showMsgpack(body: Uint8Array): string | undefined {
  const [first = 0] = body;
  if (!((first >= 0x80 && first < 0x90) || first === 0xde || first === 0xdf)) return undefined;
  const reading = readMsgpack(body, MAX_DEPTH);
  if (reading.ok) return stringifyExact(reading.hasBytes ? marked(reading.value) : reading.value);
  return `${Buffer.from(body.subarray(0, 64)).toString('hex')}${body.length > 64 ? '…' : ''} (${reading.message})`;
}

function marked(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bin:${Buffer.from(value).toString('base64')}`;
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, marked(one)]));
}
