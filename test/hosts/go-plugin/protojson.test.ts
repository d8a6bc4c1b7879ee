import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../src/hosts/go-plugin/proto/decode.js';
import { encodeMessage } from '../../../src/hosts/go-plugin/proto/encode.js';
import type { MessageType, Services } from '../../../src/hosts/go-plugin/proto/model.js';
import { ValueProblem } from '../../../src/hosts/go-plugin/proto/value-problem.js';
import { WireProblem } from '../../../src/hosts/go-plugin/proto/wire.js';
import { parseExact } from '../../../src/support/exact-json.js';
import { askGo, fixtureServices, type Question } from './oracle.js';

const EVERYTHING = 'fixture.v1.Everything';

let services: Services;
beforeAll(async () => {
  services = await fixtureServices();
}, 120_000);

function typeOf(name: string): MessageType {
  const type = services.messages.get(name);
  if (type === undefined) throw new Error(name);
  return type;
}

function encode(type: string, json: string): Uint8Array {
  return encodeMessage(typeOf(type), parseExact(json), services.messages);
}

function decode(type: string, wire: Uint8Array): unknown {
  return decodeMessage(typeOf(type), wire, services.messages);
}

/** What ours makes of a document: the document that its bytes are, or the reason why there are none. */
function ours({ type, json = '' }: Question): { readonly wire: Uint8Array } | { readonly problem: string } {
  try {
    return { wire: encode(type, json) };
  } catch (error) {
    if (error instanceof ValueProblem || error instanceof SyntaxError) return { problem: error.message };
    throw error;
  }
}

/** Both agree about documents: which are right, what they are as bytes, and how the bytes read. */
function compare(questions: readonly Question[]): void {
  const answers = askGo(questions);
  const differ: string[] = [];
  const again: Question[] = [];
  const meant: string[] = [];
  for (const [index, question] of questions.entries()) {
    const { type, json } = question;
    const said = answers[index] ?? { error: 'no answer' };
    const own = ours(question);
    if ('error' in said || 'problem' in own) {
      const [goSays, weSay] = ['error' in said ? said.error : 'good', 'problem' in own ? own.problem : 'good'];
      if ((goSays === 'good') !== (weSay === 'good'))
        differ.push(`${type} ${json}: Go says ${goSays}, we say ${weSay}`);
      continue;
    }
    const [goReads, weRead] = [normal(said.json), JSON.stringify(decode(type, said.wire))];
    if (goReads !== weRead) differ.push(`${type} ${json}: Go reads ${goReads}, we read ${weRead}`);
    again.push({ type, wire: own.wire });
    meant.push(goReads);
  }
  for (const [index, said] of askGo(again).entries()) {
    const read = 'error' in said ? said.error : normal(said.json);
    if (read !== meant[index]) differ.push(`our bytes are ${read}, meant was ${meant[index]}`);
  }
  expect(differ).toEqual([]);
}

function normal(json: string): string {
  return JSON.stringify(JSON.parse(json));
}

const of = (type: string, documents: readonly string[]): Question[] => documents.map((json) => ({ type, json }));

describe('a document and Go agree', () => {
  it('about numbers', () => {
    const numbers = [
      ...[
        '0',
        '-0',
        '1',
        '-1',
        '1.0',
        '1.5',
        '1e2',
        '1.20e1',
        '1e-1',
        '"1"',
        '"1.0"',
        '"1e2"',
        '"-0"',
        '"01"',
        '" 1"',
        '""',
      ],
      ...['2147483647', '2147483648', '-2147483648', '-2147483649', '4294967295', '4294967296', '"4294967295"'],
      ...[
        '9007199254740993',
        '"9007199254740993"',
        '9223372036854775807',
        '9223372036854775808',
        '"-9223372036854775808"',
      ],
      ...['18446744073709551615', '"18446744073709551616"', '1e400', '"1e400"', '"NaN"', '"Infinity"', '"-Infinity"'],
      ...[
        '3.4028235e38',
        '3.5e38',
        '1e-46',
        '0.1',
        '"0.1"',
        '1.7976931348623157e308',
        'true',
        'null',
        '{}',
        '[]',
        '"x"',
      ],
      ...['16777217', '"+1"', '"1."', '".5"', '5e-324'],
    ];
    const fields = typeOf(EVERYTHING).fields.filter(({ name }) => /int|fixed|float|double/.test(name));
    expect(fields).toHaveLength(12);
    compare(
      fields.flatMap(({ name }) =>
        of(
          EVERYTHING,
          numbers.map((text) => `{"${name}":${text}}`),
        ),
      ),
    );
  });

  it('about text, bytes, truths and enums', () => {
    const values = [
      '""',
      '"a"',
      '"é😀"',
      '"AAEC"',
      '"AAE="',
      '"AAE"',
      '"-_8="',
      '"+/8"',
      '"A"',
      '"A==="',
      '"COLOUR_RED"',
    ];
    const more = [
      '1',
      '2',
      '7',
      '"1"',
      '"colour_red"',
      'true',
      'false',
      '"true"',
      'null',
      '[]',
      '"\\ud800"',
      '-1',
      '1.5',
    ];
    const fields = ['a_string', 'some_bytes', 'a_bool', 'colour', 'maybe', 'word'];
    compare(
      fields.flatMap((name) =>
        of(
          EVERYTHING,
          [...values, ...more].map((text) => `{"${name}":${text}}`),
        ),
      ),
    );
  });

  it('about names, lists, maps and what excludes each other', () => {
    compare(
      of(EVERYTHING, [
        ...['{}', 'null', '[]', '1', '{"anInt32":1}', '{"an_int32":1}', '{"AnInt32":1}', '{"an_int32":1,"anInt32":2}'],
        ...[
          '{"unknown":1}',
          '{"line":{"text":"x"}}',
          '{"line":{}}',
          '{"line":null}',
          '{"line":{"txt":"x"}}',
          '{"line":[]}',
        ],
        ...['{"numbers":[]}', '{"numbers":[1,"2",-3]}', '{"numbers":[null]}', '{"numbers":1}', '{"numbers":null}'],
        ...['{"lines":[{},{"text":"a"}]}', '{"lines":[null]}', '{"lines":{}}'],
        ...[
          '{"counts":{"":1,"a":"2"}}',
          '{"counts":{"a":null}}',
          '{"counts":[]}',
          '{"by_number":{"1":{},"-2":{"text":"b"}}}',
        ],
        ...['{"byNumber":{"x":{}}}', '{"byNumber":{"1.0":{}}}', '{"byNumber":{"2147483648":{}}}'],
        ...[
          '{"word":"a"}',
          '{"word":""}',
          '{"number":0}',
          '{"sentence":{}}',
          '{"word":"a","number":1}',
          '{"word":null,"number":1}',
        ],
        ...['{"maybe":""}', '{"maybe":null}', '{"maybe":"x"}'],
      ]),
    );
  });

  it('about times', () => {
    const times = [
      '2026-11-22T01:02:03Z',
      '2026-11-22T01:02:03.5Z',
      '2026-11-22T01:02:03.000000001Z',
      '1969-12-31T23:59:59.9Z',
    ];
    const offsets = [
      '2026-11-22T01:02:03+01:30',
      '2026-11-22T01:02:03-23:59',
      '2024-02-29T00:00:00Z',
      '2023-02-29T00:00:00Z',
    ];
    const edges = [
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999999999Z',
      '0000-12-31T23:59:59Z',
      '0001-01-01T00:00:00+00:01',
    ];
    const wrong = [
      '2026-11-22',
      '2026-11-22 01:02:03Z',
      '2026-13-01T00:00:00Z',
      '2026-11-22T24:00:00Z',
      '2026-11-22T01:02:60Z',
      '',
    ];
    compare(
      of(
        EVERYTHING,
        [...times, ...offsets, ...edges, ...wrong].map((text) => `{"at":"${text}"}`),
      ),
    );
    const spans = [
      '0s',
      '1s',
      '1.5s',
      '-1.5s',
      '-0.000000001s',
      '0.000001s',
      '315576000000s',
      '315576000001s',
      '-315576000000s',
    ];
    const odd = ['1', '1m', 's', '1.s', '.5s', '1.0000000001s', '', '-s', '+1s', '01s'];
    compare(
      of(
        EVERYTHING,
        [...spans, ...odd].map((text) => `{"lasting":"${text}"}`),
      ),
    );
  });

  it("about Google's own messages", () => {
    const p = 'google.protobuf.';
    const free = ['null', '1', '"a"', 'true', '[1,null,{"a":[]}]', '{"a":{"b":null},"c":1.5}', '1e400'];
    compare([
      ...of(`${p}Value`, free),
      ...of(`${p}Struct`, ['{}', '{"a":null,"b":[1,"x",{}]}', '[]', 'null']),
      ...of(`${p}ListValue`, ['[]', '[null,1,[2],{"a":3}]', '{}']),
      ...of(`${p}Int64Value`, ['1', '"9007199254740993"', 'null', '{}', '9223372036854775808']),
      ...of(`${p}BytesValue`, ['"AAEC"', '""', '1']),
      ...of(`${p}BoolValue`, ['true', 'false', '1']),
      ...of(`${p}FieldMask`, ['""', '"a,bC.d"', '"a_b"', '1']),
      ...of(`${p}Empty`, ['{}', '{"a":1}', '[]']),
      ...of(`${p}Any`, [
        ...[
          '{}',
          `{"@type":"type.googleapis.com/${EVERYTHING}","aString":"x"}`,
          '{"@type":"type.googleapis.com/no.Such"}',
        ],
        ...[`{"@type":"type.googleapis.com/${p}Duration","value":"1s"}`, `{"@type":"x/${p}Struct","value":{"a":1}}`],
        ...['{"aString":"x"}', `{"@type":"type.googleapis.com/${EVERYTHING}","nothing":1}`],
      ]),
    ]);
  });

  it('about documents by chance', () => {
    const whole = fc.oneof(fc.integer(), fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), fc.bigInt().map(String));
    const scalar = fc.oneof(
      whole,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
    );
    const line = fc.record({ text: fc.string() }, { requiredKeys: [] });
    const fields = Object.fromEntries(
      typeOf(EVERYTHING).fields.map(({ name, jsonName, value, repeated, mapEntry }) => {
        const one = value.kind === 'message' ? line : fc.oneof({ weight: 5, arbitrary: plausible(name) }, scalar);
        const many = repeated ? fc.array(one, { maxLength: 3 }) : one;
        const pairs = mapEntry === undefined ? many : fc.dictionary(fc.integer().map(String), one, { maxKeys: 3 });
        return [name.length % 2 === 0 ? name : jsonName, pairs];
      }),
    );
    const documents = fc.sample(fc.record(fields, { requiredKeys: [] }), { numRuns: 400, seed: 7 });
    compare(
      of(
        EVERYTHING,
        documents.map((one) => text(one)),
      ),
    );
  });
});

/** A value that the field of a name is likely to take. */
function plausible(name: string): fc.Arbitrary<unknown> {
  if (/string|word|maybe/.test(name)) return fc.string();
  if (name === 'some_bytes') return fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64'));
  if (name === 'a_bool') return fc.boolean();
  if (name === 'colour') return fc.constantFrom('COLOUR_RED', 2, 99);
  if (/double|float/.test(name)) return fc.float({ noNaN: true, noDefaultInfinity: true });
  return name.includes('64') ? fc.bigInt(0n, 2n ** 63n - 1n).map(String) : fc.integer({ min: 0 });
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `\u0001${one}` : one)).replaceAll(
    /"\\u0001(-?[0-9]+)"/g,
    '$1',
  );
}

describe('bytes and Go agree', () => {
  it('whatever is broken in them', () => {
    const good = [
      encode(
        EVERYTHING,
        '{"anInt64":"-1","aDouble":1.5,"aString":"é","numbers":[1,2],"counts":{"a":1},"line":{"text":"x"}}',
      ),
      encode(
        EVERYTHING,
        '{"word":"a","at":"2026-11-22T01:02:03.5Z","lines":[{},{"text":"b"}],"byNumber":{"1":{"text":"c"}}}',
      ),
    ];
    const broken = fc.sample(
      fc.tuple(fc.constantFrom(...good), fc.nat(200), fc.nat(255), fc.constantFrom('change', 'cut', 'insert', 'twice')),
      { numRuns: 600, seed: 11 },
    );
    const wires = broken.map(([bytes, at, byte, how]) => {
      const place = at % bytes.length;
      if (how === 'cut') return bytes.slice(0, place);
      if (how === 'twice') return Buffer.concat([bytes, bytes]);
      const rest = bytes.slice(how === 'change' ? place + 1 : place);
      return Buffer.concat([bytes.slice(0, place), Buffer.from([byte]), rest]);
    });
    for (const [index, said] of askGo(wires.map((wire) => ({ type: EVERYTHING, wire }))).entries()) {
      const wire = wires[index] ?? new Uint8Array();
      let own: unknown;
      try {
        own = decode(EVERYTHING, wire);
      } catch (error) {
        if (!(error instanceof WireProblem)) throw error;
        own = undefined;
      }
      const shown = Buffer.from(wire).toString('hex');
      if ('error' in said) expect(own, `${shown} ${said.error}`).toBeUndefined();
      else expect(own, shown).toEqual(JSON.parse(said.json));
    }
  });

  it('about pieces of one field, numbers in either form, and fields that nobody knows', () => {
    const hex = [
      '8a01030a0161',
      '8a01020a00' + '8a01030a0162',
      '9001019201020203',
      '9801059a0100',
      'b20100b80105',
      '0a00',
      'f8ff7f01',
    ];
    const groups = ['a306a406', 'a306083ca406', 'a3060b0c08010ca406', '0b0c', '0c', '0b'];
    const wires = [...hex, ...groups].map((one) => Buffer.from(one, 'hex'));
    for (const [index, said] of askGo(wires.map((wire) => ({ type: EVERYTHING, wire }))).entries()) {
      const read = () => decode(EVERYTHING, wires[index] ?? new Uint8Array());
      if ('error' in said) expect(read, said.error).toThrow(WireProblem);
      else expect(read()).toEqual(JSON.parse(said.json));
    }
  });
});

describe('a problem is told with its place', () => {
  it.each([
    ['{"lines":[{},{"txt":"x"}]}', 'lines[1]: fixture.v1.Line has no field "txt". Did you mean "text"?'],
    ['{"aint32":1}', 'fixture.v1.Everything has no field "aint32". Did you mean "an_int32"?'],
    ['{"line":{"nothing":1}}', 'line: fixture.v1.Line has no field "nothing". (it has text)'],
    [
      '{"an_int32":2147483648}',
      'an_int32: expected a whole number from -2147483648 to 2147483647 (int32), found 2147483648.',
    ],
    ['{"counts":{"a b":"x"}}', 'counts["a b"]: expected a whole number (int64), found "x".'],
    [
      '{"colour":"COLOUR_RAD"}',
      'colour: expected one of COLOUR_UNSPECIFIED, COLOUR_RED, COLOUR_BLUE (fixture.v1.Colour), found "COLOUR_RAD". Did you mean "COLOUR_RED"?',
    ],
    ['{"an_int32":1,"anInt32":1}', '"an_int32" and "anInt32" are the same field.'],
    ['{"word":"a","number":1}', '"word" and "number" exclude each other: both are of "choice".'],
    ['[]', 'expected an object (fixture.v1.Everything), found a list.'],
  ])('%s', (json, sentence) => {
    expect(() => encode(EVERYTHING, json)).toThrow(expect.objectContaining({ sentence }));
  });

  it('in bytes', () => {
    expect(() => decode(EVERYTHING, Buffer.from('7202c328', 'hex'))).toThrow(
      'fixture.v1.Everything.a_string: the text is not UTF-8',
    );
    expect(() => decode(EVERYTHING, Buffer.from('8a01020aff', 'hex'))).toThrow(
      'fixture.v1.Line.text: it ends within a number',
    );
  });
});
