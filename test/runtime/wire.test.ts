import { duplexPair } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Channel } from '../../src/runtime/wire/channel.js';
import { type Frame, isMethodName, Kind } from '../../src/runtime/wire/frame.js';
import { RECORDER_SIZE, readRecorder } from '../../src/runtime/wire/recorder.js';
import { Regions } from '../../src/runtime/wire/regions.js';

test('regions never overlap, stay within their limit and come back', () => {
  const operations = fc.array(
    fc.oneof(fc.record({ take: fc.integer({ min: 0, max: 50_000 }) }), fc.record({ give: fc.nat() })),
  );
  fc.assert(
    fc.property(operations, (list) => {
      const regions = new Regions(1 << 20, 200_000);
      const taken: { offset: number; length: number }[] = [];
      for (const operation of list) {
        if ('take' in operation) {
          const offset = regions.take(operation.take);
          if (offset === undefined) continue;
          expect(offset % 4096).toBe(0);
          expect(offset).toBeGreaterThanOrEqual(1 << 20);
          expect(offset + operation.take).toBeLessThanOrEqual((1 << 20) + 200_000);
          for (const other of taken) {
            expect(offset >= other.offset + other.length || offset + operation.take <= other.offset).toBe(true);
          }
          taken.push({ offset, length: Math.max(1, operation.take) });
        } else if (taken.length > 0) {
          const [gone] = taken.splice(operation.give % taken.length, 1);
          expect(regions.give(gone?.offset ?? -1)).toBeGreaterThan(0);
        }
      }
      for (const { offset } of taken) regions.give(offset);
      expect(regions.idle).toBe(true);
    }),
  );
});

test('frames survive any cut of the stream', async () => {
  const frame = fc.record({
    id: fc.nat(),
    code: fc.integer(),
    method: fc.string({ unit: 'grapheme', maxLength: 40 }).filter(isMethodName),
    body: fc.uint8Array({ maxLength: 3000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 500 }),
      async (frames, cut) => {
        const received: unknown[] = [];
        const pieces: Buffer[] = [];
        const [near, far] = duplexPair();
        far.on('data', (piece: Buffer) => pieces.push(piece));
        const sender = new Channel(near, () => undefined);
        for (const { id, code, method, body } of frames)
          sender.send({ kind: Kind.Call, id, code, a: 1.5, b: -2 }, method, body);
        sender.end();
        await new Promise((resolve) => far.once('end', resolve));
        const [input, output] = duplexPair();
        const take = ({ id, code, method, body, a, b }: Frame) =>
          received.push({ id, code, method, body: Uint8Array.from(body), a, b });
        new Channel(output, take);
        const all = Buffer.concat(pieces);
        for (let at = 0; at < all.length; at += cut) input.write(all.subarray(at, at + cut));
        input.end();
        await new Promise((resolve) => output.once('end', resolve));
        expect(received).toEqual(frames.map((sent) => ({ ...sent, a: 1.5, b: -2 })));
      },
    ),
    { numRuns: 50 },
  );
});

test('an untouched or damaged recorder page is read without a fault', () => {
  expect(readRecorder(Buffer.alloc(RECORDER_SIZE))).toEqual({ touched: false, phase: 'load' });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: RECORDER_SIZE, maxLength: RECORDER_SIZE }), (page) => {
      expect(readRecorder(Buffer.from(page))).toHaveProperty('phase');
    }),
    { numRuns: 50 },
  );
});
