import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpex } from './cli.js';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-silent-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nobody whose name git or the system knows; `CI` absent, so that only the pipe says that nobody is there. */
const nobody = () => ({
  CI: undefined,
  HOME: folder,
  USER: undefined,
  USERNAME: undefined,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
});

const NAME = 'the name, as first argument (CPEX_NEW_NAME)';
const LANG = '--lang c|go|rust (CPEX_NEW_LANG)';
const AUTHOR = '--author NAME (CPEX_NEW_AUTHOR)';

describe.each([
  ['in a pipe', {}],
  ['in CI', { CI: 'true' }],
])('where nobody can be asked, %s', (_, more) => {
  it.each([
    [['new'], [NAME, LANG, AUTHOR]],
    [
      ['new', 'p'],
      [LANG, AUTHOR],
    ],
    [['new', 'p', '--lang', 'c'], [AUTHOR]],
    [['new', '--lang', 'c', '--author', 'A'], [NAME]],
    [
      ['new', '--yes'],
      [NAME, LANG, AUTHOR],
    ],
    [['run'], ['missing: METHOD, `hook NAME` or `command VERB`']],
  ])('%j names all that is missing, and does nothing', (words, evidence) => {
    const env = { ...nobody(), ...more };
    const plain = cpex(words, { cwd: folder, env });
    expect({ status: plain.status, stdout: plain.stdout }).toEqual({ status: 2, stdout: '' });
    expect(plain.stderr.match(/(?<=│ ).*/g)).toEqual(evidence);
    expect(plain.stderr).toContain('CPEX_E_NOT_INTERACTIVE');
    const json = JSON.parse(cpex([...words, '--json'], { cwd: folder, env }).stdout);
    expect(json).toMatchObject({ ok: false, error: { code: 'CPEX_E_NOT_INTERACTIVE', exit: 2, evidence } });
    expect(readdirSync(folder)).toEqual([]);
  });
});
