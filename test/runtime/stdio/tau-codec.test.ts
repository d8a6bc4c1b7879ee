import { describe, expect, it } from 'vitest';
import { readCbor } from '../../../src/runtime/stdio/cbor-read.js';
import { writeCbor } from '../../../src/runtime/stdio/cbor-write.js';
import { readRequest, readResponse, writeRequest, writeResponse } from '../../../src/runtime/stdio/tau-cbor.js';
import { FrameSplitter, writeFrame } from '../../../src/runtime/stdio/tau-frame.js';
import { LineSplitter, readLine, writeLine } from '../../../src/runtime/stdio/tau-line.js';
import { HOST_CALLS, PLUGIN_CALLS } from '../../../src/runtime/stdio/tau-messages.js';
import { VECTORS } from './vectors.js';

const callsOf = (api: 1 | 2) => (api === 1 ? HOST_CALLS : PLUGIN_CALLS);
const hex = (text: string) => Buffer.from(text, 'hex');

describe("frames of tau's own codec", () => {
  it.each(VECTORS)('writes $name byte for byte', ({ kind, api, slot, type, fields, hex: bytes, writes }) => {
    const item =
      kind === 'request'
        ? writeRequest(callsOf(api), { type, fields: fields ?? {} })
        : writeResponse(callsOf(api), type, fields);
    expect(writeFrame({ kind, api, slot, item }).toString('hex')).toBe(writes ?? bytes);
  });

  it.each(VECTORS)('reads $name', ({ kind, api, slot, type, fields, hex: bytes, reads }) => {
    const [frame, more] = [...new FrameSplitter().push(hex(bytes))];
    if (frame === undefined) throw new Error('There is no frame.');
    expect(more).toBeUndefined();
    expect([frame.kind, frame.api, frame.slot]).toEqual([kind, api, slot]);
    if (kind === 'request') {
      expect(readRequest(callsOf(api), frame.item)).toEqual({ type, fields: reads ?? fields });
    } else {
      expect(readResponse(callsOf(api), type, frame.item)).toEqual(reads ?? fields);
    }
  });

  it('reads frames whatever the pieces are in which they come', () => {
    const all = Buffer.concat(VECTORS.map((one) => hex(one.hex)));
    for (const size of [1, 3, 7, 64, all.length]) {
      const splitter = new FrameSplitter();
      const frames = [];
      for (let at = 0; at < all.length; at += size) {
        for (const { kind, api, slot, item } of splitter.push(all.subarray(at, at + size))) {
          frames.push(writeFrame({ kind, api, slot, item }).toString('hex'));
        }
      }
      expect(frames).toEqual(VECTORS.map((one) => one.hex));
      expect(splitter.rest).toBe(0);
    }
  });
});

describe('what a reader in Rust takes and what not', () => {
  const idle = (bytes: string) => () => readRequest(HOST_CALLS, hex(bytes));

  it.each([
    ['a unit variant with null', 'a16449646c65f6'],
    ['a unit variant with an empty map', 'a16449646c65a0'],
    ['bytes after the item', '6449646c65ffff'],
  ])('takes %s', (_, bytes) => {
    expect(idle(bytes)()).toEqual({ type: 'idle', fields: {} });
  });

  it.each([
    ['an outermost map without a length', 'bf6449646c65f6ff', /indefinite/],
    ['a variant in snake case', '6469646c65', /"idle" is none of/],
    ['a variant that it does not know', '6353746f', /ends after|none of/],
    ['a list instead of a struct', 'a164496e6974a16363747880', /"ctx" of Init must be a map, not an array/],
    ['two variants', 'a26449646c65f66448 6f6f6bf6'.replace(' ', ''), /one entry/],
    ['a missing parameter', 'a164486f6f6ba0', /no parameter "req"/],
    ['a list of fields', 'a164486f6f6b80', /must be a map, not an array/],
  ])('refuses %s', (_, bytes, message) => {
    expect(idle(bytes)).toThrow(message);
  });

  it.each([
    ['an inner map without a length', 'a16161bf6162 01ff', { a: { b: 1 } }],
    ['an inner list without a length', 'a161619f0102ff', { a: [1, 2] }],
    ['a float of 32 bits', 'a16161fa3fc00000', { a: 1.5 }],
    ['a float of 64 bits', 'a16161fb3ff8000000000000', { a: 1.5 }],
    ['an integer wider than it needs to be', 'a161611b0000000000000001', { a: 1 }],
    ['null', 'a16161f6', { a: null }],
    ['the largest integer', 'a161611bffffffffffffffff', { a: 2n ** 64n - 1n }],
    ['the smallest integer', 'a161613b7fffffffffffffff', { a: -(2n ** 63n) }],
    ['a number that JSON does not have', 'a16161fb7ff8000000000000', { a: null }],
  ])('reads %s', (_, bytes, value) => {
    expect(readCbor(hex(bytes.replace(' ', '')))).toEqual(value);
  });

  it.each([
    ['a text in pieces', 'a161617f6161ff', /text in pieces/],
    ['a byte string', 'a161614161', /byte string/],
    ['undefined', 'a16161f7', /undefined/],
    ['a tag', 'a16161c000', /a tag/],
    ['a half float', 'a16161f93e00', /half float/],
    ['a simple value', 'a16161e0', /simple value/],
    ['an integer below the 64-bit ones', 'a161613bffffffffffffffff', /below/],
    ['a text that is not UTF-8', 'a1616161ff', /not UTF-8/],
    ['a key that is no text', 'a10101', /no text/],
    ['a key twice', 'a2616101616102', /twice/],
    ['a length beyond the end', 'a161619affffffff', /ends after/],
    ['an end in the middle', 'a161', /ends after/],
    ['nothing', '', /ends after/],
    ['a nesting without end', '81'.repeat(10_000), /deeper/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readCbor(hex(bytes))).toThrow(message);
  });

  it('refuses the answer to another request', () => {
    expect(() => readResponse(HOST_CALLS, 'tool_call', hex('6449646c65'))).toThrow(/"Idle", and the request was Tool/);
  });

  it.each([
    ['text', Buffer.from('loading the model…\n'), /text where a frame was to begin: "loading /],
    ['a length without room for the header', Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), /its header alone has 4/],
    ['a kind that there is not', Buffer.from([4, 0, 0, 0, 2, 1, 0, 0]), /kind 2/],
    ['a huge length', Buffer.from([0, 0, 0, 0x80, 0, 1, 0, 0]), /2147483648 bytes/],
  ])('refuses %s for a frame', (_, bytes, message) => {
    expect(() => [...new FrameSplitter().push(bytes)]).toThrow(message);
  });
});

describe('CBOR that a reader in Rust takes', () => {
  it.each([
    ['fractions as 64-bit floats', 1.5, 'fb3ff8000000000000'],
    ['keys in their order', { b: 1, a: 2 }, 'a2616201616102'],
    ['no member without a value', { a: undefined, b: null }, 'a16162f6'],
    ['a large integer', 2n ** 63n, '1b8000000000000000'],
    ['an integer beyond 64 bits as a float', 2n ** 64n, 'fb43f0000000000000'],
    ['a number as large as only floats are', 1e300, 'fb7e37e43c8800759c'],
    ['a small negative integer', -1, '20'],
    ['lengths as short as they can be', { a: 'x'.repeat(24) }, `a161617818${'78'.repeat(24)}`],
  ])('has %s', (_, value, bytes) => {
    expect(Buffer.from(writeCbor(value)).toString('hex')).toBe(bytes);
  });
});

describe('lines', () => {
  it('are written with their type and read again, integers exact', () => {
    const fields = { tool_call_id: 'tc1', name: 'sum', arguments: { n: 2n ** 60n, text: 'a\nb' } };
    const line = writeLine({ type: 'tool_call', fields });
    expect(line.toString()).toBe(
      '{"type":"tool_call","tool_call_id":"tc1","name":"sum","arguments":{"n":1152921504606846976,"text":"a\\nb"}}\n',
    );
    const [read] = [...new LineSplitter().push(line)];
    expect(readLine(read ?? Buffer.alloc(0))).toEqual({ type: 'tool_call', fields, size: line.length });
  });

  it('come in any pieces', () => {
    const lines = ['{"type":"a"}', '{"type":"ü","x":[1,2]}', '', '{}'];
    const all = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    for (const size of [1, 2, 5, all.length]) {
      const splitter = new LineSplitter();
      const read = [];
      for (let at = 0; at < all.length; at += size) {
        for (const line of splitter.push(all.subarray(at, at + size))) read.push(line.toString());
      }
      expect(read).toEqual(lines);
      expect(splitter.rest).toHaveLength(0);
    }
  });

  it.each([
    ['plain text', 'loading the model', /no JSON .*: loading the model$/],
    ['an empty line', '', /empty line/],
    ['a list', '[1]', /no JSON object/],
    ['an object without a type', '{"a":1}', /has no "type"/],
    ['a key twice', '{"type":"a","type":"b"}', /no JSON .*type/],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  ])('cannot be %s', (_, line, message) => {
    expect(() => readLine(Buffer.from(line))).toThrow(message);
  });
});
