import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stepsCommand } from '../../src/pipeline/builds/steps-command.js';
import { BuildBench, refusalOf } from './build-bench.js';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-plan-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const bench = new BuildBench(root);

const refusedText = async (text: string) => {
  const file = path.join(root, 'plan.yaml');
  writeFileSync(file, text);
  return refusalOf(bench.run(file));
};

describe('a plan', () => {
  it.each([
    ['', 'plan.yaml:1:1 expected a map with the keys "plugins" and "steps".'],
    ['plugins: [a.so]\nsteps: [\n', 'plan.yaml:3:'],
    ['plugins: [a.so]\nsteps:\n  - key: a\n    runer: x\n', 'plan.yaml:4:5 steps.0.runer: expected one of'],
    ['plugins: [a.so]\nsteps:\n  - key: a\n    runer: x\n', 'Did you mean "runner"?'],
    ['plugins: [a.so]\nsteps: []\n', 'plan.yaml:2:8 steps: expected at least one entry'],
    ['plugins: [a.so]\nsteps: [{key: a}, {key: a}]\n', 'expected each key once, found "a" again: step 1 has it.'],
    ['plugins: [a.so]\nsteps: [{key: build}, {key: b, needs: [biuld]}]\n', 'found "biuld". Did you mean "build"?'],
    ['plugins: [a.so]\nsteps: [{key: a, needs: [b]}, {key: b, needs: [a]}]\n', 'found a circle: a → b → a.'],
    ['plugins: [a.so]\nsteps: [{key: a, needs: [a]}]\n', 'found a circle: a → a.'],
    ['plugins: [a.so]\nsteps: [{key: a, cache: {hits: x}}]\n', 'hit: TAG or miss: TAG'],
    ['plugins: [a.so]\nsteps: [{key: a, archive: nowhere}]\n', 'expected a tar file or a folder, found none'],
    ['plugins: [a.so]\nsteps: [{key: a, timeout: 0}]\n', 'expected 0.001 or more'],
    ['plugins: [./a.so]\nsteps: [{key: a}]\n', 'plan.yaml:1:11 plugins.0: expected a library'],
    [
      'plugins: [{kind: ./a.so, name: x}, {kind: ./b.so, name: x}]\nsteps: [{key: a}]\n',
      'found "x" again: entry 1 has it',
    ],
  ])('that is %j is refused, with the place', async (text, expected) => {
    const refused = await refusedText(text);
    expect(refused.code).toBe('CPEX_E_BUILD_PLAN');
    expect(refused.text).toContain(expected);
    expect(refused.text).toContain('nothing was run');
  });

  it('that is not there is refused', async () => {
    expect(await refusalOf(bench.run(path.join(root, 'none.yaml')))).toMatchObject({ code: 'CPEX_E_BUILD_PLAN' });
  });

  it.each([
    [['steps'], {}, 'The plan is missing'],
    [['steps', 'a.yaml', 'b'], {}, 'There is a word too many: b'],
    [['steps', 'a.yaml'], { plugin: ['a.so'] }, '--plugin means nothing to a plan'],
    [['steps', 'a.yaml'], { data: '{}' }, '--data means nothing to a plan'],
  ])('with the words %j and %j is refused', async (words, flags, expected) => {
    const refused = await refusalOf(stepsCommand(words, flags, bench.context([]), undefined, []));
    expect(refused).toMatchObject({ code: 'CPEX_E_USAGE', text: expect.stringContaining(expected) });
  });
});
