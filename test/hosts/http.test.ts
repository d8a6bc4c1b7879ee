import { getEventListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64, services } from './ask.js';

describe('http.do from a script', () => {
  const get = (url: string, more = {}) => ({ method: 'GET', url, ...more });

  it('answers by method and URL, in the order of the script', async () => {
    const http = [
      { method: 'POST', url: 'https://api.test/x', status: 201, body: 'posted' },
      { url: 'https://api.test/*/end', status: 200, headers: { 'X-One': '1' }, body: 'ä' },
      { url: 'https://api.test/retry', status: 503 },
      { url: 'https://api.test/retry', status: 200 },
    ];
    const { ask } = services({ script: { http } });
    expect(await ask('host.http.do', { method: 'post', url: 'https://api.test/x' })).toMatchObject({
      result: { status: 201 },
    });
    expect(await ask('host.http.do', get('https://api.test/a/b/end'))).toEqual({
      result: { status: 200, headers: { 'x-one': ['1'] }, body: base64('ä') },
    });
    const statuses = [];
    for (let round = 0; round < 3; round++) {
      statuses.push(((await ask('host.http.do', get('https://api.test/retry'))).result as { status: number }).status);
    }
    expect(statuses).toEqual([503, 200, 200]);
    expect(await ask('host.http.do', get('https://api.test/x'))).toMatchObject({ error: 'http_not_scripted' });
    expect(await ask('host.http.do', get('https://api.test/end'))).toMatchObject({ error: 'http_not_scripted' });
  });

  it('fails and delays as scripted', async () => {
    const http = [
      { url: 'https://down.test/', status: 0, error: 'connection refused' },
      { url: 'https://slow.test/', status: 200, delayMs: 60_000 },
    ];
    const { ask, handle } = services({ script: { http } });
    expect(await ask('host.http.do', get('https://down.test/'))).toMatchObject({ error: 'http_failed' });
    expect(await ask('host.http.do', get('https://slow.test/', { timeout_ms: 5 }))).toMatchObject({
      error: 'http_timeout',
    });
    const call = new AbortController();
    const cancelled = ask('host.http.do', get('https://slow.test/'), call.signal);
    call.abort();
    expect(await cancelled).toMatchObject({ error: 'cancelled' });
    const closed = ask('host.http.do', get('https://slow.test/'));
    await handle.close();
    expect(await closed).toMatchObject({ error: 'host_closed' });
    expect(await ask('host.http.do', get('https://down.test/'))).toMatchObject({ error: 'host_closed' });
  });
});

describe('http.do during one call', () => {
  it('leaves nothing at the signal of the call, however often it is asked', async () => {
    const call = new AbortController();
    const { ask } = services({ script: { http: [{ url: '*', status: 204 }] } });
    for (let index = 0; index < 20; index++) {
      await ask('host.http.do', { method: 'GET', url: 'https://example.com/' }, call.signal);
    }
    expect(getEventListeners(call.signal, 'abort')).toEqual([]);
  });
});

describe('http.do for real', () => {
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/redirect') return response.writeHead(302, { location: 'file:///etc/passwd' }).end();
      if (request.url === '/stall') return void response.write('x');
      if (request.url === '/big') return void response.end(Buffer.alloc((64 << 20) + 1));
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      request.pipe(response);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is off unless it is allowed', async () => {
    expect(await services().ask('host.http.do', { method: 'GET', url: origin })).toMatchObject({
      error: 'http_not_scripted',
    });
  });

  it('sends and receives bytes and repeated headers', async () => {
    const { ask } = services({ allowNet: true });
    const request = { method: 'POST', url: `${origin}/echo`, headers: { 'x-a': ['1', '2'] }, body: base64('\0ä') };
    const answer = await ask('host.http.do', request);
    expect(answer.result).toMatchObject({
      status: 200,
      body: base64('\0ä'),
      headers: { 'set-cookie': ['a=1', 'b=2'] },
    });
  });

  it('hands a redirect to the plugin instead of following it', async () => {
    const { ask } = services({ allowNet: true });
    const answer = await ask('host.http.do', { method: 'GET', url: `${origin}/redirect` });
    expect(answer.result).toMatchObject({ status: 302, headers: { location: ['file:///etc/passwd'] } });
  });

  it.each([
    ...['http://example.invalid/', 'http://localhost.example.invalid/', 'http://127.0.0.1.example.invalid/'],
    ...['file:///etc/passwd', 'ftp://127.0.0.1/', 'https://user:secret@example.invalid/', 'http://169.254.169.254/'],
  ])('refuses %s', async (url) => {
    expect(await services({ allowNet: true }).ask('host.http.do', { method: 'GET', url })).toMatchObject({
      error: 'http_refused',
    });
  });

  it('has a time limit and a size limit', async () => {
    const { ask } = services({ allowNet: true });
    expect(await ask('host.http.do', { method: 'GET', url: `${origin}/stall`, timeout_ms: 50 })).toMatchObject({
      error: 'http_timeout',
    });
    expect(await ask('host.http.do', { method: 'GET', url: `${origin}/big` })).toMatchObject({ error: 'too_large' });
  });

  it.each([
    ['a header that is not allowed', { headers: { 'x\n': ['1'] } }, 'invalid_request'],
    ['a URL that is none', { url: 'nothing' }, 'invalid_request'],
    ['a port where nobody listens', { url: 'http://127.0.0.1:1/' }, 'http_failed'],
  ])('fails with %s', async (_name, part, code) => {
    const request = { method: 'GET', url: origin, ...part };
    expect(await services({ allowNet: true }).ask('host.http.do', request)).toMatchObject({ error: code });
  });
});
