import type { WrittenParts } from '../../model/profile.js';
import { MsgpackWriter } from '../../support/msgpack-write.js';
import type { BytesPlaces } from '../bytes-places.js';
import { fieldsOf } from '../json-fields.js';
import { type Codec, HOOK, JSON_CODEC, requestPlaces } from './codec.js';

/**
 * The request of a hook, with the payload taken from the one written last where that is the same value: of a run
 * through many plugins it is the large part. The same bytes as those of the codec. Throws as the codec does.
 */
export function writeHook(codec: Codec, request: unknown, written: WrittenParts): Uint8Array {
  const fields = fieldsOf(request);
  const places = requestPlaces(HOOK, request);
  const names = Object.keys(fields).filter((name) => fields[name] !== undefined);
  const parts = names.map((name) => {
    const own = places?.kind === 'object' ? places.member(name, fields) : undefined;
    const value = fields[name];
    return [
      codec.write(name, undefined),
      name === 'payload' ? payloadOf(codec, value, own, written) : codec.write(value, own),
    ];
  });
  if (codec !== JSON_CODEC) return Buffer.concat([mapHead(names.length), ...parts.flat()]);
  const members = parts.flatMap(([name = NOTHING, value = NOTHING], index) => [
    index === 0 ? NOTHING : COMMA,
    name,
    COLON,
    value,
  ]);
  return Buffer.concat([OPEN, ...members, CLOSE]);
}

const NOTHING = Buffer.alloc(0);
const OPEN = Buffer.from('{');
const COMMA = Buffer.from(',');
const COLON = Buffer.from(':');
const CLOSE = Buffer.from('}');

function mapHead(entries: number): Uint8Array {
  const writer = new MsgpackWriter();
  writer.map(entries);
  return writer.finish();
}

function payloadOf(codec: Codec, value: unknown, places: BytesPlaces | undefined, written: WrittenParts): Uint8Array {
  const known = written.get(codec.name);
  if (known !== undefined && known.value === value) return known.bytes;
  const bytes = codec.write(value, places);
  written.set(codec.name, { value, bytes });
  return bytes;
}
