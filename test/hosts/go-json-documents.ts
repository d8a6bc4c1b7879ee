import fc from 'fast-check';
import { type Shape, shapeOf } from '../../src/hosts/go-json/shapes.js';
import { type Question, reference, TYPES } from './go-json-oracle.js';

/** Types that the Go program has. */
const NAMES = [
  ...['AuthData', 'AuthParseResult', 'HostConfigSummary', 'ModelInfo', 'ModelRegisterResult', 'UsageHandleRequest'],
  ...['CommandLineExecuteRequest', 'CommandLineExecuteResult', 'AuthSaveRequest', 'AuthListResult', 'RegisterRequest'],
  ...['RegisterResult', 'ExecutorStreamRequest', 'ExecutorStreamResult', 'HostModelRequest', 'Odd', 'Odd'],
];

const SPECIAL = [
  '<',
  '>',
  '&',
  '\u2028',
  '\u2029',
  '\ud800',
  '\udc00',
  '\u0000',
  '\u0008',
  '\u001f',
  '\u007f',
  '"',
  '\\',
  '/',
];
const text = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.string({ unit: fc.constantFrom(...SPECIAL, 'é', '😀', '\ue000'), maxLength: 5 }),
);
const whole = fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String);
const number = fc.oneof(
  fc.integer().map(String),
  whole,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? '-0' : String(value))),
  fc.constantFrom('0', '1', '-1', '1.0', '1e3', '1E+2', '0.5e-9'),
);
const time = fc.oneof(
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  fc.constantFrom('2026-01-02T03:04:05+02:00', '2026-01-02T03:04:05.5-11:30', '2026-01-02T03:04:05.000000000Z'),
);
const free = fc.json({ maxDepth: 3 });

/** Some JSON, most likely not what a type wants. */
const anything = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  number,
  fc.constantFrom('null', 'true', 'false', '[]', '{}', '[1]', '{"a":1}', '""'),
  free,
);

/** Mostly a text of the type; sometimes another value. */
function textFor(shape: Shape, depth: number): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 60, arbitrary: fittingText(shape, depth) },
    { weight: 2, arbitrary: anything },
    { weight: 4, arbitrary: fc.constant('null') },
  );
}

function fittingText(shape: Shape, depth: number): fc.Arbitrary<string> {
  switch (shape.kind) {
    case 'string':
      return text.map((value) => JSON.stringify(value));
    case 'bool':
      return fc.boolean().map(String);
    case 'int':
      return fc.oneof(
        fc.bigInt({ min: shape.min, max: shape.max }).map(String),
        fc.integer({ min: 0, max: 100 }).map(String),
      );
    case 'float':
      return number;
    case 'bytes':
      return fc.uint8Array({ maxLength: 9 }).map((bytes) => JSON.stringify(Buffer.from(bytes).toString('base64')));
    case 'time':
      return time.map((value) => JSON.stringify(value));
    case 'error':
      return fc.constant('null');
    case 'any':
    case 'raw':
      return free;
    case 'slice':
      return members(textFor(shape.items, depth - 1), depth).map((items) => `[${items.join(',')}]`);
    case 'map':
      return members(fc.tuple(text, textFor(shape.values, depth - 1)), depth).map(object);
    case 'struct':
      return depth < 0 ? fc.constant('{}') : structText(shape, depth);
  }
}

function structText(shape: Extract<Shape, { kind: 'struct' }>, depth: number): fc.Arbitrary<string> {
  const member = fc
    .constantFrom(...shape.fields)
    .chain((field) => fc.tuple(keyOf(field.name), textFor(field.shape(), depth - 1)));
  const stray = fc.tuple(text, anything);
  const one = fc.oneof({ weight: 20, arbitrary: member }, { weight: 1, arbitrary: stray });
  return fc.array(one, { maxLength: 6 }).map(object);
}

function members<Value>(one: fc.Arbitrary<Value>, depth: number): fc.Arbitrary<Value[]> {
  return fc.array(one, { maxLength: depth < 0 ? 0 : 3 });
}

/** The key as it is, or with letters in another case. */
function keyOf(name: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(name) },
    { weight: 1, arbitrary: fc.mixedCase(fc.constant(name)) },
    { weight: 1, arbitrary: fc.constant(name.replace('k', '\u212a').replace('s', '\u017f')) },
  );
}

function object(pairs: readonly (readonly [string, string])[]): string {
  return `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(', ')}}`;
}

/** Documents of all types: fields left out, repeated, null, in another case, of another type. */
export const documents: fc.Arbitrary<Question> = fc
  .constantFrom(...NAMES)
  .chain((type) => fc.record({ type: fc.constant(type), json: textFor(shapeOf(reference(type), TYPES), 3) }));

const SOME_BYTES = Buffer.from('{}[]",:\\u0059eE+-.trufalsn \n\t\x01\x1f\x7f\x80\xad\xe2\xff\'/', 'latin1');

/** Documents with bytes inserted, removed and replaced. */
export const bytesWithMistakes: fc.Arbitrary<Question> = fc
  .tuple(
    fc.oneof(
      documents.map(({ json }) => json as string),
      anything,
      fc.constantFrom('{"a":[true,false,null,-1.5e+3,"\\u00e9\\n"]}', ''),
    ),
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(...SOME_BYTES), fc.nat(3)), {
      maxLength: 3,
    }),
  )
  .map(([json, mistakes]) => ({ type: 'Odd', json: mistakes.reduce(withMistake, Buffer.from(json)) }));

function withMistake(bytes: Buffer, [where, byte, kind]: [number, number, number]): Buffer {
  const at = Math.floor(where * bytes.length);
  const before = bytes.subarray(0, at);
  if (kind === 0) return Buffer.concat([before, Buffer.of(byte), bytes.subarray(at)]);
  if (kind === 1) return Buffer.concat([before, bytes.subarray(at + 1)]);
  if (kind === 2) return before;
  return Buffer.concat([before, Buffer.of(byte), bytes.subarray(at + 1)]);
}

/** Texts as they are, and with a character inserted, removed or replaced. */
export function mistypedTexts(texts: readonly string[], count: number, seed: number): string[] {
  const typed = fc
    .tuple(
      fc.constantFrom(...texts),
      fc.nat(40),
      fc.constantFrom('', '0', '9', ':', '-', '+', 'Z', '.', ',', '=', '\n', 'A', '!'),
      fc.boolean(),
    )
    .map(([text_, at, character, replace]) => text_.slice(0, at) + character + text_.slice(replace ? at + 1 : at));
  return [...texts, ...fc.sample(typed, { seed, numRuns: count })];
}
