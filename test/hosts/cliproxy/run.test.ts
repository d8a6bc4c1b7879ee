import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli } from '../../testing/support/cli.js';
import { missingTools } from '../../testing/support/compile.js';
import { Bench } from './bench.js';

const missing = missingTools('cc');

describe.skipIf(missing !== undefined)(`cpex for a plugin of CLIProxyAPI${missing ? ` (${missing})` : ''}`, () => {
  const cli = new Cli();
  const bench = new Bench();
  const built = { echo: '', forwards: '', streams: '' };
  afterAll(() => {
    cli.remove();
    return bench.remove();
  });
  beforeAll(() => {
    for (const name of Object.keys(built) as (keyof typeof built)[]) built[name] = bench.compile(name);
  });

  const run = (name: keyof typeof built, ...words: string[]) =>
    cli.run(['run', '--host', 'cliproxy', '--plugin', built[name], ...words]);

  function write(name: string, text: string): string {
    const file = path.join(cli.folder, name);
    writeFileSync(file, text);
    return file;
  }

  it('shows what a body holds beside it, and the result as it is', async () => {
    const { code, stdout, stderr } = await run('echo', 'request.normalize', '-d', '{"Model":"a&b"}');
    const seen = '{"FromFormat":"","ToFormat":"","Model":"a\\u0026b","Stream":false,"Body":null}';
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Body = ${seen}\n` });
    expect(JSON.parse(stdout)).toEqual({ Body: Buffer.from(seen).toString('base64') });
    const json = await run('echo', 'request.normalize', '-d', '{"Model":"a&b"}', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ result: { result: JSON.parse(stdout) as object, findings: [] } });
    expect(json.stderr).toBe('');
  });

  it('makes the call with the sample of the contract', async () => {
    const { code, stdout } = await run('echo', 'request.normalize', '--json');
    const { result } = JSON.parse(stdout) as { result: { request: object } };
    expect(code).toBe(0);
    expect(Object.keys(result.request)).toContain('Body');
  });

  it('refuses what the host could not send', async () => {
    const { code, stderr } = await run('echo', 'request.normalize', '-d', '{"model":"a"}');
    expect(code).toBe(2);
    expect(stderr).toMatch('The request of request.normalize has no member "model". Did you mean "Model"?');
    expect(stderr).toMatch('CPEX_E_RUN_REQUEST');
  });

  it('tells of keys that only a lenient host knows', async () => {
    const { code, stderr } = await run('forwards', 'executor.count_tokens');
    expect(code).toBe(0);
    expect(stderr).toMatch('payload (Payload)');
  });

  it('registers again with the configuration', async () => {
    const { code, stderr } = await run('echo', '--config', '{"a":1}', '--trace', 'plugin.reconfigure');
    const yaml = Buffer.from('a: 1\nenabled: true\npriority: 0\n').toString('base64');
    expect(code).toBe(0);
    for (const method of ['plugin.register', 'plugin.reconfigure']) {
      expect(stderr).toMatch(new RegExp(`${method} request .*\\n.*"config_yaml":"${yaml}","schema_version":3`));
    }
  });

  it('reconfigures a plugin whose first registration fails', async () => {
    const library = bench.compileText(
      'second-time',
      '#define ON_REGISTER() if (strcmp(method, "plugin.register")) return reply(out, REGISTRATION); return reply(out, ERROR("busy", "not yet"))\n#include "plugin.h"\n',
    );
    const refused = await cli.run(['run', '--host', 'cliproxy', '--plugin', library, 'request.normalize']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('does not register: not yet (busy)') });
    const again = await cli.run(['run', '--host', 'cliproxy', '--plugin', library, 'plugin.reconfigure']);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('"request_normalizer": true') });
  });

  it('shows a stream piece by piece', async () => {
    const { code, stdout, stderr } = await run('streams', 'executor.execute_stream', '-d', '{"Model":"finite"}');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'a\n\nb\n' });
    expect(stderr).toBe('piece 1, 1 B\npiece 2, 0 B\npiece 3, 1 B\n');
    const json = await run('streams', 'executor.execute_stream', '-d', '{"Model":"finite"}', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ result: { stream: { chunks: ['a', '', 'b'], text: 'ab' } } });
  });

  it('says how a stream ended', async () => {
    const { code, stdout, stderr } = await run('streams', 'executor.execute_stream', '-d', '{"Model":"error"}');
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'piece 0\npiece 1\n' });
    expect(stderr).toMatch('The stream of executor.execute_stream ended with an error: upstream broke');
    expect(stderr).toMatch('CPEX_E_PLUGIN_STREAM');
    const mixed = await run('streams', 'executor.execute_stream', '-d', '{"Model":"mixed"}');
    expect(mixed).toMatchObject({ code: 1, stderr: expect.stringContaining('CPEX_E_PLUGIN_RULES') });
  });

  it('answers from a file, and without one says what is missing', async () => {
    const answers = write('answers.yaml', 'http:\n  - { url: "https://page.test/", body: hello }\n');
    const good = await run('forwards', '--answers', answers, 'executor.execute');
    expect(good).toMatchObject({ code: 0, stderr: expect.stringContaining('"StatusCode":200') });
    const none = await run('forwards', 'executor.execute');
    expect(none.stderr).toMatch('no scripted answer, and the network is off');
    for (const [text, message] of [
      ['htp: []', 'found the key "htp". Did you mean "http"?'],
      ['http: [', 'does not hold answers of a host'],
    ] as const) {
      const bad = await run('forwards', '--answers', write('bad.yaml', text), 'executor.execute');
      expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    }
    const gone = await run('forwards', '--answers', path.join(cli.folder, 'gone.yaml'), 'executor.execute');
    expect(gone).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no file') });
  });

  it('records cases that pass, streams among them', { timeout: 120_000 }, async () => {
    const record = async (name: keyof typeof built, file: string, ...words: string[]) => {
      const target = path.join(cli.folder, file);
      const { code } = await run(name, '--record', target, ...words);
      expect(code).toBe(0);
      const test = await cli.run(['test', '--host', 'cliproxy', built[name], target, '--only', 'case:*']);
      expect(test).toMatchObject({ code: 0 });
      return readFileSync(target, 'utf8');
    };
    expect(await record('echo', 'echo.yaml', 'request.normalize', '-d', '{"Model":"m"}')).toMatch('Model: m');
    const stream = await record('streams', 'async.yaml', 'executor.execute_stream', '-d', '{"Model":"async"}');
    expect(stream).toMatch('- piece 39');
  });

  it('records what came from the network, so that the case needs none', { timeout: 120_000 }, async () => {
    const server = createServer((_, response) => response.end(Buffer.from([0xff, 0])));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    const target = path.join(cli.folder, 'net.yaml');
    const data = JSON.stringify({ Alt: url });
    const made = await run('forwards', '--allow-net', '--record', target, 'executor.execute', '-d', data);
    server.close();
    expect(made).toMatchObject({ code: 0 });
    expect(readFileSync(target, 'utf8')).toMatch(/body_base64: \/wA=/);
    const test = await cli.run(['test', '--host', 'cliproxy', built.forwards, target, '--only', 'case:*']);
    expect(test).toMatchObject({ code: 0 });
  });

  it('says what the real host writes into its log for a library without an entry', async () => {
    const library = bench.compileText('no-entry', '#define ENTRY other\n#include "plugin.h"\n');
    const { code, stderr } = await cli.run(['run', '--host', 'cliproxy', '--plugin', library, 'auth.identifier']);
    expect(code).toBe(5);
    expect(stderr).toMatch(`missing cliproxy_plugin_init: ${library}: undefined symbol: cliproxy_plugin_init`);
  });

  it('tests with scripted models, and judges streams', { timeout: 180_000 }, async () => {
    const cases = write(
      'cases.yaml',
      `cases:
  - name: passes on what a model streams
    method: executor.execute_stream
    request: { Model: any, OriginalRequest: { $json: { model: any } } }
    host:
      model: [{ model: "gpt-*", chunks: ["data: 1\\n\\n", "data: 2\\n\\n"] }]
    expect:
      stream: { chunks: ["data: 1\\n\\n", "data: 2\\n\\n"], error: { $absent: true } }
      calls: [{ method: host.model.execute_stream, request: { model: gpt-5 }, ok: true }, { method: host.stream.close }]
  - name: expects another stream
    method: executor.execute_stream
    host: { model: [{ chunks: [x] }] }
    expect: { stream: { text: "y" } }
  - name: sends what nobody could
    method: executor.execute
    request: { Modell: x }
    expect: { result: { Payload: { $any: true } } }
`,
    );
    const { code, stdout } = await cli.run([
      ...['test', '--host', 'cliproxy', built.forwards, cases, '--only', 'case:*', '--reporter', 'json'],
    ]);
    const { results } = JSON.parse(stdout) as {
      results: { id: string; verdict: string; findings: { message: string }[] }[];
    };
    const verdicts = results
      .filter(({ id }) => id.startsWith('case:'))
      .map(({ verdict, findings }) => ({
        verdict,
        messages: findings.map(({ message }) => message),
      }));
    expect(code).toBe(1);
    expect(verdicts).toEqual([
      { verdict: 'pass', messages: [] },
      { verdict: 'fail', messages: ['stream.text: expected "y", found "x"'] },
      {
        verdict: 'fail',
        messages: ['The request of executor.execute has no member "Modell". Did you mean "Model"?'],
      },
    ]);
  });
});
