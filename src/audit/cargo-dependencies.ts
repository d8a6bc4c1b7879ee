import { inflateSync } from 'node:zlib';
import type { FileSource } from './file-source.js';

/** Section in which `cargo auditable` leaves the list of crates: JSON, packed with zlib. */
export const CARGO_SECTION = '.dep-v0';
const MOST_PACKED = 2 ** 22;
const MOST_BYTES = 2 ** 24;
const MOST_CRATES = 10_000;

interface Crate {
  readonly name?: unknown;
  readonly version?: unknown;
}

/**
 * The crates that a Rust library was made from, as `name version`, sorted; undefined when the list
 * cannot be read. It is the author's own word and nothing depends on it, so damage is no fault.
 */
export async function readCargoDependencies(
  source: FileSource,
  place: { readonly offset: number; readonly size: number },
): Promise<readonly string[] | undefined> {
  if (place.size > MOST_PACKED || place.offset + place.size > source.size) return undefined;
  try {
    const packed = await source.read(place.offset, place.size);
    const list = JSON.parse(inflateSync(packed, { maxOutputLength: MOST_BYTES }).toString('utf8')) as {
      packages?: unknown;
    };
    if (!Array.isArray(list.packages) || list.packages.length > MOST_CRATES) return undefined;
    return (list.packages as readonly (Crate | null)[])
      .flatMap((one) => (isText(one?.name) && isText(one?.version) ? [`${one?.name} ${one?.version}`] : []))
      .sort();
  } catch {
    return undefined;
  }
}

/** Names and versions of crates have no other characters. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.+-]{1,200}$/.test(value);
}
