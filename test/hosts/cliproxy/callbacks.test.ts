import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelRequest, ServiceOptions } from '../../../src/model/profile.js';
import { base64, callbacks, failed } from './ask.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function open(options: Partial<ServiceOptions> = {}, revision?: string) {
  const made = callbacks(options, revision);
  closing.push(() => made.handle.close());
  return made;
}

const OK = '{"ok":true,"result":{}}';

describe('every callback', () => {
  it('that the host does not have is refused in its words', async () => {
    const { ask, events } = open();
    expect(await ask('host.kv.get', {})).toBe(failed('unsupported host callback host.kv.get'));
    expect(await ask('', {})).toBe(failed('unsupported host callback '));
    expect(events).toContainEqual({ kind: 'call', method: 'host.kv.get', request: undefined, ok: false });
  });

  it.each([
    ['host.log', 'host log request'],
    ['host.http.do', 'host http request'],
    ['host.http.do_stream', 'host http request'],
    ['host.http.stream_read', 'host http stream read request'],
    ['host.http.stream_close', 'host http stream close request'],
    ['host.model.execute', 'host model execution request'],
    ['host.model.execute_stream', 'host model execution stream request'],
    ['host.model.stream_read', 'host model stream read request'],
    ['host.model.stream_close', 'host model stream close request'],
    ['host.stream.emit', 'stream emit request'],
    ['host.stream.close', 'stream close request'],
    ['host.auth.list', 'host auth list request'],
    ['host.auth.get', 'host auth get request'],
    ['host.auth.get_runtime', 'host auth get runtime request'],
    ['host.auth.save', 'host auth save request'],
  ])('%s says what it cannot decode', async (method, what) => {
    const { ask } = open();
    expect(await ask(method, '{')).toBe(failed(`decode ${what}: unexpected end of JSON input`));
    expect(await ask(method, 'x')).toBe(failed(`decode ${what}: invalid character 'x' looking for beginning of value`));
  });

  it('fails once the session is over', async () => {
    const { ask, handle } = open();
    await handle.close();
    expect(await ask('host.log', { message: 'late' })).toBe(failed('context canceled'));
  });
});

describe('host.log', () => {
  it.each([
    ['trace', 'trace'],
    ['INFO', 'info'],
    [' warn ', 'warn'],
    ['warning', 'warn'],
    ['error', 'error'],
    ['debug', 'debug'],
    ['fatal', 'debug'],
    ['', 'debug'],
  ])('writes level %j as %s', async (level, expected) => {
    const { ask, events } = open();
    expect(await ask('host.log', { Level: level, MESSAGE: ' said ', fields: { ' a ': 1, ' ': 2 } })).toBe(OK);
    expect(events[0]).toEqual({ kind: 'log', level: expected, message: 'said', fields: { a: 1 } });
  });

  it('has words of its own for no message', async () => {
    const { ask, events } = open();
    expect(await ask('host.log', {})).toBe(OK);
    expect(events[0]).toEqual({ kind: 'log', level: 'debug', message: 'plugin log' });
  });
});

describe('host.http', () => {
  const script = {
    http: [
      { url: 'https://a.test/x', status: 404, headers: { 'content-TYPE': 'text/html', 'x-B': '1' }, body: '<a>&' },
      { method: 'POST', url: 'https://a.test/*', status: 200, body: 'posted' },
      { url: 'https://fail.test/', status: 200, error: 'connection reset by peer' },
      { url: 'https://half.test/', status: 200, chunks: ['one', 'two'], error: 'unexpected EOF' },
      { url: 'https://big.test/', status: 200, bodyBytes: 70_000 },
      { url: 'https://empty.test/', status: 204 },
      { url: 'https://slow.test/', status: 200, delayMs: 600_000 },
    ],
  };

  it('answers in PascalCase, with the header names of Go; a status is no error', async () => {
    expect(await open({ script }).ask('host.http.do', { url: 'https://a.test/x' })).toBe(
      `{"ok":true,"result":{"StatusCode":404,"Headers":{"Content-Type":["text/html"],"X-B":["1"]},"Body":"${base64('<a>&')}"}}`,
    );
  });

  it('takes the request from a member "request" alone, and keys in any case', async () => {
    const { ask } = open({ script });
    const nested = { Method: 'POST', url: 'https://none.test/', request: { METHOD: 'POST', URL: 'https://a.test/y' } };
    expect(await ask('host.http.do', nested)).toContain(`"Body":"${base64('posted')}"`);
  });

  it('has an empty body, not none', async () => {
    expect(await open({ script }).ask('host.http.do', { url: 'https://empty.test/' })).toBe(
      '{"ok":true,"result":{"StatusCode":204,"Headers":{},"Body":""}}',
    );
  });

  it.each([
    ['https://fail.test/', undefined, 'execute host http request: Get "https://fail.test/": connection reset by peer'],
    ['https://half.test/', undefined, 'read host http response: unexpected EOF'],
    [
      'https://none.test/?a=1&b=<2>',
      'DELETE',
      'execute host http request: Delete "https://none.test/?a=1&b=<2>": no scripted answer, and the network is off (--allow-net turns it on)',
    ],
  ])('says why %s failed', async (url, method, message) => {
    expect(await open({ script }).ask('host.http.do', { url, ...(method ? { method } : {}) })).toBe(failed(message));
  });

  it('is cut short by the end of the call and of the session', async () => {
    const { ask, handle } = open({ script });
    const call = new AbortController();
    const one = ask('host.http.do', { url: 'https://slow.test/' }, call.signal);
    call.abort(new Error('context canceled'));
    const text = failed('execute host http request: Get "https://slow.test/": context canceled');
    expect(await one).toBe(text);
    const other = ask('host.http.do_stream', { url: 'https://slow.test/' });
    await handle.close();
    expect(await other).toBe(text);
  });

  it('streams in snake_case, in pieces of 32 KiB at most, and closes at the end', async () => {
    const { ask } = open({ script });
    expect(await ask('host.http.do_stream', { url: 'https://big.test/' })).toBe(
      '{"ok":true,"result":{"status_code":200,"stream_id":"1"}}',
    );
    const sizes: number[] = [];
    for (;;) {
      const { result } = JSON.parse(await ask('host.http.stream_read', { stream_id: '1' })) as {
        result: { payload?: string; done?: boolean };
      };
      if (result.done) break;
      sizes.push(Buffer.from(result.payload ?? '', 'base64').length);
    }
    expect(sizes).toEqual([32_768, 32_768, 4_464]);
    expect(await ask('host.http.stream_read', { stream_id: '1' })).toBe(failed('http stream 1 is not open'));
  });

  it('gives the pieces as they were, then the error, and is over', async () => {
    const { ask } = open({ script });
    await ask('host.http.do_stream', { url: 'https://half.test/' });
    const read = () => ask('host.http.stream_read', { stream_id: '1' });
    expect(await read()).toBe(`{"ok":true,"result":{"payload":"${base64('one')}"}}`);
    expect(await read()).toBe(`{"ok":true,"result":{"payload":"${base64('two')}"}}`);
    expect(await read()).toBe('{"ok":true,"result":{"error":"unexpected EOF","done":true}}');
    expect(await read()).toBe(failed('http stream 1 is not open'));
  });

  it('wants an id, and closes anything', async () => {
    const { ask } = open({ script });
    expect(await ask('host.http.stream_read', {})).toBe(failed('http stream id is required'));
    expect(await ask('host.http.stream_close', { stream_id: '9' })).toBe(OK);
    await ask('host.http.do_stream', { url: 'https://big.test/' });
    expect(await ask('host.http.stream_close', { stream_id: '1' })).toBe(OK);
    expect(await ask('host.http.stream_read', { stream_id: '1' })).toBe(failed('http stream 1 is not open'));
  });

  it('reaches this machine where the network is allowed', async () => {
    const server = createServer((request, response) => {
      response.setHeader('x-seen', request.headers['x-sent'] ?? '');
      response.end(`${request.method} ${request.url}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/p`;
    const { ask } = open({ allowNet: true });
    const answer = await ask('host.http.do', { method: 'PUT', url, headers: { 'X-Sent': ['v'] } });
    expect(answer).toContain('"X-Seen":["v"]');
    expect(answer).toContain(`"Body":"${base64('PUT /p')}"`);
    expect(await ask('host.http.do_stream', { url })).toContain('"stream_id":"1"');
    expect(await ask('host.http.stream_read', { stream_id: '1' })).toContain(base64('GET /p'));
    expect(await ask('host.http.stream_read', { stream_id: '1' })).toBe('{"ok":true,"result":{"done":true}}');
    expect(await ask('host.http.do', { url: 'http://far.test/' })).toBe(
      failed(
        'execute host http request: Get "http://far.test/": http://far.test is refused: only https, or http to this machine.',
      ),
    );
  });
});

describe('host.model', () => {
  const script = {
    model: [
      { model: 'gpt-*', status: 201, headers: { 'x-id': '7' }, body: '{"a":"<b>"}' },
      { model: 'streams', chunks: ['data: 1\n\n', 'data: 2\n\n'] },
      { model: 'breaks', chunks: ['data: 1\n\n'], error: 'upstream closed' },
      { model: 'fails', error: 'no credential for fails' },
    ],
  };

  it('answers from the script', async () => {
    expect(await open({ script }).ask('host.model.execute', { model: 'gpt-5', body: base64('{}') })).toBe(
      `{"ok":true,"result":{"status_code":201,"headers":{"X-Id":["7"]},"body":"${base64('{"a":"<b>"}')}"}}`,
    );
  });

  it('wants the right kind of call, and says what it cannot run', async () => {
    const { ask } = open({ script });
    expect(await ask('host.model.execute', { model: 'gpt-5', stream: true })).toBe(
      failed('host.model.execute requires stream=false'),
    );
    expect(await ask('host.model.execute_stream', { model: 'gpt-5' })).toBe(
      failed('host.model.execute_stream requires stream=true'),
    );
    expect(await ask('host.model.execute', { model: 'fails' })).toBe(failed('no credential for fails'));
    expect(await ask('host.model.execute', { model: 'other' })).toBe(
      failed('there is no scripted answer for the model "other"'),
    );
  });

  it('streams, and reads an unknown id as an end', async () => {
    const { ask } = open({ script });
    const read = (stream_id: string) => ask('host.model.stream_read', { stream_id });
    expect(await ask('host.model.execute_stream', { model: 'streams', stream: true })).toBe(
      '{"ok":true,"result":{"status_code":200,"headers":{},"stream_id":"1"}}',
    );
    expect(await read('1')).toBe(`{"ok":true,"result":{"payload":"${base64('data: 1\n\n')}","error":"","done":false}}`);
    await read('1');
    const end = '{"ok":true,"result":{"payload":null,"error":"","done":true}}';
    expect(await read('1')).toBe(end);
    expect(await read('1')).toBe(end);
    expect(await read('99')).toBe(end);
    await ask('host.model.execute_stream', { model: 'breaks', stream: true });
    await read('2');
    expect(await read('2')).toBe('{"ok":true,"result":{"payload":null,"error":"upstream closed","done":true}}');
  });

  it('ends its streams with the call that asked for them', async () => {
    const { ask, begin } = open({ script });
    const { scope, id: host_callback_id } = begin('management.handle');
    await ask('host.model.execute_stream', { model: 'streams', stream: true, host_callback_id });
    scope.end();
    expect(await ask('host.model.stream_read', { stream_id: '1' })).toContain('"done":true');
  });

  it('lets somebody else run models, and says who asks and during what', async () => {
    const asked: ModelRequest[] = [];
    const { ask, begin } = open({
      runModel: async (request) => {
        asked.push(request);
        return { status: 200, headers: { A: ['1'] }, body: Buffer.from('ran') };
      },
    });
    const { id: host_callback_id } = begin('executor.execute');
    const request = { entry_protocol: 'openai', exit_protocol: 'claude', model: 'm', body: base64('b'), alt: 'x' };
    expect(await ask('host.model.execute', { ...request, host_callback_id })).toBe(
      `{"ok":true,"result":{"status_code":200,"headers":{"A":["1"]},"body":"${base64('ran')}"}}`,
    );
    expect(asked).toEqual([
      {
        entryProtocol: 'openai',
        exitProtocol: 'claude',
        model: 'm',
        stream: false,
        body: Buffer.from('b'),
        headers: {},
        query: {},
        alt: 'x',
        pluginId: 'sample',
        during: 'executor.execute',
      },
    ]);
  });
});

describe('host.auth', () => {
  const script = {
    auth: {
      'b.json': { type: 'codex', email: 'a@b.c', priority: 3, note: ' n ', token: 9007199254740993n },
      'A.json': { disabled: true },
    },
  };

  it('lists, reads and finds credential files', async () => {
    const { ask } = open({ script });
    const list = JSON.parse(await ask('host.auth.list', '')) as { result: { files: Record<string, unknown>[] } };
    expect(list.result.files.map(({ name }) => name)).toEqual(['A.json', 'b.json']);
    const [, entry = {}] = list.result.files;
    expect(entry).toMatchObject({
      id: 'b.json',
      type: 'codex',
      provider: 'codex',
      label: 'a@b.c',
      status: 'active',
      source: 'file',
      email: 'a@b.c',
      priority: 3,
      note: 'n',
      last_refresh: '0001-01-01T00:00:00Z',
    });
    expect(Object.keys(entry)).not.toContain('disabled');
    const { auth_index, path: file } = entry;
    expect(await ask('host.auth.get', { auth_index })).toBe(
      `{"ok":true,"result":{"auth_index":"${auth_index}","name":"b.json","path":"${file}","json":{"type":"codex","email":"a@b.c","priority":3,"note":" n ","token":9007199254740993}}}`,
    );
    expect(await ask('host.auth.get_runtime', { auth_index })).toBe(
      `{"ok":true,"result":{"auth":${JSON.stringify(entry)}}}`,
    );
    expect(await ask('host.auth.list', '{"any":"thing"}')).toContain('"files":[');
  });

  it('passes over what is no file, and reads a priority that is written as a text', async () => {
    const authFolder = mkdtempSync(path.join(tmpdir(), 'cpex-auths-'));
    closing.push(async () => rmSync(authFolder, { recursive: true }));
    mkdirSync(path.join(authFolder, 'folder.json'));
    symlinkSync('nowhere', path.join(authFolder, 'link.json'));
    writeFileSync(path.join(authFolder, 'good.json'), '{"type":"demo","priority":" 7 "}');
    writeFileSync(path.join(authFolder, 'odd.json'), 'no json');
    const { ask } = open({ authFolder });
    const list = JSON.parse(await ask('host.auth.list', {})) as { result: { files: Record<string, unknown>[] } };
    expect(list.result.files.map(({ name, type, priority }) => [name, type, priority])).toEqual([
      ['good.json', 'demo', 7],
      ['odd.json', 'unknown', undefined],
    ]);
  });

  it('has a folder of its own, which is gone afterwards', async () => {
    const { ask, handle } = open();
    expect(await ask('host.auth.list', {})).toBe('{"ok":true,"result":{"files":[]}}');
    const saved = JSON.parse(await ask('host.auth.save', { name: ' new.json ', json: { b: 1, a: [true] } })) as {
      result: { name: string; path: string };
    };
    expect(saved.result.name).toBe('new.json');
    expect(readFileSync(saved.result.path, 'utf8')).toBe('{"b":1,"a":[true]}');
    await handle.close();
    expect(() => readdirSync(path.dirname(saved.result.path))).toThrow();
  });

  it('keeps to the folder that it is given', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cpex-auth-test-'));
    closing.push(async () => rmSync(folder, { recursive: true }));
    const { ask, handle } = open({ authFolder: folder });
    await ask('host.auth.save', { name: 'kept.json', json: {} });
    await handle.close();
    expect(readdirSync(folder)).toEqual(['kept.json']);
  });

  it.each([
    [{ name: '../x.json', json: {} }, 'invalid auth file name'],
    [{ name: 'a\\x.json', json: {} }, 'invalid auth file name'],
    [{ name: 'C:x.json', json: {} }, 'invalid auth file name'],
    [{ name: ' ', json: {} }, 'invalid auth file name'],
    [{ name: 'x.txt', json: {} }, 'auth file name must end with .json'],
    [{ name: 'x.json' }, 'json is required'],
    [
      { name: 'x.json', json: [1] },
      'invalid auth json: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
  ])('refuses to save %j', async (request, message) => {
    expect(await open().ask('host.auth.save', request)).toBe(failed(message));
  });

  it('wants an index that is there', async () => {
    const { ask } = open({ script });
    for (const method of ['host.auth.get', 'host.auth.get_runtime']) {
      expect(await ask(method, {})).toBe(failed('auth_index is required'));
      expect(await ask(method, { auth_index: 'ff' })).toBe(failed('auth not found for auth_index ff'));
    }
  });
});

describe('callback ids', () => {
  it('are decimal counters that only some methods get', () => {
    const { begin } = open();
    const idOf = (method: string) => begin(method).id;
    const WITH = [
      ...['model.for_auth', 'model.route', 'auth.login.start', 'auth.login.poll', 'auth.refresh'],
      ...['executor.execute', 'executor.execute_stream', 'executor.count_tokens', 'executor.http_request'],
      ...['request.intercept_before', 'request.intercept_after', 'request.complete', 'response.intercept_after'],
      ...['response.intercept_stream_chunk', 'thinking.apply', 'management.handle'],
    ];
    expect(WITH.map(idOf)).toEqual(WITH.map((_, index) => String(index + 1)));
    const { contract } = callbacks().profile;
    const without = [...contract.methods.keys()].filter((method) => !WITH.includes(method));
    expect(without.map(idOf)).toEqual(without.map(() => undefined));
  });

  it('may be stale or made up: the host goes on, and cpex says so once', async () => {
    const { ask, begin, events } = open();
    const { scope, id: host_callback_id } = begin('auth.refresh');
    expect(await ask('host.log', { message: 'during', host_callback_id })).toBe(OK);
    expect(events.filter(({ kind }) => kind === 'finding')).toEqual([]);
    scope.end();
    scope.end();
    for (const id of [host_callback_id, host_callback_id, 'mine']) {
      expect(await ask('host.log', { message: 'after', host_callback_id: id })).toBe(OK);
    }
    expect(events.flatMap((event) => (event.kind === 'finding' ? [event.finding] : []))).toMatchObject([
      { id: 'callback.stale', severity: 'info', message: expect.stringContaining('which belonged to auth.refresh') },
      { id: 'callback.stale', severity: 'warn', message: expect.stringContaining('which the host never gave out') },
    ]);
  });
});

describe('host.stream outside of a call', () => {
  it('knows no stream', async () => {
    const { ask } = open();
    expect(await ask('host.stream.emit', {})).toBe(failed('stream id is required'));
    expect(await ask('host.stream.emit', { stream_id: '4' })).toBe(failed('stream 4 is not open'));
    expect(await ask('host.stream.close', { stream_id: '4', error: 'x' })).toBe(OK);
  });
});
