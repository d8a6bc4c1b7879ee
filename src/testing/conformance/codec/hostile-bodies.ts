import { MSGPACK_CODEC, requestPlaces } from '../../../hosts/cpex/codec.js';
import { isFields } from '../../../hosts/json-fields.js';
import type { HostProtocol } from '../../../model/profile.js';
import { stringifyExact } from '../../../support/exact-json.js';
import { writeMsgpack } from '../../../support/msgpack-write.js';
import type { HostileCall, ValidCall } from '../hostile/hostile-call.js';

type Named = readonly [name: string, bytes: Buffer];

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const named = (rows: Readonly<Record<string, string>>): Named[] =>
  Object.entries(rows).map(([name, bytes]) => [name, hex(bytes)]);

/** Whole bodies that are no map. */
const WHOLE = named({
  nil: 'c0',
  true: 'c3',
  'an integer': '07',
  'a negative integer': 'ff',
  'a float': 'cb 3ff8000000000000',
  'a text': 'a3 616263',
  'an empty text': 'a0',
  'an empty array': '90',
  'an array with a map': '91 80',
  'empty bytes': 'c4 00',
  'the byte that begins no value': 'c1',
  'an extension': 'd4 01 00',
  'the head of a map alone': 'de',
  'the head of a long map alone': 'df',
  'a map of 2^32 - 1 entries': 'df ffffffff',
  'a map of 2^31 entries': 'df 80000000',
  'an array of 2^32 - 1 items': 'dd ffffffff',
  'a text of 2^32 - 1 bytes': 'db ffffffff',
  'bytes of 2^32 - 1': 'c6 ffffffff',
});

/** Values that stand nowhere. */
const VALUES = named({
  'the byte that begins no value': 'c1',
  'an extension of 1 byte': 'd4 01 00',
  'an extension of 16 bytes': `d8 05 ${'00'.repeat(16)}`,
  'an extension without bytes': 'c7 00 01',
  'an extension of 2^32 - 1 bytes': 'c9 ffffffff 01',
  'a timestamp of 32 bits': 'd6 ff 00000000',
  'a timestamp of 96 bits': `c7 0c ff ${'00'.repeat(12)}`,
  NaN: 'cb 7ff8000000000000',
  'a NaN of 32 bits': 'ca 7fc00000',
  infinity: 'cb 7ff0000000000000',
  'negative infinity of 32 bits': 'ca ff800000',
  'empty bytes in an open place': 'c4 00',
  'bytes in an open place': 'c4 02 0102',
  'bytes in a list': '91 c5 0001 61',
  'a text that is not UTF-8': 'a2 c328',
  'a text with an overlong form': 'a2 c080',
  'a text with half a surrogate pair': 'a3 eda080',
  'a text beyond the last character': 'a4 f4908080',
  'a text whose last character is cut': 'a1 c3',
  'a long text that is not UTF-8': `d9 40 ${'61'.repeat(63)} ff`,
  'a key that comes twice': '82 a161 01 a161 02',
  'a key that comes twice in two forms': '82 a161 01 d9 01 61 02',
  'an empty key that comes twice': '82 a0 01 a0 02',
  'an integer as a key': '81 01 02',
  'nil as a key': '81 c0 02',
  'bytes as a key': '81 c4 01 61 02',
  'an array as a key': '81 90 02',
  'a float as a key': '81 cb 3ff8000000000000 02',
  'a key that is not UTF-8': '81 a1 ff 02',
  'a text of 2^32 - 1 bytes': 'db ffffffff 61',
  'a text of 2^31 bytes': 'db 80000000 61',
  'a text one byte longer than the body': 'a2 61',
  'an array of 2^32 - 1 items': 'dd ffffffff 01',
  'an array of 2^30 items': 'dd 40000000 01',
  'a map of 2^32 - 1 entries': 'df ffffffff a1 61 01',
  'a map of 2^31 entries': 'df 80000000 a1 61 01',
  'a map without its last value': '81 a161',
  'nested 128 deep below the body': `${'91'.repeat(128)} 00`,
  'maps nested 200 deep': `${'81 a161'.repeat(200)} 00`,
  'arrays nested 10,000 deep': `${'91'.repeat(10_000)} 00`,
  'arrays nested 100,000 deep': `${'91'.repeat(100_000)} 00`,
  'maps nested 100,000 deep': `${'81a161'.repeat(100_000)} 00`,
});

/** Name of a member that no contract has. */
const UNKNOWN = 'x_cpex';

/** Places at which a body is cut. */
const CUTS = 60;

/**
 * Bodies of a method in MessagePack that docs/abi.md forbids. The host's own reader is asked about each: one that it
 * reads is not among them.
 */
export function hostileBodies({ method, request }: ValidCall, packed: HostProtocol): HostileCall[] {
  const valid = Buffer.from(packed.encodeRequest(request, method));
  const rows: Named[] = [
    ...WHOLE,
    ...VALUES.map(([name, bytes]): Named => [`${name}, as an unknown member`, withMember(request, bytes)]),
    ['JSON in place of MessagePack', Buffer.from(stringifyExact(request))],
    ['a valid body and one byte more', Buffer.concat([valid, hex('00')])],
    ['a valid body and nil', Buffer.concat([valid, hex('c0')])],
    ['a valid body twice', Buffer.concat([valid, valid])],
    ['nil before a valid body', Buffer.concat([hex('c0'), valid])],
    ...cuts(valid),
    ...bytesForTexts(request),
  ];
  return rows
    .filter(
      ([, body]) =>
        !MSGPACK_CODEC.read(body, requestPlaces(method, request)).ok || body[0] === undefined || !isMap(body[0]),
    )
    .map(([name, body]) => ({ name, method, body, refuse: true }));
}

function isMap(head: number): boolean {
  return (head >= 0x80 && head < 0x90) || head === 0xde || head === 0xdf;
}

/** The request with one member more, whose bytes are taken as they are. */
function withMember(request: unknown, bytes: Buffer): Buffer {
  const fields = isFields(request) ? request : {};
  const entries = Object.entries(fields).filter(([, one]) => one !== undefined);
  const head = Buffer.from([0xde, 0, entries.length + 1]);
  return Buffer.concat([
    head,
    ...entries.flatMap(([name, one]) => [writeMsgpack(name), writeMsgpack(one)]),
    writeMsgpack(UNKNOWN),
    bytes,
  ]);
}

function cuts(valid: Buffer): Named[] {
  const step = Math.max(1, Math.floor(valid.length / CUTS));
  const places = Array.from({ length: Math.ceil(valid.length / step) }, (_, index) => index * step).filter(
    (at) => at > 0,
  );
  return places.map((at) => [`a valid body cut after ${at} bytes`, valid.subarray(0, at)]);
}

/** Each text of a request as bytes, one at a time. */
function bytesForTexts(request: unknown): Named[] {
  return replaced(request, '').map(
    ([path, value]): Named => [`bytes in the place of the text "${path}"`, Buffer.from(writeMsgpack(value))],
  );
}

function replaced(value: unknown, path: string): [string, unknown][] {
  if (typeof value === 'string') return [[path, Buffer.from(value)]];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      replaced(item, `${path}[${index}]`).map(([at, one]): [string, unknown] => [at, value.with(index, one)]),
    );
  }
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    replaced(item, path === '' ? name : `${path}.${name}`).map(([at, one]): [string, unknown] => [
      at,
      { ...value, [name]: one },
    ]),
  );
}
