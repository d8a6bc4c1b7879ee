import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, completeAnswers, type NewRequest } from '../../src/scaffold/complete-answers.js';
import { webAddress } from '../../src/scaffold/git.js';
import { testContext, workFolder } from './temporary.js';

let folder: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  folder = await workFolder();
});
afterAll(() => folder.remove());

const noAsk: Ask = async () => {
  throw new Error('asked');
};
const complete = (request: NewRequest, rest = {}, ask = noAsk) =>
  completeAnswers(request, testContext(folder.path, rest), ask);

describe('completeAnswers', () => {
  it('takes defaults for all but name and language', async () => {
    expect(await complete({ name: 'my-plugin', language: 'go' })).toEqual({
      id: 'my-plugin',
      language: 'go',
      host: 'cpex',
      capabilities: [{ capability: 'hooks', flag: 'hook', argument: 'tool_pre_invoke' }],
      root: `${folder.path}/my-plugin`,
      author: 'ada',
      description: 'A cpex plugin.',
      license: 'MIT',
      ci: 'github',
      git: true,
      year: new Date().getFullYear(),
    });
  });

  it('lists everything that is missing, in one error', async () => {
    const env = { PATH: process.env.PATH, HOME: folder.path, GIT_CONFIG_NOSYSTEM: '1' };
    await expect(complete({}, { env })).rejects.toMatchObject({
      code: 'CPEX_E_NOT_INTERACTIVE',
      exit: 2,
      evidence: [
        'the name, as first argument (CPEX_NEW_NAME)',
        '--lang c|go|rust (CPEX_NEW_LANG)',
        '--author NAME (CPEX_NEW_AUTHOR)',
      ],
      remedy: "cpex new my-plugin --lang rust --author 'Ada Lovelace'",
    });
  });

  it('takes the name from the environment', async () => {
    const env = { PATH: process.env.PATH, USER: 'x', CPEX_NEW_NAME: 'from-env' };
    expect((await complete({ language: 'c' }, { env })).id).toBe('from-env');
  });

  it('does not ask when nothing is missing, or with --yes', async () => {
    await complete({ name: 'p', language: 'c' }, { interactive: true });
    await expect(complete({ name: 'p', yes: true }, { interactive: true })).rejects.toMatchObject({
      code: 'CPEX_E_NOT_INTERACTIVE',
    });
  });

  it('asks for what is missing and only that', async () => {
    const ask: Ask = async (missing) => {
      expect(missing).toMatchObject({ name: false, language: true, host: true, capabilities: true, author: false });
      expect(missing.nameProblem('con')).toContain('con-plugin would do');
      return { language: 'rust', capabilities: ['command:greet'] };
    };
    const answers = await complete({ name: 'p' }, { interactive: true }, ask);
    expect(answers).toMatchObject({ language: 'rust', capabilities: [{ flag: 'command', argument: 'greet' }] });
  });

  it('asks for what a host can do once the host is known', async () => {
    const ask: Ask = async (missing) => {
      expect(Object.keys(missing.contract(undefined).hooks)).toContain('tool_pre_invoke');
      expect(missing.defaultCapability(undefined)).toBe('hook:tool_pre_invoke');
      expect(Object.keys(missing.contract('cliproxy').capabilities)).toHaveLength(20);
      expect(missing.defaultCapability('cliproxy')).toBe('request_interceptor');
      return { language: 'go', host: 'cliproxy', capabilities: ['scheduler'] };
    };
    const answers = await complete({ name: 'p' }, { interactive: true }, ask);
    expect(answers).toMatchObject({ host: 'cliproxy', capabilities: [{ capability: 'scheduler', flag: 'scheduler' }] });
    const given: Ask = async (missing) => {
      expect(missing.host).toBe(false);
      expect(Object.keys(missing.contract(undefined).capabilities)).not.toContain('request_lifecycle_plugin');
      return { language: 'go' };
    };
    await complete({ name: 'p', host: 'cliproxy@v7.2.28' }, { interactive: true }, given);
  });

  it('finds a repository for a host that asks for one', async () => {
    const project = path.join(folder.path, 'with-remote');
    await mkdir(project);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: project });
    git('init', '--quiet');
    const repositoryOf = async (request: NewRequest) =>
      (await complete({ name: 'p', language: 'c', folder: 'with-remote/deep/p', ...request })).repository;
    const placeholder = 'https://github.com/-owner-/p';
    expect(await repositoryOf({ host: 'cliproxy' })).toBe(placeholder);
    git('remote', 'add', 'origin', 'git@github.com:ada/notes.git');
    expect(await repositoryOf({ host: 'cliproxy' })).toBe('https://github.com/ada/notes');
    expect(await repositoryOf({ host: 'cpex' })).toBeUndefined();
    expect(await repositoryOf({ host: 'cpex', repository: 'https://x.example/y' })).toBe('https://x.example/y');
    expect(await repositoryOf({ host: 'cliproxy', repository: 'https://x.example/y' })).toBe('https://x.example/y');
    git('remote', 'set-url', 'origin', '/srv/git/notes.git');
    expect(await repositoryOf({ host: 'cliproxy' })).toBe(placeholder);
    const outside = await complete({ name: 'p', language: 'c', host: 'cliproxy' });
    expect(outside.repository).toBe(placeholder);
  });

  it.each([
    ['git@github.com:ada/notes.git', 'https://github.com/ada/notes'],
    ['https://ada:secret@github.com/ada/notes.git', 'https://github.com/ada/notes'],
    ['https://github.com/ada/notes/', 'https://github.com/ada/notes'],
    ['ssh://git@git.example.org:2222/team/notes', 'https://git.example.org/team/notes'],
    ['git.example.org:team/notes.git', 'https://git.example.org/team/notes'],
    ['git://example.org/~ada/notes.git', 'https://example.org/~ada/notes'],
    ['../notes', undefined],
    ['C:\\notes', undefined],
    ['file:///srv/notes', undefined],
    ['https://github.com/ada/no tes', undefined],
    ['', undefined],
  ])('reads the remote %j', (remote, address) => {
    expect(webAddress(remote)).toBe(address);
  });

  it('takes id and folder apart', async () => {
    expect(await complete({ name: 'p', language: 'c', folder: 'deep/er' })).toMatchObject({
      id: 'p',
      root: `${folder.path}/deep/er`,
    });
    expect(await complete({ language: 'c', folder: 'a/named' })).toMatchObject({
      id: 'named',
      root: `${folder.path}/a/named`,
    });
    await expect(complete({ name: '.', language: 'c' })).rejects.toMatchObject({
      code: 'CPEX_E_NEW_ID',
      remedy: expect.stringMatching(/^cpex new cpex-work-.* --lang c --dir \.$/),
    });
  });

  it('understands several capabilities, aliases and repetitions', async () => {
    const capabilities = ['hook:identity_resolve,command:greet', 'hook:identity.resolve hook:cmf.llm_input'];
    const answers = await complete({ name: 'p', language: 'c', capabilities });
    expect(answers.capabilities.map((use) => `${use.flag}:${use.argument}`)).toEqual([
      'hook:identity.resolve',
      'command:greet',
      'hook:cmf.llm_input',
    ]);
  });

  it.each<[NewRequest, string, string]>([
    [{ name: 'my-plugin-v2' }, 'CPEX_E_NEW_ID', 'my-plugin-2'],
    [{ name: 'a/b' }, 'CPEX_E_NEW_ID', 'a-b'],
    [{ host: 'tua' }, 'CPEX_E_NEW_VALUE', 'is not a host that cpex knows'],
    [{ host: 'cliproxy@v1' }, 'CPEX_E_NEW_VALUE', 'has no such revision (it has v7.2.28, '],
    [{ host: 'cliproxy', name: 'my-v2' }, 'CPEX_E_NEW_ID', 'cpex new my-2 --lang c --host cliproxy'],
    [
      { host: 'cliproxy', name: 'my-v2', capabilities: ['executor'], folder: 'a b' },
      'CPEX_E_NEW_ID',
      "cpex new my-2 --lang c --host cliproxy --capability executor --dir 'a b'",
    ],
    [{ host: 'cliproxy', capabilities: ['executor:x'] }, 'CPEX_E_NEW_VALUE', 'expected "executor" without an argument'],
    [{ host: 'cliproxy', capabilities: ['exeutor'] }, 'CPEX_E_NEW_VALUE', 'Did you mean "executor"?'],
    [
      { host: 'cliproxy@v7.2.28', capabilities: ['request_lifecycle_plugin'] },
      'CPEX_E_NEW_VALUE',
      'expected one of model_registrar,',
    ],
    [
      { host: 'cliproxy@v7.2.28', capabilities: ['request_lifecycle_plugin'] },
      'CPEX_E_NEW_VALUE',
      '"request_lifecycle_plugin" is a capability of the host cliproxy@v7.2.140.',
    ],
    [
      { host: 'cliproxy', capabilities: ['websocket_response_observer'] },
      'CPEX_E_NEW_VALUE',
      'is a capability of the host cliproxy@v7.2.151.',
    ],
    [
      { host: 'cliproxy', capabilities: ['hook:elicit'] },
      'CPEX_E_NEW_VALUE',
      '"hook" is a capability of the host cpex.',
    ],
    [{ capabilities: ['executor'] }, 'CPEX_E_NEW_VALUE', 'is a capability of the host cliproxy.'],
    [
      { host: 'cliproxy', capabilities: ['stream_chunk_interceptor'] },
      'CPEX_E_NEW_VALUE',
      'Did you mean "response_stream_interceptor"?',
    ],
    [
      { host: 'cliproxy', capabilities: ['executor_input_formats'] },
      'CPEX_E_NEW_VALUE',
      'It is a part of the capability "executor".',
    ],
    [{ host: 'cpx' }, 'CPEX_E_NEW_VALUE', 'Did you mean "cpex"?'],
    [{ language: 'rsut' }, 'CPEX_E_NEW_VALUE', 'Did you mean "rust"?'],
    [{ license: 'mit' }, 'CPEX_E_NEW_VALUE', 'Did you mean "MIT"?'],
    [{ ci: 'gitlab' }, 'CPEX_E_NEW_VALUE', '--ci: expected one of github, none'],
    [{ capabilities: ['hook:nope'] }, 'CPEX_E_NEW_VALUE', 'expected a hook of this host (tool_pre_invoke, '],
    [{ capabilities: ['hook:tool_pre'] }, 'CPEX_E_NEW_VALUE', 'found "hook:tool_pre". Did you mean "tool_pre_invoke"?'],
    [{ capabilities: [''] }, 'CPEX_E_NEW_VALUE', 'expected at least one'],
    [{ capabilities: ['hook:elicit', 'command:elicit'] }, 'CPEX_E_NEW_VALUE', 'share the name Elicit'],
    [{ capabilities: ['command:a-b', 'command:a--b'] }, 'CPEX_E_NEW_VALUE', 'share the name AB'],
    [{ author: 'two\nlines' }, 'CPEX_E_NEW_VALUE', '--author: expected one line of text'],
    [{ description: '' }, 'CPEX_E_NEW_VALUE', '--description: expected text that is not empty'],
  ])('refuses %j', async (request, code, words) => {
    const error = await complete({ name: 'p', language: 'c', ...request }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify(error)).toContain(words.replaceAll('"', '\\"'));
  });
});
