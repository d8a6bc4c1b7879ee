import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asksProject } from '../testing/support/asks-project.js';
import { Cli } from '../testing/support/cli.js';
import { compileText, missingTools } from '../testing/support/compile.js';
import { Terminal } from '../testing/support/terminal.js';
import { isThere } from './cli.js';

/*
 * Ctrl-C as people press it: in a terminal, which sends SIGINT to cpex and to all that it has
 * started in the foreground at once. `ends` checks for processes and temporary folders left over.
 */

const missing = isThere('tmux', '-V') ? missingTools('cc', 'cmake') : 'tmux is not installed';
const cli = new Cli();
let terminal: Terminal | undefined;
afterEach(() => terminal?.close());
afterAll(() => cli.remove());

function start(words: readonly string[], cwd = cli.folder, env: Readonly<Record<string, string>> = {}): Terminal {
  terminal = new Terminal(cli, words, cwd, env);
  return terminal;
}

/** Names below a folder that a finished command would not leave. */
function leftovers(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.tmp$|(^|\/)lock$/.test(name));
}

describe.skipIf(missing !== undefined)(`Ctrl-C in a terminal${missing === undefined ? '' : ` (${missing})`}`, () => {
  let library: string;
  const arrived = path.join(cli.folder, 'arrived');
  afterEach(() => rmSync(arrived, { force: true }));
  beforeAll(() => {
    const source = `#include <unistd.h>
static void wait_here(void);
#define ON_REGISTER() wait_here()
#include "good.h"
static void wait_here(void) { if (!fork()) for (;;) pause(); fclose(fopen(${JSON.stringify(arrived)}, "w")); for (;;) pause(); }
`;
    library = compileText('waits', source, cli.folder);
  });

  it('ends cpex new at a question', async () => {
    const shown = start(['new', 'quit', '--dir', 'quit']);
    await shown.shows(/Which language/);
    shown.type('C-c');
    expect(await shown.ends(130)).toContain('Interrupted: nothing was written.');
    expect(existsSync(path.join(cli.folder, 'quit'))).toBe(false);
  });

  it('ends cpex build under its moving display, the tool and what the tool has started', async () => {
    const root = asksProject(cli.folder, 'slow build');
    appendFileSync(
      path.join(root, 'CMakeLists.txt'),
      `add_custom_command(TARGET plugin PRE_BUILD
  COMMAND \${CMAKE_COMMAND} -E touch "\${CMAKE_SOURCE_DIR}/started" COMMAND sleep 300 VERBATIM)\n`,
    );
    const shown = start(['build'], root);
    await shown.shows(/Build \S+ with cmake/);
    const started = path.join(root, 'started');
    await expect.poll(() => existsSync(started), { timeout: 60_000, interval: 20 }).toBe(true);
    shown.type('C-c');
    expect(await shown.ends(130)).toMatch(/Interrupted/);
    expect(existsSync(path.join(root, 'dist'))).toBe(false);
    expect(leftovers(root)).toEqual([]);
  });

  it.each([
    ['run', () => ['run', '--plugin', library, 'plugin.quiesce']],
    ['test', () => ['test', library, '--only', 'register.ok']],
    ['install', () => ['install', library, '--to', 'plugins']],
  ])('ends cpex %s while the plugin and its child wait', async (name, words) => {
    const shown = start(words());
    await expect.poll(() => existsSync(arrived), { timeout: 60_000, interval: 20 }).toBe(true);
    shown.type('C-c');
    expect(await shown.ends(130)).toMatch(/Interrupted/);
    if (name === 'install') expect(existsSync(path.join(cli.folder, 'plugins', '.cpex', 'installed.json'))).toBe(false);
    expect(leftovers(cli.folder)).toEqual([]);
  });
});
