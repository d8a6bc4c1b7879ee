import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import New from '../../src/commands/new.js';
import { Cli } from '../testing/support/cli.js';
import { Terminal } from '../testing/support/terminal.js';
import { isThere } from './cli.js';

const missing = isThere('tmux', '-V') ? '' : ' (tmux is not installed)';
const cli = new Cli();
let terminal: Terminal | undefined;
afterEach(() => terminal?.close());
afterAll(() => cli.remove());

/** Nobody whose name git or the system knows. */
const NOBODY = { HOME: cli.folder, USER: '', USERNAME: '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };

/** Each question of `cpex new`, and the flag (or argument) that answers it. */
const QUESTIONS = {
  'What is the plugin called?': 'name',
  'Which language is it written in?': 'lang',
  'Which host is it for?': 'host',
  'What does it begin with?': 'sample',
  'What does it answer?': 'capability',
  'What can it do?': 'capability',
  'Who is the author?': 'author',
} as const;

/** The questions about a name of ones own, whose text depends on what was chosen; `--capability` answers them. */
const NAMES = ['What is the command called?', 'What is the runner of its steps called?'] as const;

/** A pattern for a question with nothing behind it but a hint. */
const asked = (question: keyof typeof QUESTIONS | (typeof NAMES)[number]) =>
  new RegExp(`^\\? ${question.replace('?', '\\?')}`, 'm');

it('has a flag or argument for every question', () => {
  const source = readFileSync(path.resolve(import.meta.dirname, '../../src/scaffold/prompts.ts'), 'utf8');
  const questions = [...source.matchAll(/message: '([^']+)'/g)].map(([, text]) => text);
  expect(questions.sort()).toEqual(Object.keys(QUESTIONS).sort());
  for (const flag of Object.values(QUESTIONS))
    expect([...Object.keys(New.flags), ...Object.keys(New.args)]).toContain(flag);
});

describe.skipIf(missing !== '')(`cpex new on a terminal${missing}`, () => {
  it('asks for everything, refuses what cannot be, and writes the answers', async () => {
    terminal = new Terminal(cli, ['new'], cli.folder, NOBODY);
    await terminal.shows(asked('What is the plugin called?'));
    terminal.type('a gate', 'Enter');
    await terminal.shows(/a-gate would do/);
    terminal.type('C-u', 'gate-v2', 'Enter');
    await terminal.shows(/gate-2 would do/);
    terminal.type('C-u', 'gate', 'Enter');
    await terminal.shows(asked('Which language is it written in?'));
    terminal.type('Down', 'Enter');
    await terminal.shows(asked('Which host is it for?'));
    terminal.type('Enter');
    await terminal.shows(asked('What does it begin with?'));
    terminal.type('Enter');
    await terminal.shows(asked('What does it answer?'));
    terminal.type('Down', 'Down', 'Space', 'Enter');
    await terminal.shows(/^> .*(least|required|select)/im);
    terminal.type('Down', 'Space', 'Up', 'Up', 'Space', 'Up', 'Space', 'Enter');
    await terminal.shows(asked('What is the command called?'));
    terminal.type('Bad Verb', 'Enter');
    await terminal.shows(/Lower-case letters, digits and dashes/);
    terminal.type('C-u', 'hello', 'Enter');
    await terminal.shows(asked('What is the runner of its steps called?'));
    terminal.type('C-u', 'make', 'Enter');
    await terminal.shows(asked('Who is the author?'));
    terminal.type('Enter');
    await terminal.shows(/Hosts want a name\./);
    terminal.type('Ada', 'Enter');
    expect(await terminal.ends(0)).toMatch(/Made gate in gate: \d+ files/);
    const manifest = parse(readFileSync(path.join(cli.folder, 'gate', 'cpex.yaml'), 'utf8'));
    expect(manifest).toMatchObject({ id: 'gate', language: 'go', author: 'Ada' });
    expect(manifest.capabilities.sort()).toEqual(['command:hello', 'hook:tool_post_invoke', 'step:make']);
  });

  it('asks not what a sample can do', async () => {
    terminal = new Terminal(cli, ['new', 'begun', '--lang', 'c', '--host', 'cpex'], cli.folder, NOBODY);
    await terminal.shows(asked('What does it begin with?'));
    terminal.type('Down', 'Down', 'Enter');
    await terminal.shows(asked('Who is the author?'));
    terminal.type('Ada', 'Enter');
    expect(await terminal.ends(0)).toMatch(/Made begun in begun: \d+ files/);
    const manifest = parse(readFileSync(path.join(cli.folder, 'begun', 'cpex.yaml'), 'utf8'));
    expect(manifest.capabilities).toEqual(['command:notes']);
  });

  it('asks what a plugin for cliproxy can do', async () => {
    terminal = new Terminal(cli, ['new', 'proxied'], cli.folder, NOBODY);
    await terminal.shows(asked('Which language is it written in?'));
    terminal.type('Down', 'Enter');
    await terminal.shows(asked('Which host is it for?'));
    terminal.type('Down', 'Enter');
    await terminal.shows(/scheduler: Picks the credential for a request\./);
    terminal.type('Space', 'Enter');
    await terminal.shows(asked('Who is the author?'));
    terminal.type('Ada', 'Enter');
    expect(await terminal.ends(0)).toMatch(/Made proxied in proxied: \d+ files/);
    const manifest = parse(readFileSync(path.join(cli.folder, 'proxied', 'cpex.yaml'), 'utf8'));
    expect(manifest).toMatchObject({ host: 'cliproxy', capabilities: ['model_registrar', 'request_interceptor'] });
  });

  it('asks for nothing that a flag answers', async () => {
    const flags = ['--lang', 'c', '--capability', 'command:hi', '--author', 'Ada'];
    terminal = new Terminal(cli, ['new', 'told', ...flags], cli.folder, NOBODY);
    expect(await terminal.ends(0)).not.toContain('?');
  });

  it.each<[keyof typeof QUESTIONS, readonly string[]]>([
    ['What is the plugin called?', []],
    ['Which language is it written in?', ['quit']],
    ['Which host is it for?', ['quit', '--lang', 'c']],
    ['What does it begin with?', ['quit', '--lang', 'c', '--host', 'cpex']],
    ['What can it do?', ['quit', '--lang', 'c', '--host', 'cliproxy']],
  ])('leaves nothing behind after Ctrl-C at "%s"', async (question, words) => {
    terminal = new Terminal(cli, ['new', ...words], cli.folder, NOBODY);
    await terminal.shows(asked(question));
    terminal.type('C-c');
    expect(await terminal.ends(130)).toContain('Interrupted: nothing was written.');
    expect(() => readFileSync(path.join(cli.folder, 'quit', 'cpex.yaml'))).toThrow('ENOENT');
  });

  it('asks nothing where CI is set', async () => {
    terminal = new Terminal(cli, ['new'], cli.folder, { ...NOBODY, CI: 'true' });
    expect(await terminal.ends(2)).toContain('CPEX_E_NOT_INTERACTIVE');
  });
});
