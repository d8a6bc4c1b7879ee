import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingTools } from '../testing/support/compile.js';
import { bytesWithMistakes, documents, mistypedTexts } from './go-json-documents.js';
import { Oracle, type Outcome, ours, type Question } from './go-json-oracle.js';

const missing = missingTools('go') ?? olderGo();

/** The host is built with Go 1.26; texts of errors and escapes of earlier ones differ in places. */
function olderGo(): string | undefined {
  const version = execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
  const minor = Number(/^go1\.(\d+)/.exec(version)?.[1] ?? 0);
  return minor >= 26 ? undefined : `${version} is older than go1.26`;
}

const SEED = 20_261_121;

describe.skipIf(missing !== undefined)(`the codec and Go itself${missing === undefined ? '' : ` (${missing})`}`, () => {
  let folder: string;
  let oracle: Oracle;

  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cpex-go-json-'));
    oracle = new Oracle(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Both sides agree about every document; what differs is shown with the document. */
  function expectAgreement(questions: readonly Question[]): readonly Outcome[] {
    const theirs = oracle.ask(questions);
    const differences = questions.flatMap((question, index) => {
      const own = ours(question);
      const other = theirs[index] as Outcome;
      return JSON.stringify(own) === JSON.stringify(other)
        ? []
        : [{ type: question.type, json: Buffer.from(question.json).toString('latin1'), own, other }];
    });
    expect(differences.slice(0, 5)).toEqual([]);
    return theirs;
  }

  it('agree about documents of every type, right and wrong', { timeout: 120_000 }, () => {
    const questions = fc.sample(documents, { seed: SEED, numRuns: 4000 });
    const outcomes = expectAgreement(questions);
    // The generator is worth something only as long as both kinds come often.
    const failed = outcomes.filter((outcome) => 'error' in outcome).length;
    expect(failed).toBeGreaterThan(400);
    expect(outcomes.length - failed).toBeGreaterThan(400);
  });

  it('agree about texts that are no JSON, byte for byte', { timeout: 120_000 }, () => {
    const outcomes = expectAgreement(fc.sample(bytesWithMistakes, { seed: SEED, numRuns: 4000 }));
    const messages = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
    expect(new Set(messages.map((text) => text.replace(/'.*?' /, ''))).size).toBeGreaterThan(10);
  });

  it('agree about times', () => {
    const texts = mistypedTexts(TIMES, 600, SEED);
    expectAgreement(texts.map((text) => ({ type: 'Odd', json: `{"at":${JSON.stringify(text)}}` })));
    const raw = ['"2026-01-02T03:04:05\\u005a"', '12', '{}', '["2026-01-02T03:04:05Z"]', 'true', 'null', '"\\u0000"'];
    expectAgreement(raw.map((value) => ({ type: 'Odd', json: `{"at":"2026-01-02T03:04:05Z","at":${value}}` })));
  });

  it('agree about base64', () => {
    const texts = mistypedTexts(BASE64, 600, SEED);
    expectAgreement(
      texts.map((text) => ({ type: 'ExecutorStreamRequest', json: `{"Payload":${JSON.stringify(text)}}` })),
    );
    const lists = ['[]', '[1,2,255]', '[256]', '[-1]', '["a"]', '[1.5]', '[null,7]', '[[1]]', '{}', '5'];
    expectAgreement(
      lists.map((value) => ({ type: 'RegisterRequest', json: `{"config_yaml":"AQID","config_yaml":${value}}` })),
    );
  });

  it('agree about numbers at the edges', () => {
    const numbers = NUMBERS.flatMap((number) =>
      ['small', 'unsigned', 'large', 'float', 'maybe', 'any', 'Err', 'flag', 'Task'].map(
        (key) => `{"${key}":${number}}`,
      ),
    );
    expectAgreement(numbers.map((json) => ({ type: 'Odd', json })));
  });

  it('agree about keys that differ in case, come twice, or fold in unusual ways', () => {
    expectAgreement(KEYS.map((json) => ({ type: 'Odd', json })));
    expectAgreement(TWICE.map((json) => ({ type: 'AuthParseResult', json })));
  });

  it('agree about depth', () => {
    const nested = (levels: number) => `{"any":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expectAgreement([9_998, 9_999, 10_000].map((levels) => ({ type: 'Odd', json: nested(levels) })));
  });
});

const TIMES = [
  ...[
    '',
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.000Z',
    '2026-01-02T03:04:05.120000001+02:00',
    '2024-02-29T00:00:00Z',
  ],
  ...[
    '2023-02-29T00:00:00Z',
    '2026-13-02T03:04:05Z',
    '2026-01-32T03:04:05Z',
    '2026-01-02T24:04:05Z',
    '2026-01-02T03:60:05Z',
  ],
  ...[
    '2026-01-02T03:04:60Z',
    '2026-01-02T3:04:05Z',
    '2026-01-02T03:04:05,5Z',
    '2026-01-02T03:04:05+24:00',
    '2026-01-02 03:04:05Z',
  ],
  ...[
    '2026-01-02T03:04:05+25:00',
    '2026-01-02T03:04:05-07:61',
    '2026-01-02T03:04:05',
    '2026-01-02T03:04:05Zx',
    '2026-01-02',
  ],
  ...[
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.9999999999Z',
    '1900-02-29T00:00:00Z',
    '2000-02-29T00:00:00-00:00',
    'tomorrow',
  ],
  ...[
    '2026-01-02T03:04:05+0700',
    '2026-01-02T03:04:05é',
    '"2026"',
    '2026-01-02T03:04:05.Z',
    '2026-1-2T03:04:05Z',
    '2026-01-00T00:00:00Z',
  ],
];

const BASE64 = [
  ...[
    '',
    'YQ==',
    'YWI=',
    'YWJj',
    'YQ',
    'YWI',
    'Y',
    'YR==',
    'YWJ=',
    'YQ=',
    '=',
    '==',
    'YQ==YQ==',
    'YW\nJj',
    'Y\r\nW\r\nJj\r\n',
  ],
  ...[
    'YQ=\n=\n',
    'YQ==\r\nx',
    '{"a":1}',
    'YWJj_-',
    'YW-_',
    'YWé=',
    'YQ=x',
    'AAAAAAAAAAAA',
    'AAAAAAAAAAA=',
    '\n',
    'AAAA\nBB\nB',
  ],
];

const NUMBERS = [
  ...['0', '-0', '1', '-1', '1.0', '1e2', '1E400', '-1e400', '2147483647', '2147483648', '-2147483649', '4294967296'],
  ...[
    '9007199254740993',
    '9223372036854775808',
    '18446744073709551615',
    '18446744073709551616',
    '1e-7',
    '0.000001',
    '1e21',
  ],
  ...[
    '123456789012345680000',
    '1e20',
    '0.1',
    '5e-324',
    '1.7976931348623157e308',
    '1e309',
    '-0.0',
    '-1e-7',
    '100000000000000000000000',
  ],
];

const KEYS = [
  ...[
    '{"tasK":"a"}',
    '{"TAS\\u212a":"a"}',
    '{"ta\\u017fk":"a"}',
    '{"kind":"a"}',
    '{"KIND":"a","Kind":"b"}',
    '{"inner":{"lıst":[1]}}',
  ],
  ...[
    '{"small":1,"SMALL":2}',
    '{"SMALL":2,"small":1}',
    '{"Small":"x","SMALL":true}',
    '{"":1}',
    '{"any":{"b":1,"a":2,"b":3}}',
  ],
  ...[
    '{"structs":{"a":{"Task":"x","Kind":1},"a":{"Kind":2}},"structs":{"b":{}}}',
    '{"structs":{"__proto__":{"Kind":1}}}',
  ],
  ...[
    '{"any":{"\\ud800":1,"\\ue000":2,"\\ud83d\\ude00":3,"__proto__":4}}',
    '{"byte_map":{"b":"YQ==","a":null}}',
    '{"byte_map":{}}',
  ],
  ...[
    '{"inner":{"Task":"a"},"inner":{"Kind":1}}',
    '{"inner":{"Task":"a"},"inner":null}',
    '{"inner":{"Task":"a"},"inner":[]}',
  ],
  ...[
    '{"grid":[[{"Task":"a"},{"Task":"b"}]],"grid":[[{"Kind":1}]],"grid":[[{},{},{}]]}',
    '{"grid":[[{"Task":"a"}]],"grid":[],"grid":[[{}]]}',
  ],
  ...[
    '{"Raw":null}',
    '{"Raw": { "b" : [ 1 , "< >\\u2028" ] } }',
    '{"Raw":"a\u2028b"}',
    '{"Err":null}',
    '{"Err":{}}',
    '{"Err":[]}',
    '{"Err":false}',
  ],
  ...[
    '{"Raw":{"a":1},"Raw":[2 ,  3]}',
    '{"at":null,"flag":null,"Task":null,"small":null,"any":null,"bytes":[null,""]}',
    'null',
    '[]',
    '"x"',
    '1',
  ],
];

const TWICE = [
  ...['{"Auths":[{"ID":"a","Label":"l"},{"ID":"b"}],"auths":[{"ID":"c"}]}', '{"Auth":{"ID":"a"},"AUTH":{"Label":"l"}}'],
  ...[
    '{"Auth":{"Metadata":{"a":{"x":1}}},"Auth":{"Metadata":{"a":{"y":2},"b":3}}}',
    '{"Auth":{"Metadata":{"a":1}},"Auth":{"Metadata":null}}',
  ],
  ...[
    '{"Auths":[{"ID":"a"}],"Auths":null}',
    '{"Auths":[1,{"ID":2}],"Handled":3}',
    '{"Auth":{"NextRefreshAfter":"x"},"Handled":1}',
  ],
  ...[
    '{"Handled":1,"Auth":{"NextRefreshAfter":"x"}}',
    '{"Auth":{"Attributes":{"a":1}}}',
    '{"Auth":{"Metadata":{"a":1e999}}}',
  ],
];
