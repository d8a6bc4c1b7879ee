import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../src/model/event.js';
import { Cli } from './support/cli.js';
import { missingTools } from './support/compile.js';
import { LOGIC, patch, scaffold } from './support/scaffold.js';

const cli = new Cli();
afterAll(() => cli.remove());

/** The tools of each language, and the statement of the template that its unit test relies on. */
const LANGUAGES = {
  c: { tools: ['cc', 'cmake', 'ctest'], from: 'return cpex_allow();', to: 'return cpex_deny("no", "not today");' },
  go: { tools: ['cc', 'go'], from: 'return cpex.Allow(), nil', to: 'return cpex.Deny("no", "not today"), nil' },
  rust: { tools: ['cc', 'cargo'], from: 'Ok(Verdict::allow())', to: 'Ok(Verdict::deny("no", "not today"))' },
} as const;

for (const [language, { tools, from, to }] of Object.entries(LANGUAGES)) {
  const missing = missingTools(...tools);
  describe.skipIf(missing !== undefined)(
    `--native in ${language}${missing === undefined ? '' : ` (${missing})`}`,
    () => {
      it("runs the language's own tests and shows their words when they fail", { timeout: 300_000 }, async () => {
        const kind = language as keyof typeof LANGUAGES;
        const cwd = await scaffold(cli, `native-${language}`, kind);
        const only = ['test', '--native', '--only', 'native.*', '--reporter', 'json'];
        const good = await cli.run(only, { cwd });
        expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, summary: { passed: 1, failed: 0 } });
        patch(path.join(cwd, LOGIC[kind]), from, to);
        const bad = await cli.run(only, { cwd });
        expect(bad.code).toBe(1);
        const [result] = (JSON.parse(bad.stdout) as TestReport).results.filter(({ suite }) => suite === 'native');
        expect(result).toMatchObject({ id: `native.${language}`, verdict: 'fail' });
        expect(result?.findings[0]?.message).toMatch(/^(ctest|go test|cargo test)\b.* failed: /);
        expect(result?.findings[0]?.evidence?.join('\n')).toMatch(/tool_pre_invoke|ToolPreInvoke|continue_processing/);
      });
    },
  );
}
