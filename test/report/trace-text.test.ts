import { describe, expect, test } from 'vitest';
import type { TraceRecord } from '../../src/model/session.js';
import { traceLine, traceValue } from '../../src/report/trace-text.js';
import { showProtobuf } from '../../src/support/protobuf-show.js';

/** A record with a body; the rest is that of a call to the plugin. */
function record(body: Uint8Array | string, rest: Partial<TraceRecord> = {}): TraceRecord {
  const bytes = Buffer.from(body);
  const about = { sequence: 3, timeNs: 12_345_678, direction: 'to-plugin', kind: 'request', id: 7 } as const;
  return { ...about, method: 'm', size: bytes.length, body: bytes, ...rest };
}

/** A line without its colours. */
function plain(one: TraceRecord): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
  return traceLine(one).replace(/\x1b\[\d+m/g, '');
}

describe('a line of a trace', () => {
  test('has one form for all transports', () => {
    const json = '{"a":1}';
    expect(plain(record(json))).toBe(`   12.3 ms → plugin m request #7 · 7 B\n           ${json}`);
    expect(
      plain(record(json, { wire: 'frame', direction: 'to-host', kind: 'response', code: 0, durationNs: 2e6 })),
    ).toBe(`   12.3 ms ← plugin m response #7 · frame · 7 B · code 0 · 2.00 ms\n           ${json}`);
    expect(plain(record(json, { wire: 'cbor', size: 5, direction: 'to-host', kind: 'chunk' }))).toBe(
      `   12.3 ms ← plugin m chunk #7 · cbor · 5 B\n           ${json}`,
    );
    expect(plain(record('1|1|unix|/s|grpc|\n', { kind: 'life', method: 'handshake', wire: 'line' }))).toBe(
      '   12.3 ms → plugin handshake line · 18 B\n           1|1|unix|/s|grpc|\\x0a',
    );
  });

  test('shows messages of gRPC as the contract reads them, and by their numbers where none does', () => {
    const body = Buffer.from([0x0a, 2, 0x68, 0x69, 0x10, 5]);
    const call = { wire: 'grpc', method: 'a.B/C' } as const;
    expect(plain(record(body, { ...call, message: { name: 'hi', count: 2n ** 63n } }))).toContain(
      '\n           {"name":"hi","count":9223372036854775808}',
    );
    expect(plain(record(body, call))).toContain('\n           protobuf {1: "hi", 2: 5}');
    const failed = record('{"code":5,"name":"NOT_FOUND"}', { ...call, kind: 'response', code: 5 });
    expect(plain(failed)).toContain('code 5\n           {"code":5,"name":"NOT_FOUND"}');
  });

  test('tells machines the same', () => {
    const body = Buffer.from([0x08, 7]);
    expect(traceValue(record(body, { wire: 'grpc' }))).toMatchObject({
      ...{ wire: 'grpc', direction: 'to-plugin', timeNs: 12_345_678, size: 2 },
      ...{ protobuf: '{1: 7}', body_base64: 'CAc=' },
    });
    expect(traceValue(record(body, { wire: 'grpc', message: { n: 7 } }))).toMatchObject({ message: { n: 7 } });
    expect(traceValue(record('{}', { wire: 'line' }))).toMatchObject({ wire: 'line', body: '{}' });
  });
});

describe('a message of a type that is not known', () => {
  test.each([
    ['nothing', [], '{}'],
    ['nested messages', [0x0a, 2, 0x08, 1], '{1: {1: 1}}'],
    ['the largest integer', [0x08, ...Array(9).fill(0xff), 1], '{1: 18446744073709551615}'],
    ['fixed numbers', [0x0d, 1, 0, 0, 0, 0x11, 2, 0, 0, 0, 0, 0, 0, 0], '{1: 0x1, 2: 0x2}'],
    ['lines of text', [0x12, 5, ...Buffer.from('He\nlo')], '{2: "He\\nlo"}'],
    ['a message that looks like lines', [0x32, 4, 0x0a, 2, 0x68, 0x69], '{6: {1: "hi"}}'],
    ['bytes that are no message', [0x12, 2, 0xff, 0xff], '{2: "bin://8="}'],
  ])('shows %s', (_what, bytes, text) => {
    expect(showProtobuf(Uint8Array.from(bytes))).toBe(text);
  });

  test.each([
    ['a cut length', [0x0a, 5, 1]],
    ['a cut number', [0x08, 0x80]],
    ['a group', [0x0b]],
    ['the field 0', [0x00, 1]],
    ['a number of eleven bytes', [0x08, ...Array(10).fill(0x80), 1]],
  ])('refuses %s', (_what, bytes) => {
    expect(showProtobuf(Uint8Array.from(bytes))).toBeUndefined();
  });

  test('bears messages that nest without end', () => {
    let body = Buffer.from([0x08, 1]);
    for (let depth = 0; depth < 100 && body.length < 120; depth++) body = Buffer.from([0x0a, body.length, ...body]);
    expect(showProtobuf(body)).toContain('{1: ');
  });
});
