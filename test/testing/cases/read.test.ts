import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemsOf, readCases } from '../support/case-text.js';

/** A good case around some lines of its own. */
const around = (lines: string) => `name: a\nhook: tool_pre_invoke\n${lines}\n`;

describe('a case file', () => {
  it('is read into a call, a script and expectations', async () => {
    const [one] = await readCases(`# comment
name: looks up the price
hook: tool_pre_invoke
payload: { name: price, args: { id: 9007199254740993 } }
extensions: { tenant: t }
context: { request_id: r-7 }
config: { limit: 3 }
timeout_ms: 500
host:
  http: [{ method: GET, url: "https://shop.test/*", status: 404, headers: { A: b }, body: none, delay_ms: 5 }]
  kv: { plugin: { seen: "yes" } }
  config: { rules.txt: all }
  cancelled: { after: 2 }
expect: { verdict: deny, payload_modified: false, within_ms: 100 }
`);
    expect(one).toMatchObject({
      name: 'looks up the price',
      line: 2,
      call: {
        kind: 'hook',
        hook: 'tool_pre_invoke',
        payload: { name: 'price', args: { id: 9007199254740993n } },
        extensions: { tenant: 't' },
        context: { request_id: 'r-7', local_state: {}, global_state: {} },
      },
      config: { limit: 3 },
      timeoutMs: 500,
      script: {
        http: [
          { method: 'GET', url: 'https://shop.test/*', status: 404, headers: { A: 'b' }, body: 'none', delayMs: 5 },
        ],
        kv: { plugin: { seen: 'yes' } },
        config: { 'rules.txt': 'all' },
        cancelledAfter: 2,
      },
      expect: { verdict: 'deny', payloadModified: false, withinMs: 100 },
    });
  });

  it('may hold several cases, each with the line on which it starts', async () => {
    const cases = await readCases(`cases:
  - name: one
    command: [greet]
    args: { name: Ada }
    env: { LANG: C }
    expect: { exit_code: 0 }

  - name: two
    method: plugin.quiesce
    expect: { result: {} }
`);
    expect(cases.map(({ name, line, call }) => ({ name, line, call }))).toEqual([
      { name: 'one', line: 2, call: { kind: 'command', verbs: ['greet'], args: { name: 'Ada' }, env: { LANG: 'C' } } },
      { name: 'two', line: 8, call: { kind: 'method', method: 'plugin.quiesce', request: {} } },
    ]);
  });

  it('may use anchors, which stand for equal values', async () => {
    const [one] = await readCases(around('payload: { a: &x { n: 1 }, b: *x }\nexpect: { verdict: allow }'));
    expect(one?.call).toMatchObject({ payload: { a: { n: 1 }, b: { n: 1 } } });
  });

  it.each(['-9223372036854775808', '18446744073709551615', '9007199254740993'])('keeps %s exact', async (number) => {
    const [one] = await readCases(around(`payload: { n: ${number} }\nexpect: { result: { n: ${number} } }`));
    expect(one?.call).toMatchObject({ payload: { n: BigInt(number) } });
    expect(one?.expect.result).toEqual({ n: BigInt(number) });
  });
});

const SCHEMA = JSON.parse(readFileSync(path.resolve('schemas/case.json'), 'utf8'));
const { properties } = SCHEMA.$defs.Case;
const KEYS = Object.keys(properties).join(', ');
const EXPECTATIONS = Object.keys(SCHEMA.$defs.Expect.properties).join(', ');
const MATCHERS = '$equal, $regex, $any, $absent, $not, $contains, $length, $type, $bytes, $json, $oneOf';

const BROKEN: readonly (readonly [string, string, readonly string[]])[] = [
  ['nothing', '', ['1:1 expected a case, found nothing.']],
  [
    'a list',
    '- name: a\n',
    ['1:1 expected a case, or several in a list below the key "cases", found a list by itself.'],
  ],
  ['a comment', '# later\n', ['1:1 expected a case, found nothing.']],
  ['text', 'just text\n', ['1:1 expected a map of keys and values, found "just text".']],
  [
    'an unknown key',
    around('expct: 1\nexpect: { verdict: allow }'),
    [`3:1 expct: expected one of ${KEYS}, found the key "expct". Did you mean "expect"?`],
  ],
  [
    'an unknown expectation in the second case',
    'cases:\n  - name: a\n    hook: x\n    expect: { verdict: allow }\n  - name: b\n    hook: x\n    expect: { verdictt: allow }\n',
    [`7:15 expect.verdictt: expected one of ${EXPECTATIONS}, found the key "verdictt". Did you mean "verdict"?`],
  ],
  ['no name', 'hook: x\nexpect: { verdict: allow }\n', ['1:1 expected the key "name", found none.']],
  [
    'an empty name',
    'name: ""\nhook: x\nexpect: { verdict: allow }\n',
    ['1:1 name: expected text that is not empty, found "".'],
  ],
  ['no expectation', 'name: a\nhook: x\n', ['1:1 expected the key "expect", found none.']],
  ['expectations of nothing', around('expect:'), ['3:1 expect: expected a map of keys and values, found nothing.']],
  ['an empty expectation', around('expect: {}'), ['3:1 expect: expected at least one entry, found an empty map.']],
  [
    'no call',
    'name: a\nexpect: { verdict: allow }\n',
    ['1:1 expected one of hook, command, step, tool, event, method, pipeline or plugins; found none of them.'],
  ],
  [
    'two calls',
    around('method: y\nexpect: { result: 1 }'),
    ['1:1 expected one of hook, command, step, tool, event, method, pipeline or plugins; found hook and method.'],
  ],
  [
    'a request for a hook',
    around('request: {}\nexpect: { verdict: allow }'),
    ['3:1 request: this belongs to a case with "step" or "tool" or "event" or "method", not with "hook".'],
  ],
  [
    'an exit code of a hook',
    around('expect: { exit_code: 0 }'),
    ['3:11 expect.exit_code: this belongs to a case with "command" or "step", not with "hook".'],
  ],
  [
    'a verdict that is none',
    around('expect: { verdict: maybe }'),
    ['3:11 expect.verdict: expected one of allow, deny, found "maybe".'],
  ],
  ['a key twice', around('hook: y\nexpect: { verdict: allow }'), ['3:1 This key is there twice.']],
  [
    'a list that does not end',
    'name: [\n',
    ['2:1 Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ],
  [
    'a second document',
    around('expect: { verdict: allow }\n---\nname: b'),
    ['4:1 A second document starts here; one is expected.'],
  ],
  [
    'a value inside itself',
    around('payload: &a [*a]\nexpect: { verdict: allow }'),
    ['3:14 The alias *a stands inside of what it names.'],
  ],
  [
    'an alias of nothing',
    around('payload: *a\nexpect: { verdict: allow }'),
    ['3:10 The alias *a has no anchor before it.'],
  ],
  ['a tag of its own', around('payload: !foo 1\nexpect: { verdict: allow }'), ['3:10 Unresolved tag: !foo']],
  [
    'bytes',
    around('payload: !!binary aGVsbG8=\nexpect: { verdict: allow }'),
    ['3:19 JSON has no values of the kind !!binary.'],
  ],
  [
    'no number',
    around('payload: [.nan, -.inf]\nexpect: { verdict: allow }'),
    ['3:11 .nan cannot be written as JSON.', '3:17 -.inf cannot be written as JSON.'],
  ],
  ['no cases', 'cases: []\n', ['1:1 cases: expected a list of at least one case.']],
  ['cases that are no list', 'cases: {}\n', ['1:1 cases: expected a list of at least one case.']],
  [
    'a case beside the list',
    'name: a\ncases:\n  - name: b\n    hook: x\n    expect: { verdict: allow }\n',
    ['1:1 name: expected nothing beside "cases", found the key "name".'],
  ],
  [
    'a name twice',
    'cases:\n  - &one\n    name: a\n    hook: x\n    expect: { verdict: allow }\n  - name: a\n    hook: x\n    expect: { verdict: deny }\n',
    ['6:5 name: another case is called "a".'],
  ],
  [
    'a limit of nothing',
    around('timeout_ms: 0\nexpect: { verdict: allow }'),
    ['3:1 timeout_ms: expected 1 or more, found 0.'],
  ],
  [
    'a host that answers badly',
    around('host: { http: [{ status: 20 }], cancelled: maybe, kv: { all: {} } }\nexpect: { verdict: allow }'),
    [
      '3:16 host.http.0: expected the key "url", found none.',
      '3:18 host.http.0.status: expected 100 or more, found 20.',
      '3:33 host.cancelled: expected true, false, or the number of asks as { after: N }, found "maybe".',
      '3:57 host.kv.all: expected one of plugin, build, step, found the key "all".',
    ],
  ],
  [
    'an unknown matcher',
    around('expect: { result: { text: { $regx: a } } }'),
    [`3:29 there is no matcher $regx; there are ${MATCHERS}. Did you mean "$regex"?`],
  ],
  [
    'an expression that does not compile',
    around('expect: { logs: [{ message: { $regex: "(" } }] }'),
    ['3:31 $regex: Invalid regular expression: /(/u: Unterminated group.'],
  ],
  ['a length of a word', around('expect: { result: { $length: two } }'), ['3:21 $length: expected a whole number.']],
  [
    'a type that is none',
    around('expect: { result: { $not: { $type: text } } }'),
    ['3:29 $type: expected one of null, boolean, number, string, array, object.'],
  ],
  ['alternatives that are no list', around('expect: { result: { $oneOf: 1 } }'), ['3:21 $oneOf: expected a list.']],
  ['an absence of something', around('expect: { result: { $absent: false } }'), ['3:21 $absent: expected true.']],
];

describe('a broken case file', () => {
  it.each(BROKEN)('%s is refused with its place', async (_, text, problems) => {
    expect([...(await problemsOf(text))].sort()).toEqual([...problems].sort());
  });

  it('is refused as a whole when aliases multiply', async () => {
    const lines = Array.from({ length: 12 }, (_, n) => `  k${n + 1}: &v${n + 1} [*v${n}, *v${n}, *v${n}, *v${n}]`);
    const text = around(`payload:\n  k0: &v0 [1]\n${lines.join('\n')}\nexpect: { verdict: allow }`);
    expect((await problemsOf(text))[0]).toMatch(/^1:1 Excessive alias count/);
  });

  it('does not look for matchers in what $equal is given', async () => {
    const [one] = await readCases(around('expect: { result: { $equal: { $regx: 1 } } }'));
    expect(one?.expect.result).toEqual({ $equal: { $regx: 1 } });
  });
});
