import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import type { Language } from '../../../src/model/target.js';
import { catalogueOf } from '../../../src/testing/conformance/catalogue.js';
import { Cli } from '../support/cli.js';
import { compileC, compileGo, compileRust, missingTools } from '../support/compile.js';
import { LOGIC, patch, scaffold } from '../support/scaffold.js';
import { IN_GO, IN_RUST } from './defects.js';
import { checkDefect, verdictsOf } from './matrix.js';

const cli = new Cli();
afterAll(() => cli.remove());

const NEEDS: Readonly<Record<Language, readonly string[]>> = {
  c: ['cc', 'cmake'],
  go: ['cc', 'go'],
  rust: ['cc', 'cargo'],
};

/** The statement that makes a handler of the template panic, and what it replaces. */
const PANICS = {
  go: ['ctx.Log().Info("allowed", "hook", ctx.Hook)', 'panic("on purpose")'],
  rust: ['call.host.info("tool_pre_invoke is allowed")?;', 'if !call.payload.name.is_empty() { panic!("on purpose") }'],
} as const;

function group(name: string, tools: readonly string[], tests: () => void): void {
  const missing = missingTools(...tools);
  describe.skipIf(missing !== undefined)(`${name}${missing === undefined ? '' : ` (${missing})`}`, tests);
}

/** What is said of plugins that take another codec than JSON; only their choice can be judged of all. */
const ofCodecs = (id: string) => id.startsWith('codec.') && id !== 'codec.choice';

/** Nothing is said about it, and what every plugin can be judged by was judged. */
function expectAllPassed(report: TestReport): void {
  expect(report.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')).toEqual([]);
  const passed = report.results.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id);
  for (const { id, level } of catalogueOf('cpex')) if (level <= 2 && !ofCodecs(id)) expect(passed).toContain(id);
}

/** Nothing may be said about a good plugin up to this level. */
const LEVEL = ['--level', '7'];

group('a good plugin without SDK', ['cc'], () => {
  it.each(['good', 'foreign-thread'])('%s passes everything', { timeout: 120_000 }, async (name) => {
    const library = compileC(name, cli.folder);
    const run = await cli.run(['run', '--plugin', library, 'hook', 'tool_pre_invoke']);
    expect(run).toMatchObject({ code: 0, stdout: 'allow\n{\n  "continue_processing": true\n}\n' });
    const test = await cli.run(['test', library, ...LEVEL, '--reporter', 'json']);
    expect(test).toMatchObject({ code: 0, stderr: '' });
    expectAllPassed(JSON.parse(test.stdout) as TestReport);
  });

  it('crashes of a thread between calls are crashes, whenever they come', { timeout: 120_000 }, async () => {
    const library = compileC('broken/crash-idle', cli.folder);
    const run = await cli.run(['run', '--plugin', library, 'hook', 'tool_pre_invoke']);
    expect(run).toMatchObject({ code: 4, stderr: expect.stringContaining('crashed with SIGSEGV') });
    const test = await cli.run(['test', library, '--level', '2', '--reporter', 'json']);
    const verdicts = verdictsOf(JSON.parse(test.stdout) as TestReport);
    expect(test.code).toBe(1);
    expect(new Set(Object.values(verdicts))).toEqual(new Set(['crash']));
    expect(Object.keys(verdicts)).toContain('env.utf8');
  });
});

for (const language of ['c', 'go', 'rust'] as const) {
  group(`a new project in ${language}`, NEEDS[language], () => {
    it('passes everything', { timeout: 300_000 }, async () => {
      const cwd = await scaffold(cli, `good-${language}`, language);
      const test = await cli.run(['test', ...LEVEL, '--reporter', 'json'], { cwd });
      expectAllPassed(JSON.parse(test.stdout) as TestReport);
      expect(test.code).toBe(0);
      rmSync(cwd, { recursive: true });
    });
  });
}

for (const language of ['go', 'rust'] as const) {
  group(`a panic in a handler in ${language}`, NEEDS[language], () => {
    it('is an error of that call, and the plugin lives on', { timeout: 300_000 }, async () => {
      const cwd = await scaffold(cli, `panics-${language}`, language);
      const [from, to] = PANICS[language];
      patch(path.join(cwd, LOGIC[language]), from, to);
      const run = await cli.run(['run', '--json', 'hook', 'tool_pre_invoke', '-d', '{"name":"x","args":{}}'], { cwd });
      expect(run.code).toBe(1);
      const value = JSON.parse(run.stdout) as { result: object; error: object };
      expect(value.result).toMatchObject({ code: 1, error: { code: 'plugin_panic' } });
      expect(value.error).toMatchObject({ code: 'CPEX_E_PLUGIN_ANSWER' });
      // Each test makes calls after the one that panics, and sees the plugin shut down in order.
      const test = await cli.run(['test', '--reporter', 'json', '--skip', 'case:*'], { cwd });
      const verdicts = verdictsOf(JSON.parse(test.stdout) as TestReport);
      // Its SDK caught the panic, which is still none that a host should meet.
      expect(verdicts).toEqual({ 'err.panic': 'warn', ...(language === 'rust' ? { 'hyg.stdio': 'warn' } : {}) });
      expect(test.code).toBe(0);
      rmSync(cwd, { recursive: true });
    });
  });
}

group('broken plugins in go', NEEDS.go, () => {
  it.each(IN_GO)('$plugin', { timeout: 300_000 }, async (defect) => {
    await checkDefect(defect, compileGo(path.basename(defect.plugin), cli.folder), cli);
  });
});

group('broken plugins in rust', ['cc', 'rustc'], () => {
  it.each(IN_RUST)('$plugin', { timeout: 300_000 }, async (defect) => {
    await checkDefect(defect, compileRust(path.basename(defect.plugin), cli.folder), cli);
  });
});
