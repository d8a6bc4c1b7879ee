import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { refresh, saveCredential } from '../../src/pipeline/cliproxy/auth-folder.js';
import { type Credential, readCredential } from '../../src/pipeline/cliproxy/credentials.js';
import { NO_SUMMARY } from '../../src/pipeline/cliproxy/host-config.js';
import { httpThrough } from '../../src/pipeline/cliproxy/http-through.js';
import { logIn } from '../../src/pipeline/cliproxy/login.js';
import { missingTools } from '../testing/support/compile.js';
import { Bench, base64, executor, type Line } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

const knows = (provider: string, ...lines: readonly Line[]) => ({
  capabilities: { auth_provider: true },
  lines: [['auth.identifier', 'result', { identifier: provider }], ...lines] as Line[],
});
const handled = (auth: object): Line => ['auth.parse', 'result', { Handled: true, Auth: auth }];

describe.skipIf(missing !== undefined)(`credentials${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('are read from the files of the folder, by the plugin that knows their provider', async () => {
    const authFolder = bench.auths({
      'one.json': { type: 'Acme', key: 1 },
      'two.json': { type: 'beta' },
      'three.json': { type: 'nobody' },
      'untyped.json': { key: 2 },
      'garbage.json': 'no json',
      'other.txt': 'no',
    });
    const host = await bench.start(
      {
        acme: knows('acme', ['auth.parse', 'once', { Handled: false }], handled({ Label: 'it', Disabled: true })),
        beta: knows('beta', [
          'auth.parse',
          'result',
          { Handled: true, Auths: [{ ID: 'b1' }, { ID: 'b2', Provider: 'BETA' }] },
        ]),
        late: knows('', ['auth.parse', 'crash']),
      },
      { authFolder },
    );
    expect(host.host.credentials.map(({ id, provider, disabled }) => [id, provider, disabled])).toEqual([
      // Nobody's by its content, so each is asked in turn.
      ['b1', 'beta', false],
      ['b2', 'beta', false],
      ['one.json', 'acme', true],
      ['b1', 'beta', false],
      ['b2', 'beta', false],
      ['untyped.json', 'acme', true],
    ]);
    expect(host.said('auth.parse')).toContain('acme: declined garbage.json');
    expect(host.host.availableProviders()).toEqual(['beta']);
  });

  it('are not looked for in folders, empty files and links that lead nowhere', async () => {
    const authFolder = bench.auths({ 'empty.json': '', 'good.json': { type: 'acme' } });
    mkdirSync(path.join(authFolder, 'folder.json'));
    symlinkSync(path.join(authFolder, 'nowhere'), path.join(authFolder, 'link.json'));
    const host = await bench.start({ acme: knows('acme', handled({})) }, { authFolder });
    expect(host.host.credentials.map(({ id }) => id)).toEqual(['good.json']);
    expect(host.said('auth.parse')).toEqual([
      'host: skipped empty.json: it is empty, so the host passes over it',
      'host: skipped folder.json: it is a folder, so the host passes over it',
      'acme: done good.json: good.json (acme)',
      'host: skipped link.json: it cannot be read (ENOENT), so the host passes over it',
    ]);
  });

  it('are not taken from an answer without provider, or from one that fails', async () => {
    const files = { 'a.json': { type: 'acme' } };
    const failing = await bench.start(
      { acme: knows('acme', ['auth.parse', 'error', { message: 'expired' }]) },
      { authFolder: bench.auths(files) },
    );
    expect(failing.host.credentials).toEqual([]);
    expect(failing.said('auth.parse')).toEqual(['acme: failed a.json: expired']);
    const nameless = await bench.start({ acme: knows('', handled({})) }, { authFolder: bench.auths({ 'a.json': {} }) });
    expect(nameless.said('auth.parse')).toEqual(['acme: failed auth provider acme returned auth without provider']);
  });

  it('bring models, unless the scope of the executor or another provider forbids it', async () => {
    const lists = (result: object, more: object = {}) => ({
      capabilities: { model_provider: true, auth_provider: true, ...more },
      lines: [
        ['auth.identifier', 'result', { identifier: 'acme' }],
        handled({ ID: 'a' }),
        ['model.static', 'result', { Provider: '', Models: [] }],
        ['model.for_auth', 'result', result],
      ] as Line[],
    });
    const files = { 'a.json': { type: 'acme' } };
    const models = async (plugin: ReturnType<typeof lists>) => {
      const host = await bench.start({ acme: plugin }, { authFolder: bench.auths(files) });
      return { models: host.host.credentials[0]?.models?.map(({ ID }) => ID), said: host.said('model.for_auth') };
    };
    expect(await models(lists({ Models: [{ ID: ' m ' }, { ID: '' }] }))).toEqual({
      models: ['m'],
      said: ['acme: done a: m'],
    });
    expect(await models(lists({ Provider: 'else', Models: [{ ID: 'm' }] }))).toEqual({
      models: undefined,
      said: ['acme: skipped it names provider else for a credential of acme'],
    });
    const fixed = {
      executor: true,
      executor_model_scope: 'static',
      executor_input_formats: ['openai'],
      executor_output_formats: ['openai'],
    };
    expect((await models(lists({}, fixed))).said).toEqual([
      'acme: skipped its executor_model_scope is "static": credentials bring no models',
    ]);
  });

  it.each<[string, object, object]>([
    ['nothing', { Label: ' ', Metadata: {}, Disabled: false }, { label: 'old', metadata: { a: 1, b: 2 } }],
    [
      'what is filled',
      {
        Label: 'new',
        StorageJSON: base64('{"token":"new"}'),
        Metadata: { b: 3, c: 4 },
        Attributes: { y: '2' },
        NextRefreshAfter: '2031-01-02T03:04:05Z',
      },
      {
        label: 'new',
        metadata: { a: 1, b: 3, c: 4 },
        attributes: { x: '1', y: '2' },
        nextRefresh: '2031-01-02T03:04:05Z',
      },
    ],
    ['that it is disabled', { Disabled: true }, { label: 'old', disabled: true, attributes: { x: '1' } }],
  ])('take %s from an AuthUpdate beside models', async (_, update, expected) => {
    const auth = { ID: 'a', Label: 'old', Metadata: { a: 1, b: 2 }, Attributes: { x: '1' } };
    const plugin = knows('acme', handled(auth), ['model.for_auth', 'result', { AuthUpdate: update }]);
    const host = await bench.start(
      { acme: { ...plugin, capabilities: { auth_provider: true, model_provider: true } } },
      { authFolder: bench.auths({ 'a.json': { type: 'acme', token: 'old' } }) },
    );
    expect(host.host.credentials).toEqual([
      expect.objectContaining({ id: 'a', provider: 'acme', models: [], ...expected }),
    ]);
  });

  it('are renewed, with what the plugin leaves empty kept', async () => {
    const renewed = { Auth: { StorageJSON: base64('{"token":"new"}') }, NextRefreshAfter: '2030-01-02T03:04:05Z' };
    const host = await bench.start(
      {
        acme: knows(
          'acme',
          handled({ ID: 'a', Label: 'kept' }),
          ['auth.refresh', 'once', renewed],
          ['auth.refresh', 'error', { message: 'revoked' }],
        ),
      },
      { authFolder: bench.auths({ 'a.json': { type: 'acme', token: 'old' } }) },
    );
    const [credential] = host.host.credentials;
    const fresh = (await refresh(host.host.auth, credential as Credential)) as Credential;
    expect(fresh).toMatchObject({
      id: 'a',
      label: 'kept',
      provider: 'acme',
      fileName: 'a.json',
      nextRefresh: '2030-01-02T03:04:05Z',
    });
    expect(Buffer.from(fresh.storage).toString()).toBe('{"token":"new"}');
    expect(await refresh(host.host.auth, fresh)).toBe('revoked');
    expect(await refresh(host.host.auth, { ...fresh, provider: 'else' })).toBe('no plugin knows credentials of else');
  });

  it.each<[string, object, object]>([
    [
      'with its metadata, provider and place',
      {
        StorageJSON: base64('{"z":1,"a":"<&>","type":"other"}'),
        Metadata: { email: 'a@b' },
        Attributes: { source: 'mine' },
      },
      {
        storage: '{"a":"\\u003c\\u0026\\u003e","email":"a@b","type":"acme","z":1}',
        Metadata: { email: 'a@b', type: 'acme' },
      },
    ],
    [
      'without what its file held, unless the plugin said so',
      {},
      { storage: '{"type":"acme"}', Metadata: { type: 'acme' } },
    ],
    [
      'without a storage that is no JSON object',
      { StorageJSON: base64('token') },
      { storage: null, Metadata: { type: 'acme' } },
    ],
  ])('are handed to plugins %s', async (_, auth, { storage, ...expected }: { storage?: string | null }) => {
    const authFolder = bench.auths({ 'a.json': { type: 'acme', token: 'secret' } });
    const host = await bench.start(
      { acme: knows('acme', handled(auth), ['auth.refresh', 'error', { message: '@REQUEST@' }]) },
      { authFolder },
    );
    const request = (await refresh(host.host.auth, host.host.credentials[0] as Credential)) as string;
    const file = path.join(authFolder, 'a.json');
    expect(JSON.parse(Buffer.from(request, 'base64').toString())).toMatchObject({
      AuthID: 'a.json',
      AuthProvider: 'acme',
      StorageJSON: storage == null ? null : base64(storage),
      Attributes: { path: file, source: file },
      ...expected,
    });
  });

  it('are saved as one private file each, and never outside of the folder', async () => {
    const summary = { ...NO_SUMMARY, AuthDir: path.join(bench.folder, 'new', 'auths') };
    const make = (data: object) =>
      readCredential({ Provider: 'acme', StorageJSON: base64('{"token":"t"}'), ...data }, {}) as Credential;
    const file = await saveCredential(summary, make({ ID: 'one', Metadata: { email: 'a@b' } }));
    expect(file).toBe(path.join(summary.AuthDir, 'one.json'));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ token: 't', email: 'a@b', type: 'acme' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const data of [
      { FileName: '../out.json' },
      { FileName: '/tmp/x.json' },
      { FileName: 'a\\b.json' },
      { FileName: '.x.json' },
      { FileName: 'C:x.json' },
    ]) {
      await expect(saveCredential(summary, make(data))).rejects.toMatchObject({ code: 'CPEX_E_CREDENTIAL' });
    }
    for (const storage of ['', 'no json', '[1]']) {
      await expect(saveCredential(summary, make({ ID: 'bad', StorageJSON: base64(storage) }))).rejects.toMatchObject({
        code: 'CPEX_E_CREDENTIAL',
      });
    }
  });

  it('make HTTP requests through an executor', async () => {
    const host = await bench.start(
      {
        acme: {
          capabilities: executor('openai', { auth_provider: true, model_registrar: false }),
          lines: [
            ['executor.identifier', 'result', { identifier: 'acme' }],
            ['auth.identifier', 'result', { identifier: 'acme' }],
            handled({ ID: 'a' }),
            ['executor.http_request', 'result', { StatusCode: 0, Body: '@REQUEST@' }],
          ],
        },
      },
      { authFolder: bench.auths({ 'a.json': { type: 'acme' } }) },
    );
    const http = {
      provider: 'acme',
      method: 'PUT',
      url: 'https://example.test/',
      headers: { 'X-A': ['1'] },
      body: Buffer.from('b'),
    };
    const answer = await httpThrough(host.host, http);
    expect(answer).toMatchObject({ ok: true, status: 200 });
    const seen = JSON.parse(Buffer.from('body' in answer ? answer.body : '').toString()) as object;
    expect(seen).toMatchObject({
      AuthID: 'a',
      AuthProvider: 'acme',
      Method: 'PUT',
      URL: 'https://example.test/',
      Headers: { 'X-A': ['1'] },
      Body: base64('b'),
    });
    expect(await httpThrough(host.host, { ...http, provider: 'else' })).toMatchObject({
      ok: false,
      message: 'no plugin executes for provider else',
    });
  });
});

describe.skipIf(missing !== undefined)(`logins${missing === undefined ? '' : ` (${missing})`}`, () => {
  const times = { deadlineMs: 60_000, pollMs: 1 };
  const page = { URL: 'https://example.test/login', State: ' s1 ', Metadata: { nonce: 'n' } };
  const starts: Line = ['auth.login.start', 'result', page];
  const poll = (result: object, action = 'result'): Line => ['auth.login.poll', action, result];
  const login = async (lines: readonly Line[], limits = times, provider = 'ACME') => {
    const host = await bench.start({ acme: knows('acme', ...lines) });
    const shown: unknown[] = [];
    return { host, shown, credentials: await logIn(host.host, provider, limits, (one) => shown.push(one)) };
  };

  it('show the page, ask until it is done, and hand the metadata on', async () => {
    const { host, shown, credentials } = await login([
      starts,
      poll({ Status: 'pending' }, 'once'),
      poll({ Status: 'pending', Message: 'still' }, 'once'),
      ['auth.login.poll', 'ask', 'host.log {"level":"info","message":"@REQUEST@"}'],
      poll({ Status: 'success', Auths: [{ ID: 'a' }, { ID: 'b' }] }),
    ]);
    expect(shown).toEqual([{ url: 'https://example.test/login', expiresAt: undefined }]);
    expect(credentials.map(({ id, provider }) => `${id} ${provider}`)).toEqual(['a acme', 'b acme']);
    expect(host.said('auth.login.poll')).toEqual([
      'acme: done pending',
      'acme: done pending: still',
      'acme: done success',
    ]);
    expect(JSON.parse(Buffer.from(host.logged()[0] ?? '', 'base64').toString())).toMatchObject({
      Provider: 'acme',
      State: 's1',
      Metadata: { nonce: 'n' },
    });
  });

  it.each([
    ['an error', [starts, poll({ Status: 'error', Message: 'denied' })], 'The login failed: denied'],
    ['an unknown status', [starts, poll({ Status: 'done' })], 'auth.login.poll answers with the status "done".'],
    ['a failing start', [['auth.login.start', 'error', { message: 'offline' }]], 'auth.login.start failed: offline'],
    ['a failing poll', [starts, ['auth.login.poll', 'error', { message: 'gone' }]], 'auth.login.poll failed: gone'],
    ['no URL', [['auth.login.start', 'result', { State: 's' }]], 'The answer to auth.login.start has no URL.'],
    ['no state', [['auth.login.start', 'result', { URL: 'u' }]], 'The answer to auth.login.start has no State.'],
  ] as [string, Line[], string][])('end with %s', async (_, lines, message) => {
    await expect(login(lines)).rejects.toMatchObject({ code: 'CPEX_E_LOGIN', message });
  });

  it('end in time, by our deadline or the page', async () => {
    const pending = [starts, poll({ Status: 'pending' })];
    await expect(login(pending, { deadlineMs: 1, pollMs: 10 })).rejects.toMatchObject({
      message: 'The login did not end in time (asked 1 times).',
    });
    const expired: Line = ['auth.login.start', 'result', { ...page, ExpiresAt: '2020-01-01T00:00:00Z' }];
    await expect(login([expired, poll({ Status: 'pending' })])).rejects.toMatchObject({
      message: 'The login did not end in time (asked 1 times).',
    });
  });

  it('need a plugin that knows the provider', async () => {
    await expect(login([], times, 'else')).rejects.toMatchObject({ message: 'No plugin knows credentials of "else".' });
  });
});
