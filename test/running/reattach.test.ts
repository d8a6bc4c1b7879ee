import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fixturePlugin } from '../runtime/grpc/fixture.js';
import { Cli, type RunningCli } from '../testing/support/cli.js';
import { missingTools } from '../testing/support/compile.js';

const missing = missingTools('go');
const cli = new Cli();
let plugin = '';

beforeAll(() => {
  if (missing === undefined) plugin = fixturePlugin();
}, 300_000);
afterAll(() => cli.remove());

const ECHO = ['fixture.v1.Fixture/Sum', '-d', '[{"value":"3"},{"value":"4"}]'];

/** Words that start the fixture under its application's cookie. */
function started(...words: string[]): string[] {
  const cookie = 'FIXTURE_PLUGIN=fixture-plugin-v1';
  return ['run', '--plugin', plugin, '--host', 'go-plugin', '--cookie', cookie, ...words];
}

/** A plugin that `--debug` keeps running, and the record that it printed. */
async function held(): Promise<{ running: RunningCli; record: { Pid: number; Test: boolean } }> {
  const running = cli.start(started('--debug'), { env: { EXTRA_VARIABLE: "it's set" } });
  const record = await vi.waitUntil(() => /^reattach: (\{.*\})$/m.exec(running.stderr())?.[1], { timeout: 60_000 });
  return { running, record: JSON.parse(record) };
}

describe.skipIf(missing !== undefined)('a plugin of go-plugin that is debugged', { timeout: 300_000 }, () => {
  test('says how it was started, takes calls of others, outlives them and ends with the command that holds it', async () => {
    const { running, record } = await held();
    const said = running.stderr();
    expect(said).toMatch(/^cd \S+/m);
    expect(said).toMatch(/^export FIXTURE_PLUGIN=fixture-plugin-v1$/m);
    expect(said).toMatch(/^export PLUGIN_PROTOCOL_VERSIONS=1$/m);
    // What the terminal has already is no part of it, and the mark of the session would be the end of both.
    expect(said).not.toContain('EXTRA_VARIABLE');
    expect(said).not.toContain('CPEX_SESSION');
    expect(said).toContain(`process: ${record.Pid}; a debugger attaches with: `);
    writeFileSync(path.join(cli.folder, 'record.json'), JSON.stringify({ fixture: record }));
    for (const word of ['@record.json', JSON.stringify(record)]) {
      const { code, stdout, stderr } = await cli.run(['run', '--reattach', word, ...ECHO]);
      expect({ code, stderr, result: JSON.parse(stdout) }).toEqual({ code: 0, stderr: '', result: { value: '7' } });
      expect(() => process.kill(record.Pid, 0)).not.toThrow();
    }
    running.process.kill('SIGTERM');
    expect(await running.result).toMatchObject({ code: 130, stdout: '' });
    expect(() => process.kill(record.Pid, 0)).toThrow('ESRCH');
    const gone = await cli.run(['run', '--reattach', '@record.json', ...ECHO]);
    expect(gone).toMatchObject({ code: 4, stderr: expect.stringContaining('Reattachment process not found') });
    expect(gone.stderr).not.toContain('Resolution note');
  });

  test('is stopped by a host that may: a record without test', async () => {
    const { running, record } = await held();
    const { code } = await cli.run(['run', '--reattach', JSON.stringify({ ...record, Test: false }), ...ECHO]);
    expect(code).toBe(0);
    running.process.stdin?.end();
    await running.result;
    expect(() => process.kill(record.Pid, 0)).toThrow('ESRCH');
  });

  test('tells machines how it was started, beside the answer', async () => {
    const { code, stdout } = await cli.run(started('--json', '--debug', ...ECHO));
    const { result } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(result.process).toMatchObject({
      argv: [plugin],
      set: { FIXTURE_PLUGIN: 'fixture-plugin-v1' },
      pid: expect.any(Number),
      reattach: { Protocol: 'grpc', ProtocolVersion: 1, Pid: result.process.pid, Test: true },
    });
  });

  test.each([
    [['--plugin', './x'], '--reattach and --plugin do not go together'],
    [['--host', 'tau'], 'speak with the one that started them'],
    [['--target', 'linux-arm64'], '--reattach and --target do not go together'],
  ])('refuses %j beside a record', async (flags, says) => {
    const record = '{"Protocol":"grpc","ProtocolVersion":1,"Pid":4711,"Addr":{"Network":"unix","String":"/s"}}';
    const { code, stderr } = await cli.run(['run', '--reattach', record, ...flags, ...ECHO]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) });
  });

  test('refuses a record that is none, and a file that is not there', async () => {
    for (const [word, says] of [
      ['{"Pid":1}', 'Its Protocol is missing'],
      ['@nothing.json', 'There is no file'],
      ['{', 'JSON'],
    ] as const) {
      const { code, stderr } = await cli.run(['run', '--reattach', word, ...ECHO]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) });
    }
  });
});
