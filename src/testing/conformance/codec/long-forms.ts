import type { BytesPlaces } from '../../../hosts/bytes-places.js';
import { isFields } from '../../../hosts/json-fields.js';

/** MessagePack in the longest form of everything: legal, and what some writers send. */
export function writeLong(value: unknown, places: BytesPlaces | undefined): Uint8Array {
  return Buffer.concat(parts(value, places));
}

function parts(value: unknown, places: BytesPlaces | undefined): Uint8Array[] {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, places?.kind === 'bytes' ? 'base64' : 'utf8');
    return [head(places?.kind === 'bytes' ? 0xc6 : 0xdb, bytes.length), bytes];
  }
  if (typeof value === 'number' || typeof value === 'bigint') return [number(value)];
  if (value === null) return [Buffer.from([0xc0])];
  if (typeof value === 'boolean') return [Buffer.from([value ? 0xc3 : 0xc2])];
  if (Array.isArray(value)) {
    const items = places?.kind === 'array' ? places.items() : undefined;
    return [head(0xdd, value.length), ...value.flatMap((item) => parts(item, items))];
  }
  if (!isFields(value)) throw new TypeError(`A ${typeof value} is no JSON value.`);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return [
    head(0xdf, entries.length),
    ...entries.flatMap(([name, one]) => [
      ...parts(name, undefined),
      ...parts(one, places?.kind === 'object' ? places.member(name, value) : undefined),
    ]),
  ];
}

function head(first: number, size: number): Buffer {
  const bytes = Buffer.alloc(5, first);
  bytes.writeUInt32BE(size, 1);
  return bytes;
}

function number(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(9, 0xcb);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  const whole = BigInt(value);
  // What fits into a signed form is sent in one, though it is not negative.
  bytes[0] = whole < 2n ** 63n ? 0xd3 : 0xcf;
  bytes.writeBigUInt64BE(BigInt.asUintN(64, whole), 1);
  return bytes;
}
