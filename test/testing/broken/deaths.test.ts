import { afterAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import { Cli } from '../support/cli.js';
import { compileC, missingTools } from '../support/compile.js';
import { DEATHS } from './defects.js';
import { checkDefect } from './matrix.js';

const missing = missingTools('cc');
const cli = new Cli();
afterAll(() => cli.remove());

describe.skipIf(missing !== undefined)(`broken plugins: deaths${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(DEATHS)('$plugin', { timeout: 300_000 }, async (defect) => {
    await checkDefect(defect, compileC(defect.plugin, cli.folder), cli);
  });

  it('asks a plugin that hangs in init nothing that needs init', { timeout: 120_000 }, async () => {
    const library = compileC('broken/hang-init', cli.folder);
    const { stdout } = await cli.run(['test', library, '--host', 'cpex', '--timeout', '4000', '--json']);
    const { results } = (JSON.parse(stdout) as { result: TestReport }).result;
    expect(results.find(({ id }) => id === 'init.ok')?.verdict).toBe('hang');
    expect(results.find(({ id }) => id === 'init.version')).toMatchObject({ verdict: 'skip', reason: 'needs init.ok' });
  });

  it('names the thread that hangs in a line of its own', { timeout: 120_000 }, async () => {
    const library = compileC('broken/hang-call', cli.folder);
    const { stderr } = await cli.run(['run', '--plugin', library, '--timeout', '4000', 'hook', 'tool_pre_invoke']);
    const lines = stderr.split('\n').filter((line) => / threads? /.test(line));
    expect(lines.length).toBeLessThan(10);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}│ thread \d+ node: running$/));
  });
});
