import { describe, expect, it } from 'vitest';
import { decodeGo } from '../../src/hosts/go-json/decode.js';
import { encodeGo, type GoValueError } from '../../src/hosts/go-json/encode.js';
import { reference, TYPES } from './go-json-oracle.js';

const write = (type: string, value: unknown): string =>
  Buffer.from(encodeGo(value, reference(type), TYPES)).toString('utf8');
const read = (type: string, json: unknown) =>
  decodeGo(typeof json === 'string' ? Buffer.from(json) : json, reference(type), TYPES);

/** The path and text of the error that writing a value gives. */
function refusal(type: string, value: unknown): [string, string] | undefined {
  try {
    write(type, value);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return [(error as GoValueError).path, (error as GoValueError).message];
  }
}

describe('writing', () => {
  it('takes undefined and null for zero, and keeps empty apart from nothing', () => {
    const empty = { Headers: {}, Query: undefined, Body: '', Path: null };
    expect(write('FrontendAuthRequest', empty)).toBe('{"Method":"","Path":"","Headers":{},"Query":null,"Body":""}');
    expect(write('CommandLineRegisterResult', { Flags: [] })).toBe('{"Flags":[]}');
    expect(write('BodyResult', undefined)).toBe('{"Body":null}');
    expect(write('BodyResult', null)).toBe('{"Body":null}');
  });

  it('leaves out what is empty where the struct says so, but never a time', () => {
    expect(write('HttpStreamResult', { status_code: 204, headers: {} })).toBe('{"status_code":204}');
    expect(write('HostModelStreamResult', { status_code: 204 })).toBe(
      '{"status_code":204,"headers":null,"stream_id":""}',
    );
    const zero = '"0001-01-01T00:00:00Z"';
    expect(write('AuthFile', { disabled: false, size: 0 })).toBe(
      `{"name":"","modtime":${zero},"updated_at":${zero},"created_at":${zero},"last_refresh":${zero},"next_retry_after":${zero}}`,
    );
    expect(write('StreamReadResult', { payload: new Uint8Array(), done: true })).toBe('{"done":true}');
  });

  it('takes bytes, dates, bigints and whole numbers in every form', () => {
    expect(write('BodyResult', { Body: Buffer.from('a&b') })).toBe('{"Body":"YSZi"}');
    expect(write('BodyResult', { Body: 'YSZi\n' })).toBe('{"Body":"YSZi"}');
    const at = new Date('2026-11-21T10:00:00.250Z');
    expect(write('AuthRefreshResult', { NextRefreshAfter: at })).toContain('"2026-11-21T10:00:00.25Z"');
    expect(write('Odd', { large: 2n ** 64n - 1n })).toContain('"large":18446744073709551615,');
    expect(write('Odd', { any: { n: 2n ** 60n, b: Buffer.from('x'), u: undefined, l: [undefined] } })).toContain(
      '"any":{"b":"eA==","l":[null],"n":1152921504606846976}',
    );
  });

  it('escapes what Go escapes, in keys too', () => {
    expect(write('LogRequest', { message: '<a href="x">&\u2028\u007f\ud800é😀' })).toBe(
      '{"level":"","message":"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\u007f\\ufffdé😀"}',
    );
    expect(write('LogRequest', { fields: { 'b<': 1, a: '\u0007\t' } })).toContain(
      '"fields":{"a":"\\u0007\\t","b\\u003c":1}',
    );
  });

  it('keeps the order of raw JSON, drops its blanks and escapes HTML in it', () => {
    const json = Buffer.from('{ "z" : "a <b>  c\u2029", "a" : [ 1.50 , 2 ] }');
    expect(write('AuthSaveRequest', { name: 'x.json', json })).toBe(
      '{"name":"x.json","json":{"z":"a \\u003cb\\u003e  c\\u2029","a":[1.50,2]}}',
    );
    expect(write('AuthSaveRequest', { json: { z: 1, a: '&' } })).toBe('{"name":"","json":{"z":1,"a":"\\u0026"}}');
  });

  it.each([
    ['ExecutorRequest', { Modle: 'x' }, 'Modle', 'Modle is not a member of ExecutorRequest'],
    ['ExecutorRequest', { model: 'x' }, 'model', 'model is not a member of ExecutorRequest'],
    ['AuthParseRequest', { Host: { AuthDir: 5 } }, 'Host.AuthDir', 'Host.AuthDir must be a text'],
    [
      'ModelResult',
      { Models: [{}, { Created: 1.5 }] },
      'Models[1].Created',
      'Models[1].Created must be a whole number',
    ],
    ['ModelResult', { Models: {} }, 'Models', 'Models must be a list'],
    ['RegisterRequest', { schema_version: -1 }, 'schema_version', 'schema_version must be from 0 to 4294967295'],
    ['Odd', { large: 2 ** 60 }, 'large', 'large is beyond 2^53, where a number is not exact; give it as a bigint'],
    ['Odd', { float: Number.NaN }, 'float', 'float is NaN, which JSON cannot hold'],
    ['Odd', { any: { f: () => 1 } }, 'any', 'any is a function, which is no JSON'],
    ['Odd', { Err: 'x' }, 'Err', 'Err must be null: a Go error does not cross the wire'],
    ['Odd', { Raw: Buffer.from('{') }, 'Raw', 'Raw must be JSON: unexpected end of JSON input'],
    ['BodyResult', { Body: '{"a":1}' }, 'Body', 'Body must be base64: illegal base64 data at input byte 0'],
    ['BodyResult', [], '', 'the value must be an object'],
    ['FrontendAuthRequest', { Headers: { A: 'b' } }, 'Headers.A', 'Headers.A must be a list'],
    ['FrontendAuthResult', { Authenticated: 1 }, 'Authenticated', 'Authenticated must be true or false'],
  ])('refuses for %s %o', (type, value, path, message) => {
    expect(refusal(type, value)).toEqual([path, message]);
  });

  it('refuses times that are none, with the words of Go', () => {
    expect(refusal('AuthRefreshResult', { NextRefreshAfter: '' })?.[1]).toContain('cannot parse "" as "2006"');
    expect(refusal('AuthRefreshResult', { NextRefreshAfter: 5 })?.[1]).toContain('must be a time such as');
    expect(refusal('AuthRefreshResult', { NextRefreshAfter: '2026-01-01T00:00:00+24:00' })?.[1]).toContain('[0,23]');
  });

  it('refuses cycles instead of running for ever', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(refusal('Odd', { any: cycle })).toEqual(['any', 'any is nested more than 10000 levels deep']);
  });
});

describe('reading', () => {
  it('gives a value with every member', () => {
    expect(read('ModelRouteResult', '{"Handled":true,"Target":null}')).toEqual({
      ok: true,
      value: { Handled: true, TargetKind: '', Target: '', TargetModel: '', Reason: '' },
      notices: [],
      ignored: [],
    });
    expect(read('ModelResult', '{}')).toMatchObject({ value: { Provider: '', Models: null, AuthUpdate: null } });
    expect(read('AuthParseResult', 'null')).toMatchObject({
      value: { Auth: { NextRefreshAfter: '0001-01-01T00:00:00Z' } },
    });
  });

  it('says which keys matched by their letters only, and which matched nothing', () => {
    const json = '{"Auths":[{"id":"a"},{"id":"b","ID":"c"}],"HANDLED":true,"x":{"y":1},"Auth":{"metadata":{"id":1}}}';
    expect(read('AuthParseResult', json)).toMatchObject({
      ok: true,
      value: { Handled: true, Auths: [{ ID: 'a' }, { ID: 'c' }], Auth: { Metadata: { id: 1 } } },
      notices: [
        { struct: 'AuthData', key: 'id', field: 'ID', path: 'Auths[0].id' },
        { struct: 'AuthParseResponse', key: 'HANDLED', field: 'Handled', path: 'HANDLED' },
        { struct: 'AuthData', key: 'metadata', field: 'Metadata', path: 'Auth.metadata' },
      ],
      ignored: [{ struct: 'AuthParseResponse', key: 'x', path: 'x' }],
    });
  });

  it('names the Go type that the host has for a result', () => {
    const management = { ...reference('HttpResult'), 'x-go': 'pluginapi.ManagementResponse' };
    const reading = decodeGo(Buffer.from('{"StatusCode":"200"}'), management, TYPES);
    const field = 'ManagementResponse.StatusCode';
    expect(reading).toEqual({
      ok: false,
      message: `json: cannot unmarshal string into Go struct field ${field} of type int`,
    });
    expect(read('HostModelRequest', '{"stream":1}')).toEqual({
      ok: false,
      message:
        'json: cannot unmarshal number into Go struct field ' +
        'rpcHostModelExecutionRequest.HostModelExecutionRequest.stream of type bool',
    });
  });

  it('gives raw JSON as the bytes that were written', () => {
    const reading = read('AuthSaveRequest', '{"name":"a.json","json":{ "z": 1.0, "a": 2 }}');
    expect(reading.ok && Buffer.from((reading.value as { json: Uint8Array }).json).toString()).toBe(
      '{ "z": 1.0, "a": 2 }',
    );
  });

  it('reads an HTTP request in both of its forms', () => {
    const nested = { request: { url: 'https://a.example', headers: { A: ['b'] } }, host_callback_id: '7' };
    expect(read('HttpRequest', nested)).toMatchObject({
      ok: true,
      value: {
        url: '',
        host_callback_id: '7',
        request: { url: 'https://a.example', headers: { A: ['b'] }, request: null },
      },
    });
    expect(read('HttpRequest', { url: 'https://b.example' })).toMatchObject({ value: { request: null } });
  });

  it('takes a parsed value with bigints', () => {
    expect(read('Odd', { large: 2n ** 64n - 1n, small: 5, unknown: undefined })).toMatchObject({
      value: { large: 2n ** 64n - 1n, small: 5 },
    });
  });

  it('does not take __proto__ for anything but a key', () => {
    const reading = read('LogRequest', '{"fields":{"__proto__":{"polluted":true}},"__proto__":{"level":"info"}}');
    expect(reading).toMatchObject({ ok: true, value: { level: '' } });
    if (!reading.ok) return;
    const { fields } = reading.value as { fields: object };
    expect(Object.keys(fields)).toEqual(['__proto__']);
    expect('polluted' in fields).toBe(false);
  });

  it('takes bodies of many megabytes, with and without line ends', { timeout: 120_000 }, () => {
    const body = Buffer.alloc(48 * 2 ** 20, 'cpex').toString('base64');
    const json = Buffer.from(`{"Payload":"${body}","Headers":null}`);
    const reading = read('ExecutorResult', json);
    expect(reading.ok && (reading.value as { Payload: string }).Payload === body).toBe(true);
    const back = encodeGo(reading.ok ? reading.value : {}, reference('ExecutorResult'), TYPES);
    expect(back.length).toBe(json.length + '"Metadata":null,'.length);
    const broken = read('ExecutorResult', `{"Payload":"${body.slice(0, 4096)}\\n${body.slice(4096, 2 ** 20)}"}`);
    expect(broken.ok && (broken.value as { Payload: string }).Payload === body.slice(0, 2 ** 20)).toBe(true);
  });

  it('reads deep nesting and many escapes without recursion or quadratic work', () => {
    const deep = `${'{"a":['.repeat(4_998)}${']}'.repeat(4_998)}`;
    expect(read('LogRequest', `{"fields":{"x":${deep}}}`).ok).toBe(true);
    const escapes = '\\u00e9\\"'.repeat(200_000);
    const reading = read('LogRequest', `{"message":"${escapes}"}`);
    expect(reading.ok && (reading.value as { message: string }).message.length).toBe(400_000);
  });
});
