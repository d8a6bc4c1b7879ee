import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'cpex-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function script(shell: string): string {
  const { stdout, status } = spawnSync(process.execPath, [path.join(root, 'bin/run.cjs'), 'completion', shell], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const file = path.join(folder, `completion.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

function isThere(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

/** Words that bash offers for a command line; the last word is the one being typed. */
function bashOffers(file: string, words: readonly string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const code = `source '${file}'; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _cpex; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', code], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((word) => word !== '');
}

function fishOffers(file: string, line: string): string[] {
  const code = `source '${file}'; complete -C '${line}'`;
  const { stdout, status } = spawnSync('fish', ['--no-config', '-c', code], { encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout.split('\n').map((row) => row.split('\t')[0] ?? '');
}

describe.skipIf(!isThere('bash'))('bash completion (needs bash)', () => {
  it('offers commands, flags, values of flags and of arguments', () => {
    const file = script('bash');
    expect(bashOffers(file, ['cpex', 'in'])).toEqual(['info', 'install']);
    expect(bashOffers(file, ['cpex', 'new', '--la'])).toEqual(['--lang']);
    expect(bashOffers(file, ['cpex', 'new', '--lang', ''])).toEqual(['c', 'go', 'rust']);
    expect(bashOffers(file, ['cpex', 'completion', 'po'])).toEqual(['powershell']);
    expect(bashOffers(file, ['cpex', 'new', '--no-'])).toContain('--no-git');
    expect(bashOffers(file, ['cpex', 'run', 'st'])).toEqual(['step', 'steps']);
    expect(bashOffers(file, ['cpex', 'run', 'pip'])).toEqual(['pipeline']);
    expect(bashOffers(file, ['cpex', 'run', '--trace', 'pip'])).toEqual(['pipeline']);
    // Nothing: bash completes the name of a file then.
    expect(bashOffers(file, ['cpex', 'run', 'pipeline', ''])).toEqual([]);
    expect(bashOffers(file, ['cpex', 'run', 'pipeline', '--trac'])).toEqual(['--trace']);
  });
});

describe.skipIf(!isThere('zsh'))('zsh completion (needs zsh)', () => {
  it('is valid and defines its function', () => {
    const file = script('zsh');
    const code = `autoload -Uz compinit && compinit -u -d '${folder}/dump'; source '${file}'; whence -w _cpex; print -r -- $_comps[cpex]`;
    const { stdout, stderr, status } = spawnSync('zsh', ['-f', '-c', code], { encoding: 'utf8' });
    expect({ stdout, stderr, status }).toEqual({ stdout: '_cpex: function\n_cpex\n', stderr: '', status: 0 });
  });
});

describe.skipIf(!isThere('fish'))('fish completion (needs fish)', () => {
  it('offers commands, flags and values', () => {
    const file = script('fish');
    expect(fishOffers(file, 'cpex in')).toEqual(expect.arrayContaining(['info', 'install']));
    expect(fishOffers(file, 'cpex new --lang ')).toEqual(expect.arrayContaining(['c', 'go', 'rust']));
    expect(fishOffers(file, 'cpex run pip')).toContain('pipeline');
    expect(fishOffers(file, 'cpex completion ')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish', 'powershell']));
  });
});

describe.skipIf(!isThere('pwsh'))('PowerShell completion (needs pwsh)', () => {
  it('offers commands', () => {
    const file = script('powershell');
    const code = `. '${file}'; (TabExpansion2 -inputScript 'cpex in' -cursorColumn 7).CompletionMatches.CompletionText`;
    const { stdout } = spawnSync('pwsh', ['-NoProfile', '-Command', code], { encoding: 'utf8' });
    expect(stdout.split(/\s+/)).toEqual(expect.arrayContaining(['info', 'install']));
  });
});

describe('PowerShell completion as text', () => {
  it('names every command with its flags', () => {
    const text = readFileSync(script('powershell'), 'utf8');
    const { commands } = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, { flags: Record<string, unknown> }>;
    };
    for (const [id, { flags }] of Object.entries(commands)) {
      const row = text.split('\n').find((line) => line.trim().startsWith(`'${id}' =`));
      for (const flag of Object.keys(flags)) expect(row, id).toContain(`'--${flag}'`);
    }
  });
});
