import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/model/target.js';
import { contractData } from '../../src/project/contract-data.js';
import { findProject } from '../../src/project/find.js';
import { identityDrift } from '../../src/project/identity-drift.js';
import { readCaseFile } from '../../src/testing/cases/read.js';
import { contents, make, testContext, workFolder } from './temporary.js';

const CAPABILITIES = Object.keys(contractData('cliproxy').capabilities);

let folder: Awaited<ReturnType<typeof workFolder>>;
let cwd: string;
beforeEach(async () => {
  folder = await workFolder();
  cwd = folder.path;
});
afterEach(() => folder.remove());

describe('cpex new --host cliproxy', () => {
  it('brings a case for every method of every capability', async () => {
    // An id that YAML would take for a number if a case forgot its quotes.
    await make({ name: '7', language: 'go', host: 'cliproxy', capabilities: CAPABILITIES }, testContext(cwd));
    const cases = path.join(cwd, '7/tests/cases');
    const files = await readdir(cases);
    expect(files.sort()).toEqual(CAPABILITIES.map((name) => `${name}.yaml`).sort());
    const names = new Set<string>();
    for (const file of files) {
      const [name = ''] = file.split('.');
      const read = await readCaseFile(path.join(cases, file), cwd);
      const called = read.map(({ call }) => (call.kind === 'method' ? call.method : call.kind));
      expect([...new Set(called)].sort()).toEqual(
        [...(contractData('cliproxy').capabilities[name]?.methods ?? [])].sort(),
      );
      for (const one of read) names.add(one.name);
    }
    const all = await Promise.all(files.map((file) => readCaseFile(path.join(cases, file), cwd)));
    expect(names.size).toBe(all.flat().length);
    const text = Object.entries(await contents(cases)).map(([, one]) => one);
    expect(text.join('')).toContain('identifier: "7"');
  });

  it.each(LANGUAGES)(
    'keeps the cases of the chosen capabilities only, and registers unedited: %s',
    async (language) => {
      const capabilities = ['scheduler', 'management_api'];
      await make({ name: 'p', language, host: 'cliproxy', capabilities }, testContext(cwd));
      const root = path.join(cwd, 'p');
      expect((await readdir(path.join(root, 'tests/cases'))).sort()).toEqual(['management_api.yaml', 'scheduler.yaml']);
      const project = await findProject(root);
      expect(project?.manifest).toMatchObject({
        host: 'cliproxy',
        capabilities,
        repository: expect.stringMatching(/\S/),
      });
      const drift = project && (await identityDrift(project));
      expect(drift?.map(({ id, severity }) => [id, severity])).toEqual([['project.repository', 'info']]);
    },
  );

  it.each(LANGUAGES)('takes a revision of the host: %s', async (language) => {
    const request = { name: 'p', language, host: 'cliproxy@v7.2.28', capabilities: ['executor'] };
    await make({ ...request, repository: 'https://github.com/ada/p' }, testContext(cwd));
    const project = await findProject(path.join(cwd, 'p'));
    expect(project?.manifest).toMatchObject({ host: 'cliproxy@v7.2.28', repository: 'https://github.com/ada/p' });
    expect(project && (await identityDrift(project))).toEqual([]);
    const { 'README.md': readme } = await contents(path.join(cwd, 'p'));
    expect(readme).toContain('host profile `cliproxy@v7.2.28`');
    expect(readme).not.toMatch(/`cpex`\.|\bhook\b/);
  });
});
