import type { WrittenParts } from '../../model/profile.js';
import { stringifyExact } from '../../support/exact-json.js';
import type { BytesPlaces } from '../bytes-places.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import { type Codec, HOOK, JSON_CODEC, packedBy, requestPlaces, writeIn } from './codec.js';

/**
 * The request of a hook, with the payload taken from the one written last where that is the same value: of a run
 * through many plugins it is the large part. The same bytes as those of the codec. Throws as the codec does.
 */
export function writeHook(codec: Codec, request: unknown, written: WrittenParts): Uint8Array {
  const fields = fieldsOf(request);
  if (codec === JSON_CODEC) return writeJson(fields, (value) => payloadOf(codec, value, undefined, written));
  const places = requestPlaces(HOOK, request);
  return packedBy((writer) => {
    writer.fields(fields, (name, value) => {
      const own = places?.kind === 'object' ? places.member(name, fields) : undefined;
      if (name === 'payload') writer.raw(payloadOf(codec, value, own, written));
      else writeIn(writer, value, own);
    });
  });
}

function writeJson(fields: Fields, payload: (value: unknown) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let text = '{';
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    text += `${text === '{' && parts.length === 0 ? '' : ','}${JSON.stringify(name)}:`;
    if (name !== 'payload') text += stringifyExact(value);
    else {
      parts.push(Buffer.from(text), payload(value));
      text = '';
    }
  }
  return Buffer.concat([...parts, Buffer.from(`${text}}`)]);
}

function payloadOf(codec: Codec, value: unknown, places: BytesPlaces | undefined, written: WrittenParts): Uint8Array {
  const known = written.get(codec.name);
  if (known !== undefined && known.value === value) return known.bytes;
  const bytes = codec.write(value, places);
  written.set(codec.name, { value, bytes });
  return bytes;
}
