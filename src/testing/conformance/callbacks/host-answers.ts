import type { ServiceReply } from '../../../model/session.js';

/** An answer of the host, and what it is called after "the host had answered it with". */
export type NamedReply = readonly [name: string, reply: ServiceReply];

function text(name: string, body: string, code = 0): NamedReply {
  return [name, { code, body: Buffer.from(body) }];
}

function bytes(name: string, body: string, code = 0): NamedReply {
  return [name, { code, body: Buffer.from(body, 'latin1') }];
}

const ERROR = '{"ok":false,"error":{"code":"internal","message":"the host is out of order"}}';

/** cb.rc: values other than 0. */
export const FAILED: readonly NamedReply[] = [
  text('1 and an error', ERROR, 1),
  text('-1 and an error', ERROR, -1),
  text('2147483647 and an error', ERROR, 2 ** 31 - 1),
  text('-2147483648 and an error', ERROR, -(2 ** 31)),
  text('1 and a result', '{"ok":true,"result":{}}', 1),
  text('256 and an error', ERROR, 256),
  text('1 and a text that is no JSON', 'Internal Server Error', 1),
  text('1 and null', 'null', 1),
];

/** cb.err: errors in good envelopes. */
export const ERRORS: readonly NamedReply[] = [
  text('an error', ERROR),
  text(
    'an error with details',
    '{"ok":false,"error":{"code":"not_found","message":"no","details":{"key":"k","n":[1,null]}}}',
  ),
  text('an error with a text as details', '{"ok":false,"error":{"code":"not_found","message":"no","details":"text"}}'),
  text('an error with null as details', '{"ok":false,"error":{"code":"not_found","message":"no","details":null}}'),
  text('an error that holds format specifiers', '{"ok":false,"error":{"code":"internal","message":"%s%n%99999d"}}'),
  text('an error of one letter', '{"ok":false,"error":{"code":"x","message":"x"}}'),
  text('an error in Unicode', '{"ok":false,"error":{"code":"internal","message":"\u{1f600}\\u0000\u202e"}}'),
  text('an error of 64 KiB', `{"ok":false,"error":{"code":"internal","message":"${'e'.repeat(65_536)}"}}`),
  text(
    'an error with members that nobody knows',
    '{"x":1,"error":{"y":2,"message":"no","code":"cancelled"},"ok":false}',
  ),
];

/** cb.empty: no body. */
export const NOTHING: readonly NamedReply[] = [text('0 and a null pointer', ''), text('1 and a null pointer', '', 1)];

/** cb.garbage: bodies that are no envelopes, or say nothing that can be used. */
export const GARBAGE: readonly NamedReply[] = [
  ...[' ', 'x', '{', '}', '"', 'null', 'true', '0', '1e999', '""', '"ok"', '[]', '[{"ok":true}]', '{}'].map((body) =>
    text(`the body ${JSON.stringify(body)}`, body),
  ),
  ...[
    '{"ok":null}',
    '{"ok":"true","result":{}}',
    '{"ok":1,"result":{}}',
    '{"result":{}}',
    '{"error":{"code":"a","message":"b"}}',
    '{"ok":true}',
    '{"ok":true,"result":null}',
    '{"ok":true,"result":[]}',
    '{"ok":true,"result":""}',
    '{"ok":true,"result":0}',
    '{"ok":true,"result":true}',
    '{"ok":true,"result":{},"error":{"code":"a","message":"b"}}',
    '{"ok":false}',
    '{"ok":false,"error":null}',
    '{"ok":false,"error":"text"}',
    '{"ok":false,"error":[]}',
    '{"ok":false,"error":{}}',
    '{"ok":false,"error":{"code":1,"message":2}}',
    '{"ok":false,"error":{"code":null,"message":null}}',
    '{"ok":false,"error":{"code":"","message":""}}',
    '{"ok":true,"ok":false,"result":{}}',
    '{"ok":true,"result":{}}{"ok":true,"result":{}}',
    '{"ok":true,"result":{}}x',
    '{"ok":true,"result":{',
    '{"ok":tru',
    '{"ok":true,"result":{"a":"\\ud800"}}',
  ].map((body) => text(`the body ${body}`, body)),
  text('a page of HTML', '<!doctype html><title>502</title>'),
  bytes('a byte order mark before its envelope', '\xef\xbb\xbf{"ok":true,"result":{}}'),
  bytes('a NUL behind its envelope', '{"ok":true,"result":{}}\0'),
  bytes('bytes that are no UTF-8', '{"ok":true,"result":{"a":"\xff\xfe\xc0\x80"}}'),
  bytes('an error that is no UTF-8', '{"ok":false,"error":{"code":"a","message":"\xff\xed\xa0\x80"}}'),
  bytes('its envelope in UTF-16', '{\0"\0o\0k\0"\0:\0t\0r\0u\0e\0}\0'),
  bytes('NULs', '\0'.repeat(64)),
  bytes('bytes 0xFF', '\xff'.repeat(64)),
  text('a result nested 100,000 deep', `{"ok":true,"result":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  text('100,000 brackets that nobody closes', '['.repeat(100_000)),
  text(
    'a result of 10,000 members',
    `{"ok":true,"result":{${Array.from({ length: 10_000 }, (_, n) => `"k${n}":${n}`).join(',')}}}`,
  ),
];
