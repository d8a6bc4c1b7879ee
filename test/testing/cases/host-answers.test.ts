import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import { type Ask, asking } from '../support/asks-project.js';
import { Cli } from '../support/cli.js';
import { compileC, missingTools } from '../support/compile.js';

const missing = missingTools('cc');
const cli = new Cli();
let library: string;
beforeAll(() => {
  if (missing === undefined) library = compileC('asks', cli.folder);
});
afterAll(() => cli.remove());

const base64 = (text: string) => Buffer.from(text).toString('base64');
const ok = (result: unknown) => ({ ok: true, result });
const get = (url: string) => ['host.http.do', { method: 'GET', url }] as const;
const READ = ['host.kv.get', { scope: 'plugin', key: 'a' }] as const;

interface Row {
  readonly name: string;
  readonly asks: readonly Ask[];
  readonly host?: object;
  /** What the plugin got. */
  readonly replies?: readonly unknown[];
  readonly expect?: object;
}

/** Cases that must pass. */
const GOOD: readonly Row[] = [
  {
    name: 'http answers in the order of the script, the last for ever',
    asks: [get('https://a.test/x'), get('https://a.test/x'), get('https://a.test/x')],
    host: {
      http: [
        { url: 'https://a.test/*', status: 500 },
        { url: 'https://a.test/x', body: 'hi', headers: { ETag: '1' } },
      ],
    },
    replies: [
      ok({ status: 500, headers: {}, body: '' }),
      ok({ status: 200, headers: { etag: ['1'] }, body: base64('hi') }),
      ok({ status: 200, headers: { etag: ['1'] }, body: base64('hi') }),
    ],
  },
  {
    name: 'http answers by method, fails on purpose, and never goes out',
    asks: [
      get('https://a.test/'),
      ['host.http.do', { method: 'POST', url: 'https://a.test/' }],
      get('https://b.test/'),
    ],
    host: {
      http: [
        { method: 'POST', url: 'https://a.test/', status: 201 },
        { url: 'https://b.test/', error: 'reset' },
      ],
    },
    replies: [
      { ok: false, error: { code: 'http_not_scripted' } },
      ok({ status: 201 }),
      { ok: false, error: { code: 'http_failed', message: { $contains: 'reset' } } },
    ],
  },
  {
    name: 'a slow http answer meets the time limit of the request',
    asks: [['host.http.do', { method: 'GET', url: 'https://a.test/', timeout_ms: 20 }]],
    host: { http: [{ url: 'https://a.test/', delay_ms: 5000 }] },
    replies: [{ ok: false, error: { code: 'http_timeout' } }],
    expect: { within_ms: 4000 },
  },
  {
    name: 'kv holds what the case says, by scope',
    asks: [
      READ,
      ['host.kv.get', { scope: 'build', key: 'a' }],
      ['host.kv.list', { scope: 'plugin' }],
      ['host.kv.delete', { scope: 'plugin', key: 'a' }],
      READ,
    ],
    host: { kv: { plugin: { a: 'one', b: 'two' }, build: { a: 'three' } } },
    replies: [
      ok({ found: true, value: base64('one') }),
      ok({ found: true, value: base64('three') }),
      ok({ keys: ['a', 'b'] }),
      ok({ deleted: true }),
      ok({ found: false }),
    ],
  },
  { name: 'kv is empty for the next case', asks: [READ], replies: [ok({ found: false })] },
  {
    name: 'config holds the files of the case and no others',
    asks: [
      ['host.config.read', { path: 'rules/a.txt' }],
      ['host.config.read', { path: 'b.txt' }],
      ['host.config.read', { path: '../b' }],
    ],
    host: { config: { 'rules/a.txt': 'all' } },
    replies: [
      ok({ found: true, content: base64('all') }),
      ok({ found: false }),
      { ok: false, error: { code: 'invalid_path' } },
    ],
  },
  {
    name: 'cancelled says true after so many asks',
    asks: [
      ['host.cancelled', {}],
      ['host.cancelled', {}],
      ['host.cancelled', {}],
    ],
    host: { cancelled: { after: 2 } },
    replies: [false, false, true].map((cancelled) => ok({ cancelled })),
  },
  {
    name: 'cancelled says true at once',
    asks: [['host.cancelled', {}]],
    host: { cancelled: true },
    replies: [ok({ cancelled: true })],
  },
  {
    name: 'cancelled says false',
    asks: [['host.cancelled', {}]],
    host: { cancelled: false },
    replies: [ok({ cancelled: false })],
  },
  {
    name: 'logs, events and calls are seen in order',
    asks: [
      ['host.log', { level: 'info', message: 'first' }],
      ['host.event.emit', { name: 'started', data: { n: 1 } }],
      ['host.log', { level: 'warn', message: 'second', fields: { big: 1 } }],
      ['host.event.emit', { name: 'ended', data: {} }],
    ],
    expect: {
      logs: [{ message: 'first' }, { level: 'warn', fields: { big: { $type: 'number' } } }],
      events: [{ name: 'ended' }],
      calls: [
        { method: 'host.log' },
        { method: 'host.event.emit', request: { data: { n: 1 } }, ok: true },
        { method: 'host.log' },
      ],
    },
  },
  {
    name: 'a refused call is a call too',
    asks: [
      ['host.nothing', {}],
      ['host.log', { level: 'loud', message: 'x' }],
    ],
    replies: [
      { ok: false, error: { code: 'unknown_method' } },
      { ok: false, error: { code: 'invalid_request' } },
    ],
    expect: {
      calls: [
        { method: 'host.nothing', ok: false },
        { method: 'host.log', ok: false },
      ],
      logs: [],
    },
  },
];

/** Cases that must fail, with what is said. */
const BAD: readonly (Row & { readonly says: RegExp })[] = [
  {
    name: 'a log line that is not there',
    asks: [['host.log', { level: 'info', message: 'one' }]],
    expect: { logs: [{ message: 'two' }] },
    says: /^logs\[0\]: expected \{"message":"two"\}, found \[\{"kind":"log","level":"info","message":"one"\}\]$/,
  },
  {
    name: 'calls in another order',
    asks: [
      ['host.cancelled', {}],
      ['host.log', { level: 'info', message: 'x' }],
    ],
    expect: { calls: [{ method: 'host.log' }, { method: 'host.cancelled' }] },
    says: /^calls\[1\]: expected \{"method":"host\.cancelled"\}, found nothing more$/,
  },
  {
    name: 'a slow answer',
    asks: [get('https://a.test/')],
    host: { http: [{ url: 'https://a.test/', delay_ms: 60 }] },
    expect: { within_ms: 10 },
    says: /^within_ms: expected at most 10, found \d+\.\d$/,
  },
  {
    name: 'a modified payload that is not',
    asks: [],
    expect: { payload_modified: true },
    says: /^payload_modified: expected true, found false$/,
  },
  {
    name: 'a denial that is not',
    asks: [],
    expect: { verdict: 'deny' },
    says: /^verdict: expected "deny", found "allow"$/,
  },
  {
    name: 'an error that is not',
    asks: [],
    expect: { error: { code: 'x' } },
    says: /^error: expected \{"code":"x"\}, found nothing$/,
  },
];

function caseText(rows: readonly Row[]): string {
  const cases = rows.map(({ name, asks, host, replies, expect: more }) => ({
    name,
    hook: 'tool_pre_invoke',
    payload: JSON.parse(asking(...asks)) as unknown,
    ...(host === undefined ? {} : { host }),
    expect: { ...(replies === undefined ? {} : { result: { metadata: { replies } } }), ...more },
  }));
  // JSON is YAML.
  return JSON.stringify({ cases });
}

async function test(file: string, rows: readonly Row[]): Promise<{ code: number | null; report: TestReport }> {
  writeFileSync(path.join(cli.folder, file), caseText(rows));
  const { code, stdout } = await cli.run(['test', library, file, '--only', 'case:*', '--reporter', 'json']);
  return { code, report: JSON.parse(stdout) as TestReport };
}

describe.skipIf(missing !== undefined)(`scripted host answers${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('reach a plugin, and what it does with them is seen', { timeout: 120_000 }, async () => {
    const { code, report } = await test('good.yaml', GOOD);
    const cases = report.results.filter(({ suite }) => suite === 'cases');
    const seen = cases.map(({ title, verdict, findings }) => ({
      title,
      verdict,
      says: findings.map(({ message }) => message),
    }));
    expect(seen).toEqual(GOOD.map(({ name }) => ({ title: name, verdict: 'pass', says: [] })));
    expect(code).toBe(0);
  });

  it('that are not met are said so', { timeout: 120_000 }, async () => {
    const { code, report } = await test('bad.yaml', BAD);
    const cases = report.results.filter(({ suite }) => suite === 'cases');
    expect(cases.map(({ verdict }) => verdict)).toEqual(BAD.map(() => 'fail'));
    for (const [index, { says }] of BAD.entries()) {
      expect(cases[index]?.findings.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
    }
    expect(code).toBe(1);
  });
});
