import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCommand } from '../../src/install/check/check-command.js';
import type { RunContext } from '../../src/model/context.js';
import { sarifReporter } from '../../src/report/reporters/sarif.js';
import { packageVersion } from '../../src/support/package-root.js';
import { EMPTY, MIXED } from '../testing/reporters/report.js';
import { ENTRY, GOOD_SOURCE, hasTool, Workbench } from './c-library.js';
import { sarifProblems } from './sarif-shape.js';

const bench = new Workbench();
afterAll(() => bench.remove());

const context: RunContext = {
  cwd: bench.folder,
  env: {},
  emit: () => undefined,
  signal: new AbortController().signal,
  interactive: false,
};
const options = { entryOf: () => ENTRY };

describe.skipIf(!hasTool('gcc'))('the reports of cpex check (needs gcc)', () => {
  beforeAll(() => {
    mkdirSync(bench.path('out'));
    mkdirSync(bench.path('out/two words & 100%'));
    bench.library('out/good', GOOD_SOURCE);
    bench.library('out/two words & 100%/bad', 'int cpex_plugin_inti(void) { return 1; }', ['-O2', '-Wl,-z,norelro']);
  });

  const report = async (name: string, given = 'out') => {
    const { text } = await checkCommand(given, options, { reporter: [name] }, context);
    return `${text()}\n`;
  };

  it('SARIF fits its schema, and names each file, rule and level', async () => {
    const text = await report('sarif');
    expect(sarifProblems(text)).toEqual([]);
    const { runs } = JSON.parse(text);
    expect(runs[0].tool.driver).toMatchObject({ name: 'cpex', version: packageVersion() });
    expect(runs[0].artifacts.map((one: { location: object }) => one.location)).toEqual([
      { uri: 'out/good.so' },
      { uri: 'out/two%20words%20%26%20100%25/bad.so' },
    ]);
    const entry = runs[0].results.find((one: { ruleId: string }) => one.ruleId === 'elf.entry');
    expect(entry).toMatchObject({
      level: 'error',
      message: { text: expect.stringMatching(/^The entry function cpex_plugin_init is not exported\.\nexported: /) },
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'out/two%20words%20%26%20100%25/bad.so', index: 1 } } },
      ],
      properties: {
        clause: 'ABI-LOAD-003',
        evidence: [expect.any(String), expect.stringContaining('cpex_plugin_inti')],
      },
    });
    const rule = runs[0].tool.driver.rules[entry.ruleIndex];
    expect(rule).toMatchObject({
      id: 'elf.entry',
      shortDescription: { text: 'The entry function is exported' },
      fullDescription: { text: expect.stringContaining('looks this one name up') },
      help: { text: expect.stringContaining('CPEX_EXPORT') },
      defaultConfiguration: { level: 'error' },
    });
    const levels = runs[0].results.map((one: { ruleId: string; level: string }) => [one.ruleId, one.level]);
    expect(levels).toContainEqual(['elf.relro', 'warning']);
    expect(levels).toContainEqual(['elf.glibc-floor', 'note']);
  });

  it('SARIF is the same for the same files', async () => {
    expect(await report('sarif')).toBe(await report('sarif'));
  });

  it('SARIF describes what the audit does not: findings of the project', async () => {
    mkdirSync(bench.path('project/dist'), { recursive: true });
    bench.write(
      'project/cpex.yaml',
      'manifest: 1\nid: sample\nversion: 1.0.0\nauthor: A\nlanguage: c\nhost: cpex\ncapabilities: [hook:tool_pre_invoke]\n',
    );
    bench.run('cp', ['out/good.so', 'project/dist/p.so']);
    const text = await report('sarif', 'project/dist/p.so');
    expect(sarifProblems(text)).toEqual([]);
    const [{ results, tool }] = JSON.parse(text).runs;
    expect(results[0]).toMatchObject({ ruleId: 'project.identity', level: 'warning' });
    expect(tool.driver.rules[0]).toMatchObject({
      id: 'project.identity',
      shortDescription: { text: expect.any(String) },
    });
  });

  it('GitHub gets an annotation for each finding', async () => {
    const lines = (await report('github')).trimEnd().split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(/^::error title=elf\.entry,file=out\/two words & 100%25\/bad\.so::The entry function/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^::warning title=elf\.relro,file=out\//));
    expect(lines).toContainEqual(expect.stringMatching(/^::notice title=elf\.glibc-floor,file=out\/good\.so::/));
    expect(lines.every((line) => line.startsWith('::'))).toBe(true);
  });

  it('several at once, into files and to stdout', async () => {
    const words = ['sarif=out.sarif', 'json=out.json', 'pretty'];
    const { text, exit, value } = await checkCommand('out', options, { reporter: words }, context);
    expect(exit).toBe(1);
    expect(text()).toContain('2 libraries checked, 1 with faults');
    expect(sarifProblems(readFileSync(bench.path('out.sarif'), 'utf8'))).toEqual([]);
    expect(JSON.parse(readFileSync(bench.path('out.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify({ v: 1, ok: false, reports: value.reports, project: value.project })),
    );
  });

  it('with --json stdout stays with the object of the command', async () => {
    const loud = checkCommand('out', options, { reporter: ['sarif'], json: true }, context);
    await expect(loud).rejects.toMatchObject({ code: 'CPEX_E_USAGE' });
    const { text } = await checkCommand('out', options, { json: true }, context);
    expect(text()).toBe('');
  });

  it('refuses names that are none, and two for stdout', async () => {
    const unknown = checkCommand('out', options, { reporter: ['sariff'] }, context);
    await expect(unknown).rejects.toMatchObject({
      code: 'CPEX_E_REPORTER_UNKNOWN',
      message: expect.stringContaining('Did you mean "sarif"?'),
    });
    const both = checkCommand('out', options, { reporter: ['json', 'sarif'] }, context);
    await expect(both).rejects.toMatchObject({ remedy: expect.stringContaining('sarif=report.sarif') });
  });
});

describe('SARIF of cpex test', () => {
  it('fits its schema, with what failed and why nothing ran', () => {
    for (const report of [MIXED, EMPTY]) expect(sarifProblems(sarifReporter.end(report, '/project'))).toEqual([]);
    const [run] = JSON.parse(sarifReporter.end(EMPTY, '/project')).runs;
    expect(run.invocations).toMatchObject([{ executionSuccessful: false }]);
  });

  it('the shape that it is held to finds faults', () => {
    expect(sarifProblems('{"version":"2.0.0"}')).toEqual(['/runs: is missing', '/version: is "2.0.0"']);
    const text = sarifReporter.end(MIXED, '/project');
    expect(sarifProblems(text.replace('"level": "error"', '"level": "fatal"'))).toHaveLength(1);
    expect(sarifProblems(text.replace('"ruleIndex": 0', '"ruleIndex": 1'))).toHaveLength(1);
  });
});
