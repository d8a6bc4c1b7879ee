import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tracer } from '../../../src/runtime/process/tracer.js';
import { FrameLink } from '../../../src/runtime/stdio/tau-frame-link.js';
import { LineLink } from '../../../src/runtime/stdio/tau-line-link.js';
import type { LinkEvents } from '../../../src/runtime/stdio/tau-link.js';
import { VECTORS } from './vectors.js';

const REGISTER = VECTORS[0]?.hex ?? '';

/** What a link told while it read; nothing it reads may be more than that. */
function listen(make: new (stdin: PassThrough, tracer: Tracer, events: LinkEvents) => LineLink | FrameLink) {
  const broken: string[] = [];
  const stdin = new PassThrough();
  stdin.resume();
  const events: LinkEvents = {
    registered: () => undefined,
    answered: () => undefined,
    delta: (_id, _text, taken) => taken(),
    asked: (_request, answer) => answer({ type: 'ok' }),
    broken: ({ what }) => broken.push(what),
    odd: () => undefined,
  };
  const traced: number[] = [];
  const link = new make(stdin, new Tracer(({ size }) => traced.push(size)), events);
  return { link, broken };
}

const mutated = (original: Buffer) =>
  fc
    .array(fc.record({ at: fc.nat(original.length - 1), byte: fc.nat(255), cut: fc.boolean() }), { maxLength: 4 })
    .map((changes) => {
      let bytes = Buffer.from(original);
      for (const { at, byte, cut } of changes) {
        if (cut && at < bytes.length) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
        else if (at < bytes.length) bytes[at] = byte;
      }
      return bytes;
    });

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

function feed(link: LineLink | FrameLink, bytes: Buffer, sizes: readonly number[]): void {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    link.push(bytes.subarray(at, at + size));
    at += size;
  }
  link.rest();
}

describe('bytes of a broken plugin', () => {
  it('end the reading of frames once at most, and throw nothing', () => {
    const all = Buffer.concat(
      VECTORS.filter(({ api, kind }) => (api === 2) === (kind === 'request')).map(({ hex }) => Buffer.from(hex, 'hex')),
    );
    fc.assert(
      fc.property(mutated(all), pieces, (bytes, sizes) => {
        const { link, broken } = listen(FrameLink);
        link.send(2, { type: 'hook', fields: { name: 'h', data: {} } });
        link.send(3, { type: 'tool_call', fields: { tool_call_id: 'tc1', name: 'echo', arguments: {} } });
        feed(link, bytes, sizes);
        return broken.length <= 1;
      }),
      { numRuns: 800, seed: 7 },
    );
  });

  it('end the reading of CBOR items once at most', () => {
    const head = Buffer.from(REGISTER, 'hex');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), pieces, (item, sizes) => {
        const { link, broken } = listen(FrameLink);
        const frame = Buffer.alloc(8 + item.length);
        frame.writeUInt32LE(4 + item.length, 0);
        frame.writeUInt16LE(2, 5);
        frame.set(item, 8);
        feed(link, Buffer.concat([head, frame]), sizes);
        return broken.length <= 1;
      }),
      { numRuns: 800, seed: 7 },
    );
  });

  it('end the reading of lines once at most, and throw nothing', () => {
    const lines = [
      '{"type":"register","name":"x","tools":[],"hooks":[],"commands":[]}',
      '{"type":"output_delta","tool_call_id":"tc1","text":"a"}',
      '{"type":"server_request","request_id":"r1","request":{"type":"chat","n":1e400}}',
      '{"type":"hook_result","message":null,"__proto__":{"a":1}}',
      '{"type":"tool_result","tool_call_id":"tc1","content":[],"is_error":false}',
    ];
    fc.assert(
      fc.property(mutated(Buffer.from(`${lines.join('\n')}\n`)), pieces, (bytes, sizes) => {
        const { link, broken } = listen(LineLink);
        link.send(2, { type: 'hook', fields: { name: 'h', data: {} } });
        link.send(3, { type: 'tool_call', fields: { tool_call_id: 'tc1', name: 'echo', arguments: {} } });
        feed(link, bytes, sizes);
        return broken.length <= 1;
      }),
      { numRuns: 800, seed: 7 },
    );
  });

  it('are not kept without a limit', () => {
    const { link, broken } = listen(LineLink);
    const piece = Buffer.alloc(2 ** 20, 'x');
    for (let count = 0; count < 70 && broken.length === 0; count++) link.push(piece);
    expect(broken).toEqual([expect.stringMatching(/^a line has more than 67108864 bytes: xxx/)]);
  });
});
