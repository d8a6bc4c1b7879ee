import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { base64, noCompiler, Site } from './site.js';

const site = new Site();
afterEach(() => site.stop());
afterAll(() => site.close());

const mark = noCompiler === undefined ? '' : ` (${noCompiler})`;
const ok = (text: string) => ({ Body: base64(text) });

describe.skipIf(noCompiler !== undefined)(`routes of a plugin${mark}`, () => {
  it.each([
    ['as they stand', { Method: 'POST', Path: '/v0/management/thing' }, 'POST', '/v0/management/thing'],
    ['without a method: GET', { Path: '/v0/management/thing' }, 'GET', '/v0/management/thing'],
    ['with a method in any case', { Method: ' delete ', Path: '/thing' }, 'DELETE', '/v0/management/thing'],
    ['without the prefix', { Method: 'PUT', Path: '/thing/deep' }, 'PUT', '/v0/management/thing/deep'],
    ['without a slash', { Method: 'PATCH', Path: ' thing ' }, 'PATCH', '/v0/management/thing'],
    ['with slashes at the end', { Method: 'GET', Path: '/thing//' }, 'GET', '/v0/management/thing'],
    ['with dots', { Method: 'GET', Path: '/a/../b' }, 'GET', '/v0/management/a/../b'],
    ['below the prefix of pages', { Method: 'GET', Path: '/plugins/pages/x' }, 'GET', '/v0/management/plugins/pages/x'],
    ['POST with a menu', { Method: 'POST', Path: '/form', Menu: 'Form' }, 'POST', '/v0/management/form'],
  ])('are served %s', async (_case, route, method, at) => {
    const { get, notes } = await site.page({ routes: [route], answers: { [at]: ok('here') } });
    expect(notes).toEqual([]);
    expect(await get(at, { method })).toMatchObject({ status: 200, body: 'here' });
    expect(await get(`${at}/`, { method })).toMatchObject({ status: 404, body: '' });
    expect((await get(at, { method: method === 'GET' ? 'POST' : 'GET' })).status).toBe(404);
  });

  it.each([
    ['a blank', { Method: 'GET', Path: '/a b' }, 'GET /a b'],
    ['a line end', { Method: 'GET', Path: '/a\nb' }, 'GET /a\nb'],
    ['a parameter', { Method: 'GET', Path: '/user/:id' }, 'GET /user/:id'],
    ['a star', { Method: 'GET', Path: '/files/*rest' }, 'GET /files/*rest'],
    ['no path', { Method: 'GET', Path: '  ' }, 'GET   '],
    ['the prefix alone', { Method: 'GET', Path: '/v0/management/' }, 'GET /v0/management/'],
    ['a blank in the method', { Method: 'GET /x', Path: '/x' }, 'GET /x /x'],
  ])('with %s are refused with the words of the host', async (_case, route, words) => {
    const { notes, serving } = await site.page({ routes: [route, { Path: '/good' }] });
    expect(notes).toEqual([`pluginhost: plugin pages declared invalid management route ${words}`]);
    expect(serving.table.routes.map(({ path }) => path)).toEqual(['/v0/management/good']);
  });

  it.each([
    ['GET', '/config'],
    ['GET', '/plugins'],
    ['DELETE', '/api-keys'],
    ['POST', '/auth-files'],
  ])('that the host has itself are skipped: %s %s', async (method, at) => {
    const full = `/v0/management${at}`;
    const { notes, get } = await site.page({ routes: [{ Method: method, Path: at }], answers: { [full]: ok('mine') } });
    expect(notes).toEqual([
      `pluginhost: plugin pages management route ${method} ${full} conflicts with an existing route and was skipped`,
    ]);
    const answer = await get(full, { method });
    expect(answer.body).not.toContain('mine');
    expect(answer.status).toBe(at === '/plugins' ? 200 : 501);
  });

  it('may have a method that the host does not have on the path', async () => {
    const { notes, get } = await site.page({
      routes: [{ Method: 'POST', Path: '/config' }],
      answers: { '/v0/management/config': ok('mine') },
    });
    expect(notes).toEqual([]);
    expect(await get('/v0/management/config', { method: 'POST' })).toMatchObject({ status: 200, body: 'mine' });
  });

  it('of the plugin with the higher priority win; also one plugin gets each only once', async () => {
    const route = { Method: 'GET', Path: '/shared' };
    const at = '/v0/management/shared';
    const low = site.plugin('low', { routes: [route], answers: { [at]: ok('low') } });
    const high = site.plugin('high', { routes: [route, route], answers: { [at]: ok('high') } });
    const { notes, get } = await site.open([
      ['high', high],
      ['low', low],
    ]);
    expect((await get(at)).body).toBe('high');
    const words = `management route GET ${at} conflicts with a higher-priority plugin and was skipped`;
    expect(notes).toEqual([`pluginhost: plugin high ${words}`, `pluginhost: plugin low ${words}`]);
  });

  it('are none where the registrar fails, which is told', async () => {
    const broken = { ok: false, error: { code: 'plugin_error', message: 'not today' } };
    const { notes, serving } = await site.page({ declares: JSON.stringify(broken) });
    expect(notes).toEqual(['pluginhost: management registrar pages failed: not today']);
    expect(serving.table.routes).toEqual([]);
  });

  it('are none where the capability is not declared', async () => {
    const { serving } = await site.page({ routes: [{ Path: '/x' }], capabilities: { usage_plugin: true } });
    expect(serving.table.routes).toEqual([]);
  });
});

describe.skipIf(noCompiler !== undefined)(`pages of a plugin${mark}`, () => {
  const base = '/v0/resource/plugins/pages';

  it.each([
    ['relative', { Path: 'status', Menu: 'Status' }, `${base}/status`],
    ['with the whole path', { Path: `${base}/status`, Menu: 'Status' }, `${base}/status`],
    ['with the legacy path', { Path: '/plugins/pages/status/', Menu: 'Status' }, `${base}/status`],
    ['without a menu', { Path: '/deep/er' }, `${base}/deep/er`],
    ['of another plugin, below their own', { Path: '/plugins/other/x' }, `${base}/plugins/other/x`],
  ])('are served without a key: %s', async (_case, resource, at) => {
    const { get, notes } = await site.page({ resources: [resource], answers: { [at]: ok('page') } });
    expect(notes).toEqual([]);
    expect(await get(at, { key: false })).toMatchObject({ status: 200, body: 'page' });
    expect((await get(at.replace(base, '/plugins/pages'), { key: false })).status).toBe(404);
  });

  it('are what GET routes with a menu become', async () => {
    const { get, serving } = await site.page({
      routes: [{ Method: 'GET', Path: '/panel', Menu: 'Panel', Description: 'Old style' }],
      answers: { [`${base}/panel`]: ok('panel') },
    });
    expect(serving.table.routes).toEqual([]);
    expect(serving.table.resources).toMatchObject([{ path: `${base}/panel`, menu: 'Panel', description: 'Old style' }]);
    expect((await get(`${base}/panel`, { key: false })).body).toBe('panel');
    expect((await get('/v0/management/panel')).status).toBe(404);
  });

  it('keep the query that their menu opens with', async () => {
    const { serving, get } = await site.page({
      resources: [{ Path: '/status?tab=1', Menu: 'Status' }],
      answers: { [`${base}/status`]: ok('page') },
    });
    expect(serving.table.resources).toMatchObject([{ path: `${base}/status`, launch: `${base}/status?tab=1` }]);
    expect((await get(`${base}/status?tab=2`, { key: false })).body).toBe('page');
  });

  it.each([
    ['dots', '/a/../b'],
    ['a fragment', '/a#b'],
    ['a blank', '/a b'],
    ['a blank in the query', '/a?b c'],
    ['a parameter', '/:a'],
    ['a star', '/*'],
    ['nothing', ' '],
    ['the folder alone', `${base}/`],
  ])('with %s are refused with the words of the host', async (_case, at) => {
    const { notes, serving } = await site.page({ resources: [{ Path: at }] });
    expect(notes).toEqual([`pluginhost: plugin pages declared invalid resource route ${at}`]);
    expect(serving.table.resources).toEqual([]);
  });

  it('come once each', async () => {
    const { notes, serving } = await site.page({
      routes: [{ Path: '/x', Menu: 'First' }],
      resources: [{ Path: 'x', Menu: 'Second' }],
    });
    expect(serving.table.resources.map(({ menu }) => menu)).toEqual(['First']);
    expect(notes).toEqual([
      `pluginhost: plugin pages resource route GET ${base}/x conflicts with a higher-priority plugin and was skipped`,
    ]);
  });

  it.each(['POST', 'HEAD', 'OPTIONS', 'DELETE'])('are only for GET: %s', async (method) => {
    const { get } = await site.page({ resources: [{ Path: 'x' }], answers: { [`${base}/x`]: ok('page') } });
    expect(await get(`${base}/x`, { method, key: false })).toMatchObject({ status: 404, body: '' });
  });
});
