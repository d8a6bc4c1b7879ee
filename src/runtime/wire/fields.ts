import type { Field } from '../../model/watch.js';

/** Bytes of a field beside its name and value: two lengths and two terminators. */
const FIXED = 2 + 1 + 4 + 1;

/**
 * Named values as an experiment of the probe takes and gives them: for each u16 bytes of the name, the name, NUL,
 * u32 bytes of the value, the value, NUL; little endian. A name may come more than once.
 */
export function encodeFields(fields: readonly Field[]): Buffer {
  const parts = fields.map(([name, value]) => [Buffer.from(name), bytesOf(value)] as const);
  const whole = Buffer.alloc(parts.reduce((sum, [name, value]) => sum + FIXED + name.length + value.length, 0));
  let at = 0;
  for (const [name, value] of parts) {
    at = whole.writeUInt16LE(name.length, at);
    at += name.copy(whole, at) + 1;
    at = whole.writeUInt32LE(value.length, at);
    at += value.copy(whole, at) + 1;
  }
  return whole;
}

function bytesOf(value: Field[1]): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value));
}

/** Reads what `encodeFields` or the probe wrote. Throws a RangeError for bytes that are not well formed. */
export function decodeFields(bytes: Buffer): (readonly [string, Buffer])[] {
  const fields: (readonly [string, Buffer])[] = [];
  let at = 0;
  const take = (length: number): Buffer => {
    const end = at + length;
    if (end >= bytes.length || bytes[end] !== 0) throw new RangeError(`A field does not fit at byte ${at}.`);
    const part = bytes.subarray(at, end);
    at = end + 1;
    return part;
  };
  while (at < bytes.length) {
    const nameLength = bytes.readUInt16LE(at);
    at += 2;
    const name = take(nameLength).toString();
    const length = bytes.readUInt32LE(at);
    at += 4;
    fields.push([name, Buffer.from(take(length))]);
  }
  return fields;
}
