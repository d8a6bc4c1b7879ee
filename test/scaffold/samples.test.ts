import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LANGUAGES } from '../../src/model/target.js';
import { configProblems } from '../../src/pipeline/cpex/config-problems.js';
import { readCapability } from '../../src/project/capabilities.js';
import { contractData } from '../../src/project/contract-data.js';
import { SAMPLES } from '../../src/scaffold/answers.js';
import { readSample } from '../../src/scaffold/samples.js';
import { validate } from '../../src/support/schemas.js';
import { readCaseFile } from '../../src/testing/cases/read.js';
import { contents, make, testContext, workFolder } from './temporary.js';

const templates = path.resolve('templates/samples');

let folder: Awaited<ReturnType<typeof workFolder>>;
beforeEach(async () => {
  folder = await workFolder();
});
afterEach(() => folder.remove());

it('offers the samples that there are', () => {
  expect([...SAMPLES].sort()).toEqual(readdirSync(templates).sort());
});

describe.each(SAMPLES)('the sample %s', (sample) => {
  it('says what it is, for lists, the manifest and the README', () => {
    const { summary, description, readme, capabilities } = readSample(sample);
    expect(summary.length).toBeLessThan(72);
    expect(description).toMatch(/\.$/);
    expect(readme).toMatch(/^## /);
    for (const text of capabilities) expect(readCapability(text, contractData('cpex')).ok, text).toBe(true);
  });

  it.each(LANGUAGES)('becomes a project in %s with its cases, its configuration and its text', async (language) => {
    const context = testContext(folder.path);
    const outcome = await make({ name: 'my-own', language, sample, author: 'Ada' }, context);
    const files = await contents(outcome.root);
    const { capabilities, config_schema, description, readme } = readSample(sample);
    const manifest = parse(files['cpex.yaml'] ?? '');
    expect(validate('manifest', manifest)).toEqual([]);
    expect(manifest).toMatchObject({ capabilities, description, ...(config_schema && { config_schema }) });
    expect(files['README.md']).toContain(readme.trim().split('\n').at(-1));
    expect(files['README.md']).toContain(description);
    const cases = Object.keys(files).filter((file) => file.startsWith('tests/cases/'));
    expect(cases.map((file) => path.basename(file)).sort()).toEqual(
      readdirSync(path.join(templates, sample, 'cases')).sort(),
    );
    const read = [];
    for (const file of cases) read.push(...(await readCaseFile(path.join(outcome.root, file), outcome.root)));
    expect(read.length).toBeGreaterThanOrEqual(8);
    expect(new Set(read.map(({ name }) => name)).size).toBe(read.length);
    const example = files['pipeline.yaml'];
    expect(example !== undefined).toBe(capabilities.some((text) => text.startsWith('hook:')));
    if (example !== undefined) expect(configProblems(parse(example))).toEqual([]);
    expect(JSON.parse(files['.cpex/scaffold.json'] ?? '')).toMatchObject({
      template: { id: `cpex/${language}/${sample}` },
      answers: { sample },
    });
    expect(Object.values(files).join('')).not.toMatch(/cpex:(each|if|end)|sample[-_]plugin|SamplePlugin/);
  });
});

describe('cpex new --sample', () => {
  const wrong = (rest: object) =>
    make({ name: 'p', language: 'c', author: 'Ada', sample: 'policy-gate', ...rest }, testContext(folder.path));

  it('takes a description of ones own', async () => {
    const outcome = await make(
      { name: 'p', language: 'c', author: 'Ada', sample: 'policy-gate', description: 'Guards my house.' },
      testContext(folder.path),
    );
    const files = await contents(outcome.root);
    expect(parse(files['cpex.yaml'] ?? '').description).toBe('Guards my house.');
    expect(files['README.md']).toContain('Guards my house.');
  });

  it.each([
    [{ capabilities: ['hook:elicit'] }, /--capability: a sample brings its own/],
    [{ host: 'cliproxy' }, /"policy-gate" is for the host cpex, not for cliproxy/],
    [{ sample: 'policy-gat' }, /--sample: expected one of .*Did you mean "policy-gate"\?/],
  ])('refuses %j', async (rest, message) => {
    await expect(wrong(rest)).rejects.toMatchObject({
      code: 'CPEX_E_NEW_VALUE',
      message: expect.stringMatching(message),
    });
  });

  it('keeps the sample in what it proposes', async () => {
    await expect(wrong({ name: 'no good!' })).rejects.toMatchObject({
      code: 'CPEX_E_NEW_ID',
      remedy: expect.stringContaining('--sample policy-gate'),
    });
    await expect(wrong({ language: undefined })).rejects.toMatchObject({
      code: 'CPEX_E_NOT_INTERACTIVE',
      remedy: expect.stringContaining('--sample policy-gate'),
    });
  });
});
