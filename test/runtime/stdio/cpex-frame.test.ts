import { describe, expect, it } from 'vitest';
import { type CpexFrame, FrameKind, FrameReader, frameHead } from '../../../src/runtime/stdio/cpex-frame.js';

function read(bytes: Buffer, piece: number) {
  const frames: CpexFrame[] = [];
  const garbage: [string, Buffer][] = [];
  const reader = new FrameReader(
    (frame) => frames.push(frame),
    (why, rest) => garbage.push([why, rest]),
  );
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  return { frames, garbage, rest: reader.rest };
}

const written = (frame: CpexFrame) => Buffer.concat([frameHead(frame), frame.body]);

const FRAMES: readonly CpexFrame[] = [
  { kind: FrameKind.Request, id: 7, during: 3, code: 0, method: 'hook.invoke', body: Buffer.from('{}') },
  { kind: FrameKind.Response, id: 0xffff_ffff, during: 0, code: -2, method: '', body: Buffer.alloc(0) },
  { kind: FrameKind.Request, id: 1, during: 0, code: 0, method: 'ü'.repeat(30_000), body: Buffer.alloc(200_000, 9) },
];

describe('frames', () => {
  it('are as docs/abi.md has them, byte for byte', () => {
    const [request, response] = FRAMES as [CpexFrame, CpexFrame];
    expect(written(request).toString('hex')).toBe(
      `1c000000 00 07000000 03000000 00000000 0b00 ${Buffer.from('hook.invoke{}').toString('hex')}`.replaceAll(' ', ''),
    );
    expect(written(response).toString('hex')).toBe('0f00000001ffffffff00000000feffffff0000');
  });

  it.each([1, 5, 19, 64 * 1024, 1 << 20])('come back as they were sent, in pieces of %i bytes', (piece) => {
    const sent = Buffer.concat(FRAMES.map(written));
    const { frames, garbage, rest } = read(sent, piece);
    expect(garbage).toEqual([]);
    expect(rest).toHaveLength(0);
    expect(frames.map(({ method }) => method)).toEqual(FRAMES.map(({ method }) => method));
    expect(Buffer.concat(frames.map(written)).equals(sent)).toBe(true);
  });

  it.each([
    ['a length beyond the limit', '00000080 00 01000000 00000000 00000000 0000', 'its length would be 2147483648'],
    ['another kind', '0f000000 02 01000000 00000000 00000000 0000', 'its kind would be 2'],
    ['a method that is longer than it', '10000000 00 01000000 00000000 00000000 0200', 'its method alone has 2 bytes'],
    ['a length below its head', '0e000000 00 01000000 00000000 00000000 0000', 'its length is 14'],
  ])('%s is no frame, and nothing is read after it', (_, hex, why) => {
    const bad = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const { frames, garbage } = read(Buffer.concat([...FRAMES.slice(0, 1).map(written), bad, bad]), 7);
    expect(frames).toHaveLength(1);
    expect(garbage).toHaveLength(1);
    expect(garbage[0]?.[0]).toContain(why);
  });

  it('keeps what has come of a frame that is cut off', () => {
    expect(read(Buffer.from('Usage: plugin'), 4).rest.toString()).toBe('Usage: plugin');
  });
});
