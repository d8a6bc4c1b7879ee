import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { base64, KEY, noCompiler, Site } from './site.js';

const site = new Site();
afterEach(() => site.stop());
afterAll(() => site.close());

const mark = noCompiler === undefined ? '' : ` (${noCompiler})`;
const page = '/v0/resource/plugins/pages/echo';
const route = '/v0/management/echo';
const echoing = {
  routes: [{ Path: '/echo' }, { Path: '/echo', Method: 'POST' }],
  resources: [{ Path: '/echo' }],
  answers: { [route]: 'echo', [page]: 'echo' },
  // Else the host escapes what looks like JSON.
  schema: 6,
};
const latest = { revision: 'next' };

describe.skipIf(noCompiler !== undefined)(`what a plugin is sent${mark}`, () => {
  it('is the request as the host writes it, byte for byte', async () => {
    const { get } = await site.page(echoing, latest);
    const headers = { 'x-twice': ['one', 'two'], 'content-type': 'text/plain', connection: 'close' };
    const { body } = await get(`${route}?b=2&a=1&b=%26%20+3&broken=%zz&semi=1;2`, {
      method: 'POST',
      headers,
      body: 'hi <&>',
    });
    expect(body).toBe(
      `{"Method":"POST","Path":"${route}",` +
        `"Headers":{"Authorization":["Bearer ${KEY}"],"Connection":["close"],"Content-Length":["6"],` +
        '"Content-Type":["text/plain"],"X-Twice":["one","two"]},' +
        '"Query":{"a":["1"],"b":["2","\\u0026  3"]},"Body":"aGkgPCY+","host_callback_id":"' +
        `${/"host_callback_id":"(\d+)"/.exec(body)?.[1]}"}`,
    );
  });

  it('has an empty body for a route and none for a page', async () => {
    const { get } = await site.page(echoing, latest);
    expect(JSON.parse((await get(route)).body)).toMatchObject({ Method: 'GET', Query: null, Body: '' });
    const { body } = await get(page, { key: false, body: 'not passed on', headers: { 'content-length': '13' } });
    expect(JSON.parse(body)).toMatchObject({ Method: 'GET', Path: page, Query: null, Body: null });
  });

  it('is a path without its escapes, which decides where it goes', async () => {
    const { get } = await site.page(echoing, latest);
    expect(JSON.parse((await get('/v0/management/%65cho')).body)).toMatchObject({ Path: route });
    expect((await get('/v0/management/echo%2F')).status).toBe(404);
    expect((await get('/v0/management/../management/echo')).status).toBe(404);
    expect((await get('/v0/management/%zz')).status).toBe(400);
  });

  it('has a body of any size up to the limit, and no larger one', async () => {
    const at = '/v0/management/size';
    const { get } = await site.page({
      routes: [{ Path: '/size', Method: 'POST' }],
      answers: { [at]: { StatusCode: 201 } },
    });
    expect((await get(at, { method: 'POST', body: 'x'.repeat(1 << 20) })).status).toBe(201);
    // The server answers before it has read everything and closes, so the rest may meet a closed door.
    const outcome = await get(at, { method: 'POST', body: 'x'.repeat(33 << 20) }).then(
      ({ status }) => status,
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(outcome);
    expect((await get(at, { method: 'POST', body: 'again' })).status).toBe(201);
  });
});

describe.skipIf(noCompiler !== undefined)(`the key of the management routes${mark}`, () => {
  it.each([
    ['Authorization: Bearer', { authorization: `Bearer ${KEY}` }],
    ['Authorization: bearer', { authorization: `bearer ${KEY}` }],
    ['Authorization alone', { authorization: KEY }],
    ['X-Management-Key', { 'x-management-key': KEY }],
  ])('is taken from %s', async (_case, headers) => {
    const { get } = await site.page(echoing, latest);
    expect((await get(route, { key: false, headers })).status).toBe(200);
  });

  it.each([
    ['missing', {}, 'missing management key'],
    ['wrong', { authorization: 'Bearer wrong' }, 'invalid management key'],
    [
      'wrong although the other header is right',
      { authorization: 'Bearer no', 'x-management-key': KEY },
      'invalid management key',
    ],
    ['of another scheme', { authorization: `Basic ${base64(`user:${KEY}`)}` }, 'invalid management key'],
  ])('is refused in the words of the host when it is %s', async (_case, headers, error) => {
    const { get } = await site.page(echoing, latest);
    for (const at of [route, '/v0/management/plugins', '/v0/management/nothing']) {
      const answer = await get(at, { key: false, headers });
      expect(answer).toMatchObject({ status: 401, body: JSON.stringify({ error }) });
      expect(answer.headers['x-cpa-support-plugin']).toBe('1');
    }
  });

  it('does not matter for pages, nor does its absence make a route public', async () => {
    const { get } = await site.page(echoing, latest);
    expect((await get(page, { key: 'wrong' })).status).toBe(200);
    expect((await get(route, { key: false })).status).toBe(401);
  });
});

describe.skipIf(noCompiler !== undefined)(`the list of plugins${mark}`, () => {
  it('has registered and other plugins, escaped for HTML as the host does it', async () => {
    const known = site.plugin('known', {
      resources: [
        { Path: '/z', Menu: 'Zed' },
        { Path: '/a?x=1', Menu: 'A & <b>', Description: '"quoted"' },
        { Path: '/hidden' },
      ],
      capabilities: { management_api: true, auth_provider: true },
      metadata: {
        Name: "It's <me>",
        Logo: 'https://example.org/?a=1&b=2',
        ConfigFields: [{ Name: 'mode', Type: 'enum', EnumValues: ['<a>', 'b'], Description: 'How' }],
      },
    });
    const silent = site.plugin('blank', { metadata: { Author: ' ' } });
    const { get, notes, serving } = await site.open([
      ['known', known],
      ['blank', silent],
    ]);
    const answer = await get('/v0/management/plugins');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.body).toContain('It\\u0026#39;s \\u0026lt;me\\u0026gt;');
    const { plugins, ...rest } = JSON.parse(answer.body) as { plugins: object[] };
    expect(rest).toMatchObject({ plugins_enabled: true });
    expect(plugins).toMatchObject([
      { id: 'blank', registered: false, effective_enabled: false, metadata: null, menus: [], config_fields: [] },
      {
        id: 'known',
        path: known,
        configured: true,
        registered: true,
        enabled: true,
        effective_enabled: true,
        supports_oauth: true,
        logo: 'https://example.org/?a=1&amp;b=2',
        config_fields: [{ name: 'mode', type: 'enum', enum_values: ['&lt;a&gt;', 'b'], description: 'How' }],
        menus: [
          { path: '/v0/resource/plugins/known/a?x=1', menu: 'A &amp; &lt;b&gt;', description: '&#34;quoted&#34;' },
          { path: '/v0/resource/plugins/known/z', menu: 'Zed', description: '' },
        ],
        metadata: { name: 'It&#39;s &lt;me&gt;', version: '1.0.0', author: 'Tests' },
      },
    ]);
    expect(notes.join('\n')).toContain('plugin blank returned invalid metadata or no capabilities');
    expect(serving.plugins).toHaveLength(2);
  });

  it('says which release of the host it is', async () => {
    const { get } = await site.page({ ...echoing, schema: 1 }, { revision: 'v7.2.28' });
    expect((await get('/v0/management/plugins')).headers['x-cpa-version']).toBe('v7.2.28');
  });
});
