import { expect } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import type { Cli } from '../support/cli.js';
import type { Defect } from './defects.js';

/** Ids of a report that neither passed nor were skipped, with their verdicts. */
export function verdictsOf(report: TestReport): Record<string, string> {
  const loud = report.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
  return Object.fromEntries(loud.map(({ id, verdict }) => [id, verdict]));
}

/** Runs `cpex run` and `cpex test` on a compiled plugin and compares them with the table. */
export async function checkDefect(defect: Defect, library: string, cli: Cli): Promise<void> {
  const limit = defect.timeoutMs === undefined ? [] : ['--timeout', String(defect.timeoutMs)];
  const run = await cli.run(['run', '--plugin', library, ...limit, 'hook', 'tool_pre_invoke']);
  expect({ code: run.code, stderr: run.stderr }).toEqual({
    code: defect.run.code,
    stderr: expect.stringMatching(defect.run.says),
  });
  expectNoStack(run.stderr);
  expectPlain(run.stdout + run.stderr);

  const test = await cli.run([
    'test',
    library,
    ...limit,
    '--level',
    '2',
    '--engine',
    'koffi',
    '--reporter',
    'json',
    ...(defect.flags ?? []),
  ]);
  const report = JSON.parse(test.stdout) as TestReport;
  expect(verdictsOf(report)).toEqual(defect.fires);
  const bad = Object.values(defect.fires).some((verdict) => verdict !== 'warn');
  expect({ code: test.code, ok: report.ok }).toEqual({ code: bad ? 1 : 0, ok: !bad });
  expectNoStack(test.stderr);
  for (const { findings } of report.results) {
    for (const finding of findings) expect(finding).toMatchObject({ clause: expect.stringMatching(/^ABI-/) });
  }
}

/** A plugin's defect is never reported as a fault of ours. */
function expectNoStack(stderr: string): void {
  expect(stderr).not.toMatch(/CPEX_E_BUG|CPEX_E_HOST_FAULT|^\s+at .*(dist|src)\//m);
}

/** Nothing that a plugin says may steer a terminal. */
function expectPlain(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
}
