import { describe, expect, it } from 'vitest';
import { JSON_CODEC } from '../../src/hosts/cpex/codec.js';
import { readEnvelope } from '../../src/hosts/cpex/envelope.js';

const read = (body: string | Uint8Array, code = 0) =>
  readEnvelope(JSON_CODEC, code, typeof body === 'string' ? Buffer.from(body, 'utf8') : body, 'plugin.quiesce');
const ids = (body: string | Uint8Array, code = 0) => read(body, code).findings.map((one) => one.id);

describe('a good envelope', () => {
  it('gives the result, with integers exact beyond 2^53', () => {
    const envelope = read('{"ok":true,"result":{"n":9007199254740993,"min":-9223372036854775808,"s":1}}');
    expect(envelope.findings).toEqual([]);
    expect(envelope.result).toEqual({ n: 9007199254740993n, min: -9223372036854775808n, s: 1 });
  });

  it('gives the error of a failed call, with any snake_case code', () => {
    const envelope = read(' {"ok":false,"error":{"code":"quota_2","message":"no","details":[1]}}\n');
    expect(envelope).toEqual({ ok: false, error: { code: 'quota_2', message: 'no', details: [1] }, findings: [] });
  });

  it('may come with any return code when it says ok:false', () => {
    expect(ids('{"ok":false,"error":{"code":"internal","message":"m"}}', 1)).toEqual([]);
  });

  it('may carry members that the host does not know', () => {
    expect(ids('{"ok":true,"result":null,"took_ms":3}')).toEqual([]);
  });

  it('is not needed where the plugin has no memory for one', () => {
    expect(read('', 1)).toMatchObject({ ok: false, error: { code: 'internal' }, findings: [] });
  });
});

describe('encoding', () => {
  it.each([
    ['a byte that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'env.utf8'],
    [
      'an overlong form',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]),
      'env.utf8',
    ],
    [
      'an encoded surrogate',
      Buffer.concat([Buffer.from('"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')]),
      'env.utf8',
    ],
    ['a character that is cut off', Buffer.concat([Buffer.from('"'), Buffer.from([0xe2, 0x82])]), 'env.utf8'],
    ['a byte order mark', Buffer.from('\ufeff{"ok":true,"result":{}}'), 'env.utf8'],
    ['a terminator inside the length', Buffer.from('{"ok":true,"result":{}}\0'), 'env.utf8'],
    ['half a character by escape', Buffer.from('{"ok":true,"result":"\\ud800"}'), 'env.utf8'],
    ['a low half first', Buffer.from('{"ok":true,"result":"\\udc00\\ud800"}'), 'env.utf8'],
    ['nothing at all', Buffer.alloc(0), 'env.single'],
    ['only white space', Buffer.from('  '), 'env.single'],
    ['two values', Buffer.from('{"ok":true,"result":{}}{"ok":true,"result":{}}'), 'env.single'],
    ['a truncated value', Buffer.from('{"ok":true,"result":{'), 'env.single'],
    ['a trailing comma', Buffer.from('{"ok":true,"result":{},}'), 'env.single'],
    ['a comment', Buffer.from('{"ok":true,"result":{}/**/}'), 'env.single'],
    ['NaN', Buffer.from('{"ok":true,"result":NaN}'), 'env.single'],
    ['a leading zero', Buffer.from('{"ok":true,"result":012}'), 'env.single'],
    ['a raw line feed in a string', Buffer.from('{"ok":true,"result":"a\nb"}'), 'env.single'],
    ['a key twice', Buffer.from('{"ok":true,"ok":false,"result":{}}'), 'env.single'],
    ['a key twice with the same value', Buffer.from('{"ok":true,"result":{"a":1,"a":1}}'), 'env.single'],
    ['a key twice, once escaped', Buffer.from('{"ok":true,"result":{"a":1,"\\u0061":2}}'), 'env.single'],
    ['a key twice, below an array', Buffer.from('{"ok":true,"result":[[{"b":{},"b":[]}]]}'), 'env.single'],
    ['129 levels', Buffer.from(`{"ok":true,"result":${'['.repeat(128)}${']'.repeat(128)}}`), 'env.single'],
    ['a hundred thousand levels', Buffer.from('['.repeat(100_000)), 'env.single'],
  ])('refuses %s', (_name, body, id) => {
    const envelope = read(body);
    expect(envelope.findings.map((one) => one.id)).toEqual([id]);
    expect(envelope.ok).toBeUndefined();
    expect(envelope.findings[0]?.clause).toMatch(/^ABI-/);
  });

  it.each([
    ['128 levels', `{"ok":true,"result":${'['.repeat(127)}${']'.repeat(127)}}`],
    ['a pair of surrogates by escape', '{"ok":true,"result":"\\ud83d\\ude00"}'],
    ['a NUL by escape', '{"ok":true,"result":"\\u0000"}'],
    ['the same key in two objects', '{"ok":true,"result":[{"a":1},{"a":1}]}'],
    ['a string value that equals a key', '{"ok":true,"result":{"a":"b","b":"a"}}'],
    ['a key called __proto__', '{"ok":true,"result":{"__proto__":1}}'],
    ['an escaped quote before a brace', '{"ok":true,"result":"\\"}{\\\\"}'],
  ])('accepts %s', (_name, body) => {
    expect(read(body).findings).toEqual([]);
  });

  it('names the first byte that is wrong', () => {
    const body = Buffer.concat([Buffer.from('{"ok":true,"result":"é'), Buffer.from([0xff, 0xff])]);
    expect(read(body).findings[0]?.message).toContain(`byte ${body.length - 2} `);
  });

  it('shows nothing raw that could disturb a terminal', () => {
    const [finding] = read('\u001b[2J{').findings;
    expect(JSON.stringify(finding)).not.toContain('\\u001b');
    expect(finding?.evidence?.[0]).toContain('\\x1b[2J');
  });

  it('reads a reply of 8 MiB without recursion or backtracking', () => {
    const text = 'x\\"'.repeat((8 << 20) / 3);
    expect(read(`{"ok":true,"result":"${text}"}`)).toMatchObject({ ok: true, findings: [] });
  });
});

describe('shape', () => {
  it.each([
    ['an array', '[]', 'env.shape'],
    ['a number', '1', 'env.shape'],
    ['no ok', '{"result":{}}', 'env.shape'],
    ['ok as text', '{"ok":"true","result":{}}', 'env.shape'],
    ['no result', '{"ok":true}', 'env.shape'],
    ['result and error', '{"ok":true,"result":{},"error":{"code":"c","message":"m"}}', 'env.shape'],
    ['error and result', '{"ok":false,"result":{},"error":{"code":"c","message":"m"}}', 'env.shape'],
    ['error as text', '{"ok":false,"error":"no"}', 'env.shape'],
    ['no code', '{"ok":false,"error":{"message":"m"}}', 'env.shape'],
    ['an empty message', '{"ok":false,"error":{"code":"c","message":""}}', 'env.shape'],
    ['a code with spaces', '{"ok":false,"error":{"code":"Not Found","message":"m"}}', 'env.shape'],
  ])('refuses %s', (_name, body, id) => {
    expect(ids(body)).toEqual([id]);
  });

  it('refuses ok:true with a return code that says otherwise', () => {
    expect(ids('{"ok":true,"result":{}}', 3)).toEqual(['env.rc']);
  });
});
