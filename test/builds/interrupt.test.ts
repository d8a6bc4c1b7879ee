import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Cli } from '../testing/support/cli.js';
import { compileC, missingTools } from '../testing/support/compile.js';

const missing = process.platform === 'linux' ? missingTools('cc') : 'the plugins are built for Linux';
const cli = new Cli();
afterAll(() => cli.remove());

describe.skipIf(missing !== undefined)(`Ctrl-C${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('lets the step of a build end by itself, and is the end of the build', async () => {
    const plan = path.join(cli.folder, 'plan.json');
    const plugins = [compileC('builds/works', cli.folder)];
    const steps = [{ key: 'waits', args: { log: 'started', wait: true } }, { key: 'next' }];
    writeFileSync(plan, JSON.stringify({ plugins, steps }));
    const running = cli.start(['run', 'steps', plan]);
    await vi.waitFor(() => expect(running.stderr()).toContain('waits: started'), { timeout: 50_000 });
    running.process.kill('SIGINT');
    const { code, stdout } = await running.result;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^✗ waits .*exit code 130/);
    expect(stdout).toContain('It was cancelled.');
    expect(stdout).toMatch(/^- next .*not run$/m);
  });

  it('lets a single step end by itself, and kills one that does not', async () => {
    const plugin = compileC('builds/works', cli.folder);
    for (const args of [{ wait: true }, { stubborn: true }]) {
      const data = JSON.stringify({ log: 'started', ...args });
      const running = cli.start(['run', '--plugin', plugin, 'step', '-d', data]);
      await vi.waitFor(() => expect(running.stderr()).toContain('started'), { timeout: 50_000 });
      running.process.kill('SIGINT');
      const { code, stdout, stderr } = await running.result;
      expect(code).toBe(130);
      expect(stdout).toBe('wait' in args ? 'exit code 130\n' : '');
      expect(stderr).toContain('Interrupted.');
    }
  });
});
