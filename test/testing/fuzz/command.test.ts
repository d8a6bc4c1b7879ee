import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cli } from '../support/cli.js';
import { compileC, missingTools } from '../support/compile.js';
import { patch, scaffold } from '../support/scaffold.js';

const cli = new Cli();
afterAll(() => cli.remove());

const missing = missingTools('cc', 'cmake');

describe.skipIf(missing !== undefined)(`cpex fuzz (${missing ?? 'all tools are here'})`, () => {
  it('tells what a library dies of, keeps it, and does it again', async () => {
    const library = compileC('broken/half-escape', cli.folder);
    const corpus = path.join(cli.folder, 'kept');
    const words = ['fuzz', library, '--corpus', corpus, '--seed', '7', '--jobs', '1', '--json'];
    const first = await cli.run([...words, '--time', '1s', '--method', 'hook.invoke']);
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 1, stderr: '' });
    const { result } = JSON.parse(first.stdout);
    expect(result).toMatchObject({ seed: 7, replayed: 0, profile: 'cpex' });
    const [failure] = result.failures;
    expect(failure).toMatchObject({
      known: false,
      finding: { severity: 'fail', id: expect.stringMatching(/^fuzz\./) },
    });
    expect(failure.file.startsWith(corpus)).toBe(true);
    expect(existsSync(failure.file)).toBe(true);

    const again = await cli.run([...words, '--time', '0s']);
    expect(again.code).toBe(1);
    const { result: second } = JSON.parse(again.stdout);
    expect(second).toMatchObject({ calls: 0, failures: [{ known: true, file: failure.file }] });
  });

  it('makes tests of a project from what it finds', { timeout: 240_000 }, async () => {
    const project = await scaffold(cli, 'fuzzed', 'c');
    const logic = path.join(project, 'src/plugin.c');
    const before = readFileSync(logic, 'utf8');
    // Something in front of the reader of the SDK would be no defect of an author: this is in a handler.
    const handler = /static [^;{]*tool_pre_invoke\([^)]*\)\s*\{/.exec(before)?.[0] ?? '';
    expect(handler).not.toBe('');
    patch(logic, handler, `static int calls;\n${handler}\n  if (++calls > 40) *(volatile int *)8 = 1;`);
    const fuzzed = await cli.run(['fuzz', '--time', '3s', '--seed', '7', '--jobs', '1'], { cwd: project });
    expect({ code: fuzzed.code, stderr: fuzzed.stderr }).toMatchObject({ code: 1 });
    expect(fuzzed.stdout).toMatch(/SIGSEGV/);
    const names = readdirSync(path.join(project, 'tests', 'fuzz'), { recursive: true }).map(String);
    const kept = names.find((name) => /\.(json|bin|yaml)$/.test(name)) ?? '';
    expect(kept).not.toBe('');

    const id = `fuzz:${kept}`;
    const failing = await cli.run(['test', '--only', id, '--reporter', 'json'], { cwd: project });
    expect(failing.code).toBe(1);
    const verdict = (report: string) =>
      (JSON.parse(report) as { results: { id: string; verdict: string }[] }).results.find((one) => one.id === id)
        ?.verdict;
    expect(verdict(failing.stdout)).toBe('crash');

    patch(logic, '  if (++calls > 40) *(volatile int *)8 = 1;', '  (void)calls;');
    const mended = await cli.run(['test', '--only', id, '--reporter', 'json'], { cwd: project });
    expect({ code: mended.code, verdict: verdict(mended.stdout) }).toEqual({ code: 0, verdict: 'pass' });
  });

  it('refuses a method that the plugin does not have, and a folder that is none', async () => {
    const library = compileC('broken/half-escape', cli.folder);
    const method = await cli.run(['fuzz', library, '--time', '1s', '--method', 'hook.invke']);
    expect(method).toMatchObject({ code: 2, stdout: '' });
    expect(method.stderr).toContain('The plugin declares no method "hook.invke". Did you mean "hook.invoke"?');
    const corpus = await cli.run(['fuzz', library, '--time', '1s', '--corpus', library]);
    expect(corpus).toMatchObject({ code: 2, stdout: '' });
    expect(corpus.stderr).toContain('The folder of the corpus cannot be read');
  });

  it.each([
    [['fuzz', '--time', 'soon'], 'expected a time such as 60s or 5m, found "soon"'],
    [['fuzz'], 'There is no project here'],
  ])('refuses %j', async (words, says) => {
    const { code, stderr } = await cli.run(words);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});
