import { encode } from 'cbor2';

const MIN_SIGNED = -(2n ** 63n);
const MAX_UNSIGNED = 2n ** 64n - 1n;

/** Writes a JSON value as tau does: definite lengths, keys in their order, fractions as 64-bit floats, nothing tagged. */
export function writeCbor(value: unknown): Uint8Array {
  return encode(plain(value), { float64: true });
}

/** Integers beyond 64 bits become floats, as a reader of JSON without larger ones has it; members without a value go. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value < MIN_SIGNED || value > MAX_UNSIGNED ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, plain(one)]),
  );
}
