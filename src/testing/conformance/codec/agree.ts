import { requestPlaces } from '../../../hosts/cpex/codec.js';
import { type Fields, fieldsOf, isFields } from '../../../hosts/json-fields.js';
import type { SampleCall } from '../../../model/profile.js';
import type { Subject } from '../../subject.js';
import type { TestOutcome } from '../types.js';
import { compareCodecs, type Variant } from './compare.js';
import { writeLong } from './long-forms.js';

/** Name of a member that no contract has. */
const UNKNOWN = 'x_cpex';

/** Numbers at the edges of their kinds, and values that writers confuse. */
const EDGES: readonly unknown[] = [
  ...[0, 1, -1, 127, 128, 255, 256, -32, -33, -128, -129, 65_535, 65_536, -32_768, -32_769],
  ...[2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32 - 1, 2 ** 32],
  ...[2 ** 53 - 1, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), 2n ** 64n - 1n],
  ...[0.5, -0.25, 1e300, 5e-324, 1e100],
];

/** Values of other kinds in open places. */
const OTHERS: readonly unknown[] = [
  ...[null, true, false, '', '\0', 'é\u{10ffff}', 'AQI='],
  ...['x'.repeat(31), 'x'.repeat(32), 'é'.repeat(130), 'x'.repeat(70_000)],
  ...[[], {}, [[]], { '': null }, { a: { b: [null, { c: 1 }] } }],
  Array.from({ length: 17 }, () => 0),
  Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, index])),
];

/** `codec.agree`: the same answers in both codecs, whatever valid values stand in open places. */
export function codecsAgree(subject: Subject): Promise<TestOutcome> {
  return compareCodecs('codec.agree', subject, (samples) =>
    samples.flatMap((sample) => [
      { name: 'its sample', ...only(sample) },
      { name: 'with values of every kind', method: sample.method, request: planted(sample, OTHERS) },
    ]),
  );
}

/** `codec.exact`: integers of 64 bits and floats, in the shortest form and in longer ones. */
export function keepsNumbers(subject: Subject): Promise<TestOutcome> {
  return compareCodecs('codec.exact', subject, (samples) =>
    samples.flatMap((sample): Variant[] => {
      const { method } = sample;
      const request = planted(sample, EDGES);
      const write = (value: unknown) => writeLong(value, requestPlaces(method, value));
      return [
        { name: 'with numbers at their edges', method, request },
        { name: 'with numbers at their edges, in longer forms than they need', method, request, write },
      ];
    }),
  );
}

function only({ method, request }: SampleCall): Pick<Variant, 'method' | 'request'> {
  return { method, request };
}

/** A request with values in its open places: beside its fields, in a payload, and in the states of a hook. */
function planted({ method, request }: SampleCall, values: readonly unknown[]): unknown {
  if (!isFields(request)) return request;
  const whole: Fields = { ...request, [UNKNOWN]: values };
  if (method !== 'hook.invoke') return whole;
  const context = fieldsOf(request.context);
  const payload = fieldsOf(request.payload);
  return {
    ...whole,
    payload: { ...payload, [UNKNOWN]: values },
    extensions: { ...fieldsOf(request.extensions), custom: { [UNKNOWN]: values } },
    context: {
      ...context,
      local_state: { ...fieldsOf(context.local_state), [UNKNOWN]: values },
      global_state: { ...fieldsOf(context.global_state), [UNKNOWN]: values },
    },
  };
}
