import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli } from '../testing/support/cli.js';
import { compileC, missingTools } from '../testing/support/compile.js';

const missing = missingTools('cc');
const cli = new Cli();
let packed: string;
let plain: string;

beforeAll(() => {
  if (missing !== undefined) return;
  packed = compileC('packed', cli.folder);
  plain = compileC('good', cli.folder);
});
afterAll(() => cli.remove());

const run = (args: readonly string[]) => cli.run(['run', '--host', 'cpex', ...args], { cwd: cli.folder });
const HOOK = ['hook', 'tool_pre_invoke', '-d', '{"name":"é","args":{"n":18446744073709551615,"none":null}}'];

describe.skipIf(missing !== undefined)(`cpex run --codec${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(['koffi', 'probe'])('prints the same over both codecs, with the engine %s', async (engine) => {
    const [json, msgpack] = await Promise.all(
      ['json', 'msgpack'].map((codec) => run(['--plugin', packed, '--engine', engine, '--codec', codec, ...HOOK])),
    );
    expect(msgpack).toMatchObject({ code: 0, stdout: json?.stdout });
    expect(msgpack?.stdout).toContain('"n": 18446744073709551615');
  });

  it('shows bodies in MessagePack as text, and marks them', async () => {
    const { stderr } = await run(['--plugin', packed, '--codec', 'msgpack', '--trace', ...HOOK]);
    expect(stderr).toContain('"codecs":["msgpack"]');
    expect(stderr).toMatch(/^ +msgpack \{"hook":"tool_pre_invoke","payload":\{"name":"é"/m);
    expect(stderr).toContain('msgpack {"level":"debug","message":"called"}');
    expect(stderr).toContain('msgpack {"ok":true,"result":{"continue_processing":true');
  });

  it('gives machines the bytes and what they say', async () => {
    const { stdout } = await run(['--plugin', packed, '--codec', 'msgpack', '--trace', '--json', ...HOOK]);
    const { trace } = (
      JSON.parse(stdout) as { result: { trace: { method: string; kind: string; msgpack?: string }[] } }
    ).result;
    const asked = trace.find(({ method, kind }) => method === 'hook.invoke' && kind === 'request');
    expect(asked).toMatchObject({
      msgpack: expect.stringContaining('"hook":"tool_pre_invoke"'),
      body_base64: expect.any(String),
    });
    const registered = trace.find(({ method }) => method === 'plugin.register');
    expect(registered).toMatchObject({ body: expect.stringContaining('"codecs":["msgpack"]') });
  });

  it('says when the plugin takes JSON alone, and goes on', async () => {
    const { code, stderr } = await run(['--plugin', plain, '--codec', 'msgpack', ...HOOK]);
    expect(code).toBe(0);
    expect(stderr).toContain('The plugin does not take msgpack: all bodies are JSON.');
  });

  it('registers by hand in JSON, which puts an end to the codec', async () => {
    const { code, stdout } = await run(['--plugin', packed, '--codec', 'msgpack', 'plugin.register']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).not.toHaveProperty('codec');
  });

  it('records a case that is the same as over JSON', async () => {
    for (const codec of ['json', 'msgpack']) {
      const { code } = await run(['--plugin', packed, '--codec', codec, '--record', `${codec}.yaml`, ...HOOK]);
      expect(code).toBe(0);
    }
    const text = (codec: string) =>
      readFileSync(path.join(cli.folder, `${codec}.yaml`), 'utf8').replace(/^name: .*$/m, '');
    expect(text('msgpack')).toBe(text('json'));
  });

  it('refuses a codec that it does not know, and hosts without codecs', async () => {
    expect(await run(['--plugin', packed, '--codec', 'cbor', ...HOOK])).toMatchObject({ code: 2 });
    const other = [
      'run',
      '--host',
      'cliproxy',
      '--plugin',
      compileC('cliproxy/good', cli.folder),
      '--codec',
      'msgpack',
      'plugin.register',
    ];
    const { code, stderr } = await cli.run(other, { cwd: cli.folder });
    expect(stderr).toMatch(/knows no codec but JSON|--codec is for one plugin/);
    expect(code).toBe(2);
  });

  it('says what is wrong with a value that has no form', async () => {
    const data = '{"name":"n","args":{"n":18446744073709551616}}';
    const { code, stderr } = await run([
      '--plugin',
      packed,
      '--codec',
      'msgpack',
      'hook',
      'tool_pre_invoke',
      '-d',
      data,
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('CPEX_E_CODEC_VALUE');
    expect(stderr).toContain('does not fit into 64 bits');
  });
});
