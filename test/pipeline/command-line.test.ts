import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/pipeline/cliproxy/command-line.js';
import { missingTools } from '../testing/support/compile.js';
import { Bench, base64, type Line, type RunningHost } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

describe.skipIf(missing !== undefined)(
  `the command line of the host${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const flags = (...names: readonly object[]): Line => ['command_line.register', 'result', { Flags: names }];
    const plugin = (...lines: readonly Line[]) => ({ capabilities: { command_line_plugin: true }, lines });
    const run = async (host: RunningHost, ...words: readonly string[]) => {
      const out = { stdout: '', stderr: '' };
      const end = await runCommandLine(host.host, words, '/etc/config.yaml', (stream, bytes) => {
        out[stream] += Buffer.from(bytes).toString();
      });
      return { ...end, ...out };
    };

    it('runs the plugins whose flags were given, in order, and passes the first failure on', async () => {
      const ends = (code: number, text: string): Line => [
        'command_line.execute',
        'result',
        { Stdout: base64(text), Stderr: base64(`${text}!`), ExitCode: code },
      ];
      const host = await bench.start({
        a: { ...plugin(flags({ Name: 'a' }, { Name: 'both' }), ends(0, 'A')), priority: 3 },
        b: { ...plugin(flags({ Name: 'b', Type: 'string' }, { Name: 'both' }), ends(4, 'B')), priority: 2 },
        c: plugin(flags({ Name: 'c' }), ends(5, 'C')),
        d: plugin(flags({ Name: 'd' }), ['command_line.execute', 'error', { message: 'no' }]),
        e: plugin(['command_line.register', 'error', { message: 'none' }]),
      });
      expect(await run(host, '-c', '-b', 'x', '-a')).toMatchObject({ exit: 4, stdout: 'ABC', stderr: 'A!B!C!' });
      expect(await run(host, '-both')).toMatchObject({ exit: 0, stdout: 'A' });
      expect(await run(host, '-d')).toMatchObject({ exit: 1, stdout: '' });
      expect(host.said('command_line.execute')).toContain('d: warning pluginhost: command-line plugin d failed: no');
      expect(host.said('command_line.register')).toContain(
        'e: warning pluginhost: command-line registrar e failed: none',
      );
      expect(host.said('command_line.register')).toContain(
        'host: warning pluginhost: plugin b command-line flag both conflicts with an existing flag and was skipped (it belongs to plugin a)',
      );
      expect(await run(host)).toMatchObject({ exit: 0, stdout: '' });
      expect(host.said('command_line.execute').at(-1)).toMatch(/CLIProxyAPI would start its server now/);
      expect(await run(host, '-nope')).toMatchObject({
        exit: 2,
        stderr: expect.stringMatching(/^flag provided but not defined: -nope\nUsage of cli-proxy-api\n/),
      });
    });

    it('tells a plugin of all flags, and of those that were given', async () => {
      const host = await bench.start({
        a: plugin(flags({ Name: 'a', Type: 'int', DefaultValue: '1' }, { Name: 'unset' }), [
          'command_line.execute',
          'result',
          { Stdout: '@REQUEST@' },
        ]),
      });
      const { stdout } = await run(host, '-a=7', '-no-browser', 'rest');
      expect(JSON.parse(stdout)).toMatchObject({
        Plugin: { Name: 'a' },
        Program: 'cli-proxy-api',
        Args: ['-a=7', '-no-browser', 'rest'],
        ConfigPath: '/etc/config.yaml',
        Flags: {
          a: { Name: 'a', Type: 'int', Value: '7', Set: true },
          unset: { Name: 'unset', Type: 'bool', Value: 'false', Set: false },
          'no-browser': { Name: 'no-browser', Type: '', Value: 'true', Set: false },
        },
        TriggeredFlags: { a: { Name: 'a', Type: 'int', Value: '7', Set: true } },
      });
      expect(Object.keys((JSON.parse(stdout) as { TriggeredFlags: object }).TriggeredFlags)).toEqual(['a']);
    });

    it('saves credentials only where all went well', async () => {
      const auths = [{ Provider: 'acme', ID: 'new', StorageJSON: base64('{"token":1}') }];
      const command = (code: number, list: readonly object[] = auths) =>
        plugin(flags({ Name: 'go' }), [
          'command_line.execute',
          'result',
          { Stdout: base64('done'), ExitCode: code, Auths: list },
        ]);
      const good = bench.auths({});
      const saved = await run(await bench.start({ a: command(0) }, { authFolder: good }), '-go');
      expect(saved).toMatchObject({
        exit: 0,
        stdout: `done\nAuthentication saved to ${path.join(good, 'new.json')}\n`,
        saved: [path.join(good, 'new.json')],
      });
      const bad = bench.auths({});
      expect(await run(await bench.start({ a: command(3) }, { authFolder: bad }), '-go')).toMatchObject({
        exit: 3,
        stdout: 'done',
        saved: [],
      });
      expect(existsSync(path.join(bad, 'new.json'))).toBe(false);
      const nameless = await run(await bench.start({ a: command(0, [{ ID: 'x' }]) }, { authFolder: bad }), '-go');
      expect(nameless).toMatchObject({
        exit: 1,
        stdout: 'done',
        stderr: 'pluginhost: command-line auth 1 is invalid\n',
      });
    });
  },
);
