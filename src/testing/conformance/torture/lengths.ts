import type { Subject } from '../../subject.js';
import { texts } from '../hygiene/snapshot.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Characters that are added to a request, in turn. */
const PADDINGS = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

/** Hosts that keep a length in an `int` read one beyond this as negative. */
const MOST = 2 ** 31 - 1;

/**
 * Whether replies stay so short that a host with 32-bit lengths can read them: asks with ever longer requests, for
 * plugins whose replies grow with them. Only the length is looked at.
 */
export async function keepsRepliesReadable(id: string, subject: Subject): Promise<TestOutcome> {
  let longest = 0;
  const outcome = await probeTest(id, subject, { needs: ['threads'] }, async ({ perform, samples }) => {
    const { protocol } = subject.profile;
    for (const padding of PADDINGS) {
      for (const sample of samples) {
        const body = padded(protocol.encodeRequest(sample.request, sample.method), padding);
        if (body === undefined) continue;
        const seen = await perform('torture.lengths', [
          ['method', sample.method],
          ['body', body],
        ]);
        const length = Number(texts(seen, 'length')[0] ?? 0);
        longest = Math.max(longest, length);
        if (length <= MOST) continue;
        const evidence = [`request padded with ${padding} bytes`, `a host with 32-bit lengths reads ${length | 0}`];
        return [
          {
            ...fault(id, `${sample.method} answers with ${length} bytes; hosts read at most ${MOST}.`, evidence),
            remedy: 'Answer with an error when a reply would become that long, or stream it.',
          },
        ];
      }
    }
    return [];
  });
  return { unproven: `no sample call has a reply near ${MOST} bytes; the longest had ${longest}`, ...outcome };
}

/** A body with a member that nobody knows, in itself or in its payload: what a plugin hands back, it hands back long. */
function padded(body: Uint8Array, length: number): Uint8Array | undefined {
  const request: unknown = JSON.parse(Buffer.from(body).toString() || 'null');
  if (!isObject(request)) return undefined;
  const padding = { cpex_padding: 'x'.repeat(length) };
  const { payload } = request;
  const longer = isObject(payload) ? { ...request, payload: { ...payload, ...padding } } : { ...request, ...padding };
  return Buffer.from(JSON.stringify(longer));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
