import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Cli, type CliOptions } from '../testing/support/cli.js';
import { missingTools } from '../testing/support/compile.js';
import { Bench, type Scripted, subtree } from './bench.js';
import { plugins } from './command-plugins.js';

const missing = missingTools('cc');
const cli = new Cli();
const bench = new Bench();
afterAll(async () => {
  await bench.close();
  cli.remove();
});

/** A folder with a configuration and the plugins that it enables. */
function hostFolder(name: string, enabled: readonly string[], more: object = {}): string {
  const folder = path.join(cli.folder, name);
  mkdirSync(folder, { recursive: true });
  const configs = Object.fromEntries(enabled.map((id) => [id, subtree(id, plugins[id] as Scripted)]));
  for (const id of enabled) bench.place(id, path.join(folder, 'plugins'));
  const config = { 'auth-dir': 'auths', plugins: { enabled: true, configs }, ...more };
  writeFileSync(path.join(folder, 'config.yaml'), stringify(config));
  return folder;
}

const run = (folder: string, args: readonly string[], options: CliOptions = {}) =>
  cli.run(['run', '--host-config', path.join(folder, 'config.yaml'), ...args], options);

/** What `--json` printed; the tests look at one field or the other. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
type Printed = any;

async function json(folder: string, args: readonly string[]): Promise<{ code: number | null; value: Printed }> {
  const { code, stdout } = await run(folder, ['--json', ...args]);
  return { code, value: JSON.parse(stdout) as unknown };
}

describe.skipIf(missing !== undefined)(
  `cpex run with several plugins${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let both: string;
    beforeAll(() => {
      both = hostFolder('both', ['acme', 'shape']);
      symlinkSync('acme.so', path.join(both, 'plugins', 'link.so'));
      bench.place('stranger', path.join(both, 'plugins'));
    });

    it('tells the story of a request', async () => {
      const { code, stdout, stderr } = await run(both, ['request', '-d', '{"model":"m","body":"hello"}']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.split('\n').map((line) => line.replace(both, 'HOST'));
      expect(lines).toEqual([
        'load skipped HOST/plugins/link.so: it is a symbolic link, which the host ignores',
        'plugin.register acme done acme is registered with priority 0',
        'plugin.register shape done shape is registered with priority 4',
        'load stranger skipped it is not enabled: its configuration needs enabled: true',
        'model.register acme done acme: m',
        'request.intercept_before shape changed',
        '    header X-Shape: none → 1',
        'request.intercept_after shape unchanged',
        'executor.execute acme done model m, 6 bytes in format openai',
        '',
        '200',
        'served',
        '',
      ]);
    });

    it('prints the steps as data', async () => {
      const { code, value } = await json(both, ['--trace', 'request', '-d', '{"model":"m","stream":true}']);
      expect(code).toBe(0);
      expect(value).toMatchObject({ ok: true, result: { answer: { status: 200, headers: {} } } });
      expect(value.result.answer.chunks).toEqual(Array.from({ length: 20 }, (_, at) => `p${at}`));
      expect(value.result.steps).toContainEqual({
        depth: 0,
        stage: 'request.intercept_before',
        plugin: 'shape',
        outcome: 'changed',
        changes: [{ what: 'header X-Shape', after: '1' }],
      });
      expect(value.result.events).toContainEqual(
        expect.objectContaining({ plugin: 'acme', kind: 'call', method: 'host.stream.emit' }),
      );
      expect(value.result.trace).toContainEqual(
        expect.objectContaining({ plugin: 'shape', method: 'request.intercept_before' }),
      );
    });

    it('takes files, and the configuration for their order', async () => {
      const files = ['acme', 'shape'].flatMap((id) => ['--plugin', path.join(both, 'plugins', `${id}.so`)]);
      const { code, stdout } = await run(both, [...files, 'models']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'm  acme  plugin acme  executed by acme\n' });
      const bare = await cli.run(['run', ...files, '--host', 'cliproxy', 'models']);
      expect(bare).toMatchObject({
        code: 1,
        stdout: 'no models\n',
        stderr: expect.stringContaining('CPEX_E_NOT_REGISTERED'),
      });
      expect(bare.stderr).toContain('Not part of the host: acme, shape.');
    });

    it('lists models and credentials, and keeps secrets to itself', async () => {
      const folder = hostFolder('listed', ['acme']);
      mkdirSync(path.join(folder, 'auths'));
      writeFileSync(path.join(folder, 'auths', 'one.json'), '{"type":"acme","token":"secret"}');
      const { code, value } = await json(folder, ['models']);
      expect(code).toBe(0);
      expect(value.result).toMatchObject({
        models: [{ id: 'm', provider: 'acme', plugin: 'acme', executor: 'acme' }],
        credentials: [{ id: 'me', provider: 'acme', label: '', disabled: false }],
        providers: { acme: 'acme' },
      });
      expect(JSON.stringify(value.result.credentials)).not.toContain('secret');
    });

    it('logs in, saves and renews', async () => {
      const folder = hostFolder('login', ['acme']);
      const login = await run(folder, ['login', 'acme', '-d', '{"poll_ms":5}']);
      const file = path.join(folder, 'auths', 'me.json');
      expect(login).toMatchObject({
        code: 0,
        stdout: `logged in: me\nsaved to ${file}\n`,
        stderr: expect.stringContaining('Open https://example.test/'),
      });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ token: 't', type: 'acme' });
      expect(await run(folder, ['refresh'])).toMatchObject({
        code: 0,
        stdout: 'refreshed me until 2030-01-01T00:00:00Z\n',
      });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ token: 'u', type: 'acme' });
      expect(await run(folder, ['refresh', 'else'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('There is no credential "else"'),
      });
      expect(await run(folder, ['login', 'else'])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('CPEX_E_LOGIN'),
      });
    });

    it("passes a command line on, its bytes, its exit code, and help in Go's manner", async () => {
      const command = await run(both, ['cliproxy-cli', '--hello', '--json']);
      expect(command).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/flag provided but not defined: -json\nUsage of cli-proxy-api\n/),
      });
      expect(await run(both, ['cliproxy-cli', '-hello'])).toMatchObject({
        code: 7,
        stdout: 'a\u0000b',
        stderr: 'oops',
      });
      const help = await run(both, ['cliproxy-cli', '--help']);
      expect(help).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('  -hello\n    Says it\n') });
      const { code, value } = await json(both, ['cliproxy-cli', '-hello']);
      expect(code).toBe(7);
      expect(value).toMatchObject({
        ok: false,
        result: { exit_code: 7, stdout: 'a\u0000b', stderr: 'oops', saved: [] },
      });
    });

    it('names a stream that waits for itself', async () => {
      const folder = hostFolder('floods', ['floods']);
      const data = '{"model":"m","stream":true}';
      const { code, stdout, stderr } = await run(folder, ['--timeout', '5000', 'request', '-d', data]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^stream.deadlock floods warning executor.execute_stream waits for its own emit/m);
      expect(stderr).toContain('CPEX_E_REQUEST_FAILED');
    });

    it('warns of routes that nobody reaches', async () => {
      const { code, value } = await json(hostFolder('routes', ['routes', 'rival']), ['models']);
      expect(code).toBe(0);
      const said = value.result.steps.filter(({ stage }: { stage: string }) => stage === 'management.register');
      expect(said.map(({ text }: { text: string }) => text)).toEqual([
        expect.stringMatching(/^pluginhost: plugin routes declared invalid management route .*bad path/),
        expect.stringMatching(/^pluginhost: plugin routes .*config.* conflicts with/),
        expect.stringMatching(
          /^pluginhost: plugin rival .*mine conflicts with a higher-priority plugin and was skipped$/,
        ),
      ]);
    });

    it('ends well where an interceptor ends a request on purpose', async () => {
      const folder = hostFolder('ends', ['ends', 'acme']);
      const { code, value } = await json(folder, ['request', '-d', '{"model":"m"}']);
      expect(code).toBe(0);
      expect(value.result.answer).toMatchObject({ status: 451, body: 'no' });
    });

    it('fails where the answer is an error, with the whole story', async () => {
      const { code, stdout, stderr } = await run(both, ['request', '-d', '{"model":"unheard-of"}']);
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('CPEX_E_REQUEST_FAILED') });
      expect(stdout).toContain('502 unknown provider for model unheard-of');
      expect(stderr).toContain('Ask for a model that is served: m.');
      const alone = await run(hostFolder('alone', ['shape']), ['request', '-d', '{"model":"unheard-of"}']);
      expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining('No plugin serves a model here') });
    });

    it('sends a sample through the plugins when no data was given', async () => {
      const served = await run(both, ['request']);
      expect(served).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^executor.execute acme done model m, /m),
      });
      expect(served.stderr).toContain('no data was given; sent: {"format":"openai","model":"m","body":{"model":"m",');
      const { code, value } = await json(hostFolder('seen', ['shape']), ['request']);
      expect(code).toBe(0);
      expect(value.result.answer).toMatchObject({ status: 200, body: expect.stringContaining('"content":"Yes."') });
      expect(value.result.steps).toContainEqual(expect.objectContaining({ plugin: 'shape', outcome: 'changed' }));
    });

    it('says when a plugin that is enabled has no file', async () => {
      const configs = { gone: { enabled: true }, off: {} };
      const folder = hostFolder('fileless', [], { plugins: { enabled: true, configs } });
      const { code, stderr } = await run(folder, ['models']);
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('! gone is enabled, but no file'),
      });
      expect(stderr).not.toContain('off is enabled');
    });

    it('says where models come from when there are none', async () => {
      const { code, stdout, stderr } = await run(hostFolder('modelless', ['shape']), ['models']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'no models\n' });
      expect(stderr).toContain('models come from model_provider, model_registrar or credentials');
    });

    it('reports a plugin that died, after all is told', async () => {
      const folder = hostFolder('dies', ['dies', 'acme']);
      const { code, stdout, stderr } = await run(folder, ['request', '-d', '{"model":"m"}']);
      expect(code).toBe(4);
      expect(stdout).toContain('CLIProxyAPI would have died here');
      expect(stdout).toContain('\n200\nserved');
      expect(stderr).toContain('CPEX_E_PLUGIN_DIED');
    });

    it('reports a plugin that does not return', async () => {
      const folder = hostFolder('hangs', ['hangs', 'acme']);
      const { code, stdout, stderr } = await run(folder, ['--timeout', '5000', 'request', '-d', '{"model":"m"}']);
      expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining('CPEX_E_PLUGIN_HUNG') });
      expect(stdout).toContain('CLIProxyAPI would wait for ever');
    });

    it('exits with 4 when a plugin dies while it registers', async () => {
      const folder = hostFolder('falls', ['falls', 'acme']);
      const { code, stderr } = await run(folder, ['request', '-d', '{"model":"m"}']);
      expect(code).toBe(4);
      expect(stderr).toContain('SIGSEGV during plugin.register');
    });

    it('reports a plugin that does not register, and goes on without it', async () => {
      const folder = hostFolder('refuses', ['refuses', 'acme']);
      const { code, stdout, stderr } = await run(folder, ['request', '-d', '{"model":"m"}']);
      expect(code).toBe(1);
      expect(stdout).toContain('pluginhost: plugin refuses plugin.register failed: no key');
      expect(stdout).toContain('\n200\n');
      expect(stderr).toContain('Not part of the host: refuses.');
    });

    it('says when the host would load nothing', async () => {
      const folder = hostFolder('off', ['acme']);
      const file = path.join(folder, 'config.yaml');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^ {2}enabled: true$/m, '  enabled: false'));
      const { code, stdout } = await run(folder, ['request', '-d', '{"model":"m"}']);
      expect(code).toBe(1);
      expect(stdout).toContain('plugins.enabled is not true');
    });

    it('does not load what its audit is against', async () => {
      const folder = hostFolder('unsound', ['acme']);
      writeFileSync(path.join(folder, 'plugins', 'shape.so'), 'no library');
      writeFileSync(
        path.join(folder, 'config.yaml'),
        stringify({
          plugins: {
            enabled: true,
            configs: { acme: subtree('acme', plugins.acme as Scripted), shape: { enabled: true } },
          },
        }),
      );
      const { code, stdout } = await run(folder, ['request', '-d', '{"model":"m"}']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^load shape warning .*shape\.so/m);
      copyFileSync(path.join(folder, 'plugins', 'shape.so'), path.join(folder, 'named.so'));
      const named = await cli.run(['run', '--plugin', path.join(folder, 'named.so'), '--host', 'cliproxy', 'models']);
      expect(named.code).not.toBe(0);
      expect(named.stdout).toBe('');
    });

    it('gives a bare library its configuration, and stands in for the host with an upstream', async () => {
      const file = bench.place('shape', path.join(cli.folder, 'bare'));
      const config = JSON.stringify(subtree('shape', plugins.shape as Scripted));
      const data = '{"model":"any","upstream":{"provider":"openai","body":{"id":1},"headers":{"x-up":"1"}}}';
      const words = ['run', '--plugin', file, '--host', 'cliproxy', '--config', config, 'request', '-d'];
      const result = await cli.run([...words, data]);
      expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n200\nX-Up: 1\n\{"id":1\}\n$/) });
      const escaped = await cli.run([...words, data.replace('{"id":1}', '"\\u001b[31mred"')]);
      expect(escaped.stdout).toMatch(/\n200\nX-Up: 1\n.*red\n$/);
      expect(escaped.stdout).not.toContain('\u001b');
    });
  },
);
