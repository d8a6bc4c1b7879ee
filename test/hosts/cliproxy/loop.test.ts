import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { Cli } from '../../testing/support/cli.js';
import { missingTools } from '../../testing/support/compile.js';
import { Terminal } from '../../testing/support/terminal.js';
import { Bench } from './bench.js';

const missing = spawnSync('tmux', ['-V']).status === 0 ? missingTools('cc') : 'no tmux';

describe.skipIf(missing !== undefined)(`the prompt loop${missing === undefined ? '' : ` (${missing})`}`, () => {
  const cli = new Cli();
  const bench = new Bench();
  let terminal: Terminal | undefined;
  afterAll(() => {
    terminal?.close();
    cli.remove();
    return bench.remove();
  });

  it('calls methods, shows bodies and streams, and has no words of other hosts', { timeout: 120_000 }, async () => {
    const library = bench.compile('streams');
    terminal = new Terminal(cli, ['run', '--plugin', library, '--host', 'cliproxy'], cli.folder);
    await terminal.shows(/Plugin 1\.0\.0 is running\. Type help or exit\.\ncpex> /);
    terminal.type('help', 'Enter');
    await terminal.shows(/METHOD \[DATA\] +call a method\nhelp, exit/);
    expect(terminal.screen()).not.toMatch(/hook|command/);
    terminal.type('executor.execute_stream {"Model":"finite"}', 'Enter');
    await terminal.shows(/piece 1, 1 B\na\npiece 2, 0 B\n\npiece 3, 1 B\nb\n/);
    terminal.type('executor.execute_stream {"Model":"error"}', 'Enter');
    await terminal.shows(
      /piece 1, 7 B\npiece 0\npiece 2, 7 B\npiece 1\n✗ The stream of .* ended with an error: upstream broke/,
    );
    terminal.type('executor.count_tokens {}', 'Enter');
    await terminal.shows(/info +counting\n\{\n +"Payload": "MQ==",[^}]*\}\nPayload = 1\n/);
    terminal.type('executor.count_tokens {"Modl":"x"}', 'Enter');
    await terminal.shows(/has no member "Modl"\. Did you mean "Model"\?/);
    terminal.type('executor.count_token', 'Enter');
    await terminal.shows(/no method "executor\.count_token"\. Did you mean "executor\.count_tokens"\?/);
    terminal.type('hook x', 'Enter');
    await terminal.shows(/There is a word too many: x/);
    terminal.type('exit', 'Enter');
    await terminal.ends(0);
  });
});
