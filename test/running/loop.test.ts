import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { splitLine } from '../../src/running/loop.js';
import { Cli } from '../testing/support/cli.js';
import { compileC, missingTools } from '../testing/support/compile.js';
import { Terminal } from '../testing/support/terminal.js';

const missing = spawnSync('tmux', ['-V']).status === 0 ? missingTools('cc') : 'no tmux';
const cli = new Cli();
const open: Terminal[] = [];
let library: string;

beforeAll(() => {
  if (missing === undefined) library = compileC('asks', cli.folder);
});
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});
afterAll(() => cli.remove());

/** A prompt loop that waits for its first line. */
async function loop(...flags: readonly string[]): Promise<Terminal> {
  const terminal = new Terminal(cli, ['run', '--plugin', library, ...flags], cli.folder);
  open.push(terminal);
  await terminal.shows(/plugin 1\.0\.0 is running\. Type help or exit\.\ncpex> /);
  return terminal;
}

describe.skipIf(missing !== undefined)(`the prompt loop${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('makes calls, one after the other, and ends on exit', async () => {
    const terminal = await loop();
    terminal.type('plugin.quiesce', 'Enter');
    await terminal.shows(/^\{\}$/m);
    terminal.type('command greet --code 3', 'Enter');
    await terminal.shows(/^hello$/m);
    terminal.type('hook tool_pre_invoke {"name":"n","args":{"big":9223372036854775807}}', 'Enter');
    await terminal.shows(/"big": 9223372036854775807/);
    terminal.type('exit', 'Enter');
    await terminal.ends(0);
  });

  it('completes names, and helps', async () => {
    const terminal = await loop();
    // A Tab that comes together with other keys counts as pasted text.
    terminal.type('hook t');
    await terminal.shows(/^cpex> hook t$/m);
    terminal.type('Tab');
    await terminal.shows(/^cpex> hook tool_pre_invoke$/m);
    terminal.type('Enter');
    await terminal.shows(/^cpex> hook tool_pre_invoke\nallow$/m);
    terminal.type('plugin.');
    await terminal.shows(/^cpex> plugin\.$/m);
    const again = () => {
      terminal.type('Tab');
      return terminal.screen();
    };
    const patience = { timeout: 20_000, interval: 100 };
    await expect.poll(again, patience).toMatch(/plugin\.register .*plugin\.reconfigure/s);
    terminal.type('quiesce', 'Enter', 'help', 'Enter');
    await terminal.shows(/METHOD \[DATA\] +call a method/);
    terminal.type('C-d');
    await terminal.ends(0);
  });

  it('says what is wrong with a line and goes on', async () => {
    const terminal = await loop();
    terminal.type('hook tool_pre_invok', 'Enter');
    await terminal.shows(/Did you mean "tool_pre_invoke"\?/);
    terminal.type('plugin.quiesce {"a":', 'Enter');
    await terminal.shows(/is not JSON/);
    terminal.type('no.such.method', 'Enter');
    await terminal.shows(/was answered with unknown_method/);
    terminal.type('plugin.quiesce', 'Enter');
    await terminal.shows(/^\{\}$/m);
    terminal.type('exit', 'Enter');
    await terminal.ends(0);
  });

  it('keeps what is typed while a call runs', async () => {
    const terminal = await loop();
    terminal.type('plugin.quiesce', 'Enter', 'hook tool_pre_invoke', 'Enter', 'exit', 'Enter');
    const screen = await terminal.ends(0);
    expect(screen).toMatch(/^\{\}$/m);
    expect(screen).toMatch(/^allow$/m);
  });

  it('ends with 4 when the plugin dies', async () => {
    const terminal = await loop();
    terminal.type('hook tool_pre_invoke {"do":"segfault"}', 'Enter');
    const screen = await terminal.ends(4);
    expect(screen).toContain('The plugin crashed with SIGSEGV during hook.invoke');
    expect(screen.match(/crashed with/g)).toHaveLength(1);
  });

  it('ends with 4 when the plugin hangs', async () => {
    const terminal = await loop('--timeout', '4000');
    terminal.type('hook tool_pre_invoke {"do":"hang"}', 'Enter');
    expect(await terminal.ends(4)).toContain('did not return within 4000 ms');
  });

  it.each([
    ['at the prompt', [], /cpex> $/m],
    ['in the middle of a line', ['hook t'], /cpex> hook t$/m],
    ['while a call hangs', ['hook tool_pre_invoke {"do":"hang"}', 'Enter'], /"hang"\}\n/],
  ])('Ctrl-C %s ends it with 130', async (_, keys, ready) => {
    const terminal = await loop();
    terminal.type(...keys);
    await terminal.shows(ready);
    terminal.type('C-c');
    expect(await terminal.ends(130)).toContain('Interrupted');
  });

  it('Ctrl-C in a plain call ends it with 130', async () => {
    const words = ['run', '--plugin', library, '--trace', 'hook', 'tool_pre_invoke', '-d', '{"do":"hang"}'];
    const terminal = new Terminal(cli, words, cli.folder);
    open.push(terminal);
    await terminal.shows(/→ plugin hook\.invoke request/);
    terminal.type('C-c');
    expect(await terminal.ends(130)).toContain('Interrupted');
  });
});

describe('a line of the loop', () => {
  it.each([
    ['plugin.quiesce', { words: ['plugin.quiesce'] }],
    ['  hook  tool_pre_invoke  ', { words: ['hook', 'tool_pre_invoke'] }],
    ['hook a {"b": [1, 2]} ', { words: ['hook', 'a'], data: '{"b": [1, 2]}' }],
    ['m [1]', { words: ['m'], data: '[1]' }],
    ['m "text"', { words: ['m'], data: '"text"' }],
    ['m @file name.json', { words: ['m'], data: '@file name.json' }],
    ['command greet --name "Ada L" --x {1}', { words: ['command', 'greet', '--name', 'Ada L', '--x', '{1}'] }],
    ["command greet ''", { words: ['command', 'greet', ''] }],
  ])('%s', (line, parts) => {
    expect(splitLine(line)).toEqual(parts);
  });
});
