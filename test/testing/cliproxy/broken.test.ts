import { renameSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import { catalogueOf } from '../../../src/testing/conformance/catalogue.js';
import { verdictsOf } from '../broken/matrix.js';
import { Cli } from '../support/cli.js';
import { compileText, missingTools } from '../support/compile.js';
import { ANSWERS, type Defect, REFUSALS, STREAMS } from './defects.js';
import { GOOD } from './good.js';

const cli = new Cli();
afterAll(() => cli.remove());

const missing = missingTools('cc');
const HOST = ['--host', 'cliproxy'];

function compile({ name, define, file }: Pick<Defect, 'name' | 'define' | 'file'>): string {
  const macros = Object.entries(define).map(([macro, value]) => `#define ${macro} ${value}`);
  const library = compileText(name, [...macros, '#include "cliproxy/good.h"', ''].join('\n'), cli.folder);
  if (file === undefined) return library;
  const renamed = path.join(path.dirname(library), file);
  renameSync(library, renamed);
  return renamed;
}

describe.skipIf(missing !== undefined)(`plugins for cliproxy${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each([...REFUSALS, ...ANSWERS, ...STREAMS])('$name is found out', { timeout: 300_000 }, async (defect) => {
    const library = compile(defect);
    const limit = defect.flags?.includes('--timeout') ? defect.flags.slice(0, 2) : [];
    const run = await cli.run([
      'run',
      '--plugin',
      library,
      ...HOST,
      ...limit,
      defect.method ?? 'request.intercept_before',
    ]);
    expect({ code: run.code, stderr: run.stderr }).toEqual({
      code: defect.run.code,
      stderr: expect.stringMatching(defect.run.says),
    });
    const level = defect.flags?.includes('--only') ? [] : ['--level', '2'];
    const test = await cli.run(['test', library, ...HOST, ...level, '--reporter', 'json', ...(defect.flags ?? [])]);
    const report = JSON.parse(test.stdout) as TestReport;
    expect(verdictsOf(report)).toEqual(defect.fires);
    for (const { findings } of report.results) {
      for (const finding of findings) expect(finding.clause).toMatch(/^(ABI|CPA)-/);
    }
  });

  it.each(GOOD)('$name is good', { timeout: 120_000 }, async (good) => {
    const library = compile(good);
    const run = await cli.run(['run', '--plugin', library, ...HOST, good.method ?? 'request.intercept_before']);
    expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
    const test = await cli.run(['test', library, ...HOST, '--reporter', 'json']);
    const report = JSON.parse(test.stdout) as TestReport;
    expect(verdictsOf(report)).toEqual({});
    expect(test).toMatchObject({ code: 0, stderr: '' });
    const passed = report.results.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id);
    for (const { id, level } of catalogueOf('cliproxy')) if (level <= 2) expect(passed).toContain(id);
  });
});
