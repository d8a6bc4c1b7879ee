import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cpex, root } from './cli.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-variables-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Flag {
  readonly env?: string;
  readonly multiple?: boolean;
}
const { commands } = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { flags: Record<string, Flag> }>;
};

/** For each variable of a repeatable flag: a command line, a value, and what only a list of two leads to. */
const LISTS: Readonly<Record<string, { args: string[]; value: string; says: string }>> = {
  CPEX_ADOPT_CAPABILITY: {
    args: [
      'adopt',
      ...['--force', '--dry-run', '--no-build', '--lang', 'c', '--author', 'A', '--host', 'cliproxy'],
      ...['--repository', 'https://github.com/a/plugin'],
    ],
    value: 'executor,nothing_at_all',
    says: 'nothing_at_all',
  },
  CPEX_PACKAGE_TARGET: { args: ['package'], value: 'host, amiga', says: 'There is no target "amiga"' },
  CPEX_BUILD_TARGET: { args: ['build'], value: 'host, amiga', says: 'There is no target "amiga"' },
  CPEX_CI_TARGET: { args: ['ci', '--dry-run'], value: 'host, amiga', says: 'There is no target "amiga"' },
  CPEX_DOCTOR_TARGET: { args: ['doctor'], value: 'host, amiga', says: 'There is no target "amiga"' },
  CPEX_NEW_CAPABILITY: {
    args: ['new', 'x', '--lang', 'c', '--author', 'A', '--dry-run', '--json'],
    value: 'hook:tool_pre_invoke,command:greet',
    says: '"capabilities":["hook:tool_pre_invoke","command:greet"]',
  },
  CPEX_RUN_PLUGIN: {
    args: ['run', 'models'],
    value: 'one.so, two.so',
    says: 'The word models is for the host cliproxy',
  },
  CPEX_RUN_PROTO: {
    args: ['run', '--plugin', 'none', '--host', 'console', 'Ping'],
    value: 'one.proto, two.proto',
    says: 'one.proto, two.proto',
  },
  CPEX_TEST_PROTO: {
    args: ['test', 'LICENSE', '--host', 'console'],
    value: 'one.proto,two.proto',
    says: 'one.proto, two.proto',
  },
  CPEX_TEST_ONLY: { args: ['test'], value: 'init.ok, nothing.at-all', says: 'No test matches "nothing.at-all"' },
  CPEX_TEST_SKIP: { args: ['test'], value: 'init.ok,nothing.at-all', says: 'No test matches "nothing.at-all"' },
  CPEX_CHECK_REPORTER: { args: ['check', '.'], value: 'json,pritty', says: 'There is no reporter "pritty"' },
  CPEX_TEST_REPORTER: { args: ['test'], value: 'tap,pritty', says: 'There is no reporter "pritty"' },
};

describe('the variable of a repeatable flag', () => {
  const named = Object.values(commands).flatMap(({ flags }) =>
    Object.values(flags).flatMap(({ env, multiple }) => (multiple && env !== undefined ? [env] : [])),
  );

  it('is known to this test', () => expect([...named].sort()).toEqual(Object.keys(LISTS).sort()));

  it.each(Object.entries(LISTS))('%s takes several values', (variable, { args, value, says }) => {
    const project = path.join(folder, 'plugin');
    if (args[0] !== 'new') {
      cpex(['new', 'plugin', '--lang', 'c', '--author', 'A', '--no-git', '--force'], { cwd: folder });
    }
    const cwd = args[0] === 'new' ? folder : project;
    const { status, stdout, stderr } = cpex(args, { cwd, env: { [variable]: value } });
    expect({ status, text: `${stdout}${stderr}` }).toEqual({
      status: args[0] === 'new' ? 0 : 2,
      text: expect.stringContaining(says),
    });
  });
});

it('CPEX_JSON counts also when the flags cannot be read', () => {
  for (const word of ['1', 'true', 'yes']) {
    const { status, stdout } = cpex(['explain', '--nonsense'], { env: { CPEX_JSON: word } });
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 2, ok: false, error: { code: 'CPEX_E_USAGE' } });
  }
});

describe('the variable of a flag without a value', () => {
  const run = (word: string, ...args: string[]) => cpex(['list', ...args], { cwd: folder, env: { CPEX_JSON: word } });

  it.each(['0', 'false', 'NO', 'n', ''])('says no by "%s"', (word) => {
    expect(run(word, '--dir', folder)).toMatchObject({ status: 0, stdout: expect.not.stringContaining('{') });
  });

  it.each(['Y', 'True'])('says yes by "%s"', (word) => {
    expect(JSON.parse(run(word, '--dir', folder).stdout)).toMatchObject({ ok: true });
  });

  it('is refused with any other word, unless the flag stands on the command line', () => {
    const { status, stdout, stderr } = run('maybe', '--dir', folder);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('The variable CPEX_JSON holds "maybe", which is neither yes nor no.');
    expect(stderr).toContain('Set it to 1, true, yes or y');
    expect(run('maybe', '--json', '--dir', folder).status).toBe(0);
  });
});
