import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, completeAnswers, type NewRequest } from '../../src/scaffold/complete-answers.js';
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
      expect(missing).toMatchObject({ name: false, language: true, capabilities: true, author: false });
      expect(missing.nameProblem('con')).toContain('con-plugin would do');
      return { language: 'rust', capabilities: ['command:greet'] };
    };
    const answers = await complete({ name: 'p' }, { interactive: true }, ask);
    expect(answers).toMatchObject({ language: 'rust', capabilities: [{ flag: 'command', argument: 'greet' }] });
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
      remedy: expect.stringMatching(/^cpex new cpex-work-.* --lang c --dir "\."$/),
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
    [{ host: 'cliproxy' }, 'CPEX_E_NEW_VALUE', 'not part of this version'],
    [{ host: 'cpx' }, 'CPEX_E_NEW_VALUE', 'Did you mean "cpex"?'],
    [{ language: 'rsut' }, 'CPEX_E_NEW_VALUE', 'Did you mean "rust"?'],
    [{ license: 'mit' }, 'CPEX_E_NEW_VALUE', 'Did you mean "MIT"?'],
    [{ ci: 'gitlab' }, 'CPEX_E_NEW_VALUE', '--ci: expected one of github, none'],
    [{ capabilities: ['hook:nope'] }, 'CPEX_E_NEW_VALUE', 'expected a hook of this host'],
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
