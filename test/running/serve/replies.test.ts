import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { base64, noCompiler, type Page, Site } from './site.js';

const site = new Site();
afterEach(() => site.stop());
afterAll(() => site.close());

const mark = noCompiler === undefined ? '' : ` (${noCompiler})`;
const page = '/v0/resource/plugins/pages/x';
const route = '/v0/management/x';

/** One answer, at a route and at a page. */
function saying(says: object | string, rest: Partial<Page> = {}): Page {
  return { routes: [{ Path: '/x' }], resources: [{ Path: '/x' }], answers: { [route]: says, [page]: says }, ...rest };
}

const json = (text: string, type = 'application/json') => ({ Headers: { 'Content-Type': [type] }, Body: base64(text) });

describe.skipIf(noCompiler !== undefined)(`what becomes of a plugin's answer${mark}`, () => {
  it.each([
    [{ StatusCode: 0 }, 200],
    [{}, 200],
    [{ StatusCode: 201 }, 201],
    [{ statuscode: 404 }, 404],
    [{ StatusCode: 599 }, 599],
  ])('status: %j becomes %d', async (says, status) => {
    const { get } = await site.page(saying(says));
    expect(await get(route)).toMatchObject({ status, body: '' });
    expect((await get(page)).status).toBe(status);
  });

  it.each([42, 101, 1000, -1])('a status that cannot end a response is refused and named: %d', async (status) => {
    const { get, notes } = await site.page(saying({ StatusCode: status }));
    expect((await get(route)).status).toBe(502);
    expect(notes.join('\n')).toContain(`the status ${status} cannot end a response`);
  });

  it('has its headers, each value of them, and nothing of the connection', async () => {
    const Headers = {
      'x-many': ['a', 'b'],
      'Set-Cookie': ['one=1', 'two=2'],
      'Transfer-Encoding': ['chunked'],
      Connection: ['upgrade'],
      'X-Umlaut': ['grün'],
      'bad name': ['x'],
      'X-Inject': ['a\r\nSet-Cookie: evil=1'],
      'Content-Type': ['text/html'],
    };
    const { get, notes } = await site.page(saying({ Headers, Body: base64('hello') }));
    const { headers, raw, body } = await get(page);
    expect(body).toBe('hello');
    expect(headers).toMatchObject({ 'x-many': 'a, b', 'set-cookie': ['one=1', 'two=2'], 'content-type': 'text/html' });
    expect(headers['content-length']).toBe('5');
    expect(headers['x-inject']).toBe('a  Set-Cookie: evil=1');
    expect(Buffer.from(headers['x-umlaut'] as string, 'latin1').toString('utf8')).toBe('grün');
    expect(raw.map((one) => one.toLowerCase())).not.toContain('bad name');
    expect(notes).toEqual([
      `pages GET ${page}: the header name "bad name" is none: the host leaves it out`,
      `pages GET ${page}: the header X-Inject has control characters: they become blanks`,
    ]);
  });

  it('has a Content-Type by its beginning where it names none', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64');
    for (const [bytes, type] of [
      [base64('<!DOCTYPE html><p>x'), 'text/html; charset=utf-8'],
      [base64('{"a":1}'), 'text/plain; charset=utf-8'],
      [base64('<headline>'), 'text/plain; charset=utf-8'],
      [png, 'image/png'],
      [Buffer.from([0, 1, 2]).toString('base64'), 'application/octet-stream'],
    ]) {
      const { get } = await site.page(saying({ Body: bytes }));
      expect((await get(page)).headers['content-type']).toBe(type);
      await site.stop();
    }
  });

  it('says of a Content-Length that is not that of the body', async () => {
    const said = {
      ...json('{"a":"<b>"}'),
      Headers: { 'Content-Type': ['application/json'], 'Content-Length': ['11'] },
    };
    const { get, notes } = await site.page(saying(said));
    expect((await get(route)).body).toBe('{"a":"&lt;b&gt;"}');
    expect((await get(page)).body).toBe('{"a":"<b>"}');
    expect(notes).toEqual([
      `pages GET ${route}: Content-Length says 11, the body has 17 bytes after the host has escaped it: leave the header to the host`,
    ]);
  });
});

const ESCAPED: readonly (readonly [text: string, escaped: string, type?: string])[] = [
  ['{"b":"<i>\'\\"&\\u0026","a":1}', '{"a":1,"b":"&lt;i&gt;&#39;&#34;&amp;&amp;"}'],
  [' [1.50, 1e400, -0, 12345678901234567890, null, true] ', '[1.50,1e400,-0,12345678901234567890,null,true]'],
  ['{"<key>":{"deep":["<"]}}', '{"<key>":{"deep":["&lt;"]}}'],
  ['{"a":1,"a":"<"}', '{"a":"&lt;"}'],
  ['"<plain>"', '"&lt;plain&gt;"'],
  ['{"u":"\\u2028\\ud800é"}', '{"u":"\\u2028\ufffdé"}'],
  ['{"a":"<"}', '{"a":"&lt;"}', 'application/problem+json; charset=utf-8'],
  ['{"a":"<"}', '{"a":"&lt;"}', 'text/plain'],
  ['{"a":"<"} {"b":1}', '{"a":"<"} {"b":1}'],
  ['{"a":"<",}', '{"a":"<",}'],
  ['<p>{}</p>', '<p>{}</p>', 'text/html'],
  ['"<plain>"', '"<plain>"', 'text/plain'],
];

describe.skipIf(noCompiler !== undefined)(`JSON of management routes is escaped for HTML${mark}`, () => {
  it('by a host of schema 3, for routes and never for pages', async () => {
    for (const [text, escaped, type] of ESCAPED) {
      const { get } = await site.page(saying(json(text, type)));
      expect((await get(route)).body).toBe(escaped);
      expect((await get(page)).body).toBe(text);
      await site.stop();
    }
  });

  it('but not for a plugin that registers with schema 6', async () => {
    const { get } = await site.page(saying(json('{"b":"<i>","a":1}'), { schema: 6 }), { revision: 'next' });
    expect((await get(route)).body).toBe('{"b":"<i>","a":1}');
  });
});

describe.skipIf(noCompiler !== undefined)(`a plugin that fails${mark}`, () => {
  it.each([
    ['answers with an error', 'error', 'the disk is full'],
    ['answers with a code and no envelope', 'code', 'no JSON at all'],
    ['has an answer of the wrong shape', { StatusCode: 'two hundred' }, 'cannot unmarshal string'],
    ['has a body that is no base64', { Body: '***' }, 'illegal base64 data at input byte 0'],
  ])('gives 502 in the words of the host when it %s', async (_case, says, why) => {
    const { get, notes } = await site.page(saying(says));
    const managed = await get(route);
    expect(managed).toMatchObject({ status: 502, body: 'plugin management handler failed\n' });
    expect(managed.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-cpa-support-plugin': '1',
    });
    expect(await get(page)).toMatchObject({ status: 502, body: 'plugin resource handler failed\n' });
    expect(notes.find((note) => note.startsWith('pluginhost: management handler pages failed: '))).toContain(why);
    expect(notes.find((note) => note.startsWith('pluginhost: resource handler pages failed: '))).toContain(why);
  });

  it.each([
    ['crash', /crashed with SIGABRT/],
    ['exit', /ended its process with code 3/],
    ['hang', /did not return within 1500 ms/],
  ])('by %s gives 502 with its ending, now and from then on, and others go on', async (how, words) => {
    const bad = site.plugin('bad', {
      routes: [{ Path: '/bad' }, { Path: '/other' }],
      answers: { '/v0/management/bad': how, '/v0/management/other': {} },
    });
    const good = site.plugin('good', {
      routes: [{ Path: '/good' }],
      answers: { '/v0/management/good': { Body: base64('fine') } },
    });
    const { get, notes } = await site.open(
      [
        ['bad', bad],
        ['good', good],
      ],
      how === 'hang' ? { timeout: 1_500 } : {},
    );
    for (const at of ['/v0/management/bad', '/v0/management/other']) {
      const answer = await get(at);
      expect(answer.status).toBe(502);
      expect(answer.body).toMatch(/^plugin management handler failed\n/);
      expect(answer.body).toMatch(words);
      expect(answer.body).toContain('start cpex run --serve again');
    }
    expect((await get('/v0/management/good')).body).toBe('fine');
    expect(notes.join('\n')).toMatch(words);
    expect(notes.join('\n')).toContain(how === 'hang' ? 'would wait for ever' : 'CLIProxyAPI would have died here');
    const index = await get('/', { key: false });
    expect(index.body).toMatch(words);
  });
});
