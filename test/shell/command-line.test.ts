import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringifyJson } from '../../src/commands/json-result.js';
import { cpex } from './cli.js';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-line-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a wrong command line', () => {
  it.each([
    [['nonsense'], 'There is no command "nonsense".', 'cpex --help lists the commands.'],
    [['buidl'], 'There is no command "buidl". Did you mean "build"?', 'cpex --help lists the commands.'],
    [['help', 'nonsense'], 'There is no command "nonsense".', 'cpex --help lists the commands.'],
    [['--verbose', 'build'], 'A command comes first, and "--verbose" is none.', 'cpex --help lists the commands.'],
    [['--', 'build'], 'A command comes first, and "--" is none.', 'cpex --help lists the commands.'],
    [['build', 'extra'], 'Unexpected argument: extra.', 'cpex build --help shows what it takes.'],
    [['build', '--verbos'], 'There is no flag --verbos. Did you mean "--verbose"?', 'cpex build --help shows'],
    [['info'], 'Missing: ID.', 'cpex info --help shows what it takes.'],
    [['check'], 'Missing: PATH.', 'cpex check --help shows what it takes.'],
    [['test', '--jobs', '0'], '--jobs: expected an integer greater than or equal to 1, found "0".', 'cpex test --help'],
    [['install', '--to', ''], '--to was given an empty value.', 'cpex install --help'],
    [['new', 'p', '--lang', 'c', '--dir', ''], '--dir was given an empty value.', 'cpex new --help'],
    [['new', 'p', '--lang', 'x'], 'Expected --lang=x to be one of: c, go, rust.', 'cpex new --help'],
  ])('%j is told in one sentence, with the next step', (words, message, remedy) => {
    const { status, stdout, stderr } = cpex(words, { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(`✗ ${message}`);
    expect(stderr).toContain(`→ ${remedy}`);
    const json = JSON.parse(cpex(words, { cwd: folder, env: { CPEX_JSON: 'true' } }).stdout);
    expect(json).toMatchObject({ v: 1, ok: false, error: { code: 'CPEX_E_USAGE', exit: 2 } });
  });

  it('refuses a reporter that would write between the braces of --json', () => {
    const { status, stdout } = cpex(['test', '--json', '--reporter', 'tap'], { cwd: folder });
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'CPEX_E_USAGE',
      message: 'With --json nothing else can write to stdout, and the reporter tap would.',
      remedy: 'Give it a file: --reporter tap=FILE',
    });
  });

  it('prints the help for "help help"', () => {
    expect(cpex(['help', 'help'])).toEqual(cpex(['--help']));
  });
});

describe('a path that no system takes', () => {
  it('is no bug of ours', () => {
    const words = ['new', 'p', '--lang', 'c', '--author', 'A', '--dir', 'd/'.repeat(5000)];
    const { status, stdout, stderr } = cpex(words, { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('ENAMETOOLONG');
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('words after --', () => {
  const cmake = spawnSync('cmake', ['--version']).status === 0;
  it.skipIf(!cmake)(`reach the tool of a build${cmake ? '' : ' (cmake is not installed)'}`, () => {
    expect(cpex(['new', 'p', '--lang', 'c', '--author', 'A', '--no-git'], { cwd: folder }).status).toBe(0);
    const { stdout } = cpex(['build', '--dry-run', '--', '-n', '--json'], { cwd: path.join(folder, 'p') });
    expect(stdout).toMatch(/ --build \S+ -- -n --json\n/);
  });
});

describe('the object of --json', () => {
  it('holds bytes as base64 and integers as they are', () => {
    const value = { view: new Uint8Array([104, 105]), buffer: Buffer.from('hi'), big: 2n ** 63n, list: [-1n] };
    expect(stringifyJson(value)).toBe('{"view":"aGk=","buffer":"aGk=","big":9223372036854775808,"list":[-1]}');
  });
});
