import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { HOST_PORT } from '../../../src/running/serve/serve.js';
import { base64, noCompiler, Site } from './site.js';

const site = new Site();
afterEach(() => site.stop());
afterAll(() => site.close());

const mark = noCompiler === undefined ? '' : ` (${noCompiler})`;
const base = '/v0/resource/plugins/pages';
const simple = {
  routes: [{ Path: '/x', Description: 'Does <x>' }],
  resources: [{ Path: '/home', Menu: 'Home & away', Description: 'Start here' }],
  answers: { '/v0/management/x': { Body: base64('x') }, [`${base}/home`]: { Body: base64('<h1>Home</h1>') } },
};

/** Sends bytes as they are and gives back everything until the other side closes. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((done, fail) => {
    const parts: Buffer[] = [];
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', fail);
    socket.on('close', () => done(Buffer.concat(parts).toString('latin1')));
  });
}

const portOf = (origin: string) => Number(new URL(origin).port);

describe.skipIf(noCompiler !== undefined)(`the server of cpex run --serve${mark}`, () => {
  it('answers to its own names only, so that no name of a stranger leads to it', async () => {
    const { get, serving } = await site.page(simple);
    const port = portOf(serving.origin);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect((await get(`${base}/home`, { key: false, headers: { host } })).status, host).toBe(200);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost',
      '127.0.0.1',
      `127.0.0.1.evil.example:${port}`,
    ]) {
      for (const at of ['/', `${base}/home`, '/v0/management/x']) {
        const { status, body } = await get(at, { headers: { host } });
        expect(status, `${host} ${at}`).toBe(421);
        expect(body).not.toContain('Home');
      }
    }
  });

  it('listens on the loopback interface alone', async () => {
    const { serving } = await site.page(simple);
    expect(new URL(serving.origin).hostname).toBe('127.0.0.1');
    const others = ['127.0.0.2', '::1'].map(
      (host) =>
        new Promise((done) => {
          const socket = connect(portOf(serving.origin), host);
          socket.on('connect', () => done(socket.destroy() && 'connected'));
          socket.on('error', () => done('refused'));
        }),
    );
    expect(await Promise.all(others)).toEqual(['refused', 'refused']);
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 4\d\d /],
    [
      'another target than a path',
      'GET http://127.0.0.1/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['a star', 'OPTIONS * HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: HOST\r\nX: ${'x'.repeat(80_000)}\r\n\r\n`,
      /^HTTP\/1\.1 (400|431) /,
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
      /^HTTP\/1\.1 400 /,
    ],
  ])('refuses %s', async (_case, bytes, answer) => {
    const { serving, get } = await site.page(simple);
    const port = portOf(serving.origin);
    expect(await raw(port, bytes.replaceAll('HOST', `127.0.0.1:${port}`))).toMatch(answer);
    expect((await get(`${base}/home`)).status).toBe(200);
  });

  it('has nothing elsewhere', async () => {
    const { get } = await site.page(simple);
    for (const at of ['/favicon.ico', '/v1/models', '/v0/resource/plugins/', '/v0/managementx', '/v0/management']) {
      expect((await get(at)).status, at).toBe(404);
    }
    expect((await get('/', { method: 'POST' })).status).toBe(404);
  });

  it('lists plugins, pages, routes and what was skipped at /, without a key in it and without scripts', async () => {
    const { get } = await site.page({ ...simple, routes: [...simple.routes, { Path: '/<bad> x' }] });
    const { body, headers } = await get('/', { key: false });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'nonce-/);
    expect(body).toContain('<a href="/v0/resource/plugins/pages/home">Home &amp; away</a>');
    expect(body).toContain('<code>/v0/management/x</code>');
    expect(body).toContain('Does &lt;x&gt;');
    expect(body).toContain('declared invalid management route  /&lt;bad&gt; x');
    expect(body).not.toContain('a key for tests');
    expect(body).not.toMatch(/<script|src=|https?:/);
    expect((await get('/', { method: 'HEAD', key: false })).body).toBe('');
  });

  it('tells each request that it has answered', async () => {
    const { get, log, serving } = await site.page(simple);
    await get('/v0/management/x?y=1');
    await get('/nowhere');
    await serving.stop();
    expect(log.map(({ method, url, status }) => [method, url, status])).toEqual([
      ['GET', '/v0/management/x?y=1', 200],
      ['GET', '/nowhere', 404],
    ]);
  });

  it('takes the port of the host, and another one where that is taken', async () => {
    const other = createServer();
    const taken = await new Promise<boolean>((done) => {
      other.once('error', () => done(false));
      other.listen(HOST_PORT, '127.0.0.1', () => done(true));
    });
    // Where somebody else has the port already, that does as well.
    try {
      const { serving, notes, get } = await site.page(simple, { port: undefined });
      expect(portOf(serving.origin)).not.toBe(HOST_PORT);
      expect(notes).toEqual([`127.0.0.1:${HOST_PORT} is taken. Another port is taken instead.`]);
      expect((await get(`${base}/home`)).status).toBe(200);
    } finally {
      if (taken) await new Promise((done) => other.close(done));
    }
  });

  it('fails where a port that was named is taken, and leaves no plugin behind', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', () => done()));
    try {
      const { port } = other.address() as AddressInfo;
      await expect(site.page(simple, { port })).rejects.toMatchObject({ code: 'CPEX_E_SERVE_PORT', exit: 3 });
    } finally {
      await new Promise((done) => other.close(done));
    }
  });

  it('has nothing to serve where no plugin registers', async () => {
    await expect(site.page({ ...simple, schema: 99 })).rejects.toMatchObject({ code: 'CPEX_E_SERVE_NOTHING', exit: 4 });
  });

  it('stops with open connections and a request that hangs, and shuts the plugins down in order', async () => {
    const file = path.join(site.folder, 'shutdown');
    process.env.CPEX_TEST_SHUTDOWN_FILE = file;
    try {
      const { serving, get } = await site.page(simple);
      const idle = connect(portOf(serving.origin), '127.0.0.1');
      const half = connect(portOf(serving.origin), '127.0.0.1', () => half.write('GET / HTTP/1.1\r\n'));
      const closed = [idle, half].map(
        (socket) => new Promise((done) => socket.on('close', done).on('error', () => {})),
      );
      await new Promise((done) => half.once('connect', done));
      await get(`${base}/home`);
      await Promise.all([serving.stop(), serving.stop()]);
      await Promise.all(closed);
      expect(readFileSync(file, 'utf8')).toBe('shut down\n');
      await expect(get('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    } finally {
      delete process.env.CPEX_TEST_SHUTDOWN_FILE;
    }
    expect(existsSync(file)).toBe(true);
  });

  it('stops although a plugin hangs', async () => {
    const hanging = { routes: [{ Path: '/hang' }], answers: { '/v0/management/hang': 'hang' } };
    const { serving, get } = await site.page(hanging);
    const asked = get('/v0/management/hang').then(
      ({ status }) => status,
      (error: NodeJS.ErrnoException) => error.code,
    );
    // The plugin has the request once the server has taken it.
    while (!(await isBusy(portOf(serving.origin)))) await new Promise((done) => setImmediate(done));
    await serving.stop();
    expect(['ECONNRESET', 502]).toContain(await asked);
  });
});

/** Whether a connection to a port is open on this machine; any answer will do where that cannot be read. */
async function isBusy(port: number): Promise<boolean> {
  try {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    return readFileSync('/proc/net/tcp', 'latin1').includes(`0100007F:${hex} 0100007F:`);
  } catch {
    return true;
  }
}
