import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cli } from '../testing/support/cli.js';

const PLUGIN = path.join(import.meta.dirname, '../plugins/tau/plugin.mjs');
const cli = new Cli();
afterAll(() => cli.remove());

/** Runs a plugin of tau in the folder of the test file; `mode` is its defect. */
function run(words: readonly string[], mode = '') {
  return cli.run(['run', '--plugin', PLUGIN, '--host', 'tau', ...words], { env: { TAU_MODE: mode } });
}

/** A configuration in a folder of its own: the settings of a project hold there. */
function cases(name: string, text: string): string {
  const file = path.join(cli.folder, name);
  writeFileSync(file, text);
  return file;
}

describe.skipIf(process.platform === 'win32')('cpex run with a plugin of tau', () => {
  it('shows the result on stdout, and what comes before it on stderr', async () => {
    const { code, stdout, stderr } = await run(['tool', 'slow_tool', '-d', '{"lines":2}']);
    expect(JSON.parse(stdout)).toMatchObject({ content: [{ type: 'text', text: 'sent 2' }], is_error: false });
    expect(stderr).toBe('line 1\nline 2\n');
    expect(code).toBe(0);
  });

  it('ends with 1 where the tool failed', async () => {
    const { code, stdout } = await run(['tool', 'fail_tool']);
    expect(JSON.parse(stdout)).toMatchObject({ is_error: true });
    expect(code).toBe(1);
  });

  it('gives machines the pieces, too', async () => {
    const { code, stdout } = await run(['tool', 'slow_tool', '-d', '{"lines":2}', '--json']);
    const { result } = JSON.parse(stdout);
    expect(result).toMatchObject({ method: 'tool_call', stream: { text: 'line 1\nline 2\n' }, findings: [] });
    expect(code).toBe(0);
  });

  it('says of a program that is not there that it is not there', async () => {
    const { code, stderr } = await cli.run(['run', '--plugin', 'nowhere', '--host', 'tau', 'tool', 'echo_tool']);
    expect(stderr).toContain('There is no such file');
    expect(stderr).toContain('CPEX_E_AUDIT_FILE');
    expect(code).toBe(2);
  });

  it('traces every line', async () => {
    const { stderr } = await run(['tool', 'echo_tool', '--trace']);
    expect(stderr).toMatch(/plugin register request .*line/);
    expect(stderr).toMatch(/plugin tool_call request .*line · \d+ B/);
    expect(stderr).toMatch(/plugin tool_call response .*line · \d+ B/);
  });

  it.each([
    ['noise', 'tool echo_tool', 4, /what tau cannot read: a line is no JSON .*: starting up/],
    ['exits-early', 'tool echo_tool', 4, /ended with code 3 before it sent its registration/],
    ['no-name', 'tool echo_tool', 4, /In the registration "name" is missing/],
    ['bad-result', 'tool echo_tool', 4, /In the answer to tool_call "content" must be an array, not a string/],
    ['crash', 'tool echo_tool', 4, /crashed with SIGABRT during tool_call/],
    ['exit', 'tool echo_tool', 4, /ended its process with code 0 during tool_call/],
    ['', 'tool echo', 2, /has no tool "echo"\. Did you mean "echo_tool"\?/],
    ['', 'command hello', 2, /tau has no message that runs one/],
  ])('says what is wrong: %s %s', async (mode, words, code, message) => {
    const result = await run(words.split(' '), mode);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
  });

  it('warns of what tau passes over', async () => {
    const { code, stderr } = await run(['tool', 'echo_tool'], 'registers-twice');
    expect(stderr).toMatch(/registered again; only its first registration counts/);
    expect(code).toBe(0);
  });

  it('writes a call down as a case that passes', async () => {
    const file = path.join(cli.folder, 'recorded.yaml');
    const call = ['tool', 'echo_tool', '-d', '{"message":"hi"}'];
    expect((await run([...call, '--record', file])).code).toBe(0);
    const { code, stdout } = await cli.run(['test', file, PLUGIN, '--host', 'tau', '--only', 'case:*']);
    expect(stdout).toMatch(/1 passed/);
    expect(code).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('cases of a plugin of tau', () => {
  it('name tools and hooks, script the server, and cancel', async () => {
    const file = cases(
      'good.yaml',
      `cases:
  - name: echoes
    tool: echo_tool
    args: { message: hi }
    expect: { content: [{ type: text, text: "ECHO: hi" }], is_error: false }
  - name: streams
    tool: slow_tool
    args: { lines: 3 }
    expect: { stream: { chunks: ["line 1\\n", "line 2\\n", "line 3\\n"] } }
  - name: fails
    tool: fail_tool
    expect: { is_error: true }
  - name: is cancelled
    tool: wait_tool
    cancel_after_ms: 50
    expect: { content: [{ text: cancelled }] }
  - name: asks
    tool: ask_tool
    args: { request: { type: create_session, cwd: /tmp } }
    host: { server: [{ request: create_session, response: { type: session_created, session_id: s-77 } }] }
    expect:
      content: [{ text: { $json: { session_id: s-77 } } }]
      calls: [{ method: server_request, request: { type: create_session } }]
  - name: hears
    hook: before_agent_start
    payload: { prompt: Why, system_prompt: "", session_id: s, message_count: 1 }
    expect: { result: { message: { content: "Hooked: Why" } } }
  - name: begins
    hook: session_start
    expect: { result: {} }
`,
    );
    const { code, stdout, stderr } = await cli.run(['test', file, PLUGIN, '--host', 'tau', '--only', 'case:*']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/7 passed/);
    expect(code).toBe(0);
  });

  it('fail with what came, and for names that are not there', async () => {
    const file = cases(
      'bad.yaml',
      `cases:
  - name: wrong text
    tool: echo_tool
    args: { message: hi }
    expect: { content: [{ text: "ECHO: ho" }] }
  - name: no such tool
    tool: ech_tool
    expect: { is_error: false }
  - name: no such hook
    hook: before_agent
    expect: { result: {} }
`,
    );
    const { code, stdout } = await cli.run(['test', file, PLUGIN, '--host', 'tau', '--only', 'case:*']);
    expect(stdout).toMatch(/content\[0\]\.text: expected "ECHO: ho", found "ECHO: hi"/);
    expect(stdout).toMatch(/has no tool "ech_tool"\. Did you mean "echo_tool"\?/);
    expect(stdout).toMatch(/did not ask for the hook "before_agent"; tau would not send it/);
    expect(code).toBe(1);
  });
});
