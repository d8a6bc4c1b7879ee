import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asking, asksProject } from '../testing/support/asks-project.js';
import { Cli, type CliOptions } from '../testing/support/cli.js';
import { compileC, missingTools } from '../testing/support/compile.js';

const missing = missingTools('cc', 'cmake');
const cli = new Cli();
let root: string;
let library: string;

beforeAll(async () => {
  if (missing !== undefined) return;
  root = asksProject(cli.folder);
  library = compileC('asks', cli.folder);
  expect(await cli.run(['build'], { cwd: root })).toMatchObject({ code: 0 });
});
afterAll(() => cli.remove());

/** Runs `cpex run` in the project. */
const run = (args: readonly string[], options: CliOptions = {}) => cli.run(['run', ...args], { cwd: root, ...options });

/** What `--json` printed; the tests look at one field or the other. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
type Printed = any;

/** Runs `cpex run --json` in the project. */
async function json(
  args: readonly string[],
  options: CliOptions = {},
): Promise<{ code: number | null; stdout: string; value: Printed }> {
  const { code, stdout } = await run(['--json', ...args], options);
  return { code, stdout, value: JSON.parse(stdout) };
}

describe.skipIf(missing !== undefined)(`cpex run${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('calls a method with its sample, and prints the result and nothing else', async () => {
    const { code, stdout, stderr } = await run(['plugin.quiesce']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '{}\n', stderr: '' });
  });

  it('invokes a hook with data from the command line, a file, YAML and stdin', async () => {
    writeFileSync(path.join(root, 'data.json'), '{"name":"from json","args":{}}');
    writeFileSync(path.join(root, 'data.yaml'), 'name: from yaml\nargs: {}\n');
    const hook = ['hook', 'tool_pre_invoke', '-d'];
    for (const [word, name] of [
      ['{"name":"from text","args":{}}', 'from text'],
      ['@data.json', 'from json'],
      ['@data.yaml', 'from yaml'],
      ['-', 'from stdin'],
    ] as const) {
      const { code, stdout } = await run([...hook, word], { input: '{"name":"from stdin","args":{}}' });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^allow\n/);
      expect(JSON.parse(stdout.slice(6)).metadata.request.payload.name).toBe(name);
    }
  });

  it('hands over extensions and context, and the configuration at registration', async () => {
    const flags = [
      '--extensions',
      '{"tenant":"t1"}',
      '--context',
      '{"request_id":"r9","local_state":{},"global_state":{}}',
    ];
    const { code, value } = await json([...flags, '--config', '{"limit":7}', '--trace', 'hook', 'tool_pre_invoke']);
    expect(code).toBe(0);
    expect(value.result.request).toMatchObject({ extensions: { tenant: 't1' }, context: { request_id: 'r9' } });
    const registration = value.result.trace.find(({ method }: { method: string }) => method === 'plugin.register');
    expect(JSON.parse(registration.body).config).toEqual({ limit: 7 });
  });

  it.each(['9223372036854775807', '-9223372036854775808', '18446744073709551615', '9007199254740993'])(
    'keeps %s exact there and back, as text and with --json',
    async (number) => {
      const words = ['hook', 'tool_pre_invoke', '-d', `{"name":"x","args":{"n":${number}}}`];
      const text = await run(words);
      expect(text.stdout).toContain(`"n": ${number}`);
      const machine = await run(['--json', ...words]);
      expect(machine.stdout.match(new RegExp(`"n":${number}[,}]`, 'g'))).toHaveLength(2);
    },
  );

  it.each([
    ['{"a":1,"a":1}', /The key "a" comes twice/],
    ['{"a":', /What --data holds is not JSON/],
    ['@nowhere.json', /There is no file .*nowhere\.json/],
    ['@src', /Cannot read .*src/],
    ['@twice.yaml', /line 2: This key is there twice/],
    ['@bytes.json', /Cannot read .*bytes\.json/],
  ])('refuses %s as data', async (word, message) => {
    writeFileSync(path.join(root, 'twice.yaml'), 'a: 1\na: 2\n');
    writeFileSync(path.join(root, 'bytes.json'), Buffer.from([0x22, 0xff, 0x22]));
    const { code, stdout, stderr } = await run(['hook', 'tool_pre_invoke', '-d', word]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(stderr).toContain('CPEX_E_RUN_DATA');
  });

  it.each([
    [['hook'], /name of a hook is missing/],
    [['hook', 'tool_pre_invok'], /no hook "tool_pre_invok".*Did you mean "tool_pre_invoke"/],
    [['hook', 'tool_pre_invoke', '{}'], /word too many: \{\}.*--data/s],
    [['plugin.quiesce', 'now'], /word too many: now/],
    [['-d', '{}', 'command', 'greet'], /A command takes arguments/],
    [['--context', '{}', 'plugin.quiesce'], /Only a hook has extensions/],
    [['command', 'gret'], /no command "gret".*Did you mean "greet"/],
    [['command', 'greet', '--cod', '1'], /--cod/],
    [['command', 'greet', '--code', 'one'], /one/],
    [['--timeout', '0', 'plugin.quiesce'], /0/],
    [['-d', '-', '--config', '-', 'plugin.quiesce'], /Only one value can come from standard input/],
    [['--record', 'case.txt', 'plugin.quiesce'], /does not end in \.yaml/],
    [['--record', 'case.yaml'], /--record needs a call/],
    [[], /missing: METHOD, `hook NAME` or `command VERB`/],
  ])('refuses the words %j', async (words, message) => {
    const { code, stdout, stderr } = await run(words);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('runs a command: its flags, its help, its streams and its exit code', async () => {
    expect(await run(['command', 'greet', '--json'])).toMatchObject({ code: 0, stdout: 'hello\n', stderr: 'oops\n' });
    expect(await run(['command', 'greet', '--code', '3'])).toMatchObject({
      code: 3,
      stdout: 'hello\n',
      stderr: 'oops\n',
    });
    expect((await run(['command', 'greet', '--code', '256'])).code).toBe(1);
    const help = await run(['command', 'greet', '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/Says hello\..*--code INT/s);
    const machine = await json(['command', 'greet']);
    expect(machine.value.result.events.filter(({ kind }: { kind: string }) => kind === 'output')).toEqual([
      { kind: 'output', stream: 'stdout', text: 'hello\n' },
      { kind: 'output', stream: 'stderr', text: 'oops\n' },
    ]);
  });

  it('reports an error of the plugin as such, in both forms', async () => {
    const text = await run(['no.such.method']);
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toContain('no.such.method was answered with unknown_method: no such method');
    const machine = await json(['no.such.method']);
    expect(machine).toMatchObject({ code: 1, value: { ok: false, error: { code: 'CPEX_E_PLUGIN_ANSWER', exit: 1 } } });
    expect(machine.value.result).toMatchObject({ code: 0, error: { code: 'unknown_method' } });
  });

  it.each([
    ['segfault', 'CPEX_E_PLUGIN_DIED', []],
    ['hang', 'CPEX_E_PLUGIN_HUNG', ['--timeout', '3000']],
  ])('says with --json that the plugin did: %s', async (word, code, flags) => {
    const { value, ...ended } = await json([...flags, 'hook', 'tool_pre_invoke', '-d', JSON.stringify({ do: word })]);
    expect(ended.code).toBe(4);
    expect(value).toMatchObject({ v: 1, command: 'run', ok: false, error: { code, kind: 'child', exit: 4 } });
  });

  it('traces every message both ways, with sizes, codes and times', async () => {
    const data = asking(['host.log', { level: 'info', message: 'hi' }]);
    const { code, stderr } = await run(['--trace', 'hook', 'tool_pre_invoke', '-d', data]);
    expect(code).toBe(0);
    const lines = stderr.split('\n').filter((line) => /^ *\d+\.\d ms (→|←) plugin /.test(line));
    expect(
      lines.map((line) =>
        line
          .replace(/^ *[\d.]+ ms /, '')
          .replace(/[\d.]+ ms$/, 'T ms')
          .replace(/\d+ B/, 'N B'),
      ),
    ).toEqual([
      '→ plugin init N B',
      '← plugin init N B · code 0',
      '→ plugin plugin.register request #1 · N B',
      '← plugin plugin.register response #1 · N B · code 0 · T ms',
      '→ plugin hook.invoke request #2 · N B',
      '← plugin host.log request #1 · N B',
      '→ plugin host.log response #1 · N B · code 0 · T ms',
      '← plugin hook.invoke response #2 · N B · code 0 · T ms',
      '→ plugin shutdown N B',
      '← plugin shutdown N B · code 0',
      '← plugin ended: clean N B',
    ]);
    expect(stderr).toContain(`${Buffer.byteLength('{"level":"info","message":"hi"}')} B`);
  });

  it('keeps what the plugin prints and logs away from stdout', async () => {
    const args = {
      do: 'print',
      asks: [{ ask: 'host.log', with: { level: 'warn', message: 'careful', fields: { n: 1 } } }],
    };
    const { stdout, stderr } = await run(['hook', 'tool_pre_invoke', '-d', JSON.stringify({ name: 'x', args })]);
    expect(() => JSON.parse(stdout.replace(/^allow\n/, ''))).not.toThrow();
    expect(stderr).toContain('plugin stdout │ printed to stdout\n');
    expect(stderr).toContain('plugin stderr │ printed to stderr\n');
    expect(stderr).toContain('warn  careful {"n":1}\n');
  });

  it('keeps the plugin scope of a project from run to run, not for a bare library, not for tests', async () => {
    const set = asking(['host.kv.set', { scope: 'plugin', key: 'seen', value: 'eWVz' }]);
    const get = asking(['host.kv.get', { scope: 'plugin', key: 'seen' }]);
    const replies = async (args: readonly string[]) => (await json(args)).value.result.result.metadata.replies;
    const hook = ['hook', 'tool_pre_invoke', '-d'];
    expect(await replies([...hook, get])).toEqual([{ ok: true, result: { found: false } }]);
    expect(await replies([...hook, set])).toEqual([{ ok: true, result: {} }]);
    expect(await replies([...hook, get])).toEqual([{ ok: true, result: { found: true, value: 'eWVz' } }]);
    expect(await replies(['--plugin', library, ...hook, set])).toEqual([{ ok: true, result: {} }]);
    expect(await replies(['--plugin', library, ...hook, get])).toEqual([{ ok: true, result: { found: false } }]);
    const file = path.join(root, 'kv.yaml');
    writeFileSync(
      file,
      `name: nothing is there\nhook: tool_pre_invoke\npayload: ${get}\nexpect: { result: { metadata: { replies: [{ result: { found: false } }] } } }\n`,
    );
    expect(await cli.run(['test', file, '--only', 'case:*'], { cwd: root })).toMatchObject({ code: 0 });
  });

  it('runs a library without any project', async () => {
    const { code, stdout } = await cli.run(['run', '--plugin', library, '--host', 'cpex', 'hook', 'tool_pre_invoke']);
    expect({ code, head: stdout.slice(0, 6) }).toEqual({ code: 0, head: 'allow\n' });
    expect(await cli.run(['run', 'plugin.quiesce'])).toMatchObject({ code: 2, stdout: '' });
    expect(await cli.run(['run', '--plugin', 'nowhere.so', 'plugin.quiesce'])).toMatchObject({ code: 2, stdout: '' });
    expect(await cli.run(['run', '--plugin', library, '--host', 'cpx', 'plugin.quiesce'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "cpex"?'),
    });
  });
});

describe.skipIf(missing !== undefined)(`cpex run --record${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each([
    ['a hook', ['hook', 'tool_pre_invoke', '-d', '{"name":"x","args":{"n":9223372036854775807,"text":"ü: \\u0007"}}']],
    [
      'a hook that reads what was stored',
      ['hook', 'tool_pre_invoke', '-d', asking(['host.kv.get', { scope: 'plugin', key: 'kept' }])],
    ],
    ['a command', ['command', 'greet', '--code', '3']],
    ['an error', ['no.such.method', '-d', '{"a":[1,2]}']],
    ['a registration', ['plugin.register']],
  ])('writes %s as a case that passes', async (name, words) => {
    const file = `tests/cases/${name.replaceAll(' ', '-')}.yaml`;
    const recorded = await run(['--record', file, '--config', '{"mode":"strict"}', ...words]);
    expect(recorded.stderr).toContain(`recorded ${file}`);
    expect(readFileSync(path.join(root, file), 'utf8')).toMatch(new RegExp(`^name: ${name}\n`));
    const test = await cli.run(['test', file, '--only', 'case:*'], { cwd: root });
    expect({ code: test.code, stdout: test.stdout }).toEqual({ code: 0, stdout: expect.stringContaining('1 passed') });
    const again = await run(['--record', file, ...words]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('exists already') });
  });
});
