import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bashCompletion } from '../../src/report/completion/bash.js';
import { fishCompletion } from '../../src/report/completion/fish.js';
import { readSurface } from '../../src/report/completion/surface.js';
import { zshCompletion } from '../../src/report/completion/zsh.js';
import { COMMAND_WORDS_FILE, keepCommandWords } from '../../src/running/command-words-file.js';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-words-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const below = path.join(root, 'src', 'deep');
mkdirSync(below, { recursive: true });
const surface = readSurface('cpex', [
  { id: 'run', summary: 'Run.', flags: { json: { name: 'json', type: 'boolean' } } },
]);

const positional = { kind: 'positional', name: 'text', required: true, value_type: 'string' };
const registration = (command: unknown) => ({
  id: 'p',
  version: '1.0.0',
  author: '',
  capabilities: { command },
  raw: {},
});
const notes = {
  verb: 'notes',
  about: 'Keeps: notes.',
  args: [],
  subcommands: [
    {
      verb: 'add',
      about: 'Adds\ta\nnote.',
      args: [
        positional,
        { kind: 'option', long: 'tag', short: 't', help: 'A word.', required: false, value_type: 'string' },
      ],
    },
    { verb: 'list', about: 'Lists.', args: [] },
  ],
};

function isThere(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

function run(shell: string, code: string, cwd: string): string[] {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', code], { encoding: 'utf8', cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

/** What each shell offers behind these words, of which the last one is being typed. */
const SHELLS: Readonly<Record<string, (words: readonly string[], cwd: string) => string[]>> = {
  bash: (words, cwd) => {
    const file = path.join(root, 'c.bash');
    writeFileSync(file, bashCompletion(surface));
    const line = words.map((word) => `'${word}'`).join(' ');
    const code = `source '${file}'; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _cpex; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', code, cwd);
  },
  zsh: (words, cwd) => {
    const file = path.join(root, 'c.zsh');
    writeFileSync(file, zshCompletion(surface));
    const line = words.map((word) => `'${word}'`).join(' ');
    // zsh itself leaves out what does not begin with the word.
    const shown = `_describe() { eval 'print -rl -- "\${'$3'[@]}"' }`;
    const code = `source '${file}'; ${shown}; words=(${line}); CURRENT=${words.length}; _cpex_commands`;
    const typed = words.at(-1) ?? '';
    return run('zsh', code, cwd).flatMap((one) => {
      const [word = ''] = one.split(':');
      return word.startsWith(typed) ? [word] : [];
    });
  },
  fish: (words, cwd) => {
    const file = path.join(root, 'c.fish');
    writeFileSync(file, fishCompletion(surface));
    const code = `source '${file}'; complete -C '${words.join(' ')}'`;
    return run('fish', code, cwd).map((row) => row.split('\t')[0] ?? '');
  },
};

describe.each(Object.entries(SHELLS).filter(([shell]) => isThere(shell)))(
  'completion of plugins’ commands in %s',
  (_shell, offers) => {
    it.each([
      [['cpex', 'run', 'command', ''], ['notes']],
      [['cpex', 'run', '--json', 'command', 'no'], ['notes']],
      [
        ['cpex', 'run', 'command', 'notes', ''],
        ['add', 'list'],
      ],
      [['cpex', 'run', 'command', 'notes', 'l'], ['list']],
      [['cpex', 'run', 'command', 'notes', 'add', '--t'], ['--tag']],
    ])('offers for %j what the last run has seen', async (words, expected) => {
      await keepCommandWords(root, registration([notes]));
      expect(offers(words, below)).toEqual(expected);
    });

    it('offers nothing where no project was run', () => {
      expect(offers(['cpex', 'run', 'command', 'no'], tmpdir())).toEqual([]);
    });

    it('runs nothing that a file says', () => {
      const bad = path.join(root, 'bad');
      mkdirSync(path.join(bad, '.cpex'), { recursive: true });
      const witness = path.join(root, 'witness');
      writeFileSync(path.join(bad, COMMAND_WORDS_FILE), `.\t$(touch ${witness})\t\`touch ${witness}\`\n.\tgood\tx\n`);
      expect(offers(['cpex', 'run', 'command', 'g'], bad)).toEqual(['good']);
      offers(['cpex', 'run', 'command', ''], bad);
      expect(existsSync(witness)).toBe(false);
    });
  },
);

describe('the words of a project', () => {
  const file = path.join(root, COMMAND_WORDS_FILE);

  it('are on one line each, and only such as a shell cannot misread', async () => {
    const hostile = {
      verb: 'x',
      about: '',
      args: [
        { kind: 'flag', long: '$(id)' },
        { kind: 'flag', long: 'fine', short: ';' },
      ],
    };
    await keepCommandWords(root, registration([notes, hostile]));
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([
      '.\tnotes\tKeeps: notes.',
      '. notes\tadd\tAdds a note.',
      '. notes add\t--tag\tA word.',
      '. notes add\t-t\tA word.',
      '. notes\tlist\tLists.',
      '.\tx\t',
      '. x\t--fine\t',
      '',
    ]);
  });

  it('go when the plugin has no commands any more, and never come where it had none', async () => {
    await keepCommandWords(root, registration(undefined));
    expect(readFileSync(file, 'utf8')).toBe('');
    await keepCommandWords(below, registration([]));
    expect(existsSync(path.join(below, COMMAND_WORDS_FILE))).toBe(false);
  });
});
