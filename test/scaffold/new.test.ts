import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/model/target.js';
import { findProject } from '../../src/project/find.js';
import { identityDrift } from '../../src/project/identity-drift.js';
import { renderNew } from '../../src/report/new-text.js';
import { applyNew } from '../../src/scaffold/apply-new.js';
import { completeAnswers } from '../../src/scaffold/complete-answers.js';
import { planNew } from '../../src/scaffold/plan-new.js';
import { contentHash } from '../../src/scaffold/record.js';
import { contents, make, testContext, tree, workFolder } from './temporary.js';

let folder: Awaited<ReturnType<typeof workFolder>>;
let cwd: string;
beforeEach(async () => {
  folder = await workFolder();
  cwd = folder.path;
});
afterEach(() => folder.remove());

describe('cpex new', () => {
  it.each(LANGUAGES)('writes a whole project: %s', async (language) => {
    const capabilities = ['hook:tool_pre_invoke', 'hook:cmf.llm_input', 'command:say-hello'];
    await make({ name: 'My.Plugin', language, capabilities, author: 'Ada "L" \\ Ö' }, testContext(cwd));
    const root = path.join(cwd, 'My.Plugin');
    expect((await tree(root)).filter((name) => !name.endsWith('/'))).toMatchSnapshot();
    const files = await contents(root);
    for (const [name, text] of Object.entries(files)) {
      expect(`${name}\n${text}`).not.toMatch(/sample[-_]plugin|SamplePlugin|SAMPLE_PLUGIN|cpex:(each|if|end)/);
      expect(text.endsWith('\n'), name).toBe(true);
    }
    const project = await findProject(root);
    expect(project?.manifest).toMatchObject({ id: 'My.Plugin', author: 'Ada "L" \\ Ö', capabilities });
    expect(project && (await identityDrift(project))).toEqual([]);
  });

  it('records template, answers and the hash of every file', async () => {
    await make({ name: 'p', language: 'go' }, testContext(cwd));
    const { '.cpex/scaffold.json': text = '', ...files } = await contents(path.join(cwd, 'p'));
    const record = JSON.parse(text);
    expect(record).toMatchObject({
      format: 1,
      template: { id: 'cpex/go' },
      answers: { id: 'p', capabilities: ['hook:tool_pre_invoke'] },
    });
    expect(text).not.toContain(cwd);
    const hashes = Object.entries(files).map(([name, content]) => [name, contentHash(content)]);
    expect(record.files).toEqual(Object.fromEntries(hashes));
  });

  it('leaves out what was not wanted', async () => {
    await make(
      { name: 'p', language: 'c', ci: 'none', license: 'none', capabilities: ['command:greet'] },
      testContext(cwd),
    );
    const files = await tree(path.join(cwd, 'p'));
    expect(files).not.toContain('LICENSE');
    expect(files.join()).not.toContain('.github');
    expect(files.filter((name) => name.startsWith('tests/cases/'))).toEqual(['tests/cases/', 'tests/cases/greet.yaml']);
    expect((await findProject(path.join(cwd, 'p')))?.manifest.license).toBeUndefined();
  });

  it.each(['MIT', 'BSD-3-Clause', 'Apache-2.0', 'MPL-2.0', 'Unlicense'])('writes the licence %s', async (license) => {
    await make({ name: 'p', language: 'c', license, author: 'Ada $& Lovelace' }, testContext(cwd));
    const text = await readFile(path.join(cwd, 'p/LICENSE'), 'utf8');
    expect(text).not.toMatch(/\{(year|author)\}/);
    if (license === 'MIT') expect(text).toContain(`${new Date().getFullYear()} Ada $& Lovelace`);
  });

  it('says what to type next, with the folder quoted for a shell', async () => {
    const outcome = await make({ name: 'p', language: 'rust', folder: "it's here" }, testContext(cwd));
    expect(renderNew(outcome, cwd)).toContain("  cd 'it'\\''s here'\n  cpex build\n  cpex test");
    expect(renderNew(outcome, cwd)).toContain('Your code goes into src/lib.rs.');
  });

  it('makes missing parents, and works in an existing folder with other files', async () => {
    await make({ name: 'p', language: 'c', folder: 'a/b/c' }, testContext(cwd));
    expect(await tree(path.join(cwd, 'a/b/c'))).toContain('cpex.yaml');
    await mkdir(path.join(cwd, 'mine'));
    await writeFile(path.join(cwd, 'mine/notes.txt'), 'x');
    await make({ name: '.', language: 'c' }, testContext(path.join(cwd, 'mine')));
    expect((await findProject(path.join(cwd, 'mine')))?.manifest.id).toBe('mine');
    expect(await readFile(path.join(cwd, 'mine/notes.txt'), 'utf8')).toBe('x');
  });
});

describe('a dry run', () => {
  it('writes nothing and lists everything', async () => {
    const outcome = await make({ name: 'p', language: 'c', git: true }, testContext(cwd), { dryRun: true });
    expect(await tree(cwd)).toEqual([]);
    const text = renderNew(outcome, cwd);
    for (const line of ['create  cpex.yaml', 'create  src/plugin.c', 'run     git init', 'Nothing was written.'])
      expect(text).toContain(line);
  });
});

describe('an existing folder', () => {
  it('is refused when it has any of the files', async () => {
    await mkdir(path.join(cwd, 'p'));
    await writeFile(path.join(cwd, 'p/README.md'), 'mine');
    await expect(make({ name: 'p', language: 'c' }, testContext(cwd))).rejects.toMatchObject({
      code: 'CPEX_E_NEW_EXISTS',
      evidence: ['README.md'],
    });
    expect(await tree(cwd)).toEqual(['p/', 'p/README.md']);
  });

  it('keeps edited files with --force, replaces untouched ones, and names what it kept', async () => {
    const root = path.join(cwd, 'p');
    await make({ name: 'p', language: 'c' }, testContext(cwd));
    await writeFile(path.join(root, 'src/plugin.c'), '/* mine */\n');
    await rm(path.join(root, 'LICENSE'));
    const windows = (await readFile(path.join(root, 'README.md'), 'utf8')).replaceAll('\n', '\r\n');
    await writeFile(path.join(root, 'README.md'), windows);
    const request = { name: 'p', language: 'c', description: 'Something else.' };
    const outcome = await make(request, testContext(cwd), { force: true });
    const action = Object.fromEntries(outcome.files.map((file) => [file.path, file.kept ?? file.action]));
    expect(action).toMatchObject({
      'src/plugin.c': 'edited',
      'README.md': 'replace',
      'cpex.yaml': 'replace',
      LICENSE: 'create',
      'cpex/cpex.h': 'same',
    });
    expect(await readFile(path.join(root, 'src/plugin.c'), 'utf8')).toBe('/* mine */\n');
    expect(renderNew(outcome, cwd)).toMatch(/Kept, because they were edited.*\n {2}src\/plugin\.c$/);
    // The record still knows the template's own text, so that a third run keeps the edit as well.
    const again = await make(request, testContext(cwd), { force: true });
    expect(again.files.find((file) => file.path === 'src/plugin.c')?.kept).toBe('edited');
  });

  it('replaces edited files with --overwrite only', async () => {
    await make({ name: 'p', language: 'go' }, testContext(cwd));
    await writeFile(path.join(cwd, 'p/plugin.go'), 'mine\n');
    await make({ name: 'p', language: 'go' }, testContext(cwd), { overwrite: true });
    expect(await readFile(path.join(cwd, 'p/plugin.go'), 'utf8')).toContain('package main');
  });

  it('keeps files of unknown origin with --force', async () => {
    await mkdir(path.join(cwd, 'p'));
    await writeFile(path.join(cwd, 'p/README.md'), 'mine');
    await make({ name: 'p', language: 'c' }, testContext(cwd), { force: true });
    expect(await readFile(path.join(cwd, 'p/README.md'), 'utf8')).toBe('mine');
  });

  it.each([
    ['a file where a folder is needed', async (root: string) => writeFile(path.join(root, 'src'), '')],
    ['a folder where a file is needed', async (root: string) => mkdir(path.join(root, 'cpex.yaml'))],
    ['a link where a folder is needed', async (root: string) => symlink(cwd, path.join(root, 'src'))],
    [
      'a dangling link where a file is needed',
      async (root: string) => symlink('/nowhere/x', path.join(root, 'cpex.yaml')),
    ],
  ])('is refused with %s in the way, also with --overwrite', async (_, block) => {
    const root = path.join(cwd, 'p');
    await mkdir(root);
    await block(root);
    const before = await tree(cwd);
    await expect(make({ name: 'p', language: 'c' }, testContext(cwd), { overwrite: true })).rejects.toMatchObject({
      code: 'CPEX_E_NEW_BLOCKED',
    });
    expect(await tree(cwd)).toEqual(before);
  });

  it('is refused when the project folder itself is a file', async () => {
    await writeFile(path.join(cwd, 'p'), '');
    await expect(make({ name: 'p', language: 'c' }, testContext(cwd))).rejects.toMatchObject({
      code: 'CPEX_E_NEW_BLOCKED',
    });
  });

  it('may be a link to a folder', async () => {
    await mkdir(path.join(cwd, 'real'));
    await symlink('real', path.join(cwd, 'p'));
    await make({ name: 'p', language: 'c' }, testContext(cwd));
    expect(await tree(path.join(cwd, 'real'))).toContain('cpex.yaml');
  });
});

describe('roll-back', () => {
  const planFor = async (request: { name: string; language: string }, options = { force: false, overwrite: false }) => {
    const context = testContext(cwd);
    const answers = await completeAnswers({ git: false, ...request }, context, async () => ({}));
    return planNew(answers, options, context);
  };

  it('takes everything back when a file has appeared since the plan was made', async () => {
    const plan = await planFor({ name: 'p', language: 'rust' });
    await mkdir(path.join(cwd, 'p/tests/cases'), { recursive: true });
    await writeFile(path.join(cwd, 'p/tests/cases/tool_pre_invoke.yaml'), 'mine');
    await expect(applyNew(plan, testContext(cwd))).rejects.toMatchObject({
      code: 'CPEX_E_NEW_WRITE',
      message: 'The project cannot be written: it has appeared in the meantime.',
    });
    expect(await contents(cwd)).toEqual({ 'p/tests/cases/tool_pre_invoke.yaml': 'mine' });
    expect(await tree(cwd)).toHaveLength(4);
  });

  it('takes everything back when a folder cannot be made', async () => {
    const plan = await planFor({ name: 'p', language: 'c' });
    await mkdir(path.join(cwd, 'p'));
    await writeFile(path.join(cwd, 'p/tests'), 'in the way');
    await expect(applyNew(plan, testContext(cwd))).rejects.toMatchObject({ code: 'CPEX_E_NEW_WRITE' });
    expect(await contents(cwd)).toEqual({ 'p/tests': 'in the way' });
  });

  it('gives replaced files their old content back', async () => {
    await make({ name: 'p', language: 'c' }, testContext(cwd));
    const before = await contents(cwd);
    const answers = await completeAnswers(
      { name: 'p', language: 'c', description: 'New.', git: false },
      testContext(cwd),
      async () => ({}),
    );
    const plan = await planNew(answers, { force: true, overwrite: false }, testContext(cwd));
    const failing = {
      ...plan,
      files: [...plan.files, { path: 'cpex.yaml/x', text: '', mode: 0o644, action: 'create' as const }],
    };
    await expect(applyNew(failing, testContext(cwd))).rejects.toThrow();
    expect(await contents(cwd)).toEqual(before);
  });

  it('leaves nothing behind after Ctrl-C, at any file', async () => {
    const plan = await planFor({ name: 'p', language: 'go' });
    for (const stop of [0, 1, 5, plan.files.length - 1]) {
      const controller = new AbortController();
      const files = plan.files.map((file, index) =>
        index === stop
          ? {
              ...file,
              get path() {
                controller.abort();
                return file.path;
              },
            }
          : file,
      );
      const context = testContext(cwd, { signal: controller.signal });
      await expect(applyNew({ ...plan, files }, context)).rejects.toMatchObject({
        code: 'CPEX_E_INTERRUPTED',
        exit: 130,
      });
      expect(await tree(cwd)).toEqual([]);
    }
  });

  it('explains a read-only target', async () => {
    // /proc refuses new folders even to root.
    await expect(make({ name: 'p', language: 'c', folder: '/proc/cpex-test' }, testContext(cwd))).rejects.toMatchObject(
      {
        code: 'CPEX_E_NEW_WRITE',
        exit: 3,
      },
    );
  });
});

describe('git', () => {
  it('makes an empty repository unless the folder is in one', async () => {
    const context = testContext(cwd);
    await make({ name: 'p', language: 'c', git: true }, context);
    const root = path.join(cwd, 'p');
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8', env: context.env as NodeJS.ProcessEnv });
    expect(git('rev-parse', '--show-toplevel').trim()).toBe(root);
    expect(git('rev-list', '--all', '--count').trim()).toBe('0');
    expect(git('status', '--porcelain', '--ignored')).not.toContain('!!');
    await make({ name: 'q', language: 'c', git: true }, testContext(root));
    expect(await tree(path.join(root, 'q'))).not.toContain('.git/');
  });

  it('goes on without git', async () => {
    const outcome = await make(
      { name: 'p', language: 'c', git: true },
      testContext(cwd, { env: { PATH: cwd, USER: 'x' } }),
    );
    expect(outcome.git).toBe(false);
    expect(await tree(cwd)).toContain('p/cpex.yaml');
  });
});

describe('the README', () => {
  it('calls every hook with a payload that fits, and every command', async () => {
    await make(
      { name: 'p', language: 'go', capabilities: ['hook:elicit', 'hook:cmf.llm_input', 'command:say-hi'] },
      testContext(cwd),
    );
    const text = await readFile(path.join(cwd, 'p/README.md'), 'utf8');
    expect(text).toContain("cpex run hook elicit -d '{}'\n");
    expect(text).toContain(`cpex run hook cmf.llm_input -d '{"message":{"schema_version":"2.0",`);
    expect(text).toContain('cpex run command say-hi\n');
  });
});
