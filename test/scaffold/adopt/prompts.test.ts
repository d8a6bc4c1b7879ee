import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import Adopt from '../../../src/commands/adopt.js';
import { isThere } from '../../shell/cli.js';
import { Cli } from '../../testing/support/cli.js';
import { Terminal } from '../../testing/support/terminal.js';

const missing = isThere('tmux', '-V') ? '' : ' (tmux is not installed)';
const cli = new Cli();
let terminal: Terminal | undefined;
afterEach(() => terminal?.close());
afterAll(() => cli.remove());

/** Nobody whose name git or the system knows. */
const NOBODY = { HOME: cli.folder, USER: '', USERNAME: '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };

/** A folder with two crates that could be the plugin, both with an id that the host would misread. */
function repository(name: string): string {
  const folder = path.join(cli.folder, name);
  for (const crate of ['one-v1', 'two-v2']) {
    mkdirSync(path.join(folder, crate, 'src'), { recursive: true });
    const text = `[package]\nname = "${crate}"\nversion = "1.0.0"\n[lib]\ncrate-type = ["cdylib"]\n`;
    writeFileSync(path.join(folder, crate, 'Cargo.toml'), text);
    writeFileSync(path.join(folder, crate, 'src/lib.rs'), 'pub extern "C" fn cliproxy_plugin_init() -> i32 { 0 }\n');
  }
  return folder;
}

it('has a flag for every value that it asks for', () => {
  expect(Object.keys(Adopt.flags)).toEqual(
    expect.arrayContaining(['unit', 'id', 'author', 'repository', 'capability', 'lang', 'host', 'plugin-version']),
  );
});

describe.skipIf(missing !== '')(`cpex adopt on a terminal${missing}`, { timeout: 300_000 }, () => {
  it('asks for what nobody says, and refuses what cannot be', async () => {
    const folder = repository('asked');
    terminal = new Terminal(cli, ['adopt', '--no-build'], folder, NOBODY);
    await terminal.shows(/^\? Which of these is the plugin\?/m);
    await terminal.shows(/Rust crate two-v2 \(two-v2\/Cargo\.toml\)/);
    terminal.type('Down', 'Enter');
    await terminal.shows(/^\? "two-v2" cannot be the id: hosts read "-v" and a digit/m);
    terminal.type('three-v3', 'Enter');
    await terminal.shows(/^> hosts read "-v" and a digit/m);
    terminal.type('C-u', 'two', 'Enter');
    await terminal.shows(/^\? Who is the author\?/m);
    terminal.type('Enter');
    await terminal.shows(/^> The host wants to know\./m);
    terminal.type('Ada', 'Enter');
    await terminal.shows(/^\? Where are the sources published \(URL\)\?/m);
    terminal.type('https://github.com/ada/two', 'Enter');
    await terminal.shows(/^\? What can it do\?/m);
    terminal.type('Space', 'Enter');
    await terminal.ends(0);
    expect(parse(readFileSync(path.join(folder, 'cpex.yaml'), 'utf8'))).toMatchObject({
      id: 'two',
      author: 'Ada',
      repository: 'https://github.com/ada/two',
      language: 'rust',
      host: 'cliproxy',
      capabilities: ['model_registrar'],
      build: { folder: 'two-v2', identity: false },
    });
  });

  it('writes nothing after Ctrl-C at a question', async () => {
    const folder = repository('left');
    terminal = new Terminal(cli, ['adopt', '--no-build'], folder, NOBODY);
    await terminal.shows(/^\? Which of these is the plugin\?/m);
    terminal.type('C-c');
    await terminal.ends(130);
    expect(existsSync(path.join(folder, 'cpex.yaml'))).toBe(false);
  });
});
